internal import Platform

/// When a child that ended by itself starts again: at once after a first crash or a long life, else ever later.
struct RestartPacing: Equatable {
    static let first = Duration.milliseconds(100)
    static let longest = Duration.seconds(30)
    /// Who served this long starts again at once.
    static let longLife = Duration.seconds(10)
    /// Who served this long has a clean record.
    static let health = Duration.seconds(60)

    /// Crashes that count.
    private(set) var crashes = 0

    /// `served`: from READY to the end, nil when it never got there.
    mutating func delay(served: Duration?) -> Duration {
        if let served, served >= Self.health { self.crashes = 0 }
        self.crashes += 1
        if self.crashes == 1 { return .zero }
        if let served, served >= Self.longLife { return .zero }
        // 100 ms doubled eight times is 25.6 s; once more is beyond the longest.
        let doublings = self.crashes - 2
        return doublings > 8 ? Self.longest : min(Self.longest, Self.first * (1 << doublings))
    }
}
