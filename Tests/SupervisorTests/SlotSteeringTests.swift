import Platform
import Testing

@testable import Supervisor

@Suite("Slot steering")
struct SlotSteeringTests {
    private let start = Instant(nanoseconds: 0)
    private var steering: SlotSteering

    init() {
        self.steering = SlotSteering(indexCount: 3, at: Instant(nanoseconds: 0))
        _ = self.steering.update([.serving, .serving, .serving], at: Instant(nanoseconds: 0))
    }

    @Test mutating func `a short absence changes nothing`() {
        #expect(steering.update([.serving, .awayBriefly, .serving], at: start) == nil)
        #expect(steering.nextWake(after: start) == start + .milliseconds(50))
        #expect(steering.update([.serving, .awayBriefly, .serving], at: start + .milliseconds(49)) == nil)
        #expect(steering.update([.serving, .serving, .serving], at: start + .milliseconds(49)) == nil)
        #expect(steering.nextWake(after: start) == .distantFuture)
    }

    @Test func `what the kernel was told before is where it begins`() {
        var adopted = SlotSteering(indexCount: 3, chosen: [0, 2], at: start)
        #expect(adopted.chosen == [0, 2])
        #expect(adopted.update([.serving, .serving, .serving], at: start) == [0, 1, 2])
    }

    @Test mutating func `a slot vacant for 50 ms is left out until it serves`() {
        _ = steering.update([.serving, .awayBriefly, .serving], at: start)
        #expect(steering.update([.serving, .awayBriefly, .serving], at: start + .milliseconds(50)) == [0, 2])
        #expect(steering.update([.serving, .awayBriefly, .serving], at: start + .seconds(9)) == nil)
        #expect(steering.update([.serving, .serving, .serving], at: start + .seconds(9)) == [0, 1, 2])
    }

    @Test mutating func `a slot that waits in back-off is left out at once`() {
        #expect(steering.update([.serving, .serving, .awayLong], at: start) == [0, 1])
        #expect(steering.update([.serving, .serving, .awayBriefly], at: start + .milliseconds(1)) == nil)
        #expect(steering.update([.serving, .serving, .serving], at: start + .milliseconds(2)) == [0, 1, 2])
    }

    @Test mutating func `when nobody serves nothing changes`() {
        _ = steering.update([.awayBriefly, .awayBriefly, .awayBriefly], at: start)
        #expect(steering.update([.awayBriefly, .awayBriefly, .awayBriefly], at: start + .seconds(1)) == nil)
        #expect(steering.update([.awayBriefly, .serving, .awayBriefly], at: start + .seconds(2)) == [1])
        #expect(steering.update([.awayBriefly, .awayBriefly, .awayBriefly], at: start + .seconds(3)) == nil)
        #expect(steering.update([.serving, .awayBriefly, .awayBriefly], at: start + .seconds(4)) == [0])
    }
}

@Suite("Slot steering that grows")
struct SlotSteeringGrowthTests {
    private let start = Instant(nanoseconds: 0)

    @Test func `a new index takes nothing until it is served`() {
        var steering = SlotSteering(indexCount: 1, at: start)
        #expect(steering.chosen == [0])
        steering.grow(to: 3, at: start)
        steering.grow(to: 2, at: start)
        #expect(steering.chosen == [0])
        #expect(steering.update([.serving, .awayLong, .awayLong], at: start + .seconds(1)) == nil)
        #expect(steering.update([.serving, .serving, .awayLong], at: start + .seconds(1)) == [0, 1])
    }
}

@Suite("Watchdog rule")
struct WatchdogRuleTests {
    private let start = Instant(nanoseconds: 0)

    @Test(arguments: [(nil, nil), ("0", nil), ("x", nil), ("20000000", "2"), ("", nil)] as [(String?, String?)])
    func `it is silent where nobody asked`(microseconds: String?, pid: String?) {
        #expect(WatchdogRule(microseconds: microseconds, pid: pid, ownPid: 1, at: start) == nil)
    }

    @Test func `it feeds at most every 5 s, and only while half of the slots are fresh`() throws {
        var rule = try #require(WatchdogRule(microseconds: "20000000", pid: "1", ownPid: 1, at: start))
        func due(_ fresh: Int, of count: Int, answers: Bool = true, excused: Bool = false, _ second: Int) -> Bool {
            rule.isDue(freshSlots: fresh, slotCount: count, addressesAnswer: answers, isExcused: excused, at: start + .seconds(second))
        }
        #expect(due(0, of: 0, excused: true, 0))
        #expect(!due(2, of: 2, 4))
        #expect(due(2, of: 3, 5))
        #expect(!due(1, of: 3, 10))
        #expect(due(1, of: 2, 15))
        #expect(!due(0, of: 1, 20))
        #expect(!due(2, of: 2, answers: false, 25))
        #expect(rule.nextWake == start + .seconds(30))
    }

    @Test func `a short limit is fed four times as often`() throws {
        let rule = try #require(WatchdogRule(microseconds: "4000000", pid: nil, ownPid: 1, at: start))
        #expect(rule.nextWake == start)
        var fed = rule
        let isDue = fed.isDue(freshSlots: 1, slotCount: 1, addressesAnswer: true, isExcused: false, at: start)
        #expect(isDue)
        #expect(fed.nextWake == start + .seconds(1))
    }
}
