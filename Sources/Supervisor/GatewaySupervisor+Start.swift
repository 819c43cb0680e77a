internal import Glibc
internal import IPC
internal import Platform
internal import Settings

/// From a configuration to a generation: compile, bind, prepare; and the first start.
extension GatewaySupervisor {
    /// `keepsMessages`: what it says is wanted for an answer.
    func startCompiler(keepsMessages: Bool) throws(SystemCallError) {
        self.compilation = try Compilation(
            executable: self.programs.compile, arguments: self.options.configurationArguments, environment: self.environment,
            keepsMessages: keepsMessages, on: self.loop, ended: { [unowned self] in self.compilerEnded() })
    }

    func compilerEnded() {
        guard let compilation = self.compilation, let ending = reaped(compilation.child) else { return }
        compilation.forget()
        self.compilation = nil
        let text = compilation.messageText()
        // As the compiler would have written it: with file and line, one finding a line.
        if !text.isEmpty { self.log.write(lines: text) }
        do throws(Compilation.Failure) {
            let program = try compilation.result(ending)
            if case .compiling = self.stage { self.startFirst(program) } else { self.reloadCompiled(program, messages: text) }
        } catch {
            if case .compiling = self.stage {
                if !error.isExplained { self.log.write(.error, error.words) }
                self.end(status: 1)
            } else {
                self.reloadFailed(error.words, details: text)
            }
        }
    }

    func startFirst(_ program: HeldProgram) {
        let now = Instant.now()
        self.heed(program.sealed.plan)
        self.lastGood = LastGood(program: program, programs: self.programs)
        self.adoptInherited(program.sealed.plan.listen)
        do throws(StartObstacle) {
            let generation = try self.makeGeneration(program, cause: .start, role: .current, at: now)
            self.take(generation.groups)
            try self.prepareConsole(generation, at: now)
            self.steer(always: true, at: now)
            self.stage = .starting(deadline: now + Self.bootLimit)
            for member in generation.members { self.handle(.start, member, of: generation, at: now) }
        } catch {
            self.log.write(.error, error.words)
            self.end(status: 1)
        }
    }

    static func limits(_ plan: SupervisorPlan) -> WorkerSlot.Limits {
        var limits = WorkerSlot.Limits()
        limits.boot = Self.bootLimit
        limits.hang = .seconds(plan.hangSeconds)
        limits.stale = min(limits.stale, limits.hang)
        return limits
    }

    /// What of a plan concerns ourselves.
    func heed(_ plan: SupervisorPlan) {
        self.log.lowest = plan.logLevel
        self.log.form = EventLog.form(plan.logFormat)
    }

    /// Something that a generation needs is not to be had.
    struct StartObstacle: Error {
        let words: String
    }

    /// Binds what is new and prepares a generation's members, which are started by the caller. On failure nothing has changed but for
    /// sockets that nobody is sent to.
    func makeGeneration(
        _ program: HeldProgram, programs: Programs? = nil, cause: ReloadCause, role: Generation.Role, at now: Instant
    ) throws(StartObstacle) -> Generation {
        let plan = program.sealed.plan
        let groups = try self.groups(for: plan, at: now)
        if plan.needsDemo, self.demo == nil {
            do throws(SystemCallError) {
                self.demo = try DemoProcess(executablePath: "\(self.directory)/kt-demo", environment: self.environment, at: now)
            } catch {
                for group in groups where !self.groups.contains(where: { $0 === group }) { group.unlink() }
                throw StartObstacle(words: "cannot prepare the demo provider: \(error)")
            }
        }
        let adminListeners: ListenerGroup?
        do throws(StartObstacle) { adminListeners = try self.adminListeners(for: plan) } catch {
            for group in groups where !self.groups.contains(where: { $0 === group }) { group.unlink() }
            throw error
        }
        self.keepOpen(groups)
        self.generationNumber += 1
        let generation = Generation(
            number: self.generationNumber, program: program, cause: cause, programs: programs ?? self.programs,
            environment: self.environment, limits: Self.limits(plan), groups: groups, role: role, loadedAt: currentTimestamp())
        generation.adminListeners = adminListeners
        self.generations.append(generation)
        return generation
    }
}
