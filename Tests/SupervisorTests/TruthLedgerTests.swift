import IPC
import Platform
import Testing

@testable import Supervisor

@Suite("Body quarantine")
struct BodyQuarantineTests {
    private let start = Instant(nanoseconds: 1_000_000_000_000)
    private static func body(_ number: Int) -> Fingerprint { Fingerprint(high: UInt64(number), low: 1) }

    @Test func `a body stays for ten minutes`() {
        var quarantine = BodyQuarantine()
        let changes = quarantine.add(Self.body(1), policy: "p", at: self.start)
        #expect(changes == [.quarantine(.init(fingerprint: Self.body(1), policy: "p", remainingMilliseconds: 600_000))])
        #expect(
            quarantine.changes(at: self.start + .milliseconds(599_999))
                == [.quarantine(.init(fingerprint: Self.body(1), policy: "p", remainingMilliseconds: 1))])
        #expect(quarantine.changes(at: self.start + .seconds(600)) == [])
    }

    @Test func `what is left of a millisecond counts`() {
        var quarantine = BodyQuarantine()
        _ = quarantine.add(Self.body(1), policy: "p", at: self.start)
        let changes = quarantine.changes(at: self.start + .nanoseconds(600_000_000_000 - 1))
        #expect(changes == [.quarantine(.init(fingerprint: Self.body(1), policy: "p", remainingMilliseconds: 1))])
    }

    @Test func `the same body again begins its time anew`() {
        var quarantine = BodyQuarantine()
        _ = quarantine.add(Self.body(1), policy: "p", at: self.start)
        _ = quarantine.add(Self.body(2), policy: "p", at: self.start)
        _ = quarantine.add(Self.body(1), policy: "q", at: self.start + .seconds(300))
        #expect(quarantine.entries.map(\.fingerprint) == [Self.body(2), Self.body(1)])
        #expect(
            quarantine.changes(at: self.start + .seconds(700))
                == [.quarantine(.init(fingerprint: Self.body(1), policy: "q", remainingMilliseconds: 200_000))])
    }

    @Test func `the oldest goes when there are too many, and everybody hears of it`() {
        var quarantine = BodyQuarantine()
        for number in 0..<BodyQuarantine.entriesMax { _ = quarantine.add(Self.body(number), policy: "p", at: self.start + .milliseconds(number)) }
        let changes = quarantine.add(Self.body(1000), policy: "p", at: self.start + .seconds(1))
        #expect(changes.first == .release(Self.body(0)))
        #expect(changes.count == 2)
        #expect(quarantine.entries.count == BodyQuarantine.entriesMax)
        // Room again once their time is over.
        #expect(quarantine.add(Self.body(2000), policy: "p", at: self.start + .seconds(700)).count == 1)
        #expect(quarantine.entries.count == 1)
    }
}

@Suite("Truth ledger")
struct TruthLedgerTests {
    private let start = Instant(nanoseconds: 1_000_000_000_000)
    private static func body(_ number: Int) -> Fingerprint { Fingerprint(high: UInt64(number), low: 1) }

    @Test func `changes are numbered without a gap`() {
        var ledger = TruthLedger()
        #expect(ledger.snapshot(at: self.start) == SharedTruth(number: 0, changes: []))
        var numbers: [UInt64] = []
        for number in 0..<300 {
            numbers += ledger.quarantine(Self.body(number), policy: "p", at: self.start + .milliseconds(number)).map(\.number)
        }
        #expect(numbers == Array(1...UInt64(numbers.count)))
        #expect(numbers.count == 300 + (300 - BodyQuarantine.entriesMax))
        let snapshot = ledger.snapshot(at: self.start + .seconds(1))
        #expect(snapshot.number == ledger.number)
        #expect(snapshot.changes.count == BodyQuarantine.entriesMax)
    }

    @Test func `a snapshot says the same as the changes before it`() {
        var ledger = TruthLedger()
        var followed: [Fingerprint] = []
        for number in [1, 2, 3, 2, 1] {
            for numbered in ledger.quarantine(Self.body(number), policy: "p", at: self.start) {
                switch numbered.change {
                case .quarantine(let body):
                    followed.removeAll { $0 == body.fingerprint }
                    followed.append(body.fingerprint)
                case .release(let fingerprint): followed.removeAll { $0 == fingerprint }
                case .unknown: break
                }
            }
        }
        let snapshot = ledger.snapshot(at: self.start).changes.compactMap { if case .quarantine(let body) = $0 { body.fingerprint } else { nil } }
        #expect(snapshot == followed)
    }

