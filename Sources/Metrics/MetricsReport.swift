/// What is so now, beside what has been counted.
public struct MetricsGauges: Equatable, Sendable {
    /// A target of the configuration in force, over all workers.
    public struct Target: Equatable, Sendable {
        public var id: String
        public var model: String
        public var inFlight: UInt64 = 0
        /// Smoothed time to the first byte, weighted by attempts; nil before the first answer.
        public var latencyMicroseconds: UInt64?
        /// A worker may ask it.
        public var isAvailable = true
        /// 0 closed, 1 half open, 2 open; nil: nobody knows.
        public var breaker: UInt8?

        public init(id: String, model: String) {
            self.id = id
            self.model = model
        }
    }

    /// In the configuration's order.
    public var targets: [Target] = []
    /// Workers by state.
    public var workers: [String: UInt64] = [:]
    public var inFlight: UInt64 = 0
    public var openStreams: UInt64 = 0
    /// Since the supervisor's start.
    public var uptimeSeconds: UInt64 = 0

    public init() {}
}

/// What waits in the spool.
public struct SpoolGauges: Equatable, Sendable {
    public var bytes: UInt64
    /// Age in nanoseconds of the oldest segment that holds something; 0 without one.
    public var lag: UInt64

    public init(bytes: UInt64, lag: UInt64) {
        self.bytes = bytes
        self.lag = lag
    }
}

/// All that the supervisor knows to be measured.
public struct MetricsReport: Equatable, Sendable {
    public var sums: MetricsSnapshot
    public var gauges: MetricsGauges

    public init(sums: MetricsSnapshot, gauges: MetricsGauges) {
        self.sums = sums
        self.gauges = gauges
    }
}
