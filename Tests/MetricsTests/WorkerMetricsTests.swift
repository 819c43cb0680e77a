import Testing

@testable import Metrics

/// Words as in a worker's memory.
final class Words: MetricWords, MetricWordsReading {
    var values = [UInt64](repeating: 0, count: MetricsLayout.wordCount)
    func metric(_ number: Int) -> UInt64 { self.values[number] }
    func setMetric(_ number: Int, _ value: UInt64) { self.values[number] = value }
    func add(_ amount: UInt64, to number: Int) { self.values[number] &+= amount }
}

extension MetricsSnapshot {
    static let knownTargets = [(id: "a", model: "large"), (id: "b", model: "small")]
    static let knownPolicies = ["prompt-injection", "pii-detector"]

    init(_ words: Words, _ targets: [(id: String, model: String)] = Self.knownTargets) {
        self.init(words: words, targets: targets, policies: Self.knownPolicies)
    }
}

@Suite("Worker metrics")
struct WorkerMetricsTests {
    private let words = Words()
    private var metrics: WorkerMetrics<Words> { WorkerMetrics(self.words) }
    private var snapshot: MetricsSnapshot { MetricsSnapshot(self.words) }

    private static func request(_ target: Int?, _ status: Int = 200, verdict: Int = 0, total: Int64 = 0) -> EndedRequest {
        EndedRequest(target: target, status: status, verdict: verdict, total: total, firstByte: nil, own: 0)
    }

    @Test func `the parts of the layout do not overlap`() {
        let parts = [
            0..<1, MetricsLayout.duration..<MetricsLayout.duration + 1 + MetricBuckets.duration.count,
            MetricsLayout.firstByte..<MetricsLayout.firstByte + 1 + MetricBuckets.duration.count,
            MetricsLayout.own..<MetricsLayout.own + 1 + MetricBuckets.own.count,
            MetricsLayout.policies..<MetricsLayout.policies + MetricsLayout.policyWords * MetricsLayout.policiesMax,
            MetricsLayout.targets..<MetricsLayout.targets + MetricsLayout.targetWords * (MetricsLayout.targetsMax + 1),
            MetricsLayout.requests..<MetricsLayout.requests + 2 * MetricsLayout.requestSlots,
            MetricsLayout.requestsOverflow..<MetricsLayout.requestsOverflow + 1,
        ]
        for (earlier, later) in zip(parts, parts.dropFirst()) { #expect(earlier.upperBound <= later.lowerBound) }
        #expect(parts.last?.upperBound == MetricsLayout.wordCount)
        #expect(MetricsLayout.policyTime + 1 + MetricBuckets.own.count <= MetricsLayout.policyWords)
    }

    @Test func `each request is counted once, under its labels`() {
        for _ in 0..<3 { self.metrics.ended(Self.request(0)) }
        self.metrics.ended(Self.request(1, 502))
        self.metrics.ended(Self.request(nil, 400, verdict: 2))
        #expect(
            self.snapshot.requests == [
                .init(target: "a", model: "large", status: 200, verdict: "allow"): 3,
                .init(target: "b", model: "small", status: 502, verdict: "allow"): 1,
                .init(target: "", model: "", status: 400, verdict: "block"): 1,
            ])
        #expect(self.snapshot.duration.count == 5)
        #expect(self.snapshot.own.count == 5)
        #expect(self.snapshot.firstByte.count == 0)
        #expect(self.snapshot.requests(of: "a") == 3)
    }

    @Test(arguments: [
        (-5, 0), (0, 0), (1_000_000, 0), (1_000_001, 1), (2_500_000, 1), (60_000_000_000, 14), (60_000_000_001, 15), (Int64.max, 15),
    ])
    func `a bound belongs to its bucket`(nanoseconds: Int64, bucket: Int) {
        self.metrics.ended(Self.request(0, total: nanoseconds))
        #expect(self.snapshot.duration.counts.firstIndex(of: 1) == bucket)
        #expect(self.snapshot.duration.sum == UInt64(max(0, nanoseconds)))
    }