    @Test func `it goes on in another process where it was`() {
        var ledger = TruthLedger()
        _ = ledger.quarantine(Self.body(1), policy: "p", at: self.start)
        _ = ledger.quarantine(Self.body(2), policy: "q", at: self.start + .seconds(60))
        let now = self.start + .seconds(100)
        var adopted = TruthLedger(ledger.snapshot(at: now), at: now)
        #expect(adopted.snapshot(at: now) == ledger.snapshot(at: now))
        #expect(adopted.quarantine(Self.body(3), policy: "p", at: now).map(\.number) == [3])
    }
}

@Suite("Truth delivery")
struct TruthDeliveryTests {
    private let start = Instant(nanoseconds: 1_000_000_000_000)

    @Test func `who is behind gets a snapshot, ever more rarely tried`() {
        var delivery = TruthDelivery()
        #expect(delivery.takesChanges)
        #expect(!delivery.isDue(at: self.start))
        var now = self.start
        for pause in [50, 100, 200, 400, 800, 1000, 1000] {
            delivery.failed(at: now)
            #expect(!delivery.takesChanges)
            #expect(delivery.retryAt == now + .milliseconds(pause))
            #expect(!delivery.isDue(at: now))
            now = now + .milliseconds(pause)
            #expect(delivery.isDue(at: now))
        }
        delivery.delivered()
        #expect(delivery == TruthDelivery())
    }

    @Test func `who asks gets it at once, but not faster than it can be sent`() {
        var delivery = TruthDelivery()
        delivery.asked(at: self.start)
        #expect(delivery.isDue(at: self.start))
        delivery.failed(at: self.start)
        delivery.asked(at: self.start)
        #expect(!delivery.isDue(at: self.start))
    }
}

@Suite("Out of memory watch")
struct OutOfMemoryWatchTests {
    @Test func `the control group of version 2 has the counter`() {
        #expect(OutOfMemoryWatch.eventsPath(Array("0::/system.slice/kt.service\n".utf8)) == "/sys/fs/cgroup/system.slice/kt.service/memory.events")
        #expect(OutOfMemoryWatch.eventsPath(Array("0::/\n".utf8)) == "/sys/fs/cgroup/memory.events")
        #expect(OutOfMemoryWatch.eventsPath(Array("12:memory:/x\n1:name=systemd:/y\n".utf8)) == nil)
        #expect(OutOfMemoryWatch.eventsPath([]) == nil)
    }

    @Test func `the counter is found among others`() {
        #expect(OutOfMemoryWatch.kills(Array("low 0\nhigh 0\nmax 3\noom 2\noom_kill 17\noom_group_kill 1\n".utf8)) == 17)
        #expect(OutOfMemoryWatch.kills(Array("oom_kill x\n".utf8)) == nil)
        #expect(OutOfMemoryWatch.kills(Array("oom_kill_disable 0\n".utf8)) == nil)
        #expect(OutOfMemoryWatch.kills([]) == nil)
    }

    @Test func `without a kill nothing has moved`() {
        var watch = OutOfMemoryWatch()
        _ = watch.hasMoved()
        var quiet = watch
        #expect(!quiet.hasMoved() || watch.hasMoved())
    }

    @Test func `an old kill elsewhere is let go, a fresh one is not looked past`() throws {
        let path = "/tmp/kt-memory-events-\(ThisProcess.pid)-\(UInt64.random(in: 0 ... .max))"
        defer { Files.remove(path) }
        func write(_ kills: Int) throws { try Files.replace(path, with: Array("oom 9\noom_kill \(kills)\n".utf8)) }
        let start = Instant(nanoseconds: 1_000_000_000)
        try write(3)
        var watch = OutOfMemoryWatch(paths: ["/nowhere", path], at: start)
        try write(4)
        watch.tend(at: start + .milliseconds(500))
        // Its process may still be on its way out.
        var early = watch
        let looks = [early.hasMoved(), early.hasMoved()]
        #expect(looks == [true, false])
        watch.tend(at: start + .milliseconds(999))
        var between = watch
        let hasMovedBetween = between.hasMoved()
        #expect(hasMovedBetween)
        watch.tend(at: start + .milliseconds(1_000))
        let hasMovedOld = watch.hasMoved()
        try write(5)
        let hasMovedFresh = watch.hasMoved()
        #expect(!hasMovedOld && hasMovedFresh)
    }
}
