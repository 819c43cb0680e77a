import Metrics
import Platform
import Record
import Settings
import Testing

@testable import IPC
@testable import Supervisor

/// A worker's memory is written by who may have been taken over: nothing in it may end the supervisor.
@Suite("Foreign memory")
struct ForeignMemoryTests {
    private static let size = WorkerRegion.byteCount(tableCapacity: 8)
    private static let extremes: [Int64] = [.min, .min + 1, -1, 0, 1, 2, 3, 1_790_000_000_000_000_000, .max - 1, .max]
    private static let plan = SupervisorPlan(
        packName: "pack", packVersion: "1.2.3", listen: [.tcp(host: "127.0.0.1", port: 1)], adminListen: .tcp(host: "127.0.0.1", port: 2), workers: 1,
        needsDemo: false, drainSeconds: 1, hangSeconds: 5, connectionsMax: 8, logLevel: .info, logFormat: .auto,
        targets: [TargetName(id: "t", model: "m")], hasAuditLogger: true)

    /// All that the supervisor makes of a region. A trap is the failure.
    private func readEverything(_ region: WorkerRegionReader) {
        let now = Instant.now()
        let snapshot = region.snapshot()
        var slot = WorkerSlot()
        _ = slot.handle(.start, at: now)
        _ = slot.handle(.becameReady, at: now)
        if let beat = snapshot.heartbeat {
            #expect(beat.nanoseconds > 0)
            _ = slot.handle(.beat(beat), at: now)
        }
        _ = slot.nextWake(after: now)
        _ = slot.presence(at: now)
        _ = slot.handle(.timerFired, at: now)

        var report = StatusReport(pid: 1, version: "1", generation: 1, state: "serving")
        report.workers = [StatusReport.Worker(slot: 0, pid: 2, generation: 1, state: "serving", since: "", region: snapshot, at: now)]
        report.targets = (0..<2).map { StatusReport.Target(id: "t", cells: [region.target($0), region.target($0)]) }
        #expect(!report.json.isEmpty)

        let requests = region.requestsInFlight()
        for signal in [Autopsy.OurSignal.none, .hang, .stall, .dismissal] {
            let facts = Autopsy.Facts(
                pid: 2, ending: .killed(signal: 11), ourSignal: signal, wasAsked: false, memoryRanOut: true, lastWords: region.lastWords(),
                flight: region.flight(), silentFlight: region.flight(), requests: requests)
            let culprit = Autopsy(facts).culprit
            _ = culprit?.policyName
            _ = AbortedEvents.doubtful(requests, slot: 0, generation: .max)
            let events = AbortedEvents(
                of: (slot: 0, generation: .max), requests: requests, written: [], culprit: culprit, plan: Self.plan, hash: "", endedAt: now)
            for event in events.next(100) { #expect(!event.json.isEmpty) }
        }

        var ledger = MetricsLedger()
        let member = MetricsLedger.Member(region: region, targets: Self.plan.targets, isCurrent: true)
        ledger.retire(region, targets: Self.plan.targets)
        ledger.retire(region, targets: Self.plan.targets)
        let metrics = ledger.report([member, member], targets: Self.plan.targets, states: [], restarts: [:], uptime: .seconds(1))
        #expect(!PrometheusText.render(metrics.sums, metrics.gauges, spool: nil).isEmpty)
    }

    @Test func `random bytes over the whole region end nobody`() throws {
        let file = try WorkerRegion.create(slot: 0, tableCapacity: 8)
        let memory = try SharedRegion(file.rawNumber, size: Self.size, isWritable: true)
        let reader = try WorkerRegionReader(file.rawNumber)
        for round in 0..<24 {
            for place in stride(from: 0, to: Self.size, by: 8) {
                // Every third round of plain noise; the others meet the limits of arithmetic more often.
                let word = round % 3 == 0 ? Int64.random(in: .min ... .max) : Self.extremes.randomElement() ?? 0
                memory.store(UInt64(bitPattern: word), place)
            }
            memory.store(.max, WorkerRegion.Place.tableUsed)
            for entry in 0..<8 {
                memory.store(UInt64.random(in: 1...2), WorkerRegion.Place.entries + InFlightEntry.byteCount * entry)
            }
            self.readEverything(reader)
        }
    }

    @Test(arguments: extremes) func `one number everywhere ends nobody`(number: Int64) throws {
        let file = try WorkerRegion.create(slot: 0, tableCapacity: 8)
        let memory = try SharedRegion(file.rawNumber, size: Self.size, isWritable: true)
        for place in stride(from: 0, to: Self.size, by: 8) { memory.store(UInt64(bitPattern: number), place) }
        for entry in 0..<8 { memory.store(1, WorkerRegion.Place.entries + InFlightEntry.byteCount * entry) }
        memory.store(8, WorkerRegion.Place.tableUsed)
        self.readEverything(try WorkerRegionReader(file.rawNumber))
    }

    @Test func `times of an entry are read within their limits`() throws {
        let file = try WorkerRegion.create(slot: 0, tableCapacity: 2)
        let writer = try WorkerRegionWriter(file.rawNumber, slot: 0, generation: 1)
        for (wall, start) in [(Int64.min, Int64.min), (.max, .max)] {
            var entry = AutopsyTests.entry(1)
            entry.wallNanoseconds = wall
            entry.startedAt = Instant(nanoseconds: start)
            _ = writer.open(entry)
        }
        let found = try WorkerRegionReader(file.rawNumber).requestsInFlight().map(\.entry)
        #expect(found.map(\.wallNanoseconds) == [0, 4_102_444_800_000_000_000])
        #expect(found.map(\.startedAt.nanoseconds) == [0, .max])
    }

    @Test(arguments: [Instant(nanoseconds: .max), .now() + .seconds(3_600)])
    func `a beat from the future does not hide a hang`(beat: Instant) {
        let start = Instant.now()
        var slot = WorkerSlot()
        _ = slot.handle(.start, at: start)
        _ = slot.handle(.becameReady, at: start)
        #expect(slot.handle(.beat(beat), at: start + .seconds(1)) == .none)
        #expect(slot.nextWake(after: start + .seconds(1)) == start + .seconds(3))
        #expect(slot.handle(.timerFired, at: start + .seconds(5)) != .none)
    }

    @Test func `a beat that comes while we look counts as now`() {
        let start = Instant(nanoseconds: 1_000_000_000_000)
        var slot = WorkerSlot()
        _ = slot.handle(.start, at: start)
        _ = slot.handle(.becameReady, at: start)
        _ = slot.handle(.beat(start + .milliseconds(2_900)), at: start + .seconds(2))
        #expect(slot.nextWake(after: start + .seconds(2)) == start + .seconds(5))
    }
}
