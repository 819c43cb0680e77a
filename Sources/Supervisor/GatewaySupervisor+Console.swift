internal import Glibc
internal import IPC
internal import Metrics
internal import Platform
internal import Settings

/// The console and what it may ask.
extension GatewaySupervisor {
    /// Sockets for a plan's admin address; nil when the console listens there already.
    func adminListeners(for plan: SupervisorPlan) throws(StartObstacle) -> ListenerGroup? {
        let old = self.console?.latestListeners
        guard old?.requested != plan.adminListen else { return nil }
        do throws(SystemCallError) {
            let isBeside = old.map { ListenerDifference.mayOverlap($0.address, plan.adminListen) } ?? false
            return try ListenerGroup(plan.adminListen, count: 1, besideOurs: isBeside)
        } catch {
            throw StartObstacle(words: "cannot listen on \(plan.adminListen) for the console: \(Self.words(error))")
        }
    }

    /// Makes the console ready to start; `tendConsole` starts it.
    func prepareConsole(_ generation: Generation, at now: Instant) throws(StartObstacle) {
        guard self.console == nil, let listeners = generation.adminListeners.take() else { return }
        do throws(SystemCallError) {
            try AdminToken.prepare(stateDirectory: self.options.stateDirectory)
            let program = HeldFile(try Files.openPath("\(self.directory)/kt-console"))
            self.console = self.console(program, listeners, generation, at: now)
        } catch {
            listeners.unlink()
            throw StartObstacle(words: "cannot prepare the console: \(error)")
        }
    }

    private func console(
        _ program: HeldFile, _ listeners: ListenerGroup, _ generation: Generation, at now: Instant
    ) -> ConsoleProcess {
        ConsoleProcess(
            executable: program, environment: ConsoleEnvironment.lines(ThisProcess.environment),
            stateDirectory: self.options.stateDirectory, listeners: listeners,
            configuration: generation.program.sealed.displayBytes, at: now
        ) { [unowned self] question, answer in self.answer(question, answer) }
    }

    /// Goes on with the sockets that another image of this process listened on; its consoles are reaped here.
    func adopt(_ console: HandOver.Console, _ addresses: Adoption.Addresses, program: HeldFile, at now: Instant) -> [ChildProcess] {
        if let generation = self.current {
            let listeners = ListenerGroup(adopting: console.listeners, requested: addresses.requested, address: addresses.real)
            self.console = self.console(program, listeners, generation, at: now)
        }
        return console.leaving.map { ChildProcess(adoptingPid: $0.pid, pidfd: OwnedDescriptor(adopting: $0.pidfd)) }
    }

    /// `generation` has become current.
    func consoleFollows(_ generation: Generation, at now: Instant) {
        guard let console = self.console else { return }
        console.replaceConfiguration(generation.program.sealed.displayBytes)
        if let listeners = generation.adminListeners.take() {
            console.move(to: listeners, at: now)
            self.log.write(.notice, "the console listens on \(console.address)")
        }
    }

    /// After READY, so that no client waits for it.
    func tendConsole(at now: Instant) {
        guard self.stage == .serving, !self.lastStatus.isEmpty, let console = self.console else { return }
        do throws(SystemCallError) {
            try console.startIfDue(on: self.loop, at: now) { [unowned self] words in
                self.log.write(.warning, "the console \(words); starting it again")
            }
        } catch {
            self.log.write(.error, "the console cannot be started: \(error)")
        }
    }

    private func answer(_ question: Message.Question, _ answer: @escaping ConsoleProcess.Answer) {
        switch question {
        case .status: answer(true, Array(self.statusReport(at: Instant.now()).json.utf8))
        case .metrics: answer(true, self.metricsReport(at: Instant.now()).encode())
        case .reload: self.requestReload(cause: .console) { answer($0.isGood, Array($0.message.utf8)) }
        }
    }

    // MARK: Metrics

    /// A worker was reaped: what it has counted is kept.
    func retire(_ worker: WorkerProcess) { self.metricsLedger.retire(worker.region, targets: self.targets(of: worker)) }

    private func targets(of worker: WorkerProcess) -> [TargetName] {
        self.generations.first { $0.number == worker.generation }?.plan.targets ?? []
    }

    func metricsReport(at now: Instant) -> MetricsReport {
        let members = self.generations.flatMap { generation in
            generation.processes.map {
                MetricsLedger.Member(region: $0.region, targets: generation.plan.targets, isCurrent: generation.role == .current)
            }
        }
        return self.metricsLedger.report(
            members, targets: self.current?.plan.targets ?? [], states: self.workerStates().map(\.state), restarts: self.restarts,
            uptime: now - self.startedAt)
    }
}
