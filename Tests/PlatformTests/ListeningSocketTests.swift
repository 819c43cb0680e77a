import Glibc
import Testing

@testable import Platform

@Suite("Listening socket")
struct ListeningSocketTests {
    private func accepts(_ socket: CInt) -> Bool {
        let number = accept(socket, nil, nil)
        if number >= 0 { close(number) }
        return number >= 0
    }

    @Test(arguments: ["127.0.0.1", "::1", "localhost"])
    func `slots share the port that the first one got`(host: String) throws {
        let first = try ListeningSocket.bind(.tcp(host: host, port: 0), sharesPort: true)
        let port = try ListeningSocket.port(of: first)
        #expect(port != 0)
        let second = try ListeningSocket.bind(.tcp(host: host, port: port), sharesPort: true)
        try ListeningSocket.listen(first)
        try ListeningSocket.listen(second)
        #expect(throws: SystemCallError("bind", errno: EADDRINUSE)) { try ListeningSocket.checkFree(.tcp(host: host, port: port)) }
    }

    @Test(arguments: [0, 1, 2])
    func `steered connections reach the named slot alone`(slot: Int) throws {
        let a = try ListeningSocket.bind(.tcp(host: "127.0.0.1", port: 0), sharesPort: true)
        let port = try ListeningSocket.port(of: a)
        let b = try ListeningSocket.bind(.tcp(host: "127.0.0.1", port: port), sharesPort: true)
        let c = try ListeningSocket.bind(.tcp(host: "127.0.0.1", port: port), sharesPort: true)
        for number in [a.rawNumber, b.rawNumber, c.rawNumber] { #expect(listen(number, 64) == 0) }
        try PortSteering.steer(a.rawNumber, to: [slot])
        for _ in 0..<30 { _ = try ListeningSocket.connect(to: .tcp(host: "127.0.0.1", port: port)).release() }
        var counts = [0, 0, 0]
        for (index, number) in [a.rawNumber, b.rawNumber, c.rawNumber].enumerated() {
            while self.accepts(number) { counts[index] += 1 }
        }
        #expect(counts[slot] == 30)

        try PortSteering.steer(a.rawNumber, to: [0, 2])
        for _ in 0..<60 { _ = try ListeningSocket.connect(to: .tcp(host: "127.0.0.1", port: port)).release() }
        counts = [0, 0, 0]
        for (index, number) in [a.rawNumber, b.rawNumber, c.rawNumber].enumerated() {
            while self.accepts(number) { counts[index] += 1 }
        }
        #expect(counts[1] == 0 && counts[0] > 0 && counts[2] > 0 && counts[0] + counts[2] == 60)
        try PortSteering.release(a.rawNumber)
        try PortSteering.release(a.rawNumber)
    }

    @Test func `a queue has a length and a limit`() throws {
        let socket = try ListeningSocket.bind(.tcp(host: "127.0.0.1", port: 0), sharesPort: true)
        #expect(ListeningSocket.queue(of: socket.rawNumber) == nil)
        try ListeningSocket.listen(socket)
        let place = SocketPlace.tcp(host: "127.0.0.1", port: try ListeningSocket.port(of: socket))
        let empty = try #require(ListeningSocket.queue(of: socket.rawNumber))
        #expect(empty.waiting == 0 && (1...ListeningSocket.backlog).contains(empty.limit))
        for _ in 0..<3 { _ = try ListeningSocket.connect(to: place).release() }
        #expect(ListeningSocket.queue(of: socket.rawNumber)?.waiting == 3)
        #expect(self.accepts(socket.rawNumber))
        #expect(ListeningSocket.queue(of: socket.rawNumber)?.waiting == 2)
        let shares = ListeningSocket.sharesPort(socket)
        #expect(shares)
    }

    @Test func `who is turned away is not let in, who waits is`() throws {
        let socket = try ListeningSocket.bind(.tcp(host: "127.0.0.1", port: 0), sharesPort: false)
        let shares = ListeningSocket.sharesPort(socket)
        #expect(!shares)
        try ListeningSocket.listen(socket)
        let place = SocketPlace.tcp(host: "127.0.0.1", port: try ListeningSocket.port(of: socket))
        let early = try ListeningSocket.connect(to: place)
        try ListeningSocket.turnAway(socket.rawNumber)
        let late = try ListeningSocket.connect(to: place)
        let (isEarlyIn, isLateIn) = (ListeningSocket.isConnected(early), ListeningSocket.isConnected(late))
        #expect(isEarlyIn)
        #expect(!isLateIn)
        #expect(self.accepts(socket.rawNumber))
        #expect(!self.accepts(socket.rawNumber))
        // What the one who was let in says still arrives.
        let written = unsafe write(early.rawNumber, "x", 1)
        #expect(written == 1)
    }

    @Test(arguments: ["example.test", "256.0.0.1", "", "127.1"])
    func `a name is no address`(host: String) {
        #expect(throws: SystemCallError("bind", errno: EINVAL)) {
            try ListeningSocket.checkFree(.tcp(host: host, port: 1))
        }
    }

    @Test func `a stale socket file is replaced, a live one is not`() throws {
        let place = SocketPlace.unix(path: "/tmp/kt-test-\(ThisProcess.pid)-\(Instant.now().nanoseconds).sock")
        do { _ = try ListeningSocket.bind(place, sharesPort: false) }
        let live = try ListeningSocket.bind(place, sharesPort: false)
        try ListeningSocket.listen(live)
        #expect(throws: SystemCallError("bind", errno: EADDRINUSE)) { _ = try ListeningSocket.bind(place, sharesPort: false) }
        if case .unix(let path) = place { Files.remove(path) }
    }
}
