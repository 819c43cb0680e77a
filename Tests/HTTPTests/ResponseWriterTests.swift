import HTTP
import Testing

@Suite("Answer")
struct ResponseWriterTests {
    private func text(_ write: (inout [UInt8]) -> Void) -> String {
        var bytes: [UInt8] = []
        write(&bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `a head is written in one order`() {
        var headers = HeaderLines()
        headers.add("content-type", "application/json")
        headers.add("retry-after", number: 12)
        let date: [UInt8] = Array("date: x\r\n".utf8)
        let head = text {
            ResponseWriter.appendHead(status: 429, headers: headers, dateLine: date.span, framing: .length(1_234), connection: .close, to: &$0)
        }
        #expect(
            head == "HTTP/1.1 429 Too Many Requests\r\ncontent-type: application/json\r\nretry-after: 12\r\ndate: x\r\n"
                + "content-length: 1234\r\nconnection: close\r\n\r\n")
        let stream = text {
            ResponseWriter.appendHead(status: 299, headers: HeaderLines(), dateLine: date.span, framing: .chunked, connection: .none, to: &$0)
        }
        #expect(stream == "HTTP/1.1 299 \r\ndate: x\r\ntransfer-encoding: chunked\r\n\r\n")
    }

    @Test func `a value cannot end its line`() {
        var headers = HeaderLines()
        headers.add("x-request-id", text: "a\r\nset-cookie: b\0\u{7F}")
        #expect(String(decoding: headers.bytes, as: UTF8.self) == "x-request-id: a  set-cookie: b  \r\n")
    }

    @Test(arguments: [("X-RateLimit-Limit", true), ("", false), ("a b", false), ("a:", false), ("a\r\nb", false)])
    func `a name from elsewhere must be a token`(_ name: String, _ isTaken: Bool) {
        var headers = HeaderLines()
        let bytes = Array(name.utf8)
        #expect(headers.add(name: bytes.span, value: bytes.span) == isTaken)
        #expect(headers.bytes.isEmpty == !isTaken)
    }

    @Test(arguments: [1, 9, 15, 16, 255, 256, 4096, 65_537])
    func `a chunk is read back as it was`(_ count: Int) throws {
        var wire: [UInt8] = []
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        ResponseWriter.appendChunk(payload.span, to: &wire)
        ResponseWriter.appendLastChunk(to: &wire)
        var decoder = ChunkedDecoder(bodyBytesMax: count, trailerBytesMax: 10)
        var body: [UInt8] = []
        #expect(try decoder.decode(wire.span, into: &body) == wire.count)
        #expect(decoder.isComplete && body == payload)
    }

    @Test func `an empty chunk is not written because it would end the body`() {
        let nothing: [UInt8] = []
        #expect(text { ResponseWriter.appendChunk(nothing.span, to: &$0) } == "")
    }

    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00"), (784_111_777, "Sun, 06 Nov 1994 08:49:37"), (951_782_399, "Mon, 28 Feb 2000 23:59:59"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00"), (1_709_164_800, "Thu, 29 Feb 2024 00:00:00"), (1_767_225_599, "Wed, 31 Dec 2025 23:59:59"),
        (4_107_542_400, "Mon, 01 Mar 2100 00:00:00"),
    ])
    func `a date is written as in RFC 9110`(_ seconds: Int, _ date: String) {
        #expect(text { ResponseWriter.appendDateLine(unixSeconds: seconds, to: &$0) } == "date: \(date) GMT\r\n")
    }
}
