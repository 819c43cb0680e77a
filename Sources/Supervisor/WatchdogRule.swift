internal import Platform

/// When the service manager's watchdog is fed: at the end of a pass, and only while the service serves.
struct WatchdogRule {
    private let interval: Duration
    private var nextFeed: Instant

    /// From `WATCHDOG_USEC` and `WATCHDOG_PID` (sd_watchdog_enabled(3)); nil when it is not asked for.
    init?(microseconds: String?, pid: String?, ownPid: Int32, at now: Instant) {
        guard let microseconds, let limit = Int64(microseconds), limit > 0 else { return nil }
        if let pid, pid != String(ownPid) { return nil }
        self.interval = min(.microseconds(limit) / 4, .seconds(5))
        self.nextFeed = now
    }

    /// True when to feed now. `isExcused`: start or stop is within its deadline.
    mutating func isDue(freshSlots: Int, slotCount: Int, addressesAnswer: Bool, isExcused: Bool, at now: Instant) -> Bool {
        guard now >= self.nextFeed else { return false }
        self.nextFeed = now + self.interval
        return isExcused || (addressesAnswer && freshSlots >= max(1, (slotCount + 1) / 2))
    }

    var nextWake: Instant { self.nextFeed }
}
