import Testing

@testable import HTTP

@Suite("Event stream parser")
struct EventStreamParserTests {
    struct Event: Equatable, CustomStringConvertible {
        var name = ""
        var data: String
        var isTerminated = true
        var description: String { "\(self.name)|\(self.data)|\(self.isTerminated)" }
    }

    struct Fixture: Sendable, CustomTestStringConvertible {
        let text: String
        let events: [String]
        let hasOpenEnd: Bool
        var testDescription: String { self.text.debugDescription }
        /// `name|data` per event; `hasOpenEnd`: the last one lacks its blank line.
        init(_ text: String, _ events: [String], hasOpenEnd: Bool = false) {
            self.text = text
            self.events = events
            self.hasOpenEnd = hasOpenEnd
        }
        var expected: [Event] {
            self.events.enumerated().map { index, event in
                let parts = event.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
                let isLast = index == self.events.count - 1
                return Event(name: String(parts[0]), data: String(parts[1]), isTerminated: !(isLast && self.hasOpenEnd))
            }
        }
    }

    static let fixtures = [
        Fixture("", []),
        Fixture("\n\n\r\n\r\r", []),
        Fixture("data: {\"a\":1}\n\ndata: [DONE]\n\n", ["|{\"a\":1}", "|[DONE]"]),
        Fixture("data: a\r\n\r\ndata: b\r\n\r\n", ["|a", "|b"]),
        Fixture("data: a\r\rdata: b\r\r", ["|a", "|b"]),
        Fixture("data: a\r\n\rdata: b\n\r\ndata: c\r\r\n", ["|a", "|b", "|c"]),
        Fixture("data:a\n\ndata:  b \n\ndata:\tc\n\n", ["|a", "| b ", "|\tc"]),
        Fixture("data: a\ndata: b\r\ndata:c\rdata\n\n", ["|a\nb\nc\n"]),
        Fixture("data:\ndata:\n\n", ["|\n"]),
        Fixture("data:\n\ndata: \n\ndata\n\nevent: x\ndata:\n\n", []),
        Fixture(": keep-alive\n\n:\n\ndata: a\n: inside\n\n", ["|a"]),
        Fixture("id: 7\n\nretry: 10\n\nevent: ping\n\ndata: a\nid: 8\nretry: 1\n\n", ["|a"]),
        Fixture("event: ping\n\ndata: a\n\n", ["|a"]),
        Fixture("event: error\ndata: {\"error\":{}}\n\ndata: a\n\n", ["error|{\"error\":{}}", "|a"]),
        Fixture("event: first\nevent:second\ndata: a\n\n", ["second|a"]),
        Fixture("event: first\nevent\ndata: a\n\n", ["|a"]),
        Fixture("data: a\nevent: late\ndata: b\n\n", ["late|a\nb"]),
        Fixture("dat: a\ndatas: b\nDATA: c\n data: d\nevents: e\ndata : f\n\n", []),
        Fixture("\u{FEFF}data: a\n\n", ["|a"]),
        Fixture("\u{FEFF}\u{FEFF}data: a\n\ndata: b\n\n", ["|b"]),
        Fixture("\u{FEFF}\n\ndata: a\n\n", ["|a"]),
        Fixture("data: \u{FEFF}é😀:\u{0}\n\n", ["|\u{FEFF}é😀:\u{0}"]),
        Fixture("data: a\n\ndata: b", ["|a", "|b"], hasOpenEnd: true),
        Fixture("data: a\n\ndata: b\n", ["|a", "|b"], hasOpenEnd: true),
        Fixture("data: a\n\ndata: b\r", ["|a", "|b"], hasOpenEnd: true),
        Fixture("data: a\n\nevent: x\ndata: b\ndata: c", ["|a", "x|b\nc"], hasOpenEnd: true),
        Fixture("data: a\n\nevent: x\n", ["|a"]),
        Fixture("data: a\n\n: comment", ["|a"]),
        Fixture("data: 0123456789abcdefghijklmnopqrstuvwxyz\ndata: ABCDEFGHIJKLMNOPQRSTUVWXYZ\r\n\r\n", ["|0123456789abcdefghijklmnopqrstuvwxyz\nABCDEFGHIJKLMNOPQRSTUVWXYZ"]),
    ]

    static func text(_ bytes: Span<UInt8>) -> String {
        var copy: [UInt8] = []
        for index in 0..<bytes.count { copy.append(bytes[index]) }
        return String(decoding: copy, as: UTF8.self)
    }

