import Metrics
import Testing

@testable import IPC
@testable import Platform

@Suite("Metrics report")
struct MetricsReportTests {
    private static let report: MetricsReport = {
        var sums = MetricsSnapshot()
        sums.requests = [
            .init(target: "a", model: "m", status: 200, verdict: "allow"): 5, .init(target: "", model: "", status: 0, verdict: "block"): .max,
        ]
        sums.duration.counts = [1, 2, 3]
        sums.duration.sum = 77
        sums.targets["é"] = .init()
        sums.targets["é"]?.cost = 9
        sums.policies["p"] = .init()
        sums.policies["p"]?.evaluations = [1, 2, 3, 4]
        sums.policies["p"]?.time.counts = [8]
        sums.restarts = ["crash": 3, "oom": 1]
        var gauges = MetricsGauges()
        gauges.targets = [.init(id: "a", model: "m"), .init(id: "b", model: "")]
        gauges.targets[0].latencyMicroseconds = 4
        gauges.targets[0].isAvailable = false
        gauges.targets[1].breaker = 1
        gauges.targets[1].inFlight = 6
        gauges.workers = ["serving": 2]
        (gauges.inFlight, gauges.openStreams, gauges.uptimeSeconds) = (1, 2, 3)
        return MetricsReport(sums: sums, gauges: gauges)
    }()

    @Test func `what was encoded is decoded`() {
        let bytes = Self.report.encode()
        #expect(MetricsReport.decode(bytes) == Self.report)
        #expect(MetricsReport.decode(bytes)?.encode() == bytes)
        #expect(MetricsSnapshot.decode(Self.report.sums.encode()) == Self.report.sums)
        #expect(MetricsSnapshot.decode(MetricsSnapshot().encode()) == MetricsSnapshot())
    }

    @Test func `bytes that end early are refused`() {
        let (report, sums) = (Self.report.encode(), Self.report.sums.encode())
        for count in report.indices { #expect(MetricsReport.decode(Array(report[..<count])) == nil) }
        for count in sums.indices { #expect(MetricsSnapshot.decode(Array(sums[..<count])) == nil) }
        var newer = sums
        newer[0] = 99
        #expect(MetricsSnapshot.decode(newer) == nil)
    }

    @Test func `a region has room for all metrics, and shows them`() throws {
        #expect(WorkerMetrics<WorkerRegionWriter>.wordCount <= WorkerRegion.metricsWords)
        let file = try WorkerRegion.create(slot: 0, tableCapacity: 1)
        let writer = try WorkerRegionWriter(file.rawNumber, slot: 0, generation: 1)
        let metrics = WorkerMetrics(writer)
        metrics.ended(EndedRequest(target: 0, status: 200, verdict: 0, total: 1, firstByte: 1, own: 1))
        var cell = TargetCell()
        (cell.attempts, cell.failures) = (4, 3)
        writer.setTarget(0, cell)
        let reader = try WorkerRegionReader(file.rawNumber)
        let counters = reader.counters(targets: [("a", "m"), ("b", "m")], policies: [])
        #expect(counters.requests == [.init(target: "a", model: "m", status: 200, verdict: "allow"): 1])
        #expect(counters.targets["a"]?.attempts == 4)
        #expect(counters.targets["a"]?.failures == 3)
        #expect(counters.targets["b"] == nil)
        #expect(reader.requestsInFlight().isEmpty)
    }
}
