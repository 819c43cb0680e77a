import Glibc
import HTTP
import Platform
import Testing

@testable import Server

@Suite("HTTP server")
struct HTTPServerTests {
    private let get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"

    @Test func `a connection serves one request after the other`() throws {
        let test = try TestServer { $0.respond("{\"path\":\"\($0.pathText)\"}") }
        defer { test.end() }
        let client = test.connect()
        for number in 1...3 {
            client.send(get)
            test.run { client.answers.count == number }
        }
        let answer = try #require(client.answers.last)
        #expect(answer.body == "{\"path\":\"/a\"}")
        #expect(answer.head.hasPrefix("HTTP/1.1 200 OK\r\ndate: "))
        #expect(!answer.head.contains("connection:"))
        #expect(test.connectionCount == 1 && test.server?.acceptedCount == 1)
        client.close()
        test.run { test.connectionCount == 0 }
    }

    @Test func `pipelined requests reach the handler one by one and are answered in order`() throws {
        var open: [ServerExchange] = []
        let test = try TestServer { open.append($0) }
        defer { test.end() }
        let client = test.connect()
        client.send((1...4).map { "POST /\($0) HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n\($0)" }.joined())
        for number in 1...4 {
            test.run { open.count == number }
            test.runPasses(3)
            #expect(open.count == number)
            #expect(open.last?.bodyText == "\(number)")
            open.last?.respond("\(number)")
        }
        test.run { client.answers.count == 4 }
        #expect(client.answers.map(\.body) == ["1", "2", "3", "4"])
        #expect(test.gone.isEmpty)
    }

    @Test func `many pipelined requests are answered at once without piling up on the stack`() throws {
        let test = try TestServer { $0.respond("x") }
        defer { test.end() }
        let client = test.connect()
        let all = Array(String(repeating: get, count: 20_000).utf8)
        var sent = 0
        test.run {
            if sent < all.count { sent += client.send(Array(all[sent..<min(sent + 50_000, all.count)])) }
            return sent == all.count && client.received.count > 1 && client.endsWith("\r\n\r\nx") && client.received.count % 20_000 == 0
        }
        #expect(client.text.split(separator: "HTTP/1.1 200").count == 20_000)
    }

    @Test func `a client that pipelines without reading is not read from without bound`() throws {
        let test = try TestServer { _ in }
        defer { test.end() }
        let client = test.connect()
        let piece = Array(String(repeating: get, count: 1_000).utf8)
        var sent = 0
        var stalled = 0
        test.run {
            let count = client.send(piece)
            sent += count
            stalled = count == 0 ? stalled + 1 : 0
            return stalled > 20
        }
        #expect(sent < 32 * 1024 * 1024)
        // An orderly end would stand behind what we do not read.
        resetOnClose(client.number)
        client.close()
        test.run { test.gone.count == 1 }
    }

    @Test func `a client is told to continue before it sends its body`() throws {
        let test = try TestServer { $0.respond($0.bodyText) }
        defer { test.end() }
        let client = test.connect()
        client.send("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
        test.run { client.text == "HTTP/1.1 100 Continue\r\n\r\n" }
        client.send("body")
        test.run { client.endsWith("\r\n\r\nbody") }
    }

    @Test func `an expectation is answered with the refusal when the body is too large`() throws {
        var limits = ServerLimits()
        limits.bodyBytesMax = 3
        let test = try TestServer(limits: limits) { $0.respond("") }
        defer { test.end() }
        let client = test.connect()
        client.send("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
        test.run { client.isEnded }
        #expect(client.text.hasPrefix("HTTP/1.1 413 Content Too Large\r\ncontent-type: application/json\r\n"))
    }

    @Test func `HEAD gets the length and no body`() throws {
        let test = try TestServer { $0.respond("12345") }
        defer { test.end() }
        let client = test.connect()
        client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n")
        test.run { client.endsWith("\r\n\r\n") }
        #expect(client.text.contains("content-length: 5\r\n"))
        client.send("HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        test.run { client.isEnded }
        #expect(client.endsWith("connection: close\r\n\r\n"))
    }

    @Test func `a 204 has neither length nor body`() throws {
        let test = try TestServer { $0.respond("", status: 204) }
        defer { test.end() }
        let client = test.connect()
        client.send(get)
        test.run { client.endsWith("\r\n\r\n") }
        #expect(!client.text.contains("content-length"))
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\nHost: h\r\n\r\n", 400), ("GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505),
        ("GET / HTTP/1.1\r\nHost: h\r\nExpect: tea\r\n\r\n", 417),
        ("GET / HTTP/1.1\r\nHost: h\r\nX: \(String(repeating: "y", count: 20_000))\r\n\r\n", 431),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999\r\n\r\n", 413),
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n", 413),
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 400),
    ])
    func `what the codec refuses is answered in JSON and the connection ends`(_ request: String, _ status: Int) throws {
        let test = try TestServer { _ in Issue.record("a refused request was served") }
        defer { test.end() }
        let client = test.connect()
        client.send(request)
        test.run { client.isEnded }
        #expect(client.text.hasPrefix("HTTP/1.1 \(status) "))
        #expect(client.text.contains("\r\nconnection: close\r\n") && client.endsWith("\"}}"))
        client.close()
        test.run { test.connectionCount == 0 }
    }

