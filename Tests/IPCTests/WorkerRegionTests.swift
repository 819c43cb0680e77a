import Platform
import Testing

@testable import IPC

@Suite("Worker region")
struct WorkerRegionTests {
    private let writer: WorkerRegionWriter
    private let reader: WorkerRegionReader

    init() throws {
        let file = try WorkerRegion.create(slot: 2, tableCapacity: 3)
        self.writer = try WorkerRegionWriter(file.rawNumber, slot: 2, generation: 4)
        self.reader = try WorkerRegionReader(file.rawNumber)
    }

    private func entry(_ sequence: UInt64, id: Int = 5) -> InFlightEntry {
        InFlightEntry(
            sequence: sequence, wallNanoseconds: 1_700_000_000_000_000_000, startedAt: Instant(nanoseconds: 77),
            fingerprint: Fingerprint(high: .max, low: 1), bodyBytes: 123, endpoint: 3, isStream: true,
            requestID: [UInt8](repeating: 0x61, count: id), clientAddress: Array("127.0.0.1".utf8), model: Array("mistral-large".utf8))
    }

    @Test func `a request in flight is read back as it was entered`() throws {
        let index = try #require(self.writer.open(self.entry(9)))
        self.writer.note(target: 6, of: index)
        var expected = self.entry(9)
        expected.target = 6
        let found = self.reader.requestsInFlight()
        #expect(found.count == 1 && found[0].state == .open && found[0].entry == expected)
        #expect(found[0].entry.eventID(slot: 2, generation: 4) == "evt-2-4-1700000000000000000-9")
        self.writer.recording(index)
        #expect(self.reader.requestsInFlight().map(\.state) == [.recording])
        self.writer.close(index)
        #expect(self.reader.requestsInFlight().isEmpty)
    }

    @Test(arguments: [0, 71, 72, 73])
    func `what is learned later stands as if it had been known`(count: Int) throws {
        var early = self.entry(3)
        early.fingerprint = Fingerprint(high: 0, low: 0)
        (early.isStream, early.model) = (false, Array("another".utf8))
        let index = try #require(self.writer.open(early))
        self.writer.note(Fingerprint(high: .max, low: 1), of: index)
        let model = [UInt8](repeating: 0x6D, count: count)
        self.writer.note(model: model.span, isStream: true, of: index)
        var expected = self.entry(3)
        expected.model = Array(model.prefix(72))
        #expect(self.reader.requestsInFlight().map(\.entry) == [expected])
        let nothing: [UInt8] = []
        self.writer.note(model: nothing.span, isStream: false, of: index)
        (expected.model, expected.isStream) = ([], false)
        #expect(self.reader.requestsInFlight().map(\.entry) == [expected])
    }

    @Test(arguments: [0, 127, 128, 129, 300])
    func `a request id is kept up to its limit`(count: Int) throws {
        _ = try #require(self.writer.open(self.entry(1, id: count)))
        #expect(self.reader.requestsInFlight()[0].entry.requestID.count == min(count, 128))
        #expect(self.reader.requestsInFlight()[0].entry.clientAddress == Array("127.0.0.1".utf8))
    }

    @Test func `a full table refuses, and a freed place is used again`() throws {
        let indices = try (0..<3).map { try #require(self.writer.open(self.entry(UInt64($0)))) }
        #expect(indices == [0, 1, 2])
        #expect(self.writer.open(self.entry(9)) == nil)
        self.writer.close(1)
        #expect(self.writer.open(self.entry(10)) == 1)
        #expect(self.reader.requestsInFlight().map(\.entry.sequence) == [0, 10, 2])
    }

    @Test(arguments: [-1, 0, 1, 65_536, 65_537, 1_000_000])
    func `a table has a size that its limits allow`(asked: Int) throws {
        let file = try WorkerRegion.create(slot: 0, tableCapacity: asked)
        #expect(try WorkerRegion.tableCapacity(file.rawNumber) == min(max(1, asked), 65_536))
    }

    @Test func `the flight recorder names the request until the stage is left`() {
        #expect(self.reader.flight() == nil)
        self.writer.enter(.input, Fingerprint(high: 3, low: 4), entry: 2)
        self.writer.mark(policy: 3)
        #expect(self.reader.flight() == FlightRecord(stage: .input, fingerprint: Fingerprint(high: 3, low: 4), entry: 2, policy: 3))
        self.writer.leave()
        #expect(self.reader.flight() == nil)
        self.writer.enter(.output, Fingerprint(high: 0, low: 0), entry: nil)
        #expect(self.reader.flight()?.entry == nil)
        #expect(self.reader.flight()?.policy == 0)
    }

    @Test func `targets beyond the last cell are ignored`() {
        var cell = TargetCell()
        cell.attempts = 3
        cell.latencyMicroseconds = 9
        self.writer.setTarget(127, cell)
        self.writer.setTarget(128, cell)
        #expect(self.reader.target(127) == cell)
        #expect(self.reader.target(128) == TargetCell())
    }

    @Test func `garbage is read without failing`() throws {
        let size = WorkerRegion.byteCount(tableCapacity: 3)
        let file = try MemoryFile.create("garbage", size: size)
        let raw = try SharedRegion(file.rawNumber, size: size, isWritable: true)
        let reader = try WorkerRegionReader(file.rawNumber)
        for _ in 0..<200 {
            for offset in stride(from: 0, to: size, by: 8) where offset < 512 || offset >= WorkerRegion.Place.entries {
                raw.store(Bool.random() ? .random(in: 0...3) : .random(in: .min ... .max), offset)
            }
            #expect(reader.requestsInFlight().count <= 3)
            _ = (reader.flight(), reader.lastWords(), reader.snapshot())
        }
    }
}
