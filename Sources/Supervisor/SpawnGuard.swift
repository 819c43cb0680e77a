internal import Platform

/// Keeps a pool that dies all over from spawning all the time: beyond 2N deaths in 10 s one process starts at a time, 1 s apart.
struct SpawnGuard {
    static let window = Duration.seconds(10)
    static let interval = Duration.seconds(1)

    private var deaths: [Instant] = []
    private var nextSpawn = Instant(nanoseconds: .min)

    /// An end that nobody asked for.
    mutating func died(at now: Instant) {
        self.deaths.append(now)
        self.deaths.removeAll { now - $0 >= Self.window }
    }

    /// When the next process may be spawned. `now` is the permission, and uses it up.
    mutating func earliestSpawn(poolSize: Int, at now: Instant) -> Instant {
        self.deaths.removeAll { now - $0 >= Self.window }
        guard self.deaths.count > 2 * poolSize else { return now }
        guard self.nextSpawn <= now else { return self.nextSpawn }
        self.nextSpawn = now + Self.interval
        return now
    }
}
