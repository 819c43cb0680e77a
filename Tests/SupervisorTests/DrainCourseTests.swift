import Platform
import Settings
import Testing

@testable import Supervisor

@Suite("Drain course")
struct DrainCourseTests {
    private let start = Instant(nanoseconds: 0)

    @Test func `nothing in flight is the end, once the workers have heard of it`() {
        var course = DrainCourse()
        #expect(course.nextWake == .distantFuture)
        course.ask(at: self.start)
        let actions = [0, 100, 300, 400].map { course.look(inFlight: 0, at: self.start + .milliseconds($0)) }
        #expect(actions == [.progress(inFlight: 0), .none, .done, .none])
        #expect(course.isOn)
        #expect(course.nextWake == .distantFuture)
    }

    @Test func `a count is told once a second, when it has changed`() {
        var course = DrainCourse()
        course.ask(at: self.start)
        let counts: [(Int, UInt64)] = [(0, 5), (150, 4), (900, 3), (1000, 3), (2100, 3), (2200, 1)]
        let actions = counts.map { course.look(inFlight: $0.1, at: self.start + .milliseconds($0.0)) }
        #expect(actions == [.progress(inFlight: 5), .none, .none, .progress(inFlight: 3), .none, .progress(inFlight: 1)])
        #expect(course.nextWake == self.start + .milliseconds(2300))
    }

    @Test func `who asks again hears again`() {
        var course = DrainCourse()
        course.ask(at: self.start)
        var actions = [course.look(inFlight: 0, at: self.start + .seconds(1))]
        course.ask(at: self.start + .seconds(2))
        actions.append(course.look(inFlight: 0, at: self.start + .seconds(2)))
        course.end()
        actions.append(course.look(inFlight: 0, at: self.start + .seconds(3)))
        #expect(actions == [.done, .done, .none])
        #expect(!course.isOn)
    }
}

@Suite("Stored sockets")
struct StoredSocketsTests {
    private let a = ListenAddress.tcp(host: "0.0.0.0", port: 1)
    private let b = ListenAddress.unix(path: "/b")

    @Test func `only what is new is stored, and what is gone is removed`() {
        var stored = StoredSockets()
        self.check(&stored, [(self.a, 2), (self.b, 1)], [.store(self.a, index: 0), .store(self.a, index: 1), .store(self.b, index: 0)])
        self.check(&stored, [(self.a, 2), (self.b, 1)], [])
        self.check(&stored, [(self.a, 3)], [.store(self.a, index: 2), .remove(self.b, index: 0)])
        self.check(&stored, [(self.a, 1)], [.remove(self.a, index: 1), .remove(self.a, index: 2)])
        self.check(&stored, [], [.remove(self.a, index: 0)])
    }

    private func check(_ stored: inout StoredSockets, _ wanted: [(ListenAddress, Int)], _ expected: [StoredSockets.Action]) {
        let actions = stored.update(wanted.map { (address: $0.0, count: $0.1) })
        #expect(actions == expected)
    }
}
