extension MetricsSnapshot {
    /// A worker's words, as they are now. `targets`: those of the worker's configuration; `policies`: the kinds by their number.
    ///
    /// A worker that died may have written anything: what makes no sense counts as `other`, and nothing here fails.
    public init(words: some MetricWordsReading, targets: [(id: String, model: String)], policies: [String]) {
        self.init()
        guard words.metric(MetricsLayout.versionWord) == MetricsLayout.version else { return }
        self.duration = Histogram(words, MetricsLayout.duration, .duration)
        self.firstByte = Histogram(words, MetricsLayout.firstByte, .duration)
        self.own = Histogram(words, MetricsLayout.own, .own)
        self.readRequests(words, targets)
        for (number, kind) in policies.prefix(MetricsLayout.policiesMax).enumerated() {
            let place = MetricsLayout.policies + MetricsLayout.policyWords * number
            var policy = Policy()
            policy.evaluations = (0..<4).map { words.metric(place + $0) }
            policy.time = Histogram(words, place + MetricsLayout.policyTime, .own)
            if policy != Policy() { self.policies[kind, default: Policy()].merge(policy) }
        }
        for index in 0...MetricsLayout.targetsMax {
            let place = MetricsLayout.targets + MetricsLayout.targetWords * index
            var target = Target()
            target.promptTokens = words.metric(place + MetricsLayout.promptTokens)
            target.completionTokens = words.metric(place + MetricsLayout.completionTokens)
            target.cost = words.metric(place + MetricsLayout.cost)
            if target != Target() { self.targets[Self.name(index, targets).id, default: Target()].merge(target) }
        }
    }

    private mutating func readRequests(_ words: some MetricWordsReading, _ targets: [(id: String, model: String)]) {
        for slot in 0..<MetricsLayout.requestSlots {
            let place = MetricsLayout.requests + 2 * slot
            let packed = words.metric(place)
            guard packed != 0 else { continue }
            let count = words.metric(place + 1)
            guard count > 0 else { continue }
            var request = Request.overflow
            if let key = RequestKey(packed: packed) {
                let (id, model) = key.target.map { Self.name($0, targets) } ?? ("", "")
                request = Request(target: id, model: model, status: key.status, verdict: MetricVerdict.names[key.verdict])
            }
            self.requests[request, default: 0] &+= count
        }
        let overflow = words.metric(MetricsLayout.requestsOverflow)
        if overflow > 0 { self.requests[.overflow, default: 0] &+= overflow }
    }

    private static func name(_ index: Int, _ targets: [(id: String, model: String)]) -> (id: String, model: String) {
        index < min(targets.count, MetricsLayout.targetsMax) ? targets[index] : (Self.other, Self.other)
    }
}

extension MetricsSnapshot.Histogram {
    init(_ words: some MetricWordsReading, _ place: Int, _ buckets: MetricBuckets) {
        let counts = (0..<buckets.count).map { words.metric(place + 1 + $0) }
        guard counts.contains(where: { $0 > 0 }) else { return }
        self.counts = counts
        self.sum = words.metric(place)
    }
}
