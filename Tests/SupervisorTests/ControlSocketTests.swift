import Glibc
import Platform
import Testing

@testable import Supervisor

@Suite("Control request")
struct ControlRequestTests {
    private func outcome(_ pieces: [String], isEnd: Bool = false) -> [ControlRequest.Outcome] {
        var request = ControlRequest()
        return pieces.map { request.feed(Array($0.utf8), isEnd: isEnd) }
    }

    @Test func `a line is a command, however it arrives`() {
        #expect(self.outcome(["sta", "tus\r\nmore"]) == [.incomplete, .command(.status)])
        #expect(self.outcome(["stop"], isEnd: true) == [.command(.stop)])
        #expect(self.outcome([""], isEnd: true) == [.nothing])
    }

    @Test(arguments: ["\n", "STATUS\n", "status now\n", "reload\0\n"])
    func `what is no command is refused by name`(line: String) {
        guard case .refused(let message) = self.outcome([line])[0] else {
            Issue.record("not refused")
            return
        }
        #expect(message.contains("commands are status, reload, upgrade, drain, stop"))
    }

    @Test func `a line has its limit, with or without an end`() {
        let long = String(repeating: "s", count: ControlRequest.bytesMax)
        let refused = ControlRequest.Outcome.refused("a command is one line of at most 256 bytes")
        #expect(self.outcome([long]) == [refused])
        #expect(self.outcome([long], isEnd: true) == [refused])
        #expect(self.outcome([long + "\n"]) == [refused])
    }

    @Test func `strangers may look and reload, root and ourselves everything`() {
        func allowed(_ uid: UInt32) -> [ControlCommand] {
            ControlCommand.allCases.filter { $0.isAllowed(to: PeerCredentials(pid: 1, uid: uid, gid: 7), ownUser: 7) }
        }
        #expect(allowed(8) == [.status, .reload])
        #expect(allowed(0) == ControlCommand.allCases)
        #expect(allowed(7) == ControlCommand.allCases)
    }
}

@Suite("Control socket")
final class ControlSocketTests {
    private final class Handler: ControlHandler {
        var asked: [ControlClient] = []
        func handle(_ command: ControlCommand, from client: ControlClient) { self.asked.append(client) }
    }

    private static func path(_ name: String) -> String { "/tmp/kt-\(name)-\(ThisProcess.pid).sock" }

    private let handler = Handler()
    private let loop: ServiceLoop

    init() throws { self.loop = try ServiceLoop() }

    /// Runs the loop until `test` holds; false after ten seconds.
    private func run(_ socket: ControlSocket, until test: () -> Bool) throws -> Bool {
        let deadline = Instant.now() + .seconds(10)
        while !test() {
            if Instant.now() > deadline { return false }
            try self.loop.runPass(until: Instant.now() + .milliseconds(20))
            socket.tend(at: Instant.now())
        }
        return true
    }

    @Test func `its place is the runtime directory, else the state directory`() {
        #expect(ControlSocket.path(runtimeDirectory: "/run/keeptrusts:/run/other", stateDirectory: "/s") == "/run/keeptrusts/control.sock")
        #expect(ControlSocket.path(runtimeDirectory: "", stateDirectory: "/s") == "/s/control.sock")
        #expect(ControlSocket.path(runtimeDirectory: nil, stateDirectory: "/s") == "/s/control.sock")
    }

    @Test func `a path that is too long is said to be`() {
        let path = "/" + String(repeating: "d", count: 107)
        let failure = ControlSocketFailure(
            description: "the path of the control socket has 108 bytes and may have 107: \(path); use a shorter --state-dir")
        #expect(throws: failure) { _ = try ControlSocket(path: path, on: self.loop, handler: self.handler) }
    }

    @Test func `it takes the place of a dead one, not of a living one`() throws {
        let path = Self.path("stale")
        defer { Files.remove(path) }
        _ = try ListeningSocket.bind(.unix(path: path), sharesPort: false)
        let socket = try ControlSocket(path: path, on: self.loop, handler: self.handler)
        let failure = ControlSocketFailure(description: "cannot listen on \(path): another gateway listens there")
        #expect(throws: failure) { _ = try ControlSocket(path: path, on: self.loop, handler: self.handler) }
        socket.close()
        #expect(!Files.exists(path))
    }

    @Test func `a question is handed on, and its answers come line by line`() throws {
        let path = Self.path("answers")
        let socket = try ControlSocket(path: path, on: self.loop, handler: self.handler)
        defer { socket.close() }
        let connection = try ControlConnection(path: path)
        try connection.send("reload")
        #expect(try self.run(socket) { !self.handler.asked.isEmpty })
        let client = try #require(self.handler.asked.first)
        #expect(client.command == .reload)
        #expect(client.peer.pid == ThisProcess.pid)
        #expect(socket.waitingClients.count == 1)
        client.progress("half \"done\"")
        client.finish(exit: 0, message: "done")
        client.finish(exit: 1, message: "never heard")
        #expect(client.isClosed)
        #expect(try connection.nextLine() == Array(#"{"progress":"half \"done\""}"#.utf8))
        #expect(try connection.nextLine() == Array(#"{"exit":0,"message":"done"}"#.utf8))
        #expect(try connection.nextLine() == nil)
    }

