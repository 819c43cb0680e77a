import Testing

@testable import Metrics

@Suite("Metrics snapshot")
struct MetricsSnapshotTests {
    /// The same numbers in each run.
    struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            self.state = self.state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return self.state ^ self.state >> 29
        }
    }

    @Test func `merging adds everything up`() {
        let words = Words()
        let metrics = WorkerMetrics(words)
        var request = EndedRequest(target: 0, status: 200, verdict: 1, total: 3_000_000, firstByte: 2_000_000, own: 60_000)
        (request.promptTokens, request.completionTokens, request.cost) = (1, 2, 3)
        metrics.ended(request)
        metrics.evaluated(policy: 0, verdict: 3, nanoseconds: 5)
        var one = MetricsSnapshot(words)
        one.restarts = ["crash": 1]
        var sum = MetricsSnapshot()
        for _ in 0..<3 { sum.merge(one) }
        #expect(sum.requests == one.requests.mapValues { $0 * 3 })
        #expect(sum.duration.counts == one.duration.counts.map { $0 * 3 })
        #expect(sum.firstByte.sum == 6_000_000)
        #expect(sum.targets["a"]?.completionTokens == 6)
        #expect(sum.targets["a"]?.cost == 9)
        #expect(sum.policies["prompt-injection"]?.evaluations == [0, 0, 0, 3])
        #expect(sum.restarts == ["crash": 3])
        var unchanged = sum
        unchanged.merge(MetricsSnapshot())
        #expect(unchanged == sum)
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>) func `no counter goes back, whoever dies`(seed: UInt64) {
        var random = Random(state: seed)
        var retired = MetricsSnapshot()
        var living = [Words(), Words(), Words()]
        var last = MetricsSnapshot()
        var answered: UInt64 = 0
        for _ in 0..<400 {
            let place = Int.random(in: living.indices, using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0:
                retired.merge(MetricsSnapshot(living[place]))
                living[place] = Words()
            default:
                let metrics = WorkerMetrics(living[place])
                let target = Int.random(in: -1..<3, using: &random)
                var request = EndedRequest(
                    target: target < 0 ? nil : target, status: [200, 400, 502].randomElement(using: &random) ?? 0,
                    verdict: Int.random(in: 0..<4, using: &random), total: Int64.random(in: 0..<90_000_000_000, using: &random), firstByte: 5,
                    own: 7)
                request.promptTokens = Int.random(in: 0..<100, using: &random)
                metrics.ended(request)
                metrics.evaluated(policy: Int.random(in: 0..<2, using: &random), verdict: 0, nanoseconds: 1)
                answered += 1
            }
            var now = retired
            for words in living { now.merge(MetricsSnapshot(words)) }
            #expect(now.requestCount == answered)
            #expect(now.duration.count == answered)
            #expect(last.isBelow(now))
            last = now
        }
    }
}

extension MetricsSnapshot {
    /// Every series of this is in the other, and not smaller there.
    fileprivate func isBelow(_ other: MetricsSnapshot) -> Bool {
        func holds(_ a: Histogram, _ b: Histogram) -> Bool {
            a.sum <= b.sum && a.counts.indices.allSatisfy { $0 < b.counts.count && a.counts[$0] <= b.counts[$0] }
        }
        return self.requests.allSatisfy { $0.value <= other.requests[$0.key] ?? 0 }
            && holds(self.duration, other.duration) && holds(self.firstByte, other.firstByte) && holds(self.own, other.own)
            && self.targets.allSatisfy { $0.value.promptTokens <= other.targets[$0.key]?.promptTokens ?? 0 }
            && self.policies.allSatisfy { policy in
                guard let later = other.policies[policy.key] else { return false }
                return zip(policy.value.evaluations, later.evaluations).allSatisfy { $0 <= $1 } && holds(policy.value.time, later.time)
            }
    }
}
