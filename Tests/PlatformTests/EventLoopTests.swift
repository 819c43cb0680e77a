import Testing

@testable import Platform

@Suite("Event loop")
struct EventLoopTests {
    final class Log: TimerHandler {
        var kinds: [Int] = []
        func timerFired(kind: Int, at now: Instant) { self.kinds.append(kind) }
    }

    @Test func `timers fire in order of their deadlines, cancelled ones never`() throws {
        let loop = try EventLoop()
        let log = Log()
        let base = Instant.now()
        var timers: [EventLoop.Timer] = []
        for kind in [5, 1, 4, 2, 3] { timers.append(loop.schedule(at: base + .microseconds(kind), kind: kind, handler: log)) }
        loop.cancel(timers[2])
        loop.cancel(timers[2])
        let deadline = base + .seconds(5)
        while log.kinds.count < 4 && Instant.now() < deadline { loop.runOnce(longestWait: .milliseconds(10)) }
        #expect(log.kinds == [1, 2, 3, 5])
    }
}
