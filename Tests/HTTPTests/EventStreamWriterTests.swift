import Testing

@testable import HTTP

@Suite("Event stream writer")
struct EventStreamWriterTests {
    func written(_ data: String) -> String {
        var buffer = Array("…".utf8)
        EventStreamWriter.append(Array(data.utf8).span, to: &buffer)
        return String(decoding: buffer, as: UTF8.self)
    }

    @Test func `data of one line is one line`() { #expect(self.written("{}") == "…data: {}\n\n") }

    @Test func `each line of the data becomes a line of its own`() {
        #expect(self.written("a\nb\r\nc\rd\n") == "…data: a\ndata: b\ndata: c\ndata: d\ndata: \n\n")
    }

    @Test func `what is written is read again`() {
        for data in ["x", " x", "a\nb", "\n", "\n\n x\n", "data: y"] {
            var buffer: [UInt8] = []
            EventStreamWriter.append(Array(data.utf8).span, to: &buffer)
            EventStreamWriter.append(comment: "keep-alive", to: &buffer)
            var parser = EventStreamParser()
            var read: [String] = []
            _ = parser.feed(buffer.span) { read.append(EventStreamParserTests.text($0.data)) }
            #expect(read == [data])
        }
    }
}