    @Test func `who leaves is forgotten, and answers to them go nowhere`() throws {
        let path = Self.path("leaver")
        let socket = try ControlSocket(path: path, on: self.loop, handler: self.handler)
        defer { socket.close() }
        do {
            let connection = try ControlConnection(path: path)
            try connection.send("drain")
            #expect(try self.run(socket) { !self.handler.asked.isEmpty })
        }
        #expect(try self.run(socket) { socket.clients.isEmpty })
        let client = try #require(self.handler.asked.first)
        client.progress("to nobody")
        client.finish(exit: 0, message: "to nobody")
        #expect(client.isClosed)
    }

    @Test func `who says nothing is let go after five seconds`() throws {
        let path = Self.path("silent")
        let socket = try ControlSocket(path: path, on: self.loop, handler: self.handler)
        defer { socket.close() }
        let connection = try ControlConnection(path: path)
        #expect(try self.run(socket) { !socket.clients.isEmpty })
        let wake = socket.nextWake
        #expect(wake <= Instant.now() + ControlClient.patience)
        socket.tend(at: wake.advanced(nanoseconds: -1))
        #expect(socket.clients.count == 1)
        socket.tend(at: wake)
        #expect(socket.clients.isEmpty)
        #expect(try connection.nextLine() == Array(#"{"exit":2,"message":"no command within 5 s"}"#.utf8))
        #expect(try connection.nextLine() == nil)
    }

    @Test func `who does not read is let go, and the loop does not wait for it`() throws {
        let path = Self.path("deaf")
        let socket = try ControlSocket(path: path, on: self.loop, handler: self.handler)
        defer { socket.close() }
        let connection = try ControlConnection(path: path)
        try connection.send("stop")
        #expect(try self.run(socket) { !self.handler.asked.isEmpty })
        let client = try #require(self.handler.asked.first)
        let line = String(repeating: "x", count: 1 << 16)
        for _ in 0..<64 where !client.isClosed { client.progress(line) }
        #expect(client.isClosed)
        withExtendedLifetime(connection) {}
    }

    @Test func `an answer longer than the kernel's buffer arrives whole`() throws {
        let path = Self.path("long")
        let socket = try ControlSocket(path: path, on: self.loop, handler: self.handler)
        defer { socket.close() }
        let connection = try ControlConnection(path: path)
        try connection.send("status")
        #expect(try self.run(socket) { !self.handler.asked.isEmpty })
        let client = try #require(self.handler.asked.first)
        let text = String(repeating: "y", count: 1_000_000)
        client.send(object: text)
        #expect(!client.isClosed)
        var heard: Int?
        let isWhole = try self.run(socket) {
            heard = heard ?? (try? connection.nextLine(timeout: .zero))??.count
            return heard != nil
        }
        #expect(isWhole)
        #expect(heard == text.utf8.count)
    }

    @Test func `there are never more than 32 at once`() throws {
        let path = Self.path("crowd")
        let socket = try ControlSocket(path: path, on: self.loop, handler: self.handler)
        defer { socket.close() }
        var crowd: [ControlConnection] = []
        for _ in 0..<ControlSocket.clientsMax { crowd.append(try ControlConnection(path: path)) }
        #expect(try self.run(socket) { socket.clients.count == ControlSocket.clientsMax })
        let late = try ControlConnection(path: path)
        try self.loop.runPass(until: Instant.now() + .seconds(10))
        #expect(try late.nextLine(timeout: .seconds(10)) == Array(#"{"exit":1,"message":"32 others are asking; try again"}"#.utf8))
        #expect(socket.clients.count == ControlSocket.clientsMax)
        withExtendedLifetime(crowd) {}
    }

    @Test func `who waits can be taken over by its descriptor`() throws {
        let path = Self.path("handed")
        let socket = try ControlSocket(path: path, on: self.loop, handler: self.handler)
        let connection = try ControlConnection(path: path)
        try connection.send("upgrade")
        #expect(try self.run(socket) { !self.handler.asked.isEmpty })
        let old = try #require(self.handler.asked.first)
        let (listening, waiting) = (dup(socket.rawNumber), dup(try #require(old.rawNumber)))

        let heir = try ControlSocket(adopting: OwnedDescriptor(adopting: listening), path: path, on: self.loop, handler: self.handler)
        defer { heir.close() }
        let client = try ControlClient(adopting: OwnedDescriptor(adopting: waiting), command: .upgrade, pendingOutput: Array("{}\n".utf8))
        try heir.adopt(client)
        #expect(heir.waitingClients.count == 1)
        client.finish(exit: 0, message: "new")
        #expect(try connection.nextLine() == Array("{}".utf8))
        #expect(try connection.nextLine() == Array(#"{"exit":0,"message":"new"}"#.utf8))
        socket.close()
    }
}
