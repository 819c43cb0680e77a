import IPC
import Platform
import Testing

@testable import Supervisor

@Suite("Hand-over")
struct HandOverTests {
    /// Makes values of every shape, each descriptor once.
    struct Maker {
        var random: SplitMix
        var nextDescriptor: CInt = 3

        mutating func number<Value: FixedWidthInteger>() -> Value { Value(truncatingIfNeeded: self.random.next()) }
        mutating func flag() -> Bool { self.random.next() & 1 == 0 }
        mutating func count(_ most: Int = 3) -> Int { Int(self.random.next() % UInt64(most + 1)) }
        mutating func moment() -> Instant { Instant(nanoseconds: self.number()) }
        mutating func maybe<Value>(_ make: (inout Maker) -> Value) -> Value? { self.flag() ? make(&self) : nil }
        mutating func list<Value>(_ make: (inout Maker) -> Value) -> [Value] { (0..<self.count()).map { _ in make(&self) } }
        mutating func text() -> String { String(["", "a", "größe", "x\u{0}y", "🙂"][self.count(4)]) + String(self.count(9)) }
        mutating func bytes() -> [UInt8] { self.list { $0.number() } }

        mutating func descriptor() -> CInt {
            defer { self.nextDescriptor += 1 }
            return self.nextDescriptor
        }

        mutating func child() -> HandOver.Child { .init(pid: self.number(), pidfd: self.descriptor()) }

        mutating func slot() -> HandOver.Slot {
            .init(
                phase: HandOver.Slot.Phase.allCases[self.count(7)], phaseAt: self.maybe { $0.moment() }, restarts: self.number(),
                crashes: self.number(), servingSince: self.maybe { $0.moment() }, lastBeat: self.maybe { $0.moment() },
                abortAgainAt: self.maybe { $0.moment() }, killAt: self.maybe { $0.moment() })
        }

        mutating func worker() -> HandOver.Worker {
            .init(
                child: self.child(), channel: self.descriptor(), region: self.descriptor(), spawnedAt: self.moment(),
                isAssigned: self.flag(), sequence: self.number(), adopted: self.list { $0.number() },
                endedBecause: self.maybe { $0.number() }, dyingSignal: self.maybe { $0.number() }, killAt: self.maybe { $0.moment() },
                isQuiesced: self.flag())
        }

        mutating func member() -> HandOver.Member {
            .init(slot: self.slot(), since: self.text(), worker: self.maybe { $0.worker() }, dying: self.list { $0.worker() })
        }

        mutating func place(in count: Int) -> UInt32 { UInt32(self.random.next() % UInt64(count)) }

        mutating func generation(of value: HandOver) -> HandOver.Generation {
            .init(
                number: self.number(), role: self.flag() ? .current : .leaving, cause: self.text(),
                sealed: self.place(in: value.sealed.count), programs: self.place(in: value.programs.count), loadedAt: self.text(),
                drainAt: self.maybe { $0.moment() }, takesQueue: self.flag(),
                groups: self.list { $0.place(in: value.groups.count) }, closing: self.list { $0.place(in: value.groups.count) },
                members: self.list { $0.member() })
        }

        mutating func demo() -> HandOver.Demo {
            .init(
                port: self.number(), listener: self.descriptor(), lifelineOurs: self.descriptor(), lifelineTheirs: self.descriptor(),
                child: self.maybe { $0.child() }, startedAt: self.moment(), startAt: self.maybe { $0.moment() }, crashes: self.number())
        }

        mutating func console() -> HandOver.Console {
            .init(
                leaving: self.list { $0.child() }, listeners: self.list { $0.descriptor() }, requested: self.text(), address: self.text())
        }

        mutating func handOver() -> HandOver {
            var value = HandOver(
                purpose: self.flag() ? .upgrade : .wayBack, reads: 1...(1 + self.number() % 9), supervisorPid: self.number(),
                startedAt: self.moment(), seed: (0..<32).map { _ in self.number() }, directory: self.text(), lastGeneration: self.number())
            value.sealed = [self.descriptor()] + self.list { $0.descriptor() }
            value.programs = [self.programs()] + self.list { $0.programs() }
            value.groups = [self.group()] + self.list { $0.group() }
            value.inForce = self.list { $0.place(in: value.groups.count) }
            value.indexCount = self.number()
            value.generations = self.list { $0.generation(of: value) }
            value.lastGood = self.maybe {
                .init(sealed: $0.place(in: value.sealed.count), programs: $0.place(in: value.programs.count))
            }
            value.probation = self.maybe { .init(end: $0.moment(), ends: $0.list { $0.number() }, hasFailed: $0.flag()) }
            value.demo = self.maybe { $0.demo() }
            value.console = self.maybe { $0.console() }
            value.control = self.maybe { maker in
                .init(
                    listener: maker.descriptor(), path: maker.text(),
                    clients: maker.list { .init(socket: $0.descriptor(), command: $0.text(), pendingOutput: $0.bytes()) })
            }
            value.stateLock = self.maybe { $0.descriptor() }
            value.truth = self.bytes()
            value.retiredMetrics = self.bytes()
            value.reloads = self.list {
                .init(
                    time: $0.text(), generation: $0.number(), hash: $0.text(), cause: $0.text(), result: $0.text(), message: $0.text())
            }
            value.deaths = self.list {
                .init(
                    time: $0.text(), slot: $0.number(), generation: $0.number(), pid: $0.number(), how: $0.text(), kind: $0.text(),
                    uptimeMilliseconds: $0.number())
            }
            value.restarts = self.list { .init(name: $0.text(), count: $0.number()) }
            value.wayBack = self.maybe {
                .init(
                    build: $0.text(), supervisor: $0.descriptor(), programs: $0.place(in: value.programs.count),
                    demo: $0.maybe { $0.descriptor() }, console: $0.maybe { $0.descriptor() })
            }
            value.reason = self.text()
            value.parts = self.list { maker in
                .init(name: maker.text(), bytes: maker.bytes(), descriptors: maker.list { $0.descriptor() })
            }
            return value
        }

