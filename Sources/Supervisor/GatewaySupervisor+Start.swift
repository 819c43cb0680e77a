internal import Glibc
internal import IPC
internal import Platform
internal import Settings

/// From the options to READY's threshold: compile, bind, start the slots.
extension GatewaySupervisor {
    func startCompiler(_ programFile: CInt) throws(SystemCallError) {
        let plan = SpawnPlan(
            arguments: ["kt-compile"] + self.options.configurationArguments, environment: self.environment, descriptors: [programFile])
        let child = try ChildProcess(self.programs.compile, plan)
        // Looked after at the end of the pass that this wakes.
        self.compilerSource = try self.loop.onReadable(child.rawNumber) {}
        self.compiler = child
        self.plannedWake = self.startedAt + Self.compileLimit
    }

    func compiled(_ ending: ChildProcess.Ending, _ file: consuming OwnedDescriptor) {
        guard case .compiling = self.stage else { return }
        guard ending == .exited(0) else {
            // With an orderly exit it has said why.
            if case .killed = ending { self.log.write(.error, "kt-compile \(ending.words)") }
            return self.end(status: 1)
        }
        let program: SealedProgram
        do throws(SealedProgramError) {
            program = try SealedProgram(file.rawNumber)
        } catch {
            self.log.write(.error, "kt-compile wrote no usable program: \(error)")
            return self.end(status: 1)
        }
        self.log.lowest = program.plan.logLevel
        self.log.form = EventLog.form(program.plan.logFormat)
        let generation = Generation(number: 1, program: program, file: file)
        self.generation = generation
        guard self.bind(program.plan), self.prepareConsole(generation), self.prepareDemo(program.plan) else { return self.end(status: 1) }
        let now = Instant.now()
        var limits = WorkerSlot.Limits()
        limits.boot = Self.bootLimit
        limits.hang = .seconds(program.plan.hangSeconds)
        limits.stale = min(limits.stale, limits.hang)
        self.slots = [WorkerSlot](repeating: WorkerSlot(limits: limits), count: program.plan.workers)
        self.workers = [WorkerProcess?](repeating: nil, count: program.plan.workers)
        self.steering = SlotSteering(slotCount: program.plan.workers, at: now)
        self.stage = .starting(deadline: now + Self.bootLimit)
        for slot in self.slots.indices { self.handle(.start, slot: slot, at: now) }
    }

    func bind(_ plan: SupervisorPlan) -> Bool {
        for address in plan.listen {
            do throws(SystemCallError) {
                self.groups.append(try ListenerGroup(address, slotCount: plan.workers))
            } catch {
                let reason =
                    switch error.errno {
                    case EADDRINUSE: "the address is in use by another program"
                    case EINVAL: "it must be an address in digits, or localhost"
                    case EADDRNOTAVAIL: "this host has no such address"
                    case EACCES: "ports below 1024 need a privilege"
                    default: error.description
                    }
                self.log.write(.error, "cannot listen on \(address): \(reason)")
                return false
            }
        }
        self.listenNames = self.groups.map { $0.address.description }
        return true
    }

    func prepareDemo(_ plan: SupervisorPlan) -> Bool {
        guard plan.needsDemo else { return true }
        do throws(SystemCallError) {
            self.demo = try DemoProcess(
                executablePath: "\(self.directory)/kt-demo", environment: self.environment, at: Instant.now())
            return true
        } catch {
            self.log.write(.error, "cannot prepare the demo provider: \(error)")
            return false
        }
    }
}
