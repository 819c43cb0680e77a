import Platform
import Testing

@testable import Supervisor

@Suite("Worker slot")
struct WorkerSlotTests {
    private let start = Instant(nanoseconds: 1_000_000_000_000)
    private var slot = WorkerSlot()

    private func at(_ offset: Duration) -> Instant { self.start + offset }

    /// Started and ready at `start`.
    private mutating func serve() {
        #expect(self.slot.handle(.start, at: self.start) == .spawn)
        #expect(self.slot.handle(.becameReady, at: self.start) == .none)
        #expect(self.slot.phase == .serving(since: self.start))
    }

    @Test mutating func `it starts once`() {
        #expect(slot.handle(.start, at: start) == .spawn)
        #expect(slot.handle(.start, at: start) == .none)
        #expect(!slot.isServing(at: start))
    }

    @Test mutating func `a worker that is not ready in 10 s is killed`() {
        _ = slot.handle(.start, at: start)
        #expect(slot.nextWake(after: start) == at(.seconds(10)))
        #expect(slot.handle(.timerFired, at: at(.milliseconds(9_999))) == .none)
        #expect(slot.handle(.timerFired, at: at(.seconds(10))) == .kill(.notReady))
        #expect(slot.handle(.becameReady, at: at(.seconds(10))) == .none)
        #expect(slot.handle(.timerFired, at: at(.seconds(20))) == .none)
        #expect(slot.handle(.exited(isPermanent: false), at: at(.seconds(20))) == .spawn)
    }

    @Test mutating func `a first crash is answered at once, the next ones ever later`() {
        self.serve()
        var now = at(.seconds(1))
        #expect(slot.handle(.exited(isPermanent: false), at: now) == .spawn)
        for delay in [100, 200, 400, 800] {
            _ = slot.handle(.becameReady, at: now)
            #expect(slot.handle(.exited(isPermanent: false), at: now) == .none)
            let until = now + .milliseconds(delay)
            #expect(slot.phase == .backoff(until: until))
            #expect(slot.nextWake(after: now) == until)
            #expect(slot.handle(.timerFired, at: until + .milliseconds(-1)) == .none)
            #expect(slot.handle(.timerFired, at: until) == .spawn)
            now = until
        }
        #expect(slot.restarts == 5)
    }

    @Test mutating func `a worker that cannot be spawned is tried again later`() {
        _ = slot.handle(.start, at: start)
        #expect(slot.handle(.spawnFailed, at: start) == .none)
        #expect(slot.phase == .backoff(until: at(.seconds(1))))
        #expect(slot.handle(.spawnFailed, at: start) == .none)
        #expect(slot.restarts == 1)
        #expect(slot.handle(.timerFired, at: at(.seconds(1))) == .spawn)
    }

    @Test mutating func `a permanent failure is not repeated`() {
        self.serve()
        #expect(slot.handle(.exited(isPermanent: true), at: at(.seconds(1))) == .none)
        #expect(slot.phase == .failed)
        #expect(slot.nextWake(after: start) == .distantFuture)
        #expect(slot.handle(.drainRequested(deadline: start), at: start) == .none)
        #expect(slot.phase == .gone)
    }

    @Test mutating func `stale heartbeats steer away, then abort twice, then kill`() {
        self.serve()
        _ = slot.handle(.beat(at(.seconds(1))), at: at(.seconds(1)))
        #expect(slot.isServing(at: at(.milliseconds(3_999))))
        #expect(slot.nextWake(after: at(.seconds(1))) == at(.seconds(4)))
        #expect(!slot.isServing(at: at(.seconds(4))))
        #expect(slot.handle(.timerFired, at: at(.seconds(4))) == .none)
        #expect(slot.nextWake(after: at(.seconds(4))) == at(.seconds(6)))
        #expect(slot.handle(.timerFired, at: at(.seconds(6))) == .abort(.hung))
        #expect(slot.phase == .ending)
        #expect(slot.nextWake(after: at(.seconds(6))) == at(.milliseconds(6_250)))
        #expect(slot.handle(.timerFired, at: at(.milliseconds(6_250))) == .abortAgain)
        #expect(slot.handle(.timerFired, at: at(.seconds(7))) == .none)
        #expect(slot.handle(.timerFired, at: at(.seconds(9))) == .kill(.hung))
        #expect(slot.handle(.timerFired, at: at(.seconds(10))) == .none)
        #expect(slot.handle(.exited(isPermanent: false), at: at(.seconds(10))) == .spawn)
    }

