import HTTP
import Testing

@Suite("Request head")
struct RequestHeadParserTests {
    private func request(_ text: String, headBytesMax: Int = 16 * 1024) throws -> (head: RequestHead, body: String) {
        let events = RequestReader.events(Array(text.utf8), headBytesMax: headBytesMax)
        guard events.count == 1, case .request(let head, let body) = try #require(events.first) else {
            Issue.record("not one request: \(events)")
            throw HTTPFault.requestTimeout
        }
        return (head, String(decoding: body, as: UTF8.self))
    }

    private func value(_ head: RequestHead, _ name: StaticString) -> String? { head.range(of: name).map { head.text($0) } }

    @Test func `a request of an SDK is read`() throws {
        let (head, body) = try request(
            "POST /v1/chat/completions?x=1&y=%20 HTTP/1.1\r\nHost: gateway.example:8080\r\nContent-Type: application/json\r\n"
                + "Authorization: Bearer k-1\r\nX-Empty:\r\nX-Wide:  \t ä b \t\r\nContent-Length: 2\r\n\r\n{}")
        #expect(head.method == .post)
        #expect(head.pathEquals("/v1/chat/completions"))
        #expect(head.queryRange.map { head.text($0) } == "x=1&y=%20")
        #expect(value(head, "authorization") == "Bearer k-1")
        #expect(value(head, "x-empty") == "")
        #expect(value(head, "x-wide") == "ä b")
        #expect(value(head, "x-missing") == nil)
        #expect(head.authorityRange.map { head.text($0) } == "gateway.example:8080")
        #expect(head.contentLength == 2 && head.keepsAlive && head.versionMinor == 1 && !head.expectsContinue)
        #expect(body == "{}")
        #expect(head.header("content-type")?.count == 16)
    }

    @Test(arguments: [
        ("GET", Method.get), ("HEAD", .head), ("POST", .post), ("PUT", .put), ("PATCH", .patch), ("DELETE", .delete),
        ("OPTIONS", .options), ("TRACE", .trace), ("get", .other), ("BREW", .other), ("!#$%&'*+-.^_`|~", .other),
    ])
    func `every token is a method`(_ name: String, _ method: Method) throws {
        let (head, _) = try request("\(name) / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(head.method == method && head.text(head.methodRange) == name)
    }

    @Test(arguments: [
        ("GET http://a HTTP/1.1", "/", nil), ("GET HTTP://A/ HTTP/1.1", "/", nil), ("GET https://a/b?c HTTP/1.1", "/b", "c"),
        ("GET http://a?c HTTP/1.1", "/", "c"), ("OPTIONS http://a HTTP/1.1", "*", nil), ("OPTIONS * HTTP/1.1", "*", nil),
        ("GET //a HTTP/1.1", "//a", nil), ("GET /? HTTP/1.1", "/", ""), ("GET /a?b?c/d HTTP/1.1", "/a", "b?c/d"),
        ("GET /:@!$&'()*+,;=-._~%41 HTTP/1.1", "/:@!$&'()*+,;=-._~%41", nil),
    ])
    func `each form of a target is read`(_ line: String, _ path: String, _ query: String?) throws {
        let (head, _) = try request("\(line)\r\nHost: a\r\n\r\n")
        #expect(head.text(head.pathRange) == path)
        #expect(head.queryRange.map { head.text($0) } == query)
        #expect(head.authorityRange != nil)
    }

    @Test(arguments: ["a", "a.example", "127.0.0.1:8080", "[::1]", "[::ffff:127.0.0.1]:1", "a_b-c.d~", "a:0", "a:65535"])
    func `a host is taken`(_ host: String) throws {
        let (head, _) = try request("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n")
        #expect(value(head, "host") == host)
    }

    @Test(arguments: [
        ("HTTP/1.1", "", true), ("HTTP/1.1", "Connection: close", false), ("HTTP/1.1", "Connection: x , CLOSE", false),
        ("HTTP/1.1", "Connection: keep-alive\r\nConnection: close", false), ("HTTP/1.1", "Connection: closed", true),
        ("HTTP/1.0", "", false), ("HTTP/1.0", "Connection: Keep-Alive", true), ("HTTP/1.0", "Connection: keep-alive, close", false),
    ])
    func `the connection option decides who ends it`(_ version: String, _ line: String, _ keepsAlive: Bool) throws {
        let (head, _) = try request("GET / \(version)\r\nHost: a\r\n\(line.isEmpty ? "" : line + "\r\n")\r\n")
        #expect(head.keepsAlive == keepsAlive)
    }

    @Test func `an expectation counts only with a body in HTTP 1.1`() throws {
        var reader = RequestReader()
        reader.feed(Array("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\nx".utf8))
        guard case .request(let head, _) = reader.events.first else { throw HTTPFault.requestTimeout }
        #expect(head.expectsContinue)
        #expect(try !request("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n").head.expectsContinue)
        #expect(try !request("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx").head.expectsContinue)
    }

    @Test func `one blank line before a request is passed over`() throws {
        #expect(try request("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n").head.pathEquals("/"))
    }

    @Test func `a head may have exactly the allowed bytes`() throws {
        let text = "GET / HTTP/1.1\r\nHost: a\r\nx: \(String(repeating: "y", count: 100))\r\n\r\n"
        #expect(try request(text, headBytesMax: text.utf8.count).head.fields.count == 2)
        #expect(try request("\r\n" + text, headBytesMax: text.utf8.count).head.fields.count == 2)
        for pieces in [1, 7, 1000] {
            let events = RequestReader.events(Array(text.utf8), pieces: pieces, headBytesMax: text.utf8.count - 1)
            #expect(events == [.fault(.headersTooLarge)])
        }
    }

    @Test func `a line without an end is refused at the limit and not before`() {
        let noise = Array(repeating: UInt8(ascii: "a"), count: 64)
        #expect(RequestReader.events(Array(noise.dropLast()), headBytesMax: 64).isEmpty)
        #expect(RequestReader.events(noise, headBytesMax: 64) == [.fault(.headersTooLarge)])
        #expect(RequestReader.events(noise + [10], pieces: 1, headBytesMax: 64) == [.fault(.headersTooLarge)])
    }

    @Test func `a hundred header lines are read and one more is refused`() throws {
        let lines = String(repeating: "x: y\r\n", count: RequestHeadParser.fieldsMax - 1)
        #expect(try request("GET / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n").head.count(of: "x") == 99)
        let events = RequestReader.events(Array("GET / HTTP/1.1\r\nHost: a\r\n\(lines)x: y\r\n\r\n".utf8))
        #expect(events == [.fault(.headersTooLarge)])
    }

    @Test func `a body may have exactly the allowed bytes`() {
        let body = String(repeating: "b", count: 1024)
        #expect(RequestReader.events(Array("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1024\r\n\r\n\(body)".utf8)).count == 1)
        let events = RequestReader.events(Array("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n\(body)\r\n0\r\n\r\n".utf8))
        #expect(events.count == 1 && events.last != .fault(.bodyTooLarge))
    }

    @Test func `any cut of a pipeline gives the same requests`() {
        let text =
            "GET /one HTTP/1.1\r\nHost: a\r\n\r\n" + "\r\nPOST /two HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
            + "POST /three HTTP/1.1\r\nhOsT: a\r\ntransfer-encoding: Chunked\r\n\r\n3;e=\"x\"\r\nabc\r\n0A\r\n0123456789\r\n000\r\nt: v\r\nu:\r\n\r\n"
            + "OPTIONS http://a HTTP/1.1\r\nHost: a\r\n\r\n" + "GET /four HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n"
        let bytes = Array(text.utf8)
        let whole = RequestReader.events(bytes)
        #expect(whole.count == 5)
        #expect(whole.last == .fault(.badRequest(.spaceBeforeColon)))
        if case .request(_, let body) = whole[2] { #expect(String(decoding: body, as: UTF8.self) == "abc0123456789") }
        for pieces in 1..<bytes.count { #expect(RequestReader.events(bytes, pieces: pieces) == whole) }
        for first in 0...bytes.count {
            var reader = RequestReader()
            reader.feed(bytes[..<first])
            reader.feed(bytes[first...])
            #expect(reader.events == whole)
        }
    }

    @Test func `any single changed byte gives the same outcome however it is cut`() {
        let bytes = Array("POST /a?b HTTP/1.1\r\nHost: a:1\r\nTransfer-Encoding: chunked\r\nX: y\r\n\r\n1;e\r\nz\r\n0\r\nt: v\r\n\r\n".utf8)
        var generator = SystemRandomNumberGenerator()
        for index in bytes.indices {
            for byte in [0, 9, 10, 13, 32, 35, 37, 58, 127, 255, UInt8.random(in: 0...255, using: &generator)] {
                var changed = bytes
                changed[index] = byte
                let whole = RequestReader.events(changed)
                #expect(RequestReader.events(changed, pieces: 1) == whole, "byte \(index) is \(byte)")
                #expect(RequestReader.events(changed, pieces: Int.random(in: 2...30, using: &generator)) == whole, "byte \(index) is \(byte)")
            }
        }
    }
}
