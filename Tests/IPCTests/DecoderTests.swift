import Platform
import Settings
import Testing

@testable import IPC

/// Whatever bytes stand in a memory file or a region, their reader answers and goes on.
@Suite("Decoders")
struct DecoderTests {
    private static let truth = SharedTruth(
        number: 9,
        changes: [
            .quarantine(.init(fingerprint: .init(high: 1, low: 2), policy: "p", remainingMilliseconds: 3)), .release(.init(high: 4, low: 5)),
        ])
    private static let truthBytes: [UInt8] =
        [9, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0] + [1, 25, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0x70]
        + [2, 16, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0]

    /// Handed over by an upgrade, so they never change.
    @Test func `the bytes of the truth are these`() {
        #expect(Self.truth.encode() == Self.truthBytes)
        #expect(SharedTruth.decode(Self.truthBytes) == Self.truth)
    }

    @Test func `a change that only a newer build knows is stepped over`() {
        var bytes = Self.truthBytes
        bytes[12] = 200
        #expect(SharedTruth.decode(bytes)?.changes == [.unknown(kind: 200), .release(.init(high: 4, low: 5))])
    }

    @Test func `a truth that breaks off or claims too much is refused`() {
        for count in 0..<Self.truthBytes.count { #expect(SharedTruth.decode(Array(Self.truthBytes[..<count])) == nil) }
        var bytes = Self.truthBytes
        bytes.replaceSubrange(8..<12, with: [0xFF, 0xFF, 0xFF, 0xFF])
        #expect(SharedTruth.decode(bytes) == nil)
    }

    private static func spoiled(_ bytes: [UInt8], _ random: inout SystemRandomNumberGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
        return bytes
    }

    @Test func `no bytes crash a reader`() {
        var random = SystemRandomNumberGenerator()
        let plan = SealedProgramTests.plan.encode()
        let files = TLSFiles(certificate: [1, 2, 3], key: [4], clientCA: [5, 6]).encode()
        for _ in 0..<5_000 {
            let noise = (0..<Int.random(in: 0...120, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            for bytes in [noise, Self.spoiled(Self.truthBytes, &random)] { _ = SharedTruth.decode(bytes) }
            for bytes in [noise, Self.spoiled(plan, &random)] { _ = try? SupervisorPlan.decode(bytes) }
            for bytes in [noise, Self.spoiled(files, &random)] { _ = TLSFiles.decode(bytes) }
        }
    }

    @Test func `no words in a region crash its reader`() throws {
        var random = SystemRandomNumberGenerator()
        let capacity = 4
        let file = try WorkerRegion.create(slot: 0, tableCapacity: capacity)
        let size = WorkerRegion.byteCount(tableCapacity: capacity)
        let region = try SharedRegion(file.rawNumber, size: size, isWritable: true)
        let reader = try WorkerRegionReader(file.rawNumber)
        let places = Array(stride(from: 0, to: 512, by: 8)) + Array(stride(from: WorkerRegion.Place.entries, to: size, by: 8))
        for _ in 0..<500 {
            for place in places {
                let word: UInt64 =
                    switch UInt8.random(in: 0...3, using: &random) {
                    case 0: UInt64.random(in: 0...3, using: &random)
                    case 1: .max
                    default: UInt64.random(in: 0...UInt64.max, using: &random)
                    }
                region.store(word, place)
            }
            #expect(reader.requestsInFlight().count <= capacity)
            #expect(reader.requestsInFlight().allSatisfy { $0.entry.requestID.count <= 128 && $0.entry.clientAddress.count <= 48 && $0.entry.model.count <= 72 })
            #expect(reader.flight().map { ($0.entry ?? 0) < capacity } ?? true)
            _ = (reader.lastWords(), reader.snapshot(), reader.target(0))
        }
    }
}