    @Test mutating func `a heartbeat that comes back in time restores the slot`() {
        self.serve()
        #expect(!slot.isServing(at: at(.seconds(4))))
        _ = slot.handle(.beat(at(.seconds(4))), at: at(.seconds(4)))
        #expect(slot.isServing(at: at(.seconds(4))))
        #expect(slot.handle(.timerFired, at: at(.seconds(8))) == .none)
    }

    @Test mutating func `an older heartbeat changes nothing`() {
        self.serve()
        _ = slot.handle(.beat(at(.seconds(2))), at: at(.seconds(2)))
        _ = slot.handle(.beat(at(.seconds(1))), at: at(.seconds(2)))
        #expect(slot.isServing(at: at(.milliseconds(4_900))))
    }

    @Test mutating func `a drain ends with its deadline at the latest`() {
        self.serve()
        #expect(slot.handle(.drainRequested(deadline: at(.seconds(4))), at: start) == .askToDrain)
        #expect(!slot.isServing(at: start))
        #expect(slot.handle(.drainRequested(deadline: at(.seconds(9))), at: start) == .none)
        // From its deadline on it cuts off what is open; the time for that ends too.
        _ = slot.handle(.beat(at(.seconds(8))), at: at(.seconds(8)))
        #expect(slot.nextWake(after: at(.seconds(8))) == at(.seconds(9)))
        #expect(slot.handle(.timerFired, at: at(.milliseconds(8_999))) == .none)
        #expect(slot.handle(.timerFired, at: at(.seconds(9))) == .kill(.drainOver))
        #expect(slot.handle(.timerFired, at: at(.seconds(9))) == .none)
        #expect(slot.handle(.exited(isPermanent: false), at: at(.seconds(9))) == .none)
        #expect(slot.phase == .gone)
    }

    @Test mutating func `a drain can be brought forward, not put off`() {
        self.serve()
        _ = slot.handle(.drainRequested(deadline: at(.seconds(300))), at: start)
        #expect(slot.handle(.drainRequested(deadline: at(.seconds(301))), at: start) == .none)
        #expect(slot.handle(.drainRequested(deadline: at(.seconds(1))), at: start) == .askToDrain)
        #expect(slot.phase == .draining(deadline: at(.seconds(1))))
    }

    @Test mutating func `a dying worker is succeeded at once`() {
        self.serve()
        #expect(slot.handle(.dying, at: at(.seconds(1))) == .spawn)
        #expect(slot.restarts == 1)
        // Siblings answer who waits in its queue sooner than a process starts.
        #expect(slot.presence(at: at(.seconds(1))) == .awayLong)
        _ = slot.handle(.becameReady, at: at(.seconds(1)))
        // The abort of our own is answered the same way.
        #expect(slot.handle(.timerFired, at: at(.seconds(6))) == .abort(.hung))
        #expect(slot.handle(.dying, at: at(.seconds(6))) == .none)
        #expect(slot.phase == .backoff(until: at(.milliseconds(6_100))))
        #expect(slot.handle(.timerFired, at: at(.milliseconds(6_250))) == .spawn)
    }

    @Test mutating func `a worker that dies while it drains has five seconds for its trace`() {
        self.serve()
        _ = slot.handle(.drainRequested(deadline: at(.seconds(300))), at: start)
        #expect(slot.handle(.dying, at: at(.seconds(1))) == .none)
        #expect(slot.handle(.timerFired, at: at(.milliseconds(5_999))) == .none)
        #expect(slot.handle(.timerFired, at: at(.seconds(6))) == .kill(.hung))
        #expect(slot.restarts == 0)
    }

