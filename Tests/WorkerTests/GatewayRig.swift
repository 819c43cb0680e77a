import Exchange
import Glibc
import HTTP
import IPC
import Platform
import Policies
import Record
import Settings
import Testing
import Upstream

@testable import Server
@testable import Worker

/// A whole gateway without its process: server, pipeline, client of libcurl and a provider, on one loop of the test's own.
final class GatewayRig {
    let loop: EventLoop
    let gateway: Gateway
    let region: WorkerRegionReader
    let provider: ScriptedProvider
    let spool: String
    private let handler: GatewayHandler
    private let server: HTTPServer
    private let providerServer: HTTPServer
    private let port: UInt16

    init(tableCapacity: Int, chain: [PolicyKind] = [.piiDetector, .auditLogger]) throws {
        let loop = try EventLoop()
        self.loop = loop
        self.provider = ScriptedProvider()
        self.providerServer = HTTPServer(loop: loop, limits: ServerLimits(), tls: nil, handler: self.provider)
        let providerPort = try Self.listen(self.providerServer)
        let file = try WorkerRegion.create(slot: 1, tableCapacity: tableCapacity)
        let writer = try WorkerRegionWriter(file.rawNumber, slot: 1, generation: 2)
        self.region = try WorkerRegionReader(file.rawNumber)
        var settings = GatewaySettings(pack: Pack(name: "rig", version: "1.0.0"))
        settings.policies.chain = chain
        settings.policies.piiDetector.entities = ["EMAIL"]
        var target = Target(id: "a", provider: "openai-compatible", model: "m", baseURL: "http://127.0.0.1:\(providerPort)/v1")
        target.retry.attemptsMax = 2
        target.retry.initialDelayMilliseconds = 1
        target.timeoutSeconds = 1
        target.streamTimeoutSeconds = 1
        settings.providers.targets = [target]
        settings.gateway.apiToken = .environment("UNUSED")
        self.spool = "/tmp/kt-rig-\(ThisProcess.pid)-\(UInt64.random(in: .min ... .max))"
        let recorder = EventRecorder(spool: self.spool, slot: 1, generation: 2, settings: settings, hash: "h")
        self.gateway = Gateway(
            loop: loop, settings: settings, engine: try TestEngine.make(settings.policies),
            links: [TargetLink(index: 0, settings: target, demoPort: 0, environment: Environment())], upstream: try UpstreamClient(loop: loop),
            admission: Admission(token: Array("token".utf8), allowlist: settings.allowlist),
            recorder: chain.contains(.auditLogger) ? recorder : nil, region: writer, seed: [UInt8](repeating: 3, count: 32), workers: 1)
        self.handler = GatewayHandler(self.gateway)
        self.server = HTTPServer(loop: loop, limits: ServerLimits(), tls: nil, handler: self.handler)
        self.port = try Self.listen(self.server)
    }

    private static func listen(_ server: HTTPServer) throws -> UInt16 {
        let socket = try ListeningSocket.bind(.tcp(host: "127.0.0.1", port: 0), sharesPort: false)
        try ListeningSocket.listen(socket)
        let port = try ListeningSocket.port(of: socket)
        try server.listen(on: socket)
        return port
    }

    /// A client that has sent its request; `content` tells the provider what to do.
    func ask(_ content: String, stream: Bool = false, token: String = "token", body: String? = nil) throws -> RigClient {
        let client = RigClient(try ListeningSocket.connect(to: .tcp(host: "127.0.0.1", port: self.port)))
        let body = body ?? "{\"model\":\"gpt\",\"stream\":\(stream),\"messages\":[{\"role\":\"user\",\"content\":\"\(content)\"}]}"
        let head = "POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer \(token)\r\nConnection: close\r\nContent-Length: "
        client.wire = Array("\(head)\(body.utf8.count)\r\n\r\n\(body)".utf8)
        return client
    }

    /// Passes until `condition` holds; records an issue when that takes thirty seconds.
    func run(_ clients: [RigClient], _ comment: Comment, until condition: () -> Bool) {
        let deadline = Instant.now() + .seconds(30)
        while !condition() {
            if Instant.now() > deadline {
                Issue.record(comment)
                return
            }
            self.pass(clients)
        }
    }

