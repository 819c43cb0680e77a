import IPC
import Metrics
import Platform
import Testing

@testable import Supervisor

@Suite("Metrics ledger")
struct MetricsLedgerTests {
    private static let targets = [TargetName(id: "a", model: "large"), TargetName(id: "b", model: "small")]

    /// A worker's region that counted `requests` of its target 0.
    private static func region(requests: Int, _ cell: TargetCell = TargetCell()) throws -> WorkerRegionReader {
        let file = try WorkerRegion.create(slot: 0, tableCapacity: 1)
        let writer = try WorkerRegionWriter(file.rawNumber, slot: 0, generation: 1)
        let metrics = WorkerMetrics(writer)
        for _ in 0..<requests { metrics.ended(EndedRequest(target: 0, status: 200, verdict: 0, total: 1, firstByte: nil, own: 1)) }
        writer.setTarget(0, cell)
        writer.openStreams = 2
        return try WorkerRegionReader(file.rawNumber)
    }

    private static func report(_ ledger: MetricsLedger, _ members: [MetricsLedger.Member], _ targets: [TargetName] = targets) -> MetricsReport {
        ledger.report(members, targets: targets, states: ["serving", "serving", "backoff"], restarts: [.crash: 2, .oom: 1], uptime: .seconds(90))
    }

    @Test func `the sum is the same before and after a death`() throws {
        var ledger = MetricsLedger()
        let (dying, living) = (try Self.region(requests: 3), try Self.region(requests: 4))
        let members = [dying, living].map { MetricsLedger.Member(region: $0, targets: Self.targets, isCurrent: true) }
        let before = Self.report(ledger, members).sums
        #expect(before.requests(of: "a") == 7)
        ledger.retire(dying, targets: Self.targets)
        #expect(Self.report(ledger, [members[1]]).sums == before)
    }

    @Test func `a worker's targets are those of its own generation`() throws {
        let ledger = MetricsLedger()
        let turned = [Self.targets[1], Self.targets[0]]
        let members = [
            MetricsLedger.Member(region: try Self.region(requests: 3), targets: Self.targets, isCurrent: false),
            MetricsLedger.Member(region: try Self.region(requests: 5), targets: turned, isCurrent: true),
        ]
        let sums = Self.report(ledger, members, turned).sums
        #expect(sums.requests(of: "a") == 3)
        #expect(sums.requests(of: "b") == 5)
    }

    @Test func `restarts, states and time go along`() {
        let report = Self.report(MetricsLedger(), [])
        #expect(report.sums.restarts == ["crash": 2, "oom": 1])
        #expect(report.gauges.workers == ["serving": 2, "backoff": 1])
        #expect(report.gauges.uptimeSeconds == 90)
    }

    @Test func `latency is weighted by attempts, and a target is there as long as one worker may ask it`() throws {
        func cell(_ attempts: UInt64, _ latency: UInt64, _ unavailability: UInt64) -> TargetCell {
            var cell = TargetCell()
            (cell.attempts, cell.latencyMicroseconds, cell.unavailability, cell.inFlight) = (attempts, latency, unavailability, 1)
            return cell
        }
        var sum = TargetSum(Self.targets[0])
        #expect(sum.gauge == MetricsGauges.Target(id: "a", model: "large"))
        sum.add(cell(1, 1000, 1), isCurrent: true)
        #expect(!sum.gauge.isAvailable)
        sum.add(cell(3, 2000, 0), isCurrent: true)
        sum.add(cell(9, 0, 1), isCurrent: true)
        #expect(sum.gauge.isAvailable)
        #expect(sum.gauge.latencyMicroseconds == 1750)
        #expect(sum.gauge.inFlight == 3)
        var old = TargetSum(Self.targets[0])
        old.add(cell(1, 1, 1), isCurrent: false)
        #expect(old.gauge.isAvailable)
    }

    @Test func `the console inherits no key`() {
        let own = ["PATH=/bin", "MISTRAL_API_KEY=secret", "LC_ALL=C", "HOME=/h", "NOTIFY_SOCKET=/n", "KEEPTRUSTS_GATEWAY_TOKEN=t", "PATHS=x"]
        let lines = ConsoleEnvironment.lines(own)
        #expect(lines == ["PATH=/bin", "LC_ALL=C", "HOME=/h", ChildEnvironment.backtrace])
    }
}