    @Test mutating func `a worker that accepts nobody is as hung`() {
        #expect(slot.handle(.acceptStalled, at: start) == .none)
        self.serve()
        #expect(slot.handle(.acceptStalled, at: at(.seconds(2))) == .abort(.stalled))
        #expect(slot.presence(at: at(.seconds(2))) == .awayLong)
        #expect(slot.handle(.timerFired, at: at(.seconds(5))) == .kill(.hung))
    }

    @Test mutating func `a postponed spawn is asked for again`() {
        _ = slot.handle(.start, at: start)
        #expect(slot.handle(.spawnPostponed(until: at(.seconds(1))), at: start) == .none)
        #expect(slot.nextWake(after: start) == at(.seconds(1)))
        #expect(slot.handle(.timerFired, at: at(.seconds(1))) == .spawn)
        #expect(slot.restarts == 0)
    }

    @Test mutating func `a worker that hangs while it drains does not wait for the deadline`() {
        self.serve()
        _ = slot.handle(.drainRequested(deadline: at(.seconds(300))), at: start)
        #expect(slot.handle(.timerFired, at: at(.seconds(5))) == .abort(.hung))
        #expect(slot.handle(.timerFired, at: at(.seconds(8))) == .kill(.hung))
        #expect(slot.handle(.exited(isPermanent: false), at: at(.seconds(8))) == .none)
        #expect(slot.phase == .gone)
    }

    @Test mutating func `who serves nobody yet is not waited for`() {
        _ = slot.handle(.start, at: start)
        #expect(slot.handle(.drainRequested(deadline: at(.seconds(9))), at: start) == .kill(.notNeeded))
        #expect(slot.handle(.exited(isPermanent: false), at: start) == .none)
        #expect(slot.phase == .gone)
    }

    @Test mutating func `a slot in back-off is gone at once`() {
        self.serve()
        _ = slot.handle(.exited(isPermanent: false), at: start)
        _ = slot.handle(.exited(isPermanent: false), at: start)
        #expect(slot.handle(.drainRequested(deadline: at(.seconds(9))), at: start) == .none)
        #expect(slot.phase == .gone)
        #expect(slot.handle(.timerFired, at: at(.seconds(60))) == .none)
    }
}

@Suite("Restart pacing")
struct RestartPacingTests {
    private var pacing = RestartPacing()

    @Test mutating func `delays double up to 30 s`() {
        let delays = (0..<13).map { _ in self.pacing.delay(served: nil) }
        #expect(delays.first == .zero)
        #expect(delays[1] == .milliseconds(100))
        #expect(delays[9] == .milliseconds(25_600))
        #expect(delays[10] == .seconds(30))
        #expect(delays[12] == .seconds(30))
    }

    @Test mutating func `who served 10 s starts again at once, but keeps its record`() {
        _ = pacing.delay(served: nil)
        _ = pacing.delay(served: nil)
        #expect(pacing.delay(served: .seconds(10)) == .zero)
        #expect(pacing.delay(served: .seconds(9)) == .milliseconds(400))
    }

    @Test(arguments: [(-2.0, 160), (-1, 160), (-0.5, 180), (0, 200), (1, 240), (7, 240)])
    func `delays are spread by a fifth`(jitter: Double, milliseconds: Int) {
        var pacing = RestartPacing()
        _ = pacing.delay(served: nil)
        _ = pacing.delay(served: nil)
        #expect(pacing.delay(served: nil, jitter: jitter) == .milliseconds(milliseconds))
    }

    @Test mutating func `a failed spawn waits a second, and longer when it must`() {
        #expect(pacing.delayAfterSpawnFailure() == .seconds(1))
        for _ in 0..<5 { _ = pacing.delay(served: nil) }
        #expect(pacing.delayAfterSpawnFailure() == .milliseconds(3_200))
    }

    @Test mutating func `who served 60 s has a clean record`() {
        for _ in 0..<8 { _ = pacing.delay(served: nil) }
        #expect(pacing.delay(served: .seconds(60)) == .zero)
        #expect(pacing.delay(served: nil) == .milliseconds(100))
    }
}