    func pass(_ clients: [RigClient]) {
        self.loop.runOnce(longestWait: .milliseconds(2))
        for client in clients { client.turn() }
    }

    func events() throws -> [SpooledEvent] { try SpoolReader(directory: self.spool).events().events }

    func end() {
        for server in [self.server, self.providerServer] {
            server.stopAccepting()
            server.closeAll()
        }
        for name in (try? Files.list(self.spool)) ?? [] { Files.remove(self.spool + "/" + name.name) }
        _ = unsafe rmdir(self.spool)
    }
}

/// Answers by a word in the request's body.
final class ScriptedProvider: RequestHandler {
    private var held: [ServerExchange] = []

    func refusal(for fault: HTTPFault) -> Refusal { Refusal(status: fault.status, headers: HeaderLines(), body: []) }

    func handle(_ exchange: ServerExchange) {
        let body = String(decoding: exchange.body, as: UTF8.self)
        var lines = HeaderLines()
        lines.add("content-type", "application/json")
        var events = HeaderLines()
        events.add("content-type", "text/event-stream")
        func event(_ text: String, finish: String = "null") -> String {
            "data: {\"id\":\"1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\(text)\"},\"finish_reason\":\(finish)}]}\n\n"
        }
        func send(_ text: String) {
            let bytes = Array(text.utf8)
            exchange.send(bytes.span)
        }
        if body.contains("[whole]") {
            let answer = "{\"id\":\"1\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"a@example.com\"},\"finish_reason\":\"stop\"}]}"
            exchange.respond(status: 200, headers: lines, body: Array(answer.utf8))
        } else if body.contains("[stream]") {
            exchange.startStream(status: 200, headers: events)
            send(event("a@exam") + event("ple.com") + event("", finish: "\"stop\"") + "data: [DONE]\n\n")
            exchange.finishStream()
        } else if body.contains("[unfinished]") {
            exchange.startStream(status: 200, headers: events)
            send(event("a@exam"))
            exchange.finishStream()
        } else if body.contains("[broken]") {
            exchange.startStream(status: 200, headers: events)
            send(event("a@exam"))
            exchange.abort()
        } else if body.contains("[mute]") {
            exchange.startStream(status: 200, headers: events)
            send(event("a word"))
            self.held.append(exchange)
        } else if body.contains("[fault]") {
            exchange.startStream(status: 200, headers: events)
            send("data: {\"error\":{\"message\":\"b@example.com\"}}\n\n")
            exchange.finishStream()
        } else if body.contains("[error]") {
            exchange.respond(status: 500, headers: lines, body: Array("{\"error\":{\"message\":\"b@example.com\"}}".utf8))
        } else if body.contains("[garbage]") {
            exchange.respond(status: 200, headers: lines, body: Array("<html>".utf8))
        } else if body.contains("[redirect]") {
            exchange.respond(status: 302, headers: HeaderLines(), body: [])
        } else if body.contains("[reset]") {
            exchange.reset()
        } else {
            self.held.append(exchange)
        }
    }
}

/// One connection with one request.
final class RigClient {
    var wire: [UInt8] = []
    private(set) var received: [UInt8] = []
    private(set) var isEnded = false
    private var descriptor: OwnedDescriptor?

    init(_ descriptor: consuming OwnedDescriptor) { self.descriptor = consume descriptor }

    var text: String { String(decoding: self.received, as: UTF8.self) }

    func turn() {
        guard let number = self.descriptor?.rawNumber, !self.isEnded else { return }
        if !self.wire.isEmpty, case .bytes(let count) = StreamSocket.send(number, self.wire.span) { self.wire.removeFirst(count) }
        while true {
            switch StreamSocket.receive(number, appendingTo: &self.received, count: 64 * 1024) {
            case .bytes: continue
            case .wouldBlock: return
            case .ended: self.isEnded = true
            case .failed(let number): self.isEnded = number != ENOTCONN
            }
            return
        }
    }

    func leave() {
        self.descriptor = nil
        self.isEnded = true
    }
}
