import Platform
import Testing

@testable import Record

@Suite("Spool batch")
struct SpoolBatchTests {
    private let folder = temporaryFolder()

    @Test func `all events stand in one segment and are read as any`() throws {
        defer { removeFolder(self.folder) }
        let segment = try SpoolBatch.write([event("a"), event("b")], directory: self.folder, slot: 4, generation: 9, start: UTCTime(nanoseconds: 77))
        #expect(segment == SpoolSegment(slot: 4, generation: 9, start: 77, number: 1))
        let contents = try SpoolReader(directory: self.folder).events()
        #expect(ids(contents.events) == ["a", "b"])
        #expect(contents.faults == [])
    }

    @Test func `the folder is made where needed, and a name that is taken is an error`() throws {
        let inner = self.folder + "/spool"
        defer {
            removeFolder(inner)
            removeFolder(self.folder)
        }
        try SpoolBatch.write([event("a")], directory: inner, slot: 1, generation: 1, start: UTCTime(nanoseconds: 1))
        #expect(throws: SystemCallError.self) {
            try SpoolBatch.write([event("b")], directory: inner, slot: 1, generation: 1, start: UTCTime(nanoseconds: 1))
        }
        #expect(ids(try SpoolReader(directory: inner).events().events) == ["a"])
    }

    @Test func `only whole lines of a segment of that slot and generation count as written`() throws {
        defer { removeFolder(self.folder) }
        func written(_ wanted: [String]) throws -> Set<String> { try SpoolBatch.written(wanted, directory: self.folder, slot: 2, generation: 1) }
        #expect(try written(["a"]) == [])
        let old = try SpoolWriter(directory: self.folder, slot: 2, generation: 1, start: UTCTime(nanoseconds: 1))
        try old.append(event("old"))
        let other = try SpoolWriter(directory: self.folder, slot: 3, generation: 1, start: UTCTime(nanoseconds: 9))
        try other.append(event("other"))
        let writer = try SpoolWriter(directory: self.folder, slot: 2, generation: 1, start: UTCTime(nanoseconds: 2))
        for name in ["a", "b"] { try writer.append(event(name)) }
        #expect(try written(["a", "b", "c", "old", "other"]) == ["a", "b", "old"])
        #expect(try written([]) == [])
        // A line that breaks off, and one that does not fit its checksum.
        append(bytes(#"{"id":"c","time":""#), toFile: self.folder + "/" + writer.segment.fileName)
        #expect(try written(["b", "c"]) == ["b"])
        append(bytes(#"x","crc":"00000000"}"# + "\n"), toFile: self.folder + "/" + writer.segment.fileName)
        #expect(try written(["b", "c"]) == ["b"])
    }

    @Test func `an event is found although the successor writes already`() throws {
        defer { removeFolder(self.folder) }
        let dead = try SpoolWriter(directory: self.folder, slot: 2, generation: 1, start: UTCTime(nanoseconds: 1))
        try dead.append(event("last"))
        let successor = try SpoolWriter(directory: self.folder, slot: 2, generation: 1, start: UTCTime(nanoseconds: 2))
        try successor.append(event("first"))
        #expect(try SpoolBatch.written(["last"], directory: self.folder, slot: 2, generation: 1) == ["last"])
        #expect(try SpoolBatch.written(["last", "first", "none"], directory: self.folder, slot: 2, generation: 1) == ["last", "first"])
    }

    @Test func `nothing asked for, nothing looked at; a missing folder is no error then`() throws {
        defer { removeFolder(self.folder) }
        #expect(try SpoolBatch.written([], directory: self.folder + "/none", slot: 2, generation: 1) == [])
    }

    @Test func `a long segment is looked at from its end`() throws {
        defer { removeFolder(self.folder) }
        let writer = try SpoolWriter(directory: self.folder, slot: 2, generation: 1, start: UTCTime(nanoseconds: 2))
        for number in 0..<2000 { try writer.append(event("e\(number)")) }
        #expect(try SpoolBatch.written(["e1999", "e1"], directory: self.folder, slot: 2, generation: 1) == ["e1999"])
    }

    @Test func `an endpoint's number has its path`() {
        #expect((0..<5).map { RecordedEvent.path(endpointNumber: $0) }.allSatisfy { $0?.hasPrefix("/v1/") == true })
        #expect(RecordedEvent.path(endpointNumber: 5) == nil)
    }
}
