import Platform
import Testing

@testable import Supervisor

@Suite("Queue ownership")
struct QueueOwnershipTests {
    private let start = Instant(nanoseconds: 0)
    private var ownership = QueueOwnership(indexCount: 3)

    @Test mutating func `a crash that is answered at once keeps its queue for 100 ms`() {
        #expect(ownership.update([.serving, .awayBriefly, .serving], at: start) == [])
        #expect(ownership.nextWake(after: start) == start + .milliseconds(100))
        #expect(ownership.update([.serving, .awayBriefly, .serving], at: start + .milliseconds(99)) == [])
        #expect(ownership.update([.serving, .awayBriefly, .serving], at: start + .milliseconds(100)) == [.adopt(index: 1, by: 0)])
        #expect(ownership.nextWake(after: start) == .distantFuture)
        #expect(ownership.update([.serving, .awayBriefly, .serving], at: start + .seconds(5)) == [])
        #expect(ownership.update([.serving, .serving, .serving], at: start + .seconds(5)) == [.release(index: 1, by: 0)])
        #expect(ownership.update([.serving, .awayBriefly, .serving], at: start + .seconds(6)) == [])
    }

    @Test mutating func `a slot that stays away is adopted at once, by who has least`() {
        #expect(
            ownership.update([.awayLong, .serving, .awayLong], at: start) == [.adopt(index: 0, by: 1), .adopt(index: 2, by: 1)])
        var wide = QueueOwnership(indexCount: 4)
        #expect(
            wide.update([.awayLong, .serving, .awayLong, .serving], at: start)
                == [.adopt(index: 0, by: 1), .adopt(index: 2, by: 3)])
    }

    @Test mutating func `an adopter that fails hands on what it had`() {
        _ = ownership.update([.serving, .awayLong, .serving], at: start)
        #expect(
            ownership.update([.awayLong, .awayLong, .serving], at: start)
                == [.release(index: 1, by: 0), .adopt(index: 0, by: 2), .adopt(index: 1, by: 2)])
        #expect(ownership.update([.awayLong, .awayLong, .awayLong], at: start) == [.release(index: 0, by: 2), .release(index: 1, by: 2)])
    }

    @Test mutating func `sockets left over when the pool shrank are adopted`() {
        #expect(ownership.update([.serving], at: start) == [.adopt(index: 1, by: 0), .adopt(index: 2, by: 0)])
        ownership.grow(to: 4)
        #expect(ownership.update([.serving], at: start) == [.adopt(index: 3, by: 0)])
        ownership.grow(to: 2)
        #expect(ownership.adopters == [nil, 0, 0, 0])
    }

    @Test mutating func `what could not be handed over is tried again`() {
        _ = ownership.update([.serving, .awayLong, .serving], at: start)
        ownership.adoptionFailed(index: 1, at: start)
        #expect(ownership.nextWake(after: start) == start + .milliseconds(100))
        #expect(ownership.update([.serving, .awayLong, .serving], at: start + .milliseconds(100)) == [.adopt(index: 1, by: 0)])
    }
}

@Suite("Accept progress")
final class AcceptProgressTests {
    private let start = Instant(nanoseconds: 0)
    private var progress = AcceptProgress()

    private func look(_ waiting: Int, _ accepted: UInt64, passes: UInt64, beats: Bool = true, _ milliseconds: Int) -> Bool {
        self.progress.look(
            waiting: waiting, accepted: accepted, passes: passes, isBeating: beats, at: self.start + .milliseconds(milliseconds))
    }

    @Test func `two seconds without an accept while somebody waits are a stall`() {
        #expect(!self.look(1, 7, passes: 10, 0))
        #expect(progress.nextWake(after: start) == start + .seconds(2))
        #expect(!self.look(1, 7, passes: 13, 1_999))
        #expect(self.look(1, 7, passes: 13, 2_000))
    }

    @Test func `each accept, an empty queue and a stale heartbeat begin anew`() {
        _ = self.look(1, 7, passes: 10, 0)
        #expect(!self.look(5, 8, passes: 20, 2_000))
        #expect(!self.look(0, 8, passes: 30, 4_000))
        #expect(progress.nextWake(after: start) == .distantFuture)
        #expect(!self.look(1, 8, passes: 40, 5_000))
        #expect(!self.look(1, 8, passes: 50, beats: false, 7_000))
        #expect(!self.look(1, 8, passes: 60, 9_000))
        #expect(self.look(1, 8, passes: 70, 11_000))
    }

    @Test func `one long pass is no stall`() {
        _ = self.look(1, 7, passes: 10, 0)
        #expect(!self.look(1, 7, passes: 12, 2_900))
        #expect(progress.nextWake(after: start + .milliseconds(2_900)) == start + .milliseconds(3_900))
        #expect(self.look(1, 7, passes: 13, 3_900))
    }
}

@Suite("Spawn guard")
struct SpawnGuardTests {
    private let start = Instant(nanoseconds: 0)
    private var spawnGuard = SpawnGuard()

    @Test mutating func `up to 2N deaths in 10 s nothing is held back`() {
        for _ in 0..<4 { spawnGuard.died(at: start) }
        #expect(spawnGuard.earliestSpawn(poolSize: 2, at: start) == start)
        #expect(spawnGuard.earliestSpawn(poolSize: 2, at: start) == start)
    }

    @Test mutating func `beyond that they start one at a time, 1 s apart, until 10 s are over`() {
        for _ in 0..<5 { spawnGuard.died(at: start) }
        #expect(spawnGuard.earliestSpawn(poolSize: 2, at: start) == start)
        #expect(spawnGuard.earliestSpawn(poolSize: 2, at: start) == start + .seconds(1))
        #expect(spawnGuard.earliestSpawn(poolSize: 2, at: start + .milliseconds(999)) == start + .seconds(1))
        #expect(spawnGuard.earliestSpawn(poolSize: 2, at: start + .seconds(1)) == start + .seconds(1))
        #expect(spawnGuard.earliestSpawn(poolSize: 2, at: start + .seconds(1)) == start + .seconds(2))
        #expect(spawnGuard.earliestSpawn(poolSize: 2, at: start + .milliseconds(9_999)) == start + .milliseconds(9_999))
        #expect(spawnGuard.earliestSpawn(poolSize: 2, at: start + .seconds(10)) == start + .seconds(10))
        #expect(spawnGuard.earliestSpawn(poolSize: 2, at: start + .seconds(10)) == start + .seconds(10))
    }
}
