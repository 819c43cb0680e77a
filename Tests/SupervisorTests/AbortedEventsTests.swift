import IPC
import Platform
import Record
import Settings
import Testing

@testable import Supervisor

@Suite("Aborted events")
struct AbortedEventsTests {
    private let start = Instant(nanoseconds: 1_000_000_000_000)
    private struct Refused: Error {}

    private static let plan = SupervisorPlan(
        packName: "pack", packVersion: "1.2.3", listen: [.tcp(host: "127.0.0.1", port: 1)], adminListen: .tcp(host: "127.0.0.1", port: 2), workers: 2,
        needsDemo: false, drainSeconds: 1, hangSeconds: 5, connectionsMax: 10, logLevel: .info, logFormat: .auto,
        targets: [TargetName(id: "first", model: "m"), TargetName(id: "second", model: "m")], hasAuditLogger: true)

    private static func events(
        _ requests: [(index: Int, state: InFlightEntry.State, entry: InFlightEntry)], written: Set<String> = [], culprit: Autopsy.Culprit? = nil
    ) -> AbortedEvents {
        AbortedEvents(
            of: (slot: 1, generation: 3), requests: requests, written: written, culprit: culprit, plan: Self.plan, hash: "abc",
            endedAt: Instant(nanoseconds: 50 + 5_000_000))
    }

    @Test func `the culprit's event names the policy, the others are only cut off`() {
        var withTarget = AutopsyTests.entry(2)
        withTarget.target = 1
        let found = Self.events([(4, .open, withTarget), (1, .open, AutopsyTests.entry(1, AutopsyTests.other))], culprit: AutopsyTests.blamed).next(10)
        #expect(found.map(\.requestID) == ["r1", "r2"])
        #expect(found.map(\.id) == ["evt-1-3-1790000000000000000-1", "evt-1-3-1790000000000000000-2"])
        #expect(found.map(\.outcome) == [.aborted, .aborted])
        #expect(found.map(\.verdict) == ["allow", "block"])
        #expect(found[0].policies == [])
        #expect(
            found[1].policies == [
                RecordedEvent.Policy(kind: "pii-detector", phase: "input", verdict: "block", reasonCode: "policy_crashed", microseconds: 0)
            ])
        #expect(found[1].target == "second")
        #expect(found[0].target == nil)
        #expect(found[1].endpoint == "/v1/chat/completions")
        #expect(found[1].stream)
        #expect(found[1].modelRequested == "m")
        #expect(found[1].clientAddress == "127.0.0.1")
        #expect(found[1].durations.total == .milliseconds(5))
        #expect(found[1].configuration == .init(name: "pack", version: "1.2.3", hash: "abc"))
        #expect(found[1].bytes.request == 12)
    }

    @Test func `what the worker wrote itself is not written again`() {
        let requests: [(index: Int, state: InFlightEntry.State, entry: InFlightEntry)] = [
            (0, .recording, AutopsyTests.entry(1)), (1, .open, AutopsyTests.entry(2)), (2, .recording, AutopsyTests.entry(3)),
        ]
        let doubtful = AbortedEvents.doubtful(requests, slot: 1, generation: 3)
        #expect(doubtful == ["evt-1-3-1790000000000000000-1", "evt-1-3-1790000000000000000-3"])
        #expect(Self.events(requests, written: [doubtful[0]]).next(10).map(\.requestID) == ["r2", "r3"])
    }

    @Test func `garbage in an entry still gives an event`() {
        var entry = AutopsyTests.entry(1)
        entry.endpoint = 200
        entry.target = 60_000
        entry.requestID = [0xFF, 0x22, 0x00]
        entry.model = []
        entry.clientAddress = []
        entry.startedAt = Instant(nanoseconds: .max)
        let event = Self.events([(0, .open, entry)]).next(1)[0]
        #expect(event.endpoint == "")
        #expect(event.target == nil)
        #expect(event.modelRequested == nil)
        #expect(event.clientAddress == nil)
        #expect(event.durations.total == .zero)
        #expect(!event.json.isEmpty)
    }

    @Test func `thousands are written a bounded number at a time`() throws {
        var queue = AbortedEventQueue()
        #expect(queue.nextWake == .distantFuture)
        queue.add(Self.events([]))
        #expect(queue.waiting.isEmpty)
        queue.add(Self.events((0..<2500).map { ($0, .open, AutopsyTests.entry(UInt64($0))) }))
        queue.add(Self.events([(0, .open, AutopsyTests.entry(7777))]))
        var sizes: [Int] = []
        var ids: Set<String> = []
        while queue.nextWake <= self.start {
            queue.writeNext(at: self.start) { events, slot, generation in
                #expect(slot == 1 && generation == 3)
                sizes.append(events.count)
                ids.formUnion(events.map(\.id))
            }
        }
        #expect(sizes == [1024, 1024, 452, 1])
        #expect(ids.count == 2501)
        #expect(queue.waiting.isEmpty)
        #expect(queue.nextWake == .distantFuture)
    }

    @Test func `what cannot be written waits a second and is tried again`() throws {
        var queue = AbortedEventQueue()
        queue.add(Self.events([(0, .open, AutopsyTests.entry(1))]))
        #expect(throws: Refused.self) { try queue.writeNext(at: self.start) { _, _, _ throws(Refused) in throw Refused() } }
        #expect(queue.nextWake == self.start + .seconds(1))
        queue.writeNext(at: self.start + .milliseconds(999)) { _, _, _ in Issue.record("too early") }
        var count = 0
        queue.writeNext(at: self.start + .seconds(1)) { events, _, _ in count += events.count }
        #expect(count == 1)
    }

    @Test func `a spool that stays full costs the oldest, counted`() {
        var queue = AbortedEventQueue()
        let many = (0..<65_536).map { (index: $0, state: InFlightEntry.State.open, entry: AutopsyTests.entry(UInt64($0))) }
        let events = Self.events(many)
        for _ in 0..<5 { queue.add(events) }
        #expect(queue.count == AbortedEventQueue.requestsMax)
        #expect(queue.lost == 65_536)
    }
}
