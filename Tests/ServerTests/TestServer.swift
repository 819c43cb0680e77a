import Glibc
import HTTP
import Platform
import Testing

@testable import Server

/// A server on a loopback port, driven by the test's own thread.
final class TestServer: RequestHandler, ExchangeObserver {
    let loop: EventLoop
    private(set) var server: HTTPServer?
    private(set) var port: UInt16 = 0
    var handler: (ServerExchange) -> Void
    private(set) var gone: [ServerExchange] = []
    private(set) var drained = 0
    private var clients: [TestClient] = []

    init(limits: ServerLimits = ServerLimits(), tls: ServerTLS? = nil, handler: @escaping (ServerExchange) -> Void) throws {
        self.loop = try EventLoop()
        self.handler = handler
        let server = HTTPServer(loop: self.loop, limits: limits, tls: tls, handler: self)
        self.server = server
        let descriptor = OwnedDescriptor(adopting: socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue), 0))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                let bound = unsafe bind(descriptor.rawNumber, generic, length)
                let listening = Glibc.listen(descriptor.rawNumber, 128)
                let named = unsafe getsockname(descriptor.rawNumber, generic, &length)
                precondition(bound == 0 && listening == 0 && named == 0, "no loopback port")
            }
        }
        self.port = UInt16(bigEndian: address.sin_port)
        try server.listen(on: descriptor)
    }

    func handle(_ exchange: ServerExchange) {
        exchange.observer = self
        self.handler(exchange)
    }

    func refusal(for fault: HTTPFault) -> Refusal {
        var headers = HeaderLines()
        headers.add("content-type", "application/json")
        return Refusal(status: fault.status, headers: headers, body: Array("{\"error\":{\"message\":\"\(fault.message)\"}}".utf8))
    }

    func clientGone(_ exchange: ServerExchange) { self.gone.append(exchange) }
    func clientDrained(_ exchange: ServerExchange) { self.drained += 1 }

    var connectionCount: Int { self.server?.connectionCount ?? 0 }

    func connect(port: UInt16? = nil) -> TestClient {
        let client = TestClient(port: port ?? self.port)
        self.clients.append(client)
        return client
    }

    /// Runs passes, and lets clients read, until `condition` holds; records an issue after thirty seconds.
    func run(_ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation, until condition: () -> Bool) {
        let deadline = Instant.now() + .seconds(30)
        while !condition() {
            if Instant.now() > deadline {
                Issue.record(comment ?? "the condition does not come to hold", sourceLocation: sourceLocation)
                return
            }
            self.loop.runOnce(longestWait: .milliseconds(2))
            for client in self.clients { client.read() }
        }
    }

    /// A fixed number of passes, for what must not happen.
    func runPasses(_ count: Int = 20) {
        for _ in 0..<count {
            self.loop.runOnce(longestWait: .milliseconds(1))
            for client in self.clients { client.read() }
        }
    }

    func end() {
        self.server?.stopAccepting()
        self.server?.closeAll()
        self.server = nil
        self.handler = { _ in }
    }
}

/// A client that reads only when told.
final class TestClient {
    private(set) var received: [UInt8] = []
    private(set) var isEnded = false
    private(set) var isConnected = false
    var isReading = true
    private var descriptor: OwnedDescriptor?

    init(port: UInt16) {
        let number = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        self.descriptor = OwnedDescriptor(adopting: number)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = port.bigEndian
        self.isConnected = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe Glibc.connect(number, generic, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    var number: CInt { self.descriptor?.rawNumber ?? -1 }
    var text: String { String(decoding: self.received, as: UTF8.self) }
    func endsWith(_ text: String) -> Bool { self.received.suffix(text.utf8.count).elementsEqual(text.utf8) }

    /// How many whole answers with `content-length` are there, as (status line, body).
    var answers: [(head: String, body: String)] {
        var answers: [(String, String)] = []
        var rest = Substring(self.text)
        while let end = rest.firstRange(of: "\r\n\r\n") {
            let head = String(rest[..<end.lowerBound])
            guard let name = head.firstRange(of: "content-length: "), let count = Int(head[name.upperBound...].prefix { $0.isNumber }),
                rest[end.upperBound...].utf8.count >= count
            else { break }
            answers.append((head, String(rest[end.upperBound...].prefix(count))))
            rest = rest[end.upperBound...].dropFirst(count)
        }
        return answers
    }

    /// Sends what the socket takes; returns how much.
    @discardableResult func send(_ bytes: [UInt8]) -> Int {
        if case .bytes(let count) = StreamSocket.send(self.number, bytes.span) { count } else { 0 }
    }

    @discardableResult func send(_ text: String) -> Int { self.send(Array(text.utf8)) }

    func read() {
        guard self.isReading, self.descriptor != nil, !self.isEnded else { return }
        while true {
            switch StreamSocket.receive(self.number, appendingTo: &self.received, count: 256 * 1024) {
            case .bytes: continue
            case .wouldBlock: return
            case .ended, .failed:
                self.isEnded = true
                return
            }
        }
    }

    func endSending() { StreamSocket.endSending(self.number) }
    func close() { self.descriptor = nil }
}

extension ServerExchange {
    func respond(_ text: String, status: Int = 200) { self.respond(status: status, headers: HeaderLines(), body: Array(text.utf8)) }
    func send(_ text: String) {
        let bytes = Array(text.utf8)
        self.send(bytes.span)
    }
    var pathText: String { self.head.text(self.head.pathRange) }
    var bodyText: String { String(decoding: self.body, as: UTF8.self) }
}

/// Makes the next close of a socket a reset.
func resetOnClose(_ descriptor: CInt) {
    var option = linger(l_onoff: 1, l_linger: 0)
    _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
}

/// Sets how many descriptors the process may have.
func setDescriptorLimit(_ count: CInt) {
    var limit = rlimit()
    _ = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    limit.rlim_cur = rlim_t(count)
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
}