    @Test func `a refused client that keeps sending can still read its answer`() throws {
        let test = try TestServer { _ in }
        defer { test.end() }
        let client = test.connect()
        client.isReading = false
        client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999\r\n\r\n")
        let noise = [UInt8](repeating: 1, count: 64 * 1024)
        var sent = 0
        test.run {
            sent += client.send(noise)
            return sent > 1024 * 1024
        }
        client.isReading = true
        test.run { client.isEnded }
        #expect(client.text.hasPrefix("HTTP/1.1 413 "))
        #expect(client.endsWith("\"}}"))
        #expect(test.connectionCount == 1)
        client.close()
        test.run { test.connectionCount == 0 }
    }

    @Test func `a client that never stops sending is cut off at the linger bound`() throws {
        var limits = ServerLimits()
        limits.lingerBytesMax = 256 * 1024
        let test = try TestServer(limits: limits) { _ in }
        defer { test.end() }
        let client = test.connect()
        client.send("x y z\r\n")
        let noise = [UInt8](repeating: 1, count: 64 * 1024)
        test.run {
            client.send(noise)
            return test.connectionCount == 0
        }
    }

    @Test func `a body arrives whole however it comes`() throws {
        var bodies: [[UInt8]] = []
        let test = try TestServer {
            bodies.append($0.body)
            $0.respond("")
        }
        defer { test.end() }
        let client = test.connect()
        let body = (0..<1_200_001).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        func send(_ bytes: [UInt8]) {
            var sent = 0
            test.run {
                if sent < bytes.count { sent += client.send(Array(bytes[sent..<min(sent + 100_000, bytes.count)])) }
                return sent == bytes.count
            }
        }
        send(Array("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: \(body.count)\r\n\r\n".utf8) + body)
        var chunked = Array("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
        for start in stride(from: 0, to: body.count, by: 70_000) {
            ResponseWriter.appendChunk(body.span.extracting(start..<min(start + 70_000, body.count)), to: &chunked)
        }
        send(chunked + Array("0\r\nx: y\r\n\r\n".utf8))
        for byte in "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc".utf8 {
            client.send([byte])
            test.runPasses(1)
        }
        test.run { bodies.count == 3 && client.answers.count == 3 }
        #expect(bodies[0] == body && bodies[1] == body && bodies[2] == Array("abc".utf8))
    }

    @Test func `a large answer arrives whole`() throws {
        let body = (0..<2_000_000).map { UInt8(truncatingIfNeeded: $0 &* 17) }
        let test = try TestServer { $0.respond(status: 200, headers: HeaderLines(), body: body) }
        defer { test.end() }
        let client = test.connect()
        client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        test.run { client.isEnded }
        #expect(Array(client.received.suffix(body.count)) == body)
    }

    // MARK: Streams

    @Test func `a stream is sent in chunks and the connection goes on`() throws {
        var open: [ServerExchange] = []
        let test = try TestServer { open.append($0) }
        defer { test.end() }
        let client = test.connect()
        client.send(get)
        test.run { open.count == 1 }
        open[0].startStream(status: 200, headers: HeaderLines())
        #expect(client.received.isEmpty)
        open[0].send("data: 1\n\n")
        test.run { client.endsWith("\r\n\r\n9\r\ndata: 1\n\n\r\n") }
        #expect(client.text.contains("transfer-encoding: chunked\r\n"))
        let last: [UInt8] = Array("end".utf8)
        open[0].finishStream(last.span)
        #expect(!open[0].isOpen)
        test.run { client.endsWith("\r\n3\r\nend\r\n0\r\n\r\n") }
        client.send(get)
        test.run { open.count == 2 }
        #expect(test.gone.isEmpty)
    }

    @Test func `the head of a stream does not wait for its first bytes`() throws {
        let test = try TestServer { $0.startStream(status: 200, headers: HeaderLines()) }
        defer { test.end() }
        let client = test.connect()
        client.send(get)
        test.run { client.endsWith("\r\n\r\n") }
    }

    @Test func `an HTTP 1_0 client gets a stream until the connection ends`() throws {
        let test = try TestServer {
            $0.startStream(status: 200, headers: HeaderLines())
            $0.send("one")
            $0.send("two")
            $0.finishStream()
        }
        defer { test.end() }
        let client = test.connect()
        client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        test.run { client.isEnded }
        #expect(client.endsWith("connection: close\r\n\r\nonetwo"))
        #expect(!client.text.contains("chunked"))
    }

    @Test func `an HTTP 1_0 client may keep its connection`() throws {
        let test = try TestServer { $0.respond("x") }
        defer { test.end() }
        let client = test.connect()
        for number in 1...2 {
            client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            test.run { client.answers.count == number }
        }
        #expect(client.text.contains("connection: keep-alive\r\n"))
    }

    @Test func `a stream asked for with HEAD has no body`() throws {
        let test = try TestServer {
            $0.startStream(status: 200, headers: HeaderLines())
            $0.send("one")
            $0.finishStream()
        }
        defer { test.end() }
        let client = test.connect()
        client.send("HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        test.run { client.isEnded }
        #expect(client.endsWith("\r\n\r\n"))
    }

    @Test func `an aborted stream ends without its last chunk but with all that was sent`() throws {
        let test = try TestServer {
            $0.startStream(status: 200, headers: HeaderLines())
            $0.send("fault")
            $0.abort()
        }
        defer { test.end() }
        let client = test.connect()
        client.send(get)
        test.run { client.isEnded }
        #expect(client.endsWith("\r\n\r\n5\r\nfault\r\n"))
        client.close()
        test.run { test.connectionCount == 0 }
    }

    @Test func `an exchange aborted before its answer ends without a byte`() throws {
        let test = try TestServer { $0.abort() }
        defer { test.end() }
        let client = test.connect()
        client.send(get)
        test.run { client.isEnded }
        #expect(client.received.isEmpty && test.connectionCount == 0)
    }

    @Test func `a stream waits for a slow client and tells when to go on`() throws {
        var exchange: ServerExchange?
        let test = try TestServer { exchange = $0 }
        defer { test.end() }
        let client = test.connect()
        client.isReading = false
        client.send(get)
        test.run { exchange != nil }
        let open = try #require(exchange)
        open.startStream(status: 200, headers: HeaderLines())
        let piece = [UInt8](repeating: UInt8(ascii: "p"), count: 32 * 1024)
        var sent = 0
        while open.pendingBytes <= ServerExchange.pausedAboveBytes, sent < 4_000 {
            open.send(piece.span)
            sent += 1
        }
        #expect(open.pendingBytes > ServerExchange.pausedAboveBytes)
        test.runPasses()
        #expect(test.drained == 0)
        client.isReading = true
        test.run { test.drained == 1 }
        #expect(open.pendingBytes <= ServerExchange.drainedAtBytes)
        open.finishStream()
        test.run { client.endsWith("\r\n0\r\n\r\n") }
        #expect(client.received.filter { $0 == UInt8(ascii: "p") }.count == sent * piece.count)
        #expect(test.drained == 1)
    }

    // MARK: Clients that leave

    @Test(arguments: ["close", "half-close", "reset"])
    func `an open exchange hears at once that its client is gone`(_ how: String) throws {
        var exchange: ServerExchange?
        let test = try TestServer { exchange = $0 }
        defer { test.end() }
        let client = test.connect()
        client.send(get)
        test.run { exchange != nil }
        switch how {
        case "close": client.close()
        case "half-close": client.endSending()
        default:
            resetOnClose(client.number)
            client.close()
        }
        test.run { !test.gone.isEmpty }
        #expect(test.gone.count == 1 && test.gone.first === exchange)
        #expect(exchange?.isOpen == false && test.connectionCount == 0)
        exchange?.startStream(status: 200, headers: HeaderLines())
        exchange?.send("late")
        exchange?.respond("late")
        exchange?.finishStream()
        exchange?.abort()
        test.runPasses(3)
        #expect(test.gone.count == 1)
    }

    @Test func `a request that comes with the end of its client is answered if the handler answers at once`() throws {
        let test = try TestServer { $0.respond("x") }
        defer { test.end() }
        let client = test.connect()
        client.send(get)
        client.endSending()
        test.run { client.isEnded }
        #expect(client.answers.count == 1 && test.gone.isEmpty)
    }

    @Test func `a request that comes with the end of its client is given up in the same pass otherwise`() throws {
        var exchange: ServerExchange?
        var passOfRequest: UInt64 = 0
        let test = try TestServer { _ in }
        test.handler = { [loop = test.loop] in
            exchange = $0
            passOfRequest = loop.passes
        }
        defer { test.end() }
        let client = test.connect()
        client.send(get)
        client.endSending()
        while exchange == nil { test.loop.runOnce(longestWait: .milliseconds(100)) }
        #expect(test.gone.count == 1 && test.loop.passes == passOfRequest + 1)
    }

    @Test func `a client that leaves amid a stream is noticed once`() throws {
        var exchange: ServerExchange?
        let test = try TestServer {
            exchange = $0
            $0.startStream(status: 200, headers: HeaderLines())
        }
        defer { test.end() }
        let client = test.connect()
        client.send(get)
        test.run { exchange != nil && !client.received.isEmpty }
        resetOnClose(client.number)
        client.close()
        exchange?.send("into the void")
        exchange?.send("and again")
        test.run { test.gone.count == 1 }
        test.runPasses(3)
        #expect(test.gone.count == 1 && test.connectionCount == 0)
    }

    @Test func `a client that takes nothing for the write time-out is gone`() throws {
        var limits = ServerLimits()
        limits.writeStallTimeout = .milliseconds(30)
        let piece = [UInt8](repeating: 1, count: 8 * 1024 * 1024)
        let test = try TestServer(limits: limits) {
            $0.startStream(status: 200, headers: HeaderLines())
            $0.send(piece.span)
        }
        defer { test.end() }
        let client = test.connect()
        client.isReading = false
        client.send(get)
        test.run { test.gone.count == 1 }
        #expect(test.connectionCount == 0)
    }

    // MARK: Time-outs and limits

    @Test func `a head that does not end is answered 408`() throws {
        var limits = ServerLimits()
        limits.headTimeout = .milliseconds(30)
        let test = try TestServer(limits: limits) { _ in }
        defer { test.end() }
        let client = test.connect()
        client.send("GET / HT")
        test.run { client.isEnded }
        #expect(client.text.hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
    }

    @Test(arguments: [true, false])
    func `a body that does not come is answered 408`(_ isIdle: Bool) throws {
        var limits = ServerLimits()
        if isIdle { limits.bodyIdleTimeout = .milliseconds(30) } else { limits.bodyTimeout = .milliseconds(30) }
        let test = try TestServer(limits: limits) { _ in }
        defer { test.end() }
        let client = test.connect()
        client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nx")
        test.run { client.isEnded }
        #expect(client.text.hasPrefix("HTTP/1.1 408 "))
    }

    @Test(arguments: ["", "\r\n"])
    func `an idle connection ends without a word`(_ noise: String) throws {
        var limits = ServerLimits()
        limits.idleTimeout = .milliseconds(30)
        limits.headTimeout = .milliseconds(30)
        let test = try TestServer(limits: limits) { $0.respond("x") }
        defer { test.end() }
        let client = test.connect()
        client.send(get)
        test.run { client.answers.count == 1 }
        client.send(noise)
        test.run { client.isEnded }
        #expect(client.answers.count == 1 && client.endsWith("\r\n\r\nx"))
        #expect(test.connectionCount == 0)
    }

    @Test func `connections over the limit are refused and others go on`() throws {
        var limits = ServerLimits()
        limits.connectionsMax = 2
        let test = try TestServer(limits: limits) { $0.respond("x") }
        defer { test.end() }
        let clients = (0..<3).map { _ in test.connect() }
        test.run { clients[2].isEnded }
        #expect(clients[2].text.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
        #expect(test.connectionCount == 2 && test.server?.refusedCount == 1)
        clients[0].send(get)
        test.run { clients[0].answers.count == 1 }
        clients[0].close()
        clients[2].close()
        test.run { test.connectionCount == 1 }
        let fourth = test.connect()
        fourth.send(get)
        test.run { fourth.answers.count == 1 }
    }

    @Test func `one address cannot take all connections`() throws {
        var limits = ServerLimits()
        limits.connectionsPerAddressMax = 1
        let test = try TestServer(limits: limits) { $0.respond("\($0.clientAddress)") }
        defer { test.end() }
        let (first, second) = (test.connect(), test.connect())
        first.send(get)
        test.run { first.answers.count == 1 && second.isEnded }
        #expect(first.answers.first?.body == "127.0.0.1")
        #expect(second.text.hasPrefix("HTTP/1.1 503 "))
    }

    @Test func `a process without descriptors rests and accepts again when there are some`() async {
        await #expect(processExitsWith: .success) {
            let test = try TestServer { $0.respond("x") }
            let client = test.connect()
            setDescriptorLimit(client.number + 1)
            let start = Instant.now()
            let passes = test.loop.passes
            while Instant.now() < start + .milliseconds(60) { test.loop.runOnce(longestWait: .milliseconds(5)) }
            precondition(test.loop.passes - passes < 40, "the listener spins")
            precondition(test.connectionCount == 0, "a descriptor was left")
            setDescriptorLimit(1024)
            client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            test.run { client.answers.count == 1 }
            precondition(client.answers.count == 1, "not accepted again")
            test.end()
        }
    }

    // MARK: Drain

    @Test func `a request is counted from its first byte until its answer has left, but for the time it is with the handler`() throws {
        var open: [ServerExchange] = []
        let test = try TestServer { open.append($0) }
        defer { test.end() }
        func isBusy(_ count: Int) -> Bool { test.server?.busyCount == count }
        let client = test.connect()
        test.run { test.connectionCount == 1 }
        #expect(isBusy(0))
        client.send("\r\n")
        test.runPasses()
        #expect(isBusy(0))
        client.send("POST / HTTP/1.1\r\nHo")
        test.run { isBusy(1) }
        client.send("st: h\r\nContent-Length: 4\r\n\r\n")
        test.runPasses()
        #expect(isBusy(1))
        client.send("ab")
        test.runPasses()
        #expect(isBusy(1) && open.isEmpty)
        client.send("cd")
        test.run { open.count == 1 }
        #expect(isBusy(0))
        client.isReading = false
        open[0].respond(String(repeating: "x", count: 32 * 1024 * 1024))
        #expect(isBusy(1))
        client.isReading = true
        test.run { isBusy(0) }
        #expect(test.connectionCount == 1)
        // Chunks count too, and whoever leaves in the middle is forgotten.
        client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab")
        test.run { isBusy(1) }
        client.close()
        test.run { test.connectionCount == 0 }
        #expect(isBusy(0))
    }

    @Test func `a connection that is only refused is nobody's business`() throws {
        var limits = ServerLimits()
        limits.connectionsMax = 1
        let test = try TestServer(limits: limits) { $0.respond("x") }
        defer { test.end() }
        let first = test.connect()
        test.run { test.connectionCount == 1 }
        let refused = test.connect()
        test.run { !refused.answers.isEmpty }
        #expect(test.server?.busyCount == 0)
        first.close()
        refused.close()
        test.run { test.connectionCount == 0 }
    }

    @Test func `a draining server answers what comes and then lets go`() throws {
        var open: [ServerExchange] = []
        let test = try TestServer { open.append($0) }
        defer { test.end() }
        let (busy, idle) = (test.connect(), test.connect())
        busy.send(get)
        test.run { open.count == 1 && test.connectionCount == 2 }
        test.server?.beginDrain()
        test.server?.stopAccepting()
        #expect(!test.connect().isConnected)
        open[0].respond("x")
        test.run { busy.isEnded }
        #expect(busy.text.contains("\r\nconnection: close\r\n") && busy.answers.count == 1)
        #expect(!idle.isEnded)
        idle.send(get)
        test.run { open.count == 2 }
        open[1].respond("y")
        test.run { idle.isEnded }
        #expect(idle.answers.first?.body == "y")
        busy.close()
        idle.close()
        test.run { test.connectionCount == 0 }
    }

    @Test func `keep-alive comes back when a drain is called off`() throws {
        let test = try TestServer { $0.respond("x") }
        defer { test.end() }
        let client = test.connect()
        test.server?.beginDrain()
        test.server?.endDrain()
        client.send(get)
        test.run { client.answers.count == 1 }
        #expect(!client.text.contains("connection: close"))
        client.send(get)
        test.run { client.answers.count == 2 }
    }

    @Test func `a group of sockets is served until it is given back, and nothing is taken then`() throws {
        let test = try TestServer { $0.respond("x") }
        defer { test.end() }
        let socket = try ListeningSocket.bind(.tcp(host: "127.0.0.1", port: 0), sharesPort: false)
        try ListeningSocket.listen(socket)
        let port = try ListeningSocket.port(of: socket)
        let server = try #require(test.server)
        for _ in 0..<2 { try server.listen(on: OwnedDescriptor(adopting: dup(socket.rawNumber)), group: 7) }
        let client = test.connect(port: port)
        client.send(get)
        test.run { client.answers.count == 1 }
        let accepted = server.acceptedCount
        let waiting = test.connect(port: port)
        waiting.send(get)
        server.stopListening(group: 7)
        let own = test.connect()
        own.send(get)
        test.run { own.answers.count == 1 }
        #expect(server.acceptedCount == accepted + 1 && waiting.received.isEmpty && !waiting.isEnded)
        // The socket lives on in who gave it to us; somebody else serves who waited.
        try server.listen(on: OwnedDescriptor(adopting: dup(socket.rawNumber)), group: 7)
        test.run { waiting.answers.count == 1 }
        server.stopListening(group: 7)
        server.stopListening(group: 7)
    }

    @Test func `who stops for good takes the queue, who is succeeded leaves it`() throws {
        for takes in [true, false] {
            let test = try TestServer { $0.respond("x") }
            defer { test.end() }
            let socket = try ListeningSocket.bind(.tcp(host: "127.0.0.1", port: 0), sharesPort: false)
            try ListeningSocket.listen(socket)
            let server = try #require(test.server)
            try server.listen(on: OwnedDescriptor(adopting: dup(socket.rawNumber)))
            let client = test.connect(port: try ListeningSocket.port(of: socket))
            client.send(get)
            server.stopAccepting(takingQueue: takes)
            test.runPasses()
            #expect(client.answers.count == (takes ? 1 : 0) && !client.isEnded)
        }
    }

    @Test func `closing all connections tells their exchanges`() throws {
        var open: [ServerExchange] = []
        let test = try TestServer { open.append($0) }
        let client = test.connect()
        client.send(get)
        test.run { open.count == 1 }
        test.end()
        #expect(test.gone.count == 1)
        test.run { client.isEnded }
    }
}
