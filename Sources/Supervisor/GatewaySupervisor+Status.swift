internal import IPC
internal import Platform
internal import Settings

/// What `kt gateway status` says.
extension GatewaySupervisor {
    func statusReport(at now: Instant) -> StatusReport {
        let generation = self.current ?? self.generations.last
        var report = StatusReport(
            pid: ThisProcess.pid, version: Build.version, generation: generation?.number ?? 0, state: self.stateName)
        if let generation {
            let plan = generation.plan
            report.config = .init(
                name: plan.packName, version: plan.packVersion, hash: generation.program.sealed.hash, loaded: generation.loadedAt)
            report.adminListen = (self.console?.address ?? plan.adminListen).description
            let regions = generation.members.compactMap { $0.worker?.region }
            report.targets = plan.targets.enumerated().map { index, target in
                StatusReport.Target(id: target.id, cells: regions.map { $0.target(index) })
            }
        }
        report.workers = self.generations.flatMap { Self.workers(of: $0, at: now) }
        report.console = self.console.map { .init(pid: $0.pid, state: $0.pid == nil ? "backoff" : "running") }
        report.reloads = self.reloadHistory.entries
        report.restarts = .init(
            crash: self.restarts[.crash] ?? 0, hang: self.restarts[.hang] ?? 0, oom: self.restarts[.oom] ?? 0)
        report.listen = self.listenNames
        report.deaths = self.deaths.elements
        report.uptimeSeconds = Int((now - self.startedAt).components.seconds)
        return report
    }

    /// Those that are leaving only as far as there are processes.
    private static func workers(of generation: Generation, at now: Instant) -> [StatusReport.Worker] {
        generation.members.flatMap { member in
            func worker(_ process: WorkerProcess?, _ state: String) -> StatusReport.Worker {
                StatusReport.Worker(
                    slot: member.index, pid: process?.child.pid, generation: generation.number, state: state, since: member.since,
                    region: process?.region.snapshot(), at: now)
            }
            let dying = member.dying.map { worker($0, "dying") }
            if member.worker == nil, generation.role == .leaving { return dying }
            return dying + [worker(member.worker, member.slot.stateName)]
        }
    }
}
