import Platform
import Testing

@testable import Upstream

@Suite("Upstream client")
struct UpstreamClientTests {
    @Test func `a request is sent as it was given, and its answer handed out`() throws {
        let bench = try Bench()
        bench.server.onRequest = { peer, _ in
            peer.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nServer: x\r\nX-RateLimit-Remaining: 7\r\nContent-Length: 12\r\n\r\n{\"answer\":1}")
        }
        let recorder = Recorder()
        let transfer = bench.start(recorder, body: "{\"question\":0}", requestHeaders: ["x-request-id: r1"])
        #expect(recorder.statuses.isEmpty)
        try #require(bench.run { recorder.ends > 0 })
        #expect(recorder.statuses == [200])
        #expect(recorder.failure == nil)
        #expect(recorder.text == "{\"answer\":1}")
        #expect(String(decoding: recorder.headers.wire, as: UTF8.self) == "content-type: application/json\r\nx-ratelimit-remaining: 7\r\n")
        #expect(transfer.attempt.httpVersion == 11)
        #expect(!transfer.attempt.reused)
        #expect(transfer.attempt.connect > .zero)
        #expect(transfer.attempt.firstByte != nil)
        let request = try #require(bench.server.requests.first)
        #expect(
            request
                == "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:\(bench.server.port)\r\nAccept: */*\r\nx-request-id: r1\r\ncontent-type: application/json\r\nContent-Length: 14\r\n\r\n{\"question\":0}"
        )
    }

    @Test func `a chunked answer comes without its framing, and trailers are dropped`() throws {
        let bench = try Bench()
        bench.server.onRequest = { peer, _ in
            peer.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nopenai-late: 1\r\n\r\n")
        }
        let recorder = try bench.exchange()
        #expect(recorder.text == "abcdefg")
        #expect(recorder.statuses == [200])
        #expect(recorder.failure == nil)
        #expect(recorder.headers.fields.isEmpty)
    }

    @Test func `interim answers are not shown`() throws {
        let bench = try Bench()
        bench.server.onRequest = { peer, _ in
            peer.send("HTTP/1.1 100 Continue\r\nretry-after: 9\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 429 Too Many\r\nretry-after: 3\r\ncontent-length: 0\r\n\r\n")
        }
        let recorder = try bench.exchange()
        #expect(recorder.statuses == [429])
        #expect(recorder.headers.fields.count == 1)
        #expect(recorder.headers.value(of: "retry-after") == "3")
        #expect(recorder.failure == nil)
    }

    @Test func `fifty requests in a row use one connection`() throws {
        let bench = try Bench()
        for index in 0..<50 {
            let recorder = try bench.exchange(body: "{\"n\":\(index)}")
            #expect(recorder.text == "ok")
        }
        #expect(bench.server.peers.count == 1)
        #expect(bench.client.statistics == UpstreamStatistics(connectionsOpen: 1, connectionsMade: 1, ended: 50, reused: 49))
        #expect(bench.server.requests.last?.hasSuffix("{\"n\":49}") == true)
    }

    @Test func `methods, bodies and headers of one use do not leak into the next`() throws {
        let bench = try Bench()
        let headers = ["accept: text/event-stream"]
        func send(_ method: UpstreamRequest.Method, _ body: [UInt8], _ lines: [String]) throws {
            let recorder = Recorder()
            _ = bench.client.start(
                UpstreamRequest(url: bench.server.url, method: method, headers: headers, requestHeaders: lines, body: body), observer: recorder)
            try #require(bench.run { recorder.ends == 1 })
            #expect(recorder.failure == nil)
        }
        try send(.post, Array("one".utf8), ["a: 1"])
        try send(.get, [], [])
        try send(.post, [], ["b: 2"])
        try send(.post, [UInt8](repeating: 0x61, count: 300_000), [])
        try send(.get, Array("not sent".utf8), [])
        try send(.post, Array("two".utf8), [])
        let requests = bench.server.requests
        #expect(requests[0].contains("a: 1\r\n") && requests[0].hasSuffix("\r\n\r\none"))
        #expect(requests[1].hasPrefix("GET ") && requests[1].hasSuffix("\r\n\r\n") && !requests[1].contains("a: 1"))
        #expect(requests[2].hasPrefix("POST ") && requests[2].contains("Content-Length: 0\r\n") && requests[2].contains("b: 2\r\n"))
        #expect(requests[3].utf8.count > 300_000 && requests[3].contains("Content-Length: 300000\r\n") && !requests[3].contains("b: 2"))
        #expect(requests[4].hasPrefix("GET ") && !requests[4].contains("not sent"))
        #expect(requests[5].hasSuffix("\r\n\r\ntwo"))
        #expect(requests.allSatisfy { $0.contains("accept: text/event-stream\r\n") && !$0.lowercased().contains("expect") })
        #expect(bench.server.peers.count == 1)
    }

    @Test func `a hundred transfers run at once`() throws {
        let bench = try Bench()
        var waiting: [(ScriptedServer.Peer, String)] = []
        bench.server.onRequest = { waiting.append(($0, $1)) }
        let recorders = (0..<100).map { _ in Recorder() }
        for (index, recorder) in recorders.enumerated() { _ = bench.start(recorder, body: "<\(index)>") }
        try #require(bench.run { waiting.count == 100 })
        #expect(bench.client.statistics.inFlight == 100)
        for (peer, request) in waiting.reversed() {
            let body = request.drop { $0 != "<" }
            peer.send("HTTP/1.1 200 OK\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)")
        }
        try #require(bench.run { recorders.allSatisfy { $0.ends == 1 } })
        for (index, recorder) in recorders.enumerated() { #expect(recorder.text == "<\(index)>") }
        #expect(bench.client.statistics.inFlight == 0)
        #expect(bench.client.statistics.connectionsOpen == 100)
        bench.server.onRequest = { peer, _ in peer.send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok") }
        _ = try bench.exchange()
        #expect(bench.server.peers.count == 100)
    }

    // MARK: Failures

    @Test func `a refused connection is told`() throws {
        let bench = try Bench()
        let recorder = Recorder()
        // Port 1 of loopback: nobody listens there.
        _ = bench.client.start(UpstreamRequest(url: "http://127.0.0.1:1/", headers: []), observer: recorder)
        try #require(bench.run { recorder.ends == 1 })
        #expect(recorder.failure?.kind == .connectFailed)
        #expect(recorder.failure?.beforeFirstByte == true)
        #expect(recorder.failure?.detail.isEmpty == false)
        #expect(bench.client.statistics.connectionsOpen == 0)
    }

    @Test func `a name that cannot be resolved is told`() throws {
        let bench = try Bench()
        let recorder = Recorder()
        // A label may have 63 bytes: no name server is asked.
        let url = "https://" + String(repeating: "a", count: 64) + ".example/"
        _ = bench.client.start(UpstreamRequest(url: url, headers: []), observer: recorder)
        try #require(bench.run { recorder.ends == 1 })
        #expect(recorder.failure?.kind == .resolveFailed)
        // The resolver's wake-up socket is gone; its number serves the next connection.
        #expect(try bench.exchange().text == "ok")
    }

    @Test func `a connection that is not made in time is told`() throws {
        let bench = try Bench()
        let recorder = Recorder()
        bench.server.onAccept = { _ in }
        // TLS that never answers.
        _ = bench.client.start(
            UpstreamRequest(url: "https://127.0.0.1:\(bench.server.port)/", headers: [], connectTimeout: .milliseconds(60)), observer: recorder)
        try #require(bench.run { recorder.ends == 1 })
        #expect(recorder.failure?.kind == .connectTimedOut)
        #expect(recorder.failure?.beforeFirstByte == true)
    }

    @Test func `TLS with one who does not speak it is told`() throws {
        let bench = try Bench()
        bench.server.onAccept = { $0.send("HTTP/1.1 400 Bad Request\r\n\r\n") }
        let recorder = Recorder()
        _ = bench.client.start(UpstreamRequest(url: "https://127.0.0.1:\(bench.server.port)/", headers: []), observer: recorder)
        try #require(bench.run { recorder.ends == 1 })
        #expect(recorder.failure?.kind == .tlsFailed)
    }

    @Test(arguments: [false, true]) func `an end before the head is told`(_ isReset: Bool) throws {
        let bench = try Bench()
        bench.server.onRequest = { peer, _ in if isReset { peer.reset() } else { peer.close() } }
        let recorder = try bench.exchange()
        #expect(recorder.statuses.isEmpty)
        #expect(recorder.failure?.kind == .connectionClosed)
        #expect(recorder.failure?.beforeFirstByte == true)
    }

    @Test(arguments: ["HTTP/1.1 200 OK\r\ncontent-ty", "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 100 Continue\r\n\r\n"])
    func `an end within the head is told`(_ start: String) throws {
        let bench = try Bench()
        bench.server.onRequest = { peer, _ in
            peer.send(start)
            peer.close()
        }
        let recorder = try bench.exchange()
        #expect(recorder.statuses.isEmpty)
        #expect(recorder.failure?.kind == .connectionClosed)
        #expect(recorder.failure?.beforeFirstByte == false)
    }

    @Test(arguments: [false, true]) func `an end within the body is told`(_ isReset: Bool) throws {
        let bench = try Bench()
        var peers: [ScriptedServer.Peer] = []
        bench.server.onRequest = { peer, _ in
            peer.send("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
            peers.append(peer)
        }
        let recorder = Recorder()
        recorder.onBody = { _ in for peer in peers { if isReset { peer.reset() } else { peer.close() } } }
        _ = bench.start(recorder)
        try #require(bench.run { recorder.ends == 1 })
        #expect(recorder.statuses == [200])
        #expect(recorder.text == "half")
        #expect(recorder.failure?.kind == .connectionClosed)
        #expect(recorder.failure?.beforeFirstByte == false)
    }

    @Test func `a chunked body without its last chunk is a failure`() throws {
        let bench = try Bench()
        bench.server.onRequest = { peer, _ in
            peer.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n")
            peer.close()
        }
        let recorder = try bench.exchange()
        #expect(recorder.text == "abc")
        #expect(recorder.failure?.kind == .connectionClosed)
    }

    @Test(arguments: ["SSH-2.0-OpenSSH_9.2\r\n", "garbage garbage garbage\n\n", "\u{0}\u{1}\u{2}\u{3}", "HTTP/9.9 200 OK\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n"])
    func `what is not HTTP is told`(_ garbage: String) throws {
        let bench = try Bench()
        bench.server.onRequest = { peer, _ in
            peer.send(garbage)
            peer.close()
        }
        let recorder = try bench.exchange()
        #expect(recorder.statuses.isEmpty)
        #expect(recorder.failure?.kind == .protocolError)
        #expect(recorder.failure?.beforeFirstByte == false)
    }

    @Test func `a head beyond the bound is told`() throws {
        var options = UpstreamOptions()
        options.headBytesMax = 4096
        let bench = try Bench(options)
        bench.server.onRequest = { peer, _ in
            peer.send("HTTP/1.1 200 OK\r\n" + String(repeating: "x-filler: 0123456789012345678901234567890123456789\r\n", count: 200) + "content-length: 0\r\n\r\n")
        }
        let recorder = try bench.exchange()
        #expect(recorder.statuses.isEmpty)
        #expect(recorder.failure?.kind == .headTooLarge)
    }

    @Test(arguments: [
        ("http://example.com/", "a: b"), ("ftp://127.0.0.1/", "a: b"), ("file:///etc/passwd", "a: b"), ("127.0.0.1:80", "a: b"),
        ("http://127.0.0.1 .example.com/", "a: b"), ("http://127.0.0.1:1/", "a: b\r\nc: d"), ("http://127.0.0.1:1/", "a\u{0}: b"),
    ])
    func `what may not be sent is refused`(_ url: String, _ line: String) throws {
        let bench = try Bench()
        let recorder = Recorder()
        _ = bench.client.start(UpstreamRequest(url: url, headers: ["x: y"], requestHeaders: [line]), observer: recorder)
        #expect(recorder.ends == 0)
        try #require(bench.run { recorder.ends == 1 })
        #expect(recorder.failure?.kind == .invalidRequest)
        #expect(recorder.failure?.beforeFirstByte == true)
    }

    @Test func `redirects are not followed`() throws {
        let bench = try Bench()
        bench.server.onRequest = { peer, _ in peer.send("HTTP/1.1 307 Over There\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n") }
        let recorder = try bench.exchange()
        #expect(recorder.statuses == [307])
        #expect(bench.server.requests.count == 1)
    }

    // MARK: Pooled connections

    @Test func `a pooled connection that ended does not spin the loop, nor fail the next request`() throws {
        let bench = try Bench()
        _ = try bench.exchange()
        bench.server.peers[0].close()
        bench.run(milliseconds: 20)
        let passes = bench.loop.passes
        let deadline = Instant.now() + .milliseconds(100)
        while Instant.now() < deadline { bench.loop.runOnce(longestWait: .milliseconds(50)) }
        #expect(bench.loop.passes - passes <= 5)
        #expect(try bench.exchange().failure == nil)
        #expect(bench.server.peers.count == 2)
    }

    @Test(arguments: [false, true]) func `a request that meets the end of its pooled connection is sent again on a new one`(_ isReset: Bool) throws {
        let bench = try Bench()
        _ = try bench.exchange()
        bench.server.onRequest = { peer, _ in
            if bench.server.requests.count == 2 {
                if isReset { peer.reset() } else { peer.close() }
            } else {
                peer.send("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nagain")
            }
        }
        let recorder = try bench.exchange()
        #expect(recorder.failure == nil)
        #expect(recorder.text == "again")
        #expect(bench.server.peers.count == 2)
        #expect(bench.server.requests.count == 3)
    }

    @Test func `a client that nobody holds closes its idle connections`() throws {
        let bench = try Bench()
        var client: UpstreamClient? = try UpstreamClient(loop: bench.loop)
        let recorder = Recorder()
        _ = client?.start(UpstreamRequest(url: bench.server.url, headers: []), observer: recorder)
        try #require(bench.run { recorder.ends == 1 })
        weak let gone = client
        client = nil
        #expect(gone == nil)
        try #require(bench.run { bench.server.peers[0].sawEnd })
    }

    @Test func `shutting down ends transfers and watches`() throws {
        let bench = try Bench()
        bench.server.onRequest = { _, _ in }
        let recorder = Recorder()
        _ = bench.start(recorder)
        try #require(bench.run { bench.server.requests.count == 1 })
        bench.client.shutDown()
        try #require(bench.run { bench.server.peers[0].sawEnd })
        #expect(recorder.ends == 0)
        #expect(bench.client.statistics.inFlight == 0)
        let late = Recorder()
        _ = bench.start(late)
        try #require(bench.run { late.ends == 1 })
        #expect(late.failure?.kind == .invalidRequest)
    }
}
