/// Counters of one worker or of many, alive or dead, under names instead of numbers. Every number in it only grows.
public struct MetricsSnapshot: Equatable, Sendable {
    /// Labels of a series of requests.
    public struct Request: Hashable, Sendable {
        /// The target's id; empty: none was asked; `other`: beyond what is counted apart.
        public var target: String
        /// The model that the configuration names for the target, empty without one.
        public var model: String
        /// 0: beyond what is counted apart, or not known.
        public var status: Int
        public var verdict: String

        public init(target: String, model: String, status: Int, verdict: String) {
            self.target = target
            self.model = model
            self.status = status
            self.verdict = verdict
        }

        static let overflow = Request(target: MetricsSnapshot.other, model: MetricsSnapshot.other, status: 0, verdict: MetricsSnapshot.other)
    }

    public struct Histogram: Equatable, Sendable {
        /// One for each bucket, not cumulated; empty as long as nothing was observed.
        public var counts: [UInt64] = []
        /// Nanoseconds.
        public var sum: UInt64 = 0

        public init() {}

        public var count: UInt64 { self.counts.reduce(0, &+) }

        mutating func merge(_ other: Histogram) {
            if self.counts.count < other.counts.count {
                self.counts += [UInt64](repeating: 0, count: other.counts.count - self.counts.count)
            }
            for index in other.counts.indices { self.counts[index] &+= other.counts[index] }
            self.sum &+= other.sum
        }
    }

    public struct Target: Equatable, Sendable {
        /// Attempts, and those of them that the target failed.
        public var attempts: UInt64 = 0
        public var failures: UInt64 = 0
        public var promptTokens: UInt64 = 0
        public var completionTokens: UInt64 = 0
        /// In 1e-8 US dollars.
        public var cost: UInt64 = 0

        public init() {}

        mutating func merge(_ other: Target) {
            self.attempts &+= other.attempts
            self.failures &+= other.failures
            self.promptTokens &+= other.promptTokens
            self.completionTokens &+= other.completionTokens
            self.cost &+= other.cost
        }
    }

    public struct Policy: Equatable, Sendable {
        /// In the order of `MetricVerdict.names`.
        public var evaluations: [UInt64] = [0, 0, 0, 0]
        public var time = Histogram()

        public init() {}

        mutating func merge(_ other: Policy) {
            for index in self.evaluations.indices where index < other.evaluations.count { self.evaluations[index] &+= other.evaluations[index] }
            self.time.merge(other.time)
        }
    }

    public static let other = "other"

    public var requests: [Request: UInt64] = [:]
    public var duration = Histogram()
    public var firstByte = Histogram()
    public var own = Histogram()
    /// By id.
    public var targets: [String: Target] = [:]
    /// By kind.
    public var policies: [String: Policy] = [:]
    /// Ends of workers that nobody asked for, by reason.
    public var restarts: [String: UInt64] = [:]

    public init() {}

    public mutating func merge(_ other: MetricsSnapshot) {
        self.requests.merge(other.requests, uniquingKeysWith: &+)
        self.duration.merge(other.duration)
        self.firstByte.merge(other.firstByte)
        self.own.merge(other.own)
        for (id, target) in other.targets { self.targets[id, default: Target()].merge(target) }
        for (kind, policy) in other.policies { self.policies[kind, default: Policy()].merge(policy) }
        self.restarts.merge(other.restarts, uniquingKeysWith: &+)
    }

    /// Requests that a target was asked for last.
    public func requests(of target: String) -> UInt64 {
        self.requests.reduce(0) { $1.key.target == target ? $0 &+ $1.value : $0 }
    }

    /// All requests.
    public var requestCount: UInt64 { self.requests.values.reduce(0, &+) }
}
