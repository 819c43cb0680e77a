/// 64-bit words in a memory that others read while one writes.
public protocol MetricWords {
    func metric(_ number: Int) -> UInt64
    func setMetric(_ number: Int, _ value: UInt64)
    /// A word that only grows.
    func add(_ amount: UInt64, to number: Int)
}

/// What others see of such words.
public protocol MetricWordsReading {
    func metric(_ number: Int) -> UInt64
}

/// A request that got its answer, or whose client left.
public struct EndedRequest: Equatable, Sendable {
    /// Index of the target that was asked last, in the configuration's list; nil: none was asked.
    public var target: Int?
    public var status: Int
    /// In `MetricVerdict.names`.
    public var verdict: Int
    /// Nanoseconds from the head to now.
    public var total: Int64
    /// Nanoseconds from the head to the first byte of a target's answer.
    public var firstByte: Int64?
    /// Nanoseconds that the gateway itself added.
    public var own: Int64
    public var promptTokens = 0
    public var completionTokens = 0
    /// In 1e-8 US dollars.
    public var cost: Int64 = 0

    public init(target: Int?, status: Int, verdict: Int, total: Int64, firstByte: Int64?, own: Int64) {
        self.target = target
        self.status = status
        self.verdict = verdict
        self.total = total
        self.firstByte = firstByte
        self.own = own
    }
}

/// Counts what a worker does. Some dozen stores a request, no allocation, no lock; one writer.
public struct WorkerMetrics<Words: MetricWords> {
    private let words: Words

    /// `words` are zero, or were written by an earlier value of this type. They have room for `WorkerMetrics.wordCount`.
    public init(_ words: Words) {
        self.words = words
        words.setMetric(MetricsLayout.versionWord, MetricsLayout.version)
    }

    public static var wordCount: Int { MetricsLayout.wordCount }

    public func ended(_ request: EndedRequest) {
        self.count(RequestKey(target: request.target, status: request.status, verdict: request.verdict).packed)
        self.observe(request.total, MetricBuckets.duration, at: MetricsLayout.duration)
        if let firstByte = request.firstByte { self.observe(firstByte, MetricBuckets.duration, at: MetricsLayout.firstByte) }
        self.observe(request.own, MetricBuckets.own, at: MetricsLayout.own)
        guard let target = request.target else { return }
        let place = MetricsLayout.targets + MetricsLayout.targetWords * min(target, MetricsLayout.targetsMax)
        self.words.add(UInt64(clamping: request.promptTokens), to: place + MetricsLayout.promptTokens)
        self.words.add(UInt64(clamping: request.completionTokens), to: place + MetricsLayout.completionTokens)
        self.words.add(UInt64(clamping: request.cost), to: place + MetricsLayout.cost)
    }

    /// `policy`: its place in the order that whoever reads knows the names in; ignored from 32 on.
    public func evaluated(policy: Int, verdict: Int, nanoseconds: Int64) {
        guard policy < MetricsLayout.policiesMax else { return }
        let place = MetricsLayout.policies + MetricsLayout.policyWords * policy
        self.words.add(1, to: place + (verdict & 3))
        self.observe(nanoseconds, MetricBuckets.own, at: place + MetricsLayout.policyTime)
    }

    private func observe(_ nanoseconds: Int64, _ buckets: MetricBuckets, at place: Int) {
        let value = UInt64(max(0, nanoseconds))
        self.words.add(value, to: place)
        self.words.add(1, to: place + 1 + buckets.index(of: value))
    }

    private func count(_ key: UInt64) {
        var slot = RequestKey.firstSlot(of: key)
        for _ in 0..<MetricsLayout.requestStepsMax {
            let place = MetricsLayout.requests + 2 * slot
            let found = self.words.metric(place)
            if found == 0 { self.words.setMetric(place, key) }
            if found == 0 || found == key { return self.words.add(1, to: place + 1) }
            slot = (slot + 1) & (MetricsLayout.requestSlots - 1)
        }
        self.words.add(1, to: MetricsLayout.requestsOverflow)
    }
}
