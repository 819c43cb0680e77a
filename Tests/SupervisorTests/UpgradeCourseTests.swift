import Platform
import Testing

@testable import Supervisor

@Suite("Upgrade course")
struct UpgradeCourseTests {
    private let start = Instant(nanoseconds: 0)

    @Test func `the new build is asked, a reload is waited for, then the image is replaced`() {
        var course = UpgradeCourse()
        #expect(course.step(canBegin: true, isReloading: false, at: self.start) == .none)
        course.ask(1)
        #expect(course.step(canBegin: false, isReloading: false, at: self.start) == .none)
        // While the preflight runs, reloads begin and end as ever.
        #expect(course.step(canBegin: true, isReloading: true, at: self.start) == .preflight)
        #expect(!course.holdsReloads)
        course.ask(2)
        course.fits()
        #expect(course.holdsReloads)
        #expect(course.step(canBegin: true, isReloading: true, at: self.start) == .none)
        #expect(course.step(canBegin: false, isReloading: false, at: self.start) == .none)
        #expect(course.step(canBegin: true, isReloading: false, at: self.start) == .replace)
        #expect(course.finish() == [1, 2])
        #expect(course.step(canBegin: true, isReloading: false, at: self.start) == .none)
    }

    @Test func `a preflight has five seconds`() {
        var course = UpgradeCourse()
        course.ask(nil)
        #expect(course.nextWake == .distantFuture)
        _ = course.step(canBegin: true, isReloading: false, at: self.start)
        #expect(course.nextWake == self.start + .seconds(5))
        #expect(course.step(canBegin: true, isReloading: false, at: self.start + .milliseconds(4999)) == .none)
        #expect(course.step(canBegin: true, isReloading: false, at: self.start + .seconds(5)) == .giveUp)
        #expect(course.finish().isEmpty)
        #expect(course.phase == .idle)
        // Too late.
        course.fits()
        #expect(course.phase == .idle)
    }
}

@Suite("Hand-over order")
struct HandOverOrderTests {
    @Test(arguments: ["5,6", "5,refused", "5,back"])
    func `it comes back as it went`(text: String) { #expect(HandOverOrder(text)?.text == text) }

    @Test(arguments: ["", "5", "5,", ",6", "2,6", "5,2", "5,5", "5,6,7", "a,b", "-5,6", "5,Refused"])
    func `anything else is none`(text: String) { #expect(HandOverOrder(text) == nil) }

    @Test func `the environment has one order, the latest`() {
        let order = HandOverOrder(file: 9, kind: .refused)
        let own = ["A=1", "KEEPTRUSTS_HANDOVER=5,6", "KEEPTRUSTS_HANDOVER_REASON=x", "KEEPTRUSTS_HANDOVER_OTHER=y"]
        #expect(
            order.environment(own, reason: "why\0 not") == [
                "A=1", "KEEPTRUSTS_HANDOVER_OTHER=y", "KEEPTRUSTS_HANDOVER=9,refused", "KEEPTRUSTS_HANDOVER_REASON=why not",
            ])
        #expect(ChildEnvironment.lines(own).filter { $0.hasPrefix("KEEPTRUSTS") } == ["KEEPTRUSTS_HANDOVER_OTHER=y"])
    }

    @Test func `a slot goes on as it was`() {
        let now = Instant(nanoseconds: 1000)
        var slot = WorkerSlot()
        for event in [WorkerSlot.Event.start, .becameReady, .beat(now + .seconds(1)), .exited(isPermanent: false), .becameReady] {
            #expect(WorkerSlot(slot.handOver, limits: slot.limits).handOver == slot.handOver)
            _ = slot.handle(event, at: now)
        }
        var copy = WorkerSlot(slot.handOver, limits: slot.limits)
        #expect(copy.handle(.exited(isPermanent: false), at: now) == slot.handle(.exited(isPermanent: false), at: now))
        #expect(copy.phase == slot.phase)
        #expect(copy.restarts == 2)
    }
}
