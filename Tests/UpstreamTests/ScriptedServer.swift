import Glibc
import Platform
import Testing

@testable import Upstream

/// A raw TCP server on the test's own loop: it collects requests and leaves the answers to the test.
final class ScriptedServer: ReadinessHandler {
    /// One accepted connection.
    final class Peer: ReadinessHandler {
        let number: CInt
        private(set) var isOpen = true
        /// The other side has closed or reset.
        private(set) var sawEnd = false
        private(set) var sawEndAt: Instant?
        private(set) var requests = 0
        private(set) var sentBytes = 0
        var received: [UInt8] = []
        private var pending: [UInt8] = []
        private var sent = 0
        private var watch = EventLoop.Watch.none
        private unowned let server: ScriptedServer

        init(_ number: CInt, _ server: ScriptedServer) throws {
            self.number = number
            self.server = server
            self.watch = try server.loop.watch(number, for: .readable, handler: self)
        }

        deinit { if self.isOpen { _ = Glibc.close(self.number) } }

        var isDone: Bool { self.pending.isEmpty }

        func send(_ text: String) { self.send(Array(text.utf8)) }

        func send(_ bytes: [UInt8]) {
            self.pending += bytes
            self.flush()
        }

        func close() {
            guard self.isOpen else { return }
            self.isOpen = false
            self.server.loop.unwatch(self.watch)
            _ = Glibc.close(self.number)
        }

        func reset() {
            var linger = linger(l_onoff: 1, l_linger: 0)
            _ = unsafe setsockopt(self.number, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
            self.close()
        }

        func ready(_ readiness: Readiness, on watch: EventLoop.Watch) {
            if readiness.contains(.writable) { self.flush() }
            guard self.isOpen else { return }
            var buffer = [UInt8](repeating: 0, count: 65536)
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(self.number, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT)) }
            if count > 0 {
                self.received += buffer[..<count]
                self.takeRequests()
            } else if count == 0 || errno != EAGAIN {
                self.sawEnd = true
                self.sawEndAt = self.server.loop.now
                self.close()
            }
        }

        private func takeRequests() {
            while self.isOpen, let length = Self.requestLength(self.received) {
                let text = String(decoding: self.received[..<length], as: UTF8.self)
                self.received.removeFirst(length)
                self.requests += 1
                self.server.requests.append(text)
                self.server.onRequest(self, text)
            }
        }

        private static func requestLength(_ bytes: [UInt8]) -> Int? {
            let text = String(decoding: bytes, as: UTF8.self)
            guard let head = text.range(of: "\r\n\r\n") else { return nil }
            let headCount = text.utf8.distance(from: text.startIndex, to: head.upperBound)
            var length = 0
            for line in text[..<head.lowerBound].split(separator: "\r\n") where line.lowercased().hasPrefix("content-length:") {
                length = Int(line.dropFirst(15).drop { $0 == " " }) ?? 0
            }
            return bytes.count >= headCount + length ? headCount + length : nil
        }

        private func flush() {
            guard self.isOpen else { return }
            while self.sent < self.pending.count {
                let count = unsafe self.pending.withUnsafeBytes {
                    unsafe Glibc.send(self.number, $0.baseAddress.map { unsafe $0 + self.sent }, $0.count - self.sent, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
                }
                if count < 0 { break }
                self.sent += count
                self.sentBytes += count
            }
            if self.sent == self.pending.count {
                self.pending.removeAll()
                self.sent = 0
                try? self.server.loop.change(self.watch, to: .readable)
            } else {
                try? self.server.loop.change(self.watch, to: [.readable, .writable])
            }
        }
    }

