public import Metrics

extension WorkerRegionWriter: MetricWords {}

extension WorkerRegionReader: MetricWordsReading {
    /// All that the worker has counted, the attempts at its targets too. `targets`: those of its configuration, in order;
    /// `policies`: all kinds in the order of `PolicyKind.allCases`.
    public func counters(targets: [(id: String, model: String)], policies: [String]) -> MetricsSnapshot {
        var snapshot = MetricsSnapshot(words: self, targets: targets, policies: policies)
        for (index, target) in targets.prefix(WorkerRegion.targetsMax).enumerated() {
            let cell = self.target(index)
            guard cell.attempts > 0 || cell.failures > 0 else { continue }
            snapshot.targets[target.id, default: .init()].attempts &+= cell.attempts
            snapshot.targets[target.id, default: .init()].failures &+= cell.failures
        }
        return snapshot
    }
}
