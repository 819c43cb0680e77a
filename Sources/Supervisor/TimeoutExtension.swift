internal import Platform

/// When the service manager is asked for more time while a stop drains: 10 s every 5 s, so that a stop that hangs is not granted the
/// whole drain at once.
struct TimeoutExtension: Equatable {
    static let grant = Duration.seconds(10)
    static let interval = Duration.seconds(5)

    /// After this nothing is asked for: the service manager's own limit holds.
    private let end: Instant
    private(set) var nextWake: Instant

    /// The first 10 s are granted with STOPPING=1 itself.
    init(drainDeadline: Instant, at now: Instant) {
        self.end = drainDeadline + Self.grant
        self.nextWake = now + Self.interval
    }

    /// True when to ask now.
    mutating func isDue(at now: Instant) -> Bool {
        guard now >= self.nextWake else { return false }
        guard now < self.end else {
            self.nextWake = .distantFuture
            return false
        }
        self.nextWake = now + Self.interval
        return true
    }
}
