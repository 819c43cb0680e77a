import Platform
import Testing

@testable import Supervisor

@Suite("Reload course")
final class ReloadCourseTests {
    private let start = Instant(nanoseconds: 0)
    private var course = ReloadCourse(bootLimit: .seconds(10))

    private func step(live: Int = 1, canBegin: Bool = true, _ seconds: Int = 0) -> ReloadCourse.Action {
        self.course.step(liveGenerations: live, canBegin: canBegin, at: self.start + .seconds(seconds))
    }

    @Test func `nobody asked: nothing`() {
        #expect(self.step() == .none)
        #expect(course.nextWake == .distantFuture)
    }

    @Test func `a reload goes through its phases and answers who waits`() {
        course.ask(1, cause: .control)
        #expect(self.step(canBegin: false) == .none)
        #expect(course.hasPending)
        #expect(self.step() == .announce)
        #expect(self.step() == .compile)
        #expect(course.nextWake == start + .seconds(10))
        #expect(self.step(9) == .none)
        course.compiled(at: start + .seconds(9))
        #expect(course.phase == .starting(deadline: start + .seconds(19)))
        #expect(self.step(live: 2, 18) == .none)
        #expect(course.finish() == [1])
        #expect(course.isIdle)
        #expect(self.step(20) == .none)
    }

    @Test func `each phase has its end`() {
        course.ask(nil, cause: .signal)
        _ = self.step()
        _ = self.step()
        #expect(self.step(10) == .giveUp)
        #expect(course.finish() == [])
        course.ask(nil, cause: .signal)
        #expect(self.step(20) == .announce)
        #expect(self.step(20) == .compile)
        course.compiled(at: start + .seconds(20))
        #expect(self.step(29) == .none)
        #expect(self.step(30) == .giveUp)
    }

    @Test func `a storm is one reload now and one afterwards`() {
        course.ask(1, cause: .signal)
        _ = self.step()
        _ = self.step()
        for asker in 2...20 { course.ask(ReloadCourse.Asker(asker), cause: .control) }
        #expect(course.finish() == [1])
        #expect(self.step() == .announce)
        #expect(self.step() == .compile)
        #expect(course.cause == .control)
        #expect(course.finish() == (2...20).map { ReloadCourse.Asker($0) })
        #expect(self.step() == .none)
    }

    @Test func `a fourth generation waits for the oldest, which is cut after 30 s`() {
        course.ask(1, cause: .signal)
        #expect(self.step(live: 3) == .announce)
        #expect(self.step(live: 3, 29) == .none)
        // Nothing has been read yet: this wish is served too.
        course.ask(2, cause: .control)
        #expect(self.step(live: 3, 30) == .cutOldest)
        #expect(self.step(live: 3, 31) == .none)
        #expect(course.nextWake == .distantFuture)
        #expect(self.step(live: 2, 32) == .compile)
        #expect(course.finish() == [1, 2])
    }

    @Test func `the last good program goes before all that is pending, without compiling`() {
        course.ask(1, cause: .signal)
        course.askForLastGood()
        #expect(self.step() == .announce)
        #expect(course.isRollback)
        course.ask(2, cause: .signal)
        #expect(self.step() == .startLastGood)
        #expect(course.phase == .starting(deadline: start + .seconds(10)))
        #expect(course.finish() == [])
        #expect(self.step() == .announce)
        #expect(!course.isRollback)
        #expect(self.step() == .compile)
        #expect(course.finish() == [1, 2])
    }

    @Test func `everybody is answered when the gateway ends`() {
        course.ask(1, cause: .signal)
        _ = self.step()
        _ = self.step()
        course.ask(2, cause: .signal)
        #expect(course.abandonAll() == [1, 2])
        #expect(self.step() == .none)
    }
}

@Suite("Probation")
struct ProbationTests {
    private let start = Instant(nanoseconds: 0)
    private func at(_ seconds: Int) -> Instant { self.start + .seconds(seconds) }

    @Test func `three ends of a slot are too many`() {
        var probation = Probation(slotCount: 2, at: start)
        for _ in 0..<2 { probation.ended(slot: 0, at: at(1)) }
        #expect(probation.verdict(at: at(1)) == .open)
        probation.ended(slot: 0, at: at(59))
        #expect(probation.verdict(at: at(59)) == .failed)
        #expect(probation.verdict(at: at(99)) == .failed)
        #expect(probation.nextWake == .distantFuture)
    }

    @Test func `five ends in all are too many`() {
        var probation = Probation(slotCount: 5, at: start)
        for slot in 0..<4 { probation.ended(slot: slot, at: start) }
        #expect(probation.verdict(at: start) == .open)
        probation.ended(slot: 4, at: start)
        #expect(probation.verdict(at: start) == .failed)
        #expect(probation.endsCount == 5)
    }

    @Test func `an end that would repeat itself is enough`() {
        var probation = Probation(slotCount: 2, at: start)
        probation.ended(slot: 1, isPermanent: true, at: start)
        #expect(probation.verdict(at: start) == .failed)
    }

    @Test func `after a minute it is over`() {
        var probation = Probation(slotCount: 1, at: start)
        #expect(probation.nextWake == at(60))
        for _ in 0..<2 { probation.ended(slot: 0, at: at(59)) }
        probation.ended(slot: 0, at: at(60))
        probation.ended(slot: 9, at: at(1))
        #expect(probation.verdict(at: at(59)) == .open)
        #expect(probation.verdict(at: at(60)) == .passed)
    }
}

@Suite("Reload history")
struct ReloadHistoryTests {
    private func entry(_ generation: UInt64, _ result: ReloadHistory.Entry.Result = .applied) -> ReloadHistory.Entry {
        .init(time: "T", generation: generation, hash: "h", cause: .signal, result: result, message: "m")
    }

    @Test func `it keeps the last twenty`() {
        var history = ReloadHistory()
        for generation in 1...21 { history.append(self.entry(UInt64(generation))) }
        #expect(history.entries.map(\.generation) == Array(2...21))
    }

    @Test func `a roll back is marked where it was applied`() {
        var history = ReloadHistory()
        history.append(self.entry(2))
        history.append(self.entry(3, .failed))
        history.rolledBack(generation: 2, message: "crashes")
        history.rolledBack(generation: 3, message: "no")
        #expect(history.entries.map(\.result) == [.rolledBack, .failed])
        #expect(history.entries[0].message == "crashes")
        #expect(history.entries[0].json == #"{"time":"T","generation":2,"hash":"h","cause":"signal","result":"rolled_back","message":"crashes"}"#)
    }

    @Test func `a list of the latest knows how many there were`() {
        var list = RecentList<Int>(limit: 2)
        for number in 1...3 { list.append(number) }
        #expect(list.elements == [2, 3])
        #expect(list.total == 3)
    }
}
