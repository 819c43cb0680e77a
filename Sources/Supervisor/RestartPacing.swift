internal import Platform

/// When a child that ended by itself starts again: at once after a first crash or a long life, else ever later.
struct RestartPacing: Equatable {
    static let first = Duration.milliseconds(100)
    static let longest = Duration.seconds(30)
    /// Who served this long starts again at once.
    static let longLife = Duration.seconds(10)
    /// Who served this long has a clean record.
    static let health = Duration.seconds(60)
    /// A process that the kernel did not give us is not asked for sooner.
    static let spawnFailure = Duration.seconds(1)
    /// A delay is longer or shorter by at most this much, so that slots that died together do not come back together.
    static let spreadPercent = 20

    /// Crashes that count.
    private(set) var crashes: Int

    init(crashes: Int = 0) { self.crashes = crashes }

    /// `served`: from READY to the end, nil when it never got there. `jitter`: a random number in -1...1.
    mutating func delay(served: Duration?, jitter: Double = 0) -> Duration {
        if let served, served >= Self.health { self.crashes = 0 }
        self.crashes += 1
        if self.crashes == 1 { return .zero }
        if let served, served >= Self.longLife { return .zero }
        // 100 ms doubled eight times is 25.6 s; once more is beyond the longest.
        let doublings = self.crashes - 2
        let delay = doublings > 8 ? Self.longest : min(Self.longest, Self.first * (1 << doublings))
        return delay + delay * Self.spreadPercent * max(-1, min(1, jitter)) / 100
    }

    /// After a spawn that failed.
    mutating func delayAfterSpawnFailure(jitter: Double = 0) -> Duration {
        max(Self.spawnFailure, self.delay(served: nil, jitter: jitter))
    }
}