    let loop: EventLoop
    private(set) var port: UInt16 = 0
    private(set) var peers: [Peer] = []
    var requests: [String] = []
    var onRequest: (Peer, String) -> Void = { peer, _ in peer.send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok") }
    var onAccept: (Peer) -> Void = { _ in }
    private let listener: CInt
    private var watch = EventLoop.Watch.none

    init(loop: EventLoop) throws {
        self.loop = loop
        self.listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = self.listener
        let isBound = unsafe withUnsafeMutablePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(listener, $0, length) == 0 && listen(listener, 1024) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        try #require(isBound)
        self.port = UInt16(bigEndian: address.sin_port)
        self.watch = try loop.watch(self.listener, for: .readable, handler: self)
    }

    deinit { _ = Glibc.close(self.listener) }

    var url: String { "http://127.0.0.1:\(self.port)/v1/chat/completions" }

    func ready(_ readiness: Readiness, on watch: EventLoop.Watch) {
        while true {
            let number = accept(self.listener, nil, nil)
            guard number >= 0 else { return }
            _ = fcntl(number, F_SETFL, O_NONBLOCK)
            if let peer = try? Peer(number, self) {
                self.peers.append(peer)
                self.onAccept(peer)
            }
        }
    }

    func stop() {
        for peer in self.peers { peer.close() }
        self.loop.unwatch(self.watch)
    }
}

extension String {
    func range(of text: String) -> Range<Index>? {
        var start = self.startIndex
        while start < self.endIndex {
            if self[start...].utf8.starts(with: text.utf8) { return start..<self.utf8.index(start, offsetBy: text.utf8.count) }
            start = self.utf8.index(after: start)
        }
        return nil
    }
}

/// Keeps what it hears.
final class Recorder: UpstreamObserver {
    var statuses: [Int] = []
    var headers = UpstreamHeaders()
    var body: [UInt8] = []
    var bodyBytes = 0
    var keepsBody = true
    var ends = 0
    var failure: UpstreamFailure?
    var onHead: (UpstreamTransfer) -> Void = { _ in }
    var onBody: (UpstreamTransfer) -> Void = { _ in }
    var onEnd: (UpstreamTransfer) -> Void = { _ in }
    var text: String { String(decoding: self.body, as: UTF8.self) }

    func upstreamHead(_ transfer: UpstreamTransfer, status: Int, headers: UpstreamHeaders) {
        self.statuses.append(status)
        self.headers = headers
        self.onHead(transfer)
    }

    func upstreamBody(_ transfer: UpstreamTransfer, _ bytes: Span<UInt8>) {
        self.bodyBytes += bytes.count
        if self.keepsBody { for index in 0..<bytes.count { self.body.append(bytes[index]) } }
        self.onBody(transfer)
    }

    func upstreamEnded(_ transfer: UpstreamTransfer, failure: UpstreamFailure?) {
        self.ends += 1
        self.failure = failure
        self.onEnd(transfer)
    }
}

/// A loop with a server and a client on it.
final class Bench {
    let loop: EventLoop
    let server: ScriptedServer
    let client: UpstreamClient

    init(_ options: UpstreamOptions = UpstreamOptions()) throws {
        self.loop = try EventLoop()
        self.server = try ScriptedServer(loop: self.loop)
        self.client = try UpstreamClient(loop: self.loop, options: options)
    }

    deinit {
        self.client.shutDown()
        self.server.stop()
    }

    /// Passes until `condition` holds; false after `seconds`.
    func run(seconds: Int = 10, until condition: () -> Bool) -> Bool {
        let deadline = Instant.now() + .seconds(seconds)
        while !condition() {
            if Instant.now() > deadline { return false }
            self.loop.runOnce(longestWait: .milliseconds(20))
        }
        return true
    }

    /// Passes for so long.
    func run(milliseconds: Int) {
        let deadline = Instant.now() + .milliseconds(milliseconds)
        while Instant.now() < deadline { self.loop.runOnce(longestWait: .milliseconds(5)) }
    }

    func start(_ recorder: Recorder, body: String = "{}", requestHeaders: [String] = []) -> UpstreamTransfer {
        self.client.start(
            UpstreamRequest(url: self.server.url, headers: ["content-type: application/json"], requestHeaders: requestHeaders, body: Array(body.utf8)),
            observer: recorder)
    }

    /// One request and its end.
    func exchange(body: String = "{}") throws -> Recorder {
        let recorder = Recorder()
        _ = self.start(recorder, body: body)
        try #require(self.run { recorder.ends > 0 })
        return recorder
    }
}
