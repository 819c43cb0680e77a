internal import IPC
internal import Metrics
internal import Settings

/// The counters of the whole tree: what the dead have left, and on demand what the living have counted.
///
/// Each region is retired once, after its process was reaped and before it is let go, so no sum ever goes back.
struct MetricsLedger {
    /// A worker that lives, or that is dead and not yet retired.
    struct Member {
        var region: WorkerRegionReader
        /// Of its own generation.
        var targets: [TargetName]
        /// Of the generation in force.
        var isCurrent: Bool
    }

    /// Sums of the dead; goes along in a hand-over.
    private(set) var retired = MetricsSnapshot()

    private static let policies = PolicyKind.allCases.map(\.rawValue)

    init(retired: MetricsSnapshot = MetricsSnapshot()) { self.retired = retired }

    mutating func retire(_ region: WorkerRegionReader, targets: [TargetName]) { self.retired.merge(Self.counters(region, targets)) }

    /// All that is known now. `targets`: of the configuration in force; `states`: of the workers, by name;
    /// `restarts`: ends that nobody asked for, by kind.
    func report(
        _ members: [Member], targets: [TargetName], states: [String], restarts: [DeathRecord.Kind: Int], uptime: Duration
    ) -> MetricsReport {
        var sums = self.retired
        var gauges = MetricsGauges()
        for member in members {
            sums.merge(Self.counters(member.region, member.targets))
            let now = member.region.snapshot()
            gauges.inFlight &+= now.inFlight
            gauges.openStreams &+= now.openStreams
        }
        for (kind, count) in restarts { sums.restarts[kind.rawValue, default: 0] &+= UInt64(clamping: count) }
        for state in states { gauges.workers[state, default: 0] += 1 }
        gauges.uptimeSeconds = UInt64(clamping: uptime.components.seconds)
        gauges.targets = targets.map { target in
            var sum = TargetSum(target)
            for member in members {
                guard let index = member.targets.firstIndex(where: { $0.id == target.id }), index < WorkerRegion.targetsMax else { continue }
                sum.add(member.region.target(index), isCurrent: member.isCurrent)
            }
            return sum.gauge
        }
        return MetricsReport(sums: sums, gauges: gauges)
    }

    private static func counters(_ region: WorkerRegionReader, _ targets: [TargetName]) -> MetricsSnapshot {
        region.counters(targets: targets.map { ($0.id, $0.model) }, policies: Self.policies)
    }
}

/// One target as several workers see it.
struct TargetSum {
    private let name: TargetName
    private var inFlight: UInt64 = 0
    /// Of the workers that have had an answer.
    private var attempts = 0.0
    private var weighted = 0.0
    private var opinions = 0
    private var refusals = 0

    init(_ name: TargetName) { self.name = name }

    mutating func add(_ cell: TargetCell, isCurrent: Bool) {
        self.inFlight &+= cell.inFlight
        if cell.latencyMicroseconds > 0 {
            // An answer without an attempt is a worker's that died between two stores.
            let weight = Double(max(1, cell.attempts))
            self.attempts += weight
            self.weighted += weight * Double(cell.latencyMicroseconds)
        }
        guard isCurrent else { return }
        self.opinions += 1
        if cell.unavailability != 0 { self.refusals += 1 }
    }

    /// Not available when every worker of the generation in force says so.
    var gauge: MetricsGauges.Target {
        var gauge = MetricsGauges.Target(id: self.name.id, model: self.name.model)
        gauge.inFlight = self.inFlight
        if self.attempts > 0 { gauge.latencyMicroseconds = UInt64(exactly: (self.weighted / self.attempts).rounded()) }
        gauge.isAvailable = self.opinions == 0 || self.refusals < self.opinions
        return gauge
    }
}
