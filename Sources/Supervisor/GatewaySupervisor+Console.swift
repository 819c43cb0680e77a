internal import Glibc
internal import IPC
internal import Metrics
internal import Platform
internal import Settings

/// The console and what it may ask.
extension GatewaySupervisor {
    /// Binds the admin address and makes the console ready to start; false: it has been said why not.
    func prepareConsole(_ generation: Generation) -> Bool {
        let address = generation.program.plan.adminListen
        do throws(SystemCallError) {
            try AdminToken.prepare(stateDirectory: self.options.stateDirectory)
            self.console = try ConsoleProcess(
                executablePath: "\(self.directory)/kt-console", environment: ConsoleEnvironment.lines(ThisProcess.environment),
                stateDirectory: self.options.stateDirectory, listeners: try ListenerGroup(address, slotCount: 1),
                configuration: generation.program.displayBytes, at: Instant.now()
            ) { [unowned self] question, answer in self.answer(question, answer) }
            return true
        } catch {
            self.log.write(.error, "cannot listen on \(address) for administration: \(error)")
            return false
        }
    }

    /// After READY, so that no client waits for it.
    func tendConsole(at now: Instant) {
        guard self.stage == .serving, let console = self.console else { return }
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
        case .status: answer(true, Array((self.state()?.json ?? "{}").utf8))
        case .metrics: answer(true, self.metricsReport(at: Instant.now()).encode())
        case .reload: answer(false, Array("reload is not available in this version".utf8))
        }
    }

    func metricsReport(at now: Instant) -> MetricsReport {
        let targets = self.generation?.program.plan.targets ?? []
        let members = self.workers.compactMap { $0 }.map { MetricsLedger.Member(region: $0.region, targets: targets, isCurrent: true) }
        return self.ledger.report(members, targets: targets, states: self.slots.map(\.stateName), uptime: now - self.startedAt)
    }
}
