internal import Platform

/// A worker whose loop beats but which accepts nobody, although somebody waits: its listening sockets are out of its sight.
struct AcceptProgress: Equatable {
    /// Waiting connections and not one accepted for this long: the worker is treated as hung.
    static let patience = Duration.seconds(2)

    /// So many passes of its loop must have gone by too: one long pass is no stall, and is judged by its heartbeat.
    static let passesMin: UInt64 = 3

    private var accepted: UInt64 = 0
    private var passes: UInt64 = 0
    /// Since when somebody waits and the counter stands still.
    private(set) var stalledSince: Instant?

    /// One look; true when the worker has stalled. `accepted`: connections since the worker's start. `passes`: of its loop.
    mutating func look(waiting: Int, accepted: UInt64, passes: UInt64, isBeating: Bool, at now: Instant) -> Bool {
        guard waiting > 0, isBeating, accepted == self.accepted, let since = self.stalledSince else {
            self.stalledSince = waiting > 0 && isBeating ? now : nil
            (self.accepted, self.passes) = (accepted, passes)
            return false
        }
        return now - since >= Self.patience && passes >= self.passes &+ Self.passesMin
    }

    /// When to look again, at the latest.
    func nextWake(after now: Instant) -> Instant {
        guard let stalledSince else { return .distantFuture }
        let end = stalledSince + Self.patience
        return end > now ? end : now + .seconds(1)
    }
}