    @Test func `tokens and cost go to their target`() {
        var request = Self.request(1)
        (request.promptTokens, request.completionTokens, request.cost) = (12, 30, 425)
        self.metrics.ended(request)
        self.metrics.ended(request)
        request.promptTokens = -1
        self.metrics.ended(request)
        #expect(self.snapshot.targets["b"]?.promptTokens == 24)
        #expect(self.snapshot.targets["b"]?.completionTokens == 90)
        #expect(self.snapshot.targets["b"]?.cost == 1275)
        #expect(self.snapshot.targets["a"] == nil)
    }

    @Test func `policies are counted by verdict`() {
        self.metrics.evaluated(policy: 1, verdict: 1, nanoseconds: 70_000)
        self.metrics.evaluated(policy: 1, verdict: 0, nanoseconds: 40_000)
        self.metrics.evaluated(policy: 32, verdict: 0, nanoseconds: 1)
        #expect(self.snapshot.policies.keys.sorted() == ["pii-detector"])
        #expect(self.snapshot.policies["pii-detector"]?.evaluations == [1, 1, 0, 0])
        #expect(self.snapshot.policies["pii-detector"]?.time.sum == 110_000)
    }

    @Test func `targets beyond the table are counted together`() {
        for target in [127, 128, 5000] { self.metrics.ended(Self.request(target)) }
        let targets = (0..<200).map { (id: "t\($0)", model: "m") }
        let snapshot = MetricsSnapshot(self.words, targets)
        #expect(snapshot.requests(of: "t127") == 1)
        #expect(snapshot.requests(of: "other") == 2)
    }

    @Test func `what finds no slot is counted as other, and nothing is lost`() {
        var sent: UInt64 = 0
        for target in 0..<128 {
            for status in 400..<430 {
                self.metrics.ended(Self.request(target, status))
                self.metrics.ended(Self.request(target, status))
                sent += 2
            }
        }
        let snapshot = MetricsSnapshot(self.words, (0..<128).map { (id: "t\($0)", model: "m") })
        #expect(snapshot.requestCount == sent)
        #expect((snapshot.requests[.overflow] ?? 0) > 0)
    }

    @Test(arguments: [0, -1, 99, 1000, 70_000]) func `a status that HTTP does not know is none`(status: Int) {
        self.metrics.ended(Self.request(0, status))
        #expect(self.snapshot.requests.keys.map(\.status) == [0])
    }

    @Test func `keys survive their packing`() {
        for target in [nil, 0, 1, 127, 128] {
            for status in [0, 100, 200, 599, 999] {
                for verdict in 0..<4 {
                    let key = RequestKey(target: target, status: status, verdict: verdict)
                    #expect(RequestKey(packed: key.packed) == key)
                }
            }
        }
        for garbage: UInt64 in [1, .max, 1 << 33, 1 << 32 | 130 << 16, 1 << 32 | 4, 1 << 32 | 50 << 4] { #expect(RequestKey(packed: garbage) == nil) }
    }

    @Test func `memory that is not a worker's counts nothing`() {
        #expect(MetricsSnapshot(Words()) == MetricsSnapshot())
        for index in self.words.values.indices { self.words.values[index] = .max }
        #expect(self.snapshot == MetricsSnapshot())
        self.words.values[0] = MetricsLayout.version
        #expect(self.snapshot.requests.keys.allSatisfy { $0 == .overflow })
    }

    @Test func `garbage that a dying worker left counts as other`() {
        self.metrics.ended(Self.request(0))
        self.words.values[MetricsLayout.requests + 100] = 0xDEAD_BEEF
        self.words.values[MetricsLayout.requests + 101] = 7
        #expect(self.snapshot.requests[.overflow] == 7)
        #expect(self.snapshot.requestCount == 8)
    }
}