    /// The events of `bytes` cut at `cuts`.
    func parse(_ bytes: [UInt8], cuts: [Int], eventBytesMax: Int = 1 << 20) -> (events: [Event], fault: EventStreamFault?) {
        var parser = EventStreamParser(eventBytesMax: eventBytesMax)
        var events: [Event] = []
        var fault: EventStreamFault?
        var start = 0
        for end in cuts + [bytes.count] {
            let fed = parser.feed(bytes.span.extracting(start..<end)) { event in
                events.append(Event(name: Self.text(event.name), data: Self.text(event.data), isTerminated: event.isTerminated))
                if !event.wire.isEmpty { #expect(Self.text(event.wire) == "data: \(Self.text(event.data))\n\n") }
            }
            fault = fault ?? fed
            start = end
        }
        parser.finish { event in
            events.append(Event(name: Self.text(event.name), data: Self.text(event.data), isTerminated: event.isTerminated))
        }
        return (events, fault)
    }

    @Test(arguments: fixtures) func `every cut in two and in three gives the same events`(_ fixture: Fixture) {
        let bytes = Array(fixture.text.utf8)
        let expected = fixture.expected
        #expect(self.parse(bytes, cuts: []).events == expected)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                let events = self.parse(bytes, cuts: [first, second]).events
                if events != expected { #expect(events == expected, "cut at \(first) and \(second)") }
            }
        }
        #expect(self.parse(bytes, cuts: Array(0..<bytes.count)).events == expected)
    }

    @Test func `random cuts of all fixtures in a row give the same events`() {
        var generator = SplitMix(state: 42)
        for _ in 0..<300 {
            // Only what ends between two events may be followed by another fixture; a mark belongs to the start.
            let chosen = (0..<6).map { _ in Self.fixtures[Int(generator.next() % UInt64(Self.fixtures.count))] }
                .filter { !$0.hasOpenEnd && !$0.text.contains("\u{FEFF}") && ($0.text.isEmpty || $0.text.hasSuffix("\n\n") || $0.text.hasSuffix("\r\n\r\n")) }
            let bytes = Array(chosen.map(\.text).joined().utf8)
            let cuts = (0..<Int(generator.next() % 12)).map { _ in Int(generator.next() % UInt64(bytes.count + 1)) }.sorted()
            #expect(self.parse(bytes, cuts: cuts).events == chosen.flatMap(\.expected))
        }
    }

    @Test func `an event that is whole in the fed bytes is handed out without a copy`() {
        let bytes = Array("data: first\n\nevent: error\ndata: second\n\n".utf8)
        var parser = EventStreamParser()
        let span = bytes.span
        var places: [Range<Int>?] = []
        var wires: [Range<Int>?] = []
        _ = parser.feed(span) { event in
            places.append(span.indices(of: event.data).map { $0 })
            wires.append(event.wire.isEmpty ? nil : span.indices(of: event.wire).map { $0 })
        }
        #expect(places == [6..<11, 32..<38])
        #expect(wires == [0..<13, nil])
    }

    @Test func `bytes as the writer would not write them are not offered as such`() {
        for text in ["data:a\n\n", "data: a\r\n\r\n", "data: a\n\r\n", "data: a\n: c\n\n", "id: 1\ndata: a\n\n", "data:  \r\n\n"] {
            var parser = EventStreamParser()
            let bytes = Array(text.utf8)
            _ = parser.feed(bytes.span) { #expect(Self.text($0.wire) == "", "\(text.debugDescription)") }
        }
    }

    @Test func `an event or a line beyond the bound is a fault, wherever it is cut`() {
        for text in ["data: ok\n\ndata: 0123456789\n\ndata: x\n\n", "data: ok\n\ndata: 01234\ndata: 56789\n\n", "data: ok\n\n: 0123456789012345", "data: ok\n\nevent: 012345\ndata: 6789\n\n"] {
            let bytes = Array(text.utf8)
            for cut in 0...bytes.count {
                let (events, fault) = self.parse(bytes, cuts: [cut], eventBytesMax: 14)
                #expect(events == [Event(data: "ok")], "cut at \(cut) of \(text.debugDescription)")
                #expect(fault == .eventTooLarge)
            }
        }
        let fits = Array("data: 01234567\n\n: 012345678901\n\n".utf8)
        for cut in 0...fits.count { #expect(self.parse(fits, cuts: [cut], eventBytesMax: 14).fault == nil) }
    }

    @Test func `what the caller throws ends the parser`() {
        struct Enough: Error {}
        var parser = EventStreamParser()
        let bytes = Array("data: a\n\ndata: b\n\n".utf8)
        var count = 0
        #expect(throws: Enough.self) {
            _ = try parser.feed(bytes.span) { _ throws(Enough) in
                count += 1
                throw Enough()
            }
        }
        _ = parser.feed(bytes.span) { _ in count += 1 }
        parser.finish { _ in count += 1 }
        #expect(count == 1)
    }

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
}
