import Platform
import Testing

@Suite("Socket facts")
struct SocketFactsTests {
    @Test(arguments: ["127.0.0.1", "::1"]) func `an address socket is known by its kind, address and port`(host: String) throws {
        let socket = try ListeningSocket.bind(.tcp(host: host, port: 0), sharesPort: true)
        let place = SocketPlace.tcp(host: host, port: try ListeningSocket.port(of: socket))
        #expect(SocketFacts(of: socket.rawNumber) == SocketFacts(place: place, isStream: true, isListening: false, sharesPort: true))
        try SocketFacts.prepareListening(socket.rawNumber)
        #expect(SocketFacts(of: socket.rawNumber).isListening)
    }

    @Test func `a local socket is known by its path`() throws {
        let path = "/tmp/kt-facts-\(ThisProcess.pid).sock"
        defer { Files.remove(path) }
        let socket = try ListeningSocket.bind(.unix(path: path), sharesPort: false)
        try ListeningSocket.listen(socket)
        #expect(SocketFacts(of: socket.rawNumber) == SocketFacts(place: .unix(path: path), isStream: true, isListening: true, sharesPort: false))
        #expect(SocketFacts.isSocketFile(path))
        #expect(!SocketFacts.isSocketFile("/tmp"))
    }

    @Test func `what is no stream socket says so`() throws {
        let (a, b) = try MessageSocket.pair()
        #expect(SocketFacts(of: a.rawNumber) == SocketFacts(place: nil, isStream: false, isListening: false, sharesPort: false))
        let file = try MemoryFile.create("kt-facts", size: 8)
        #expect(SocketFacts(of: file.rawNumber) == SocketFacts(place: nil, isStream: false, isListening: false, sharesPort: false))
        withExtendedLifetime(b) {}
    }
}

@Suite("Control connection")
struct ControlConnectionTests {
    @Test func `nobody there is an error with its reason`() {
        let path = "/tmp/kt-nobody-\(ThisProcess.pid).sock"
        #expect(throws: SystemCallError.self) { _ = try ControlConnection(path: path) }
    }

    @Test func `lines come one by one, and then the end`() throws {
        let path = "/tmp/kt-lines-\(ThisProcess.pid).sock"
        defer { Files.remove(path) }
        let listener = try ListeningSocket.bind(.unix(path: path), sharesPort: false)
        try ListeningSocket.listen(listener)
        let connection = try ControlConnection(path: path)
        var peer = StreamSocket.Peer()
        do {
            let accepted = try StreamSocket.accept(listener.rawNumber, peer: &peer)
            #expect(try PeerCredentials(of: accepted.rawNumber).pid == ThisProcess.pid)
            try connection.send("hello")
            var heard: [UInt8] = []
            #expect(StreamSocket.receive(accepted.rawNumber, appendingTo: &heard, count: 64) == .bytes(6))
            let lines = Array("one\n\ntwo\nrest".utf8)
            #expect(StreamSocket.send(accepted.rawNumber, lines.span) == .bytes(lines.count))
            #expect(try connection.nextLine() == Array("one".utf8))
            #expect(try connection.nextLine() == [])
            #expect(try connection.nextLine() == Array("two".utf8))
            #expect(throws: SystemCallError.self) { _ = try connection.nextLine(timeout: .milliseconds(1)) }
        }
        #expect(try connection.nextLine() == nil)
    }
}
