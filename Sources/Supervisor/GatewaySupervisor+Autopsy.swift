internal import IPC
internal import Platform
internal import Settings

/// What a dead worker left in its memory.
extension GatewaySupervisor {
    /// Called once for each worker that has been reaped, before its region is let go.
    func autopsy(of worker: WorkerProcess, ending: ChildProcess.Ending, slot: Int, generation: UInt64) {
        let count = worker.region.requestsInFlight().count
        guard count > 0 else { return }
        self.log.write(
            .warning, "worker \(slot) left \(count) \(count == 1 ? "request" : "requests") unfinished",
            self.fields(worker) + [("in_flight", count)])
    }
}
