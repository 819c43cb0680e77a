import Testing

@testable import Upstream

@Suite("Upstream request")
struct UpstreamRequestTests {
    @Test(arguments: ["http://localhost", "http://127.0.0.1:80/x", "http://127.1.2.3", "http://[::1]:9/", "https://user:pw@localhost/"])
    func `loopback is known`(_ url: String) throws { #expect(try #require(UpstreamScheme(url)).isLoopback) }

    @Test(arguments: [
        "http://127.example.com", "http://localhost.example.com", "http://localhost@example.com/", "http://1127.0.0.1", "http://[::2]/",
        "http://127.0.0.1.example.com/", "http://127.0.0/", "http://example.com/localhost", "http://127.0.0.1@example.com",
    ])
    func `another machine is known`(_ url: String) throws { #expect(try !#require(UpstreamScheme(url)).isLoopback) }

    @Test(arguments: ["", "http://", "https:///x", "ftp://x", "//x", "http://a b", "http://a\r\n", "HTTPS://x"])
    func `other URLs are refused`(_ url: String) { #expect(UpstreamScheme(url) == nil) }
}

@Suite("Upstream headers")
struct UpstreamHeadersTests {
    func taken(_ lines: String...) -> UpstreamHeaders {
        var headers = UpstreamHeaders()
        for line in lines { headers.take(Array((line + "\r\n").utf8).span) }
        return headers
    }

    @Test func `only what a gateway uses is kept, names in lower case`() {
        let headers = self.taken(
            "Content-Type:  text/event-stream; charset=utf-8 \t", "Set-Cookie: a", "X-RateLimit-Limit-Requests: 5", "OpenAI-Model: m",
            "Retry-After: 1", "retry-after-ms:200", "retry-after-x: 1", "Server: s", "Content-Length: 3", "x-request-id: q", " folded: x")
        #expect(
            String(decoding: headers.wire, as: UTF8.self)
                == "content-type: text/event-stream; charset=utf-8\r\nx-ratelimit-limit-requests: 5\r\nopenai-model: m\r\nretry-after: 1\r\nretry-after-ms: 200\r\nx-request-id: q\r\n"
        )
        #expect(headers.value(of: "retry-after-ms") == "200")
        #expect(headers.value(of: "server") == nil)
        #expect(headers.value(of: "content-type", beginsWith: "text/event-stream"))
        #expect(!headers.value(of: "content-type", beginsWith: "text/event-streams"))
    }

    @Test func `values with control characters are dropped`() {
        #expect(self.taken("openai-a: x\u{0}y", "openai-b: x\ry", "openai-c: x\u{7F}", "openai-d", "openai-e:").fields.count == 1)
        #expect(self.taken("openai-t: a\tb").value(of: "openai-t") == "a\tb")
    }
}