        mutating func programs() -> HandOver.Programs { .init(worker: self.descriptor(), compile: self.descriptor()) }

        mutating func group() -> HandOver.Group {
            .init(
                requested: self.text(), address: self.text(), sockets: [self.descriptor()] + self.list { $0.descriptor() },
                steeredTo: self.maybe { $0.list { $0.number() } }, belongsToManager: self.flag())
        }
    }

    /// The same values in every run.
    struct SplitMix {
        var state: UInt64

        mutating func next() -> UInt64 {
            self.state &+= 0x9E37_79B9_7F4A_7C15
            var z = self.state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    static let small = HandOver(
        purpose: .upgrade, reads: 1...1, supervisorPid: 258, startedAt: Instant(nanoseconds: 7), seed: [UInt8](1...32), directory: "/d",
        lastGeneration: 3)

    @Test func `every value comes back as it was, with all its descriptors`() {
        for seed in UInt64(0)..<500 {
            var maker = Maker(random: SplitMix(state: seed))
            let value = maker.handOver()
            #expect(HandOver.decode(value.encode()) == value)
            #expect(value.descriptors.sorted() == Array(3..<maker.nextDescriptor))
        }
    }

    @Test func `the bytes of version 1 stay as they are`() {
        let bytes = Self.small.encode()
        #expect(
            Array(bytes.prefix(65)) == [
                0x4B, 0x54, 0x48, 0x31, 1, 0,  // magic, version
                1, 0, 1, 0, 0, 0, 1,  // purpose
                2, 0, 2, 0, 0, 0, 1, 0, 3, 0, 2, 0, 0, 0, 1, 0,  // reads
                4, 0, 4, 0, 0, 0, 2, 1, 0, 0,  // pid
                5, 0, 8, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0,  // startedAt
                6, 0, 32, 0, 0, 0, 1, 2, 3, 4, 5, 6,  // seed
            ])
    }

    @Test func `whatever is cut or changed is refused or read, never a crash`() {
        var maker = Maker(random: SplitMix(state: 42))
        var random = SplitMix(state: 1)
        for _ in 0..<20 {
            let bytes = maker.handOver().encode()
            for count in 0..<min(bytes.count, 6) { #expect(HandOver.decode(Array(bytes.prefix(count))) == nil) }
            for _ in 0..<300 {
                var broken = bytes
                for _ in 0...(random.next() % 3) { broken[Int(random.next() % UInt64(broken.count))] = UInt8(truncatingIfNeeded: random.next()) }
                _ = HandOver.decode(broken)
                _ = HandOver.decode(Array(bytes.prefix(Int(random.next() % UInt64(bytes.count)))))
            }
        }
        for _ in 0..<2000 { _ = HandOver.decode((0..<Int(random.next() % 200)).map { _ in UInt8(truncatingIfNeeded: random.next()) }) }
    }

    @Test func `fields of a later build are stepped over`() {
        var later = TaggedWriter()
        later.put(60_000, "news")
        #expect(HandOver.decode(Self.small.encode() + later.bytes) == Self.small)
    }

    @Test func `fields that an earlier build did not write have their defaults`() throws {
        // Only what cannot be missing: purpose, reads, pid, startedAt, seed, directory, lastGeneration.
        let bytes = Self.small.encode()
        let head = try #require(bytes.firstRange(of: [8, 0, 8, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0])?.upperBound)
        #expect(HandOver.decode(Array(bytes.prefix(head))) == Self.small)
    }

    @Test func `a version that it does not know is refused`() {
        var bytes = Self.small.encode()
        bytes[4] = 2
        #expect(HandOver.decode(bytes) == nil)
    }

    @Test func `a place that does not exist is refused`() {
        var value = Self.small
        value.groups = [.init(requested: "a", address: "a", sockets: [9])]
        value.inForce = [0]
        #expect(HandOver.decode(value.encode()) == value)
        value.inForce = [1]
        #expect(HandOver.decode(value.encode()) == nil)
        value.inForce = []
        value.lastGood = .init(sealed: 0, programs: 0)
        #expect(HandOver.decode(value.encode()) == nil)
    }

    @Test func `a descriptor is handed over once, and no standard stream`() {
        var value = Self.small
        value.stateLock = 9
        value.parts = [.init(name: "twice", bytes: [], descriptors: [9])]
        #expect(HandOver.decode(value.encode()) == nil)
        value.parts = [.init(name: "standard error", bytes: [], descriptors: [2])]
        #expect(HandOver.decode(value.encode()) == nil)
        value.parts = [.init(name: "none", bytes: [], descriptors: [-1])]
        #expect(HandOver.decode(value.encode()) == nil)
    }
}
