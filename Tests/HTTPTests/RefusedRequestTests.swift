import HTTP
import Testing

/// A request that must not be served, and why.
struct RefusedRequest: CustomTestStringConvertible, Sendable {
    let bytes: [UInt8]
    let fault: HTTPFault
    let name: String

    init(_ text: String, _ fault: HTTPFault) {
        self.bytes = Array(text.utf8)
        self.fault = fault
        self.name = text.debugDescription
    }

    init(_ text: String, _ reason: BadRequest) { self.init(text, .badRequest(reason)) }

    var testDescription: String { self.name }

    private static func head(_ lines: String) -> String { "POST /v1/x HTTP/1.1\r\nHost: a\r\n\(lines)\r\n\r\n" }
    private static func chunked(_ body: String) -> String { head("Transfer-Encoding: chunked") + body }

    static let requestLines: [RefusedRequest] = [
        RefusedRequest(" GET / HTTP/1.1\r\nHost: a\r\n\r\n", .method),
        RefusedRequest("\tGET / HTTP/1.1\r\nHost: a\r\n\r\n", .method),
        RefusedRequest("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", .method),
        RefusedRequest("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", .method),
        RefusedRequest("\r\rGET / HTTP/1.1\r\nHost: a\r\n\r\n", .method),
        RefusedRequest("\r\n GET / HTTP/1.1\r\nHost: a\r\n\r\n", .method),
        RefusedRequest("\u{16}\u{3}\u{1}\u{2}", .method),
        RefusedRequest("\0", .method),
        RefusedRequest("G@T / HTTP/1.1\r\nHost: a\r\n\r\n", .method),
        RefusedRequest("GET\r\n\r\n", .method),
        RefusedRequest("GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", .method),
        RefusedRequest("GET /\r\n\r\n", .requestLine),
        RefusedRequest("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", .requestLine),
        RefusedRequest("GET /  HTTP/1.1\r\nHost: a\r\n\r\n", .requestLine),
        RefusedRequest("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", .requestLine),
        RefusedRequest("GET / x HTTP/1.1\r\nHost: a\r\n\r\n", .requestLine),
        RefusedRequest("GET / http/1.1\r\nHost: a\r\n\r\n", .requestLine),
        RefusedRequest("GET / HTTP/1\r\nHost: a\r\n\r\n", .requestLine),
        RefusedRequest("GET / HTTP/11\r\nHost: a\r\n\r\n", .requestLine),
        RefusedRequest("GET / HTTP/1.10\r\nHost: a\r\n\r\n", .requestLine),
        RefusedRequest("GET / HTTP/01.1\r\nHost: a\r\n\r\n", .requestLine),
        RefusedRequest("GET / HTTPS/1.1\r\nHost: a\r\n\r\n", .requestLine),
        RefusedRequest("GET / \r\nHost: a\r\n\r\n", .requestLine),
        RefusedRequest("GET / HTTP/1.2\r\nHost: a\r\n\r\n", .versionNotSupported),
        RefusedRequest("GET / HTTP/0.9\r\nHost: a\r\n\r\n", .versionNotSupported),
        RefusedRequest("GET / HTTP/2.0\r\nHost: a\r\n\r\n", .versionNotSupported),
        RefusedRequest("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .versionNotSupported),
        RefusedRequest("GET / HTTP/1.1\nHost: a\r\n\r\n", .bareLineFeed),
        RefusedRequest("GET / HTTP/1.1\r\nHost: a\n\r\n", .bareLineFeed),
        RefusedRequest("GET / HTTP/1.1\r\nHost: a\r\n\n", .bareLineFeed),
        RefusedRequest("GET / HTTP/1.1\n\n", .bareLineFeed),
        RefusedRequest("GET /\rx HTTP/1.1\r\nHost: a\r\n\r\n", .target),
    ]

    static let targets: [RefusedRequest] = [
        RefusedRequest("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", .target),
        RefusedRequest("GET /a?b#c HTTP/1.1\r\nHost: a\r\n\r\n", .target),
        RefusedRequest("GET a HTTP/1.1\r\nHost: a\r\n\r\n", .target),
        RefusedRequest("GET ?a HTTP/1.1\r\nHost: a\r\n\r\n", .target),
        RefusedRequest("GET * HTTP/1.1\r\nHost: a\r\n\r\n", .target),
        RefusedRequest("OPTIONS ** HTTP/1.1\r\nHost: a\r\n\r\n", .target),
        RefusedRequest("GET /% HTTP/1.1\r\nHost: a\r\n\r\n", .target),
        RefusedRequest("GET /%4 HTTP/1.1\r\nHost: a\r\n\r\n", .target),
        RefusedRequest("GET /%4g HTTP/1.1\r\nHost: a\r\n\r\n", .target),
        RefusedRequest("GET /?%zz HTTP/1.1\r\nHost: a\r\n\r\n", .target),
        RefusedRequest("GET /ä HTTP/1.1\r\nHost: a\r\n\r\n", .target),
        RefusedRequest("GET /a\0b HTTP/1.1\r\nHost: a\r\n\r\n", .target),
        RefusedRequest("GET /a\"b HTTP/1.1\r\nHost: a\r\n\r\n", .target),
        RefusedRequest("GET /a\\b HTTP/1.1\r\nHost: a\r\n\r\n", .target),
        RefusedRequest("GET /[a] HTTP/1.1\r\nHost: a\r\n\r\n", .target),
        RefusedRequest("GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", .target),
        RefusedRequest("GET http:///a HTTP/1.1\r\nHost: a\r\n\r\n", .target),
        RefusedRequest("GET http:// HTTP/1.1\r\nHost: a\r\n\r\n", .target),
        RefusedRequest("GET http://user@a/ HTTP/1.1\r\nHost: a\r\n\r\n", .target),
        RefusedRequest("GET http://a:x/ HTTP/1.1\r\nHost: a\r\n\r\n", .target),
        RefusedRequest("GET http://a/#b HTTP/1.1\r\nHost: a\r\n\r\n", .target),
        RefusedRequest("GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", .hostDiffers),
        RefusedRequest("GET http://a:80/ HTTP/1.1\r\nHost: a\r\n\r\n", .hostDiffers),
        RefusedRequest("GET http://a/ HTTP/1.1\r\n\r\n", .hostMissing),
        RefusedRequest("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", .connect),
    ]

    static let hosts: [RefusedRequest] = [
        RefusedRequest("GET / HTTP/1.1\r\n\r\n", .hostMissing),
        RefusedRequest("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", .hostRepeated),
        RefusedRequest("GET / HTTP/1.0\r\nHost: a\r\nhost: a\r\n\r\n", .hostRepeated),
        RefusedRequest("GET / HTTP/1.1\r\nHost:\r\n\r\n", .hostInvalid),
        RefusedRequest("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", .hostInvalid),
        RefusedRequest("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", .hostInvalid),
        RefusedRequest("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", .hostInvalid),
        RefusedRequest("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", .hostInvalid),
        RefusedRequest("GET / HTTP/1.1\r\nHost: a:\r\n\r\n", .hostInvalid),
        RefusedRequest("GET / HTTP/1.1\r\nHost: :80\r\n\r\n", .hostInvalid),
        RefusedRequest("GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n", .hostInvalid),
        RefusedRequest("GET / HTTP/1.1\r\nHost: a:000080\r\n\r\n", .hostInvalid),
        RefusedRequest("GET / HTTP/1.1\r\nHost: a:-1\r\n\r\n", .hostInvalid),
        RefusedRequest("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", .hostInvalid),
        RefusedRequest("GET / HTTP/1.1\r\nHost: []\r\n\r\n", .hostInvalid),
        RefusedRequest("GET / HTTP/1.1\r\nHost: [1]\r\n\r\n", .hostInvalid),
        RefusedRequest("GET / HTTP/1.1\r\nHost: [::g]\r\n\r\n", .hostInvalid),
        RefusedRequest("GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n", .hostInvalid),
        RefusedRequest("GET / HTTP/1.1\r\nHost: ä\r\n\r\n", .hostInvalid),
        RefusedRequest("GET / HTTP/1.1\r\nHost: a%2e\r\n\r\n", .hostInvalid),
    ]

    static let fields: [RefusedRequest] = [
        RefusedRequest(head("X: a\r\n b"), .foldedLine),
        RefusedRequest(head("X: a\r\n\tb"), .foldedLine),
        RefusedRequest("GET / HTTP/1.1\r\n Host: a\r\n\r\n", .foldedLine),
        RefusedRequest(head("X : a"), .spaceBeforeColon),
        RefusedRequest(head("X\t: a"), .spaceBeforeColon),
        RefusedRequest(head("Content-Length : 0"), .spaceBeforeColon),
        RefusedRequest(head(": a"), .fieldName),
        RefusedRequest(head("X(y): a"), .fieldName),
        RefusedRequest(head("X\0y: a"), .fieldName),
        RefusedRequest(head("Xä: a"), .fieldName),
        RefusedRequest(head("X\"y: a"), .fieldName),
        RefusedRequest(head("X\ry: a"), .fieldName),
        RefusedRequest(head("X"), .missingColon),
        RefusedRequest(head("X: a\0b"), .fieldValue),
        RefusedRequest(head("X: a\rb"), .fieldValue),
        RefusedRequest(head("X: a\r"), .fieldValue),
        RefusedRequest(head("X: a\u{1}b"), .fieldValue),
        RefusedRequest(head("X: 12345678901234567890\u{1F}bbbbbbbbbbbbbbbb"), .fieldValue),
        RefusedRequest(head("X: a\u{7F}b"), .fieldValue),
        RefusedRequest(head("X: a\u{B}"), .fieldValue),
        RefusedRequest(head("X: a\nb"), .bareLineFeed),
        RefusedRequest(head("Expect: 200-ok"), .expectationFailed),
        RefusedRequest(head("Expect: 100-continue, x"), .expectationFailed),
        RefusedRequest(head("Expect:"), .expectationFailed),
    ]

    static let framings: [RefusedRequest] = [
        RefusedRequest(head("Content-Length: 1\r\nContent-Length: 1") + "x", .contentLengthRepeated),
        RefusedRequest(head("Content-Length: 1\r\ncontent-length: 2") + "x", .contentLengthRepeated),
        RefusedRequest(head("Content-Length: 1, 1") + "x", .contentLength),
        RefusedRequest(head("Content-Length:") + "x", .contentLength),
        RefusedRequest(head("Content-Length: +1") + "x", .contentLength),
        RefusedRequest(head("Content-Length: -1") + "x", .contentLength),
        RefusedRequest(head("Content-Length: 1 1") + "x", .contentLength),
        RefusedRequest(head("Content-Length: 0x1") + "x", .contentLength),
        RefusedRequest(head("Content-Length: 1.0") + "x", .contentLength),
        RefusedRequest(head("Content-Length: 1e1") + "x", .contentLength),
        RefusedRequest(head("Content-Length: ٣") + "x", .contentLength),
        RefusedRequest(head("Content-Length: 9223372036854775808"), .contentLength),
        RefusedRequest(head("Content-Length: 18446744073709551617"), .contentLength),
        RefusedRequest(head("Content-Length: 99999999999999999999999999"), .contentLength),
        RefusedRequest(head("Content-Length: 9223372036854775807"), .bodyTooLarge),
        RefusedRequest(head("Content-Length: 1025"), .bodyTooLarge),
        RefusedRequest(head("Content-Length: 1\r\nTransfer-Encoding: chunked") + "0\r\n\r\n", .bothFramings),
        RefusedRequest(head("Transfer-Encoding: chunked\r\nContent-Length: 5") + "0\r\n\r\n", .bothFramings),
        RefusedRequest(head("Transfer-Encoding: chunked\r\nContent-Length: x") + "0\r\n\r\n", .contentLength),
        RefusedRequest(head("Transfer-Encoding: gzip, chunked") + "0\r\n\r\n", .transferCoding),
        RefusedRequest(head("Transfer-Encoding: chunked, gzip") + "0\r\n\r\n", .transferCoding),
        RefusedRequest(head("Transfer-Encoding: chunked, chunked") + "0\r\n\r\n", .transferCoding),
        RefusedRequest(head("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked") + "0\r\n\r\n", .transferCoding),
        RefusedRequest(head("Transfer-Encoding: identity"), .transferCoding),
        RefusedRequest(head("Transfer-Encoding: chunked;q=1"), .transferCoding),
        RefusedRequest(head("Transfer-Encoding: \"chunked\""), .transferCoding),
        RefusedRequest(head("Transfer-Encoding: xchunked"), .transferCoding),
        RefusedRequest(head("Transfer-Encoding: ,chunked"), .transferCoding),
        RefusedRequest(head("Transfer-Encoding:"), .transferCoding),
        RefusedRequest(head("Transfer-Encoding: \u{B}chunked"), .fieldValue),
        RefusedRequest("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", .transferCodingInOldVersion),
    ]

    static let chunks: [RefusedRequest] = [
        RefusedRequest(chunked("\r\n"), .chunkSize),
        RefusedRequest(chunked("x\r\n"), .chunkSize),
        RefusedRequest(chunked("-1\r\n"), .chunkSize),
        RefusedRequest(chunked("+1\r\n"), .chunkSize),
        RefusedRequest(chunked("0x1\r\na\r\n"), .chunkSize),
        RefusedRequest(chunked(" 1\r\na\r\n"), .chunkSize),
        RefusedRequest(chunked("1 \r\na\r\n"), .chunkSize),
        RefusedRequest(chunked("1\t;x\r\na\r\n"), .chunkSize),
        RefusedRequest(chunked("1\na\r\n"), .chunkSize),
        RefusedRequest(chunked("1\rxa\r\n"), .chunkSize),
        RefusedRequest(chunked(";x\r\n"), .chunkSize),
        RefusedRequest(chunked("00000000000000000\r\n\r\n"), .chunkSize),
        RefusedRequest(chunked("1;a\nb\r\na\r\n"), .chunkExtension),
        RefusedRequest(chunked("1;a\0\r\na\r\n"), .chunkExtension),
        RefusedRequest(chunked("1;" + String(repeating: "a", count: 1025) + "\r\na\r\n"), .chunkExtension),
        RefusedRequest(chunked("1\r\nab\r\n"), .chunkEnd),
        RefusedRequest(chunked("1\r\na\n"), .chunkEnd),
        RefusedRequest(chunked("1\r\na\r\r\n"), .chunkEnd),
        RefusedRequest(chunked("1\r\na0\r\n\r\n"), .chunkEnd),
        RefusedRequest(chunked("0\r\n\n"), .trailer),
        RefusedRequest(chunked("0\r\n\r\r"), .trailer),
        RefusedRequest(chunked("0\r\n a: b\r\n\r\n"), .trailer),
        RefusedRequest(chunked("0\r\na : b\r\n\r\n"), .trailer),
        RefusedRequest(chunked("0\r\na\r\n\r\n"), .trailer),
        RefusedRequest(chunked("0\r\n: b\r\n\r\n"), .trailer),
        RefusedRequest(chunked("0\r\na: b\n\r\n"), .trailer),
        RefusedRequest(chunked("0\r\na: \0\r\n\r\n"), .trailer),
        RefusedRequest(chunked("0\r\na: b\rc\r\n\r\n"), .trailer),
        RefusedRequest(chunked("401\r\n"), .bodyTooLarge),
        RefusedRequest(chunked("7fffffffffffffff\r\n"), .bodyTooLarge),
        RefusedRequest(chunked("ffffffffffffffff\r\n"), .bodyTooLarge),
        RefusedRequest(chunked("fffffffffffffffffff\r\n"), .bodyTooLarge),
        RefusedRequest(chunked("1\r\na\r\n400\r\n"), .bodyTooLarge),
    ]

    static let all = requestLines + targets + hosts + fields + framings + chunks
}

@Suite("Refused request")
struct RefusedRequestTests {
    @Test(arguments: RefusedRequest.all)
    func `each is refused for its own reason and nothing is served`(_ refused: RefusedRequest) {
        #expect(RequestReader.events(refused.bytes) == [.fault(refused.fault)])
    }

    @Test(arguments: RefusedRequest.all)
    func `each is refused alike byte by byte`(_ refused: RefusedRequest) {
        #expect(RequestReader.events(refused.bytes, pieces: 1) == [.fault(refused.fault)])
    }

    @Test func `each is refused alike after a request that is served`() {
        let first = Array("GET /first HTTP/1.1\r\nhost: a\r\n\r\n".utf8)
        for refused in RefusedRequest.all where refused.bytes.first != UInt8(ascii: "\r") {
            let events = RequestReader.events(first + refused.bytes)
            #expect(events.count == 2 && events.last == .fault(refused.fault), "\(refused.name)")
        }
    }
}
