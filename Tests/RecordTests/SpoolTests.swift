import Foundation
import Glibc
import Testing

@testable import Record

@Suite("Checksum")
struct ChecksumTests {
    /// RFC 3720, appendix B.4.
    @Test func `CRC-32C has the values of the RFC`() {
        #expect(Checksum.crc32c([UInt8](repeating: 0, count: 32).span) == 0x8A91_36AA)
        #expect(Checksum.crc32c([UInt8](repeating: 0xFF, count: 32).span) == 0x62A8_AB43)
        #expect(Checksum.crc32c(Array(UInt8(0)..<32).span) == 0x46DD_794E)
        #expect(Checksum.crc32c(bytes("123456789").span) == 0xE306_9283)
        #expect(Checksum.crc32c([UInt8]().span) == 0)
    }
}

@Suite("Spool line")
struct SpoolLineTests {
    @Test func `a line is its object with the checksum as last member`() {
        var line: [UInt8] = []
        SpoolLine.append(bytes(#"{"a":1}"#).span, to: &line)
        #expect(string(line) == #"{"a":1,"crc":"\#(String(Checksum.crc32c(bytes(#"{"a":1"#).span), radix: 16))"}"# + "\n")
        line.removeLast()
        #expect(SpoolLine.object(of: line.span) == bytes(#"{"a":1}"#))
    }

    @Test func `any damaged byte is found`() {
        var line: [UInt8] = []
        SpoolLine.append(bytes(#"{"id":"e","verdict":"allow"}"#).span, to: &line)
        line.removeLast()
        for index in line.indices {
            var damaged = line
            damaged[index] ^= 0x01
            #expect(SpoolLine.object(of: damaged.span) == nil)
            let cut = Array(line[..<index])
            #expect(SpoolLine.object(of: cut.span) == nil)
        }
    }
}

@Suite("Spool segment")
struct SpoolSegmentTests {
    @Test func `names read back and sort by time`() {
        let first = SpoolSegment(slot: 3, generation: 12, start: 1_790_000_000_000_000_000, number: 9)
        let second = SpoolSegment(slot: 3, generation: 12, start: 1_790_000_000_000_000_000, number: 10)
        #expect(first.fileName == "worker-003-000012-1790000000000000000-000009.ndjson")
        #expect(SpoolSegment(fileName: first.fileName) == first)
        #expect(first < second && first.fileName < second.fileName)
    }

    @Test(arguments: ["", "worker-.ndjson", "worker-1-2-3.ndjson", "worker-1-2-3-4.json", "worker-1-2-x-4.ndjson", "worker-1--3-4.ndjson", "worker-1-2-3-4-5.ndjson", "worker-+1-2-3-4.ndjson"])
    func `other names are no segments`(name: String) { #expect(SpoolSegment(fileName: name) == nil) }
}

@Suite("Spool")
struct SpoolTests {
    private func writer(_ folder: String, slot: Int = 0, segmentBytesMax: Int = SpoolWriter.segmentBytesMax) throws -> SpoolWriter {
        try SpoolWriter(
            directory: folder, slot: slot, generation: 1, start: UTCTime(nanoseconds: 1_790_000_000_000_000_000),
            segmentBytesMax: segmentBytesMax)
    }

    @Test func `events of all workers come in the order of their time`() throws {
        let folder = temporaryFolder()
        defer { removeFolder(folder) }
        let (a, b) = (try self.writer(folder, slot: 0), try self.writer(folder, slot: 1))
        try a.append(event("1", at: 1))
        try a.append(event("4", at: 4, verdict: "block"))
        try b.append(event("2", at: 2))
        try b.append(event("3", at: 3, verdict: "block"))
        try b.append(event("5", at: 5))
        let reader = SpoolReader(directory: folder)
        #expect(try ids(reader.events().events) == ["1", "2", "3", "4", "5"])
        #expect(try ids(reader.events(limit: 2).events) == ["4", "5"])
        #expect(try ids(reader.events(limit: 0).events) == [])
        #expect(try ids(reader.events(verdict: "block").events) == ["3", "4"])
        #expect(try ids(reader.events(since: event("", at: 2).time, until: event("", at: 4).time).events) == ["2", "3"])
        #expect(try reader.events().events[0].json == event("1", at: 1).json)
        #expect(try reader.events().faults.isEmpty)
    }

    @Test func `no folder is an empty spool`() throws {
        #expect(try SpoolReader(directory: "/nonexistent/spool").events() == SpoolContents())
    }

    @Test func `files are private and made once`() throws {
        let folder = temporaryFolder()
        defer { removeFolder(folder) }
        let writer = try self.writer(folder)
        var status = stat()
        #expect(unsafe stat(folder + "/" + writer.segment.fileName, &status) == 0)
        #expect(status.st_mode & 0o137 == 0)
        #expect(throws: (any Error).self) { _ = try self.writer(folder) }
    }

    @Test func `a segment is followed by the next before it grows too large`() throws {
        let folder = temporaryFolder()
        defer { removeFolder(folder) }
        let lineLength = event("0").json.count + 18
        let writer = try self.writer(folder, segmentBytesMax: 2 * lineLength)
        for index in 0..<5 as Range<Int64> { try writer.append(event("\(index)", at: index)) }
        let reader = SpoolReader(directory: folder)
        #expect(try reader.segments().map(\.number) == [1, 2, 3])
        #expect(try ids(reader.events().events) == ["0", "1", "2", "3", "4"])
        #expect(SpoolFile.size(folder + "/" + (try reader.segments()[0].fileName)) == 2 * lineLength)
    }

    @Test func `torn and damaged lines are told and left out`() throws {
        let folder = temporaryFolder()
        defer { removeFolder(folder) }
        let writer = try self.writer(folder)
        for index in 0..<3 as Range<Int64> { try writer.append(event("\(index)", at: index)) }
        let path = folder + "/" + writer.segment.fileName
        let lineLength = event("0").json.count + 18
        overwrite(UInt8(ascii: "x"), at: lineLength + 20, ofFile: path)
        append(bytes(#"{"id":"3","ti"#), toFile: path)
        let contents = try SpoolReader(directory: folder).events()
        #expect(ids(contents.events) == ["0", "2"])
        #expect(
            contents.faults == [
                SpoolFault(kind: .damagedLine, segment: writer.segment, offset: lineLength),
                SpoolFault(kind: .tornTail, segment: writer.segment, offset: 3 * lineLength),
            ])
    }

    @Test func `a short write is an error, leaves no torn line, and writing goes on afterwards`() async {
        await #expect(processExitsWith: .success) {
            let folder = temporaryFolder()
            let writer = try SpoolWriter(directory: folder, slot: 0, generation: 1, start: UTCTime(nanoseconds: 1))
            try writer.append(event("1", at: 1))
            let length = event("1").json.count + 18
            _ = signal(SIGXFSZ, SIG_IGN)
            // Room for a part of the next line only.
            var limit = rlimit(rlim_cur: rlim_t(length + 100), rlim_max: rlim_t.max)
            precondition(unsafe setrlimit(CInt(RLIMIT_FSIZE.rawValue), &limit) == 0)
            for _ in 0..<2 {
                #expect(throws: (any Error).self) { try writer.append(event("2", at: 2)) }
                precondition(SpoolFile.size(folder + "/" + writer.segment.fileName) == length)
            }
            limit.rlim_cur = rlim_t.max
            precondition(unsafe setrlimit(CInt(RLIMIT_FSIZE.rawValue), &limit) == 0)
            try writer.append(event("3", at: 3))
            let contents = try SpoolReader(directory: folder).events()
            precondition(ids(contents.events) == ["1", "3"] && contents.faults.isEmpty)
            removeFolder(folder)
        }
    }

    // MARK: Following

    @Test func `a follower gets what is new, also from new segments and halves of lines`() throws {
        let folder = temporaryFolder()
        defer { removeFolder(folder) }
        let a = try self.writer(folder, slot: 0)
        try a.append(event("1", at: 1))
        let follower = try SpoolFollower(directory: folder, startingAtEnd: true)
        let all = try SpoolFollower(directory: folder, startingAtEnd: false)
        #expect(try follower.next(timeout: .zero).events.isEmpty)
        #expect(try ids(all.next(timeout: .zero).events) == ["1"])
        let b = try self.writer(folder, slot: 1)
        try b.append(event("3", at: 3))
        try a.append(event("2", at: 2, verdict: "block"))
        #expect(try ids(follower.next(timeout: .seconds(10)).events) == ["2", "3"])
        #expect(try ids(all.next(EventFilter(verdict: "block"), timeout: .seconds(10)).events) == ["2"])
        var line: [UInt8] = []
        SpoolLine.append(event("4", at: 4).json.span, to: &line)
        let path = folder + "/" + b.segment.fileName
        append(Array(line[..<50]), toFile: path)
        #expect(try follower.next(timeout: .zero) == SpoolContents())
        append(Array(line[50...]), toFile: path)
        #expect(try ids(follower.next(timeout: .seconds(10)).events) == ["4"])
        #expect(try follower.next(timeout: .zero) == SpoolContents())
    }

    @Test func `following waits for a writer in another thread`() throws {
        let folder = temporaryFolder()
        defer { removeFolder(folder) }
        let follower = try SpoolFollower(directory: folder, startingAtEnd: true)
        // A thread of its own: this one blocks, and so may all others that run tests.
        Thread.detachNewThread {
            let writer = try? SpoolWriter(directory: folder, slot: 0, generation: 1, start: UTCTime(nanoseconds: 1))
            try? writer?.append(event("1"))
        }
        #expect(try ids(follower.next(timeout: .seconds(30)).events) == ["1"])
    }
}

@Suite("Events export")
struct EventsExportTests {
    private func spooled(_ event: RecordedEvent) throws -> SpooledEvent { try #require(SpooledEvent(json: event.json)) }

    @Test func `lines and arrays hold the objects as they are`() throws {
        let (a, b) = (event("1"), event("2"))
        let events = [try self.spooled(a), try self.spooled(b)]
        #expect(string(EventsExport.ndjson(events)) == "\(string(a.json))\n\(string(b.json))\n")
        #expect(string(EventsExport.jsonArray(events)) == "[\n\(string(a.json)),\n\(string(b.json))\n]\n")
        #expect(string(EventsExport.jsonArray([])) == "[\n]\n")
        #expect(EventsExport.ndjson([]).isEmpty)
    }

    @Test func `CSV quotes fields and disarms formulas`() throws {
        var odd = event("1")
        odd.consumer = .init(group: "a,b", keyFingerprint: "say \"x\"", agent: "=1+1", user: "two\nlines")
        odd.attempts = [.init(target: "t", result: .status(200), duration: .milliseconds(1))]
        let text = string(EventsExport.csv([try self.spooled(odd)]))
        let lines = text.split(separator: "\r\n")
        #expect(lines.count == 2)
        #expect(lines[0].hasPrefix("id,time,request_id,worker,"))
        #expect(lines[1].hasPrefix("1,2026-09-21T14:13:20.000000Z,r-1,0,1,pack,1.0.0,abc,/v1/chat/completions,false,\"a,b\",\"say \"\"x\"\"\",'=1+1,\"two\nlines\",,,,,"))
        #expect(lines[1].contains(#""[{""target"":""t"",""status"":200,""ms"":1}]""#))
        #expect(text.hasSuffix("12,,0,0,10,20\r\n"))
    }
}
