import Platform
import Testing

@testable import Worker

@Suite("Drain course")
struct DrainCourseTests {
    private let start = Instant(nanoseconds: 5_000_000_000)

    /// Steps with the same load until something other than waiting comes up; how long that took.
    private func follow(_ course: inout DrainCourse, inFlight: Int, connections: Int, from: Instant) -> (DrainCourse.Step, Duration) {
        var now = from
        while true {
            let step = course.step(inFlight: inFlight, connections: connections, at: now)
            guard case .wait(let until) = step, until < from + .seconds(1000) else { return (step, now - from) }
            precondition(until > now, "a wait that does not end")
            now = until
        }
    }

    @Test func `with nothing open it leaves at once`() {
        for isLast in [false, true] {
            var course = DrainCourse()
            course.begin(deadline: self.start + .seconds(300), isLast: isLast)
            #expect(course.step(inFlight: 0, connections: 0, at: self.start) == .leave)
        }
    }

    @Test func `the last one gives idle clients a second`() {
        var course = DrainCourse()
        course.begin(deadline: self.start + .seconds(300), isLast: true)
        #expect(self.follow(&course, inFlight: 0, connections: 3, from: self.start) == (.leave, .seconds(1)))
    }

    @Test func `the second begins when the last request has ended`() {
        var course = DrainCourse()
        course.begin(deadline: self.start + .seconds(300), isLast: true)
        _ = course.step(inFlight: 0, connections: 3, at: self.start)
        _ = course.step(inFlight: 1, connections: 3, at: self.start + .milliseconds(900))
        #expect(self.follow(&course, inFlight: 0, connections: 3, from: self.start + .seconds(5)) == (.leave, .seconds(1)))
    }

    @Test func `with successors at work idle clients are left alone until just before the deadline`() {
        var course = DrainCourse()
        course.begin(deadline: self.start + .seconds(300), isLast: false)
        #expect(self.follow(&course, inFlight: 0, connections: 3, from: self.start) == (.cut, .milliseconds(299_500)))
    }

    @Test func `what is under way is cut just before the deadline, once, and clients may read that`() {
        for isLast in [false, true] {
            var course = DrainCourse()
            course.begin(deadline: self.start + .seconds(7), isLast: isLast)
            #expect(self.follow(&course, inFlight: 2, connections: 3, from: self.start) == (.cut, .milliseconds(6_500)))
            let after = self.start + .seconds(7)
            #expect(self.follow(&course, inFlight: 0, connections: 3, from: after) == (.leave, DrainCourse.farewell))
            #expect(course.step(inFlight: 0, connections: 0, at: after) == .leave)
        }
    }

    @Test func `asked again, the earlier deadline holds and the haste stays`() {
        var course = DrainCourse()
        #expect(!course.hasBegun)
        course.begin(deadline: self.start + .seconds(300), isLast: false)
        course.begin(deadline: self.start + .seconds(5), isLast: true)
        course.begin(deadline: self.start + .seconds(60), isLast: false)
        #expect(course.hasBegun && course.deadline == self.start + .seconds(5))
        #expect(self.follow(&course, inFlight: 0, connections: 1, from: self.start) == (.leave, .seconds(1)))
    }

    @Test func `a time shorter than the notice is no time`() {
        var course = DrainCourse()
        course.begin(deadline: self.start + .milliseconds(100), isLast: true)
        #expect(course.step(inFlight: 1, connections: 1, at: self.start) == .cut)
    }
}
