import Glibc
import Platform
import Settings
import Testing

@testable import Supervisor

@Suite("Listener group")
struct ListenerGroupTests {
    @Test func `each index has a socket of its own on one port`() throws {
        let group = try ListenerGroup(.tcp(host: "127.0.0.1", port: 0), count: 3)
        #expect(Set((0..<3).map { group.socket(of: $0) }).count == 3)
        #expect(group.requested == .tcp(host: "127.0.0.1", port: 0))
        guard case .tcp(_, let port) = group.address else { return }
        #expect(port != 0)
        try group.steer(to: [1], isExclusive: false)
        try group.steer(to: [0, 1, 2], isExclusive: false)
        #expect(throws: SystemCallError("bind", errno: EADDRINUSE)) { _ = try ListenerGroup(group.address, count: 1) }
    }

    @Test func `sockets that are added take nothing until they are steered to`() throws {
        let group = try ListenerGroup(.tcp(host: "127.0.0.1", port: 0), count: 1)
        try group.steer(to: [0], isExclusive: true)
        try group.grow(to: 4)
        #expect(group.count == 4)
        for _ in 0..<20 { _ = try ListeningSocket.connect(to: group.place).release() }
        #expect((0..<4).map { group.queue(of: $0)?.waiting } == [20, 0, 0, 0])
        try group.steer(to: [1, 2, 3], isExclusive: false)
        for _ in 0..<20 { _ = try ListeningSocket.connect(to: group.place).release() }
        #expect(group.queue(of: 0)?.waiting == 20)
        #expect((1..<4).reduce(0) { $0 + (group.queue(of: $1)?.waiting ?? 0) } == 20)
        try group.grow(to: 2)
        #expect(group.count == 4)
    }

    @Test func `an address that moves may stand beside the old one`() throws {
        let old = try ListenerGroup(.tcp(host: "127.0.0.1", port: 0), count: 2)
        guard case .tcp(_, let port) = old.address else { return }
        let all = ListenAddress.tcp(host: "0.0.0.0", port: port)
        #expect(throws: SystemCallError("bind", errno: EADDRINUSE)) { _ = try ListenerGroup(all, count: 2) }
        let new = try ListenerGroup(all, count: 2, besideOurs: true)
        old.close()
        _ = try ListeningSocket.connect(to: old.place).release()
        #expect((0..<2).reduce(0) { $0 + (new.queue(of: $1)?.waiting ?? 0) } == 1)
    }

    @Test func `sockets of another process are taken over`() throws {
        let first = try ListeningSocket.bind(.tcp(host: "127.0.0.1", port: 0), sharesPort: true)
        let port = try ListeningSocket.port(of: first)
        let second = try ListeningSocket.bind(.tcp(host: "127.0.0.1", port: port), sharesPort: true)
        try ListeningSocket.listen(first)
        try ListeningSocket.listen(second)
        let address = ListenAddress.tcp(host: "127.0.0.1", port: port)
        let group = ListenerGroup(adopting: [first.release(), second.release()], requested: address, address: address)
        #expect(!group.isShared && group.count == 2)
        try group.grow(to: 3)
        #expect(group.count == 3)

        let alone = try ListeningSocket.bind(.tcp(host: "127.0.0.1", port: 0), sharesPort: false)
        try ListeningSocket.listen(alone)
        let shared = ListenerGroup(adopting: [alone.release()], requested: address, address: address)
        #expect(shared.isShared)
        try shared.grow(to: 3)
        #expect(shared.count == 1)
        #expect(shared.socket(of: 2) == shared.socket(of: 0))
        #expect(shared.ownSocket(of: 0) == nil)
    }

    @Test func `additions that are let go leave no trace`() throws {
        let group = try ListenerGroup(.tcp(host: "127.0.0.1", port: 0), count: 1)
        do { _ = try group.additions(to: 3) }
        #expect(group.count == 1)
        try group.add(try group.additions(to: 3))
        #expect(group.count == 3)
    }

    @Test func `sockets that cannot get siblings are shared by all`() throws {
        let group = try ListenerGroup(.tcp(host: "127.0.0.1", port: 0), count: 2)
        group.share()
        #expect((0..<4).map { group.socket(of: $0) } == group.allSockets + group.allSockets)
        #expect((0..<3).map { group.ownSocket(of: $0) } == group.allSockets + [nil])
        #expect(try group.additions(to: 5).isEmpty)
        #expect(group.queue(of: 0) == nil)
    }

    @Test func `an address that was to be closed lets newcomers in again`() throws {
        let group = try ListenerGroup(.tcp(host: "127.0.0.1", port: 0), count: 1)
        group.turnAway()
        let held = try ListeningSocket.connect(to: group.place)
        let isTurnedAway = !ListeningSocket.isConnected(held)
        #expect(isTurnedAway)
        try group.letIn()
        try group.letIn()
        let newcomer = try ListeningSocket.connect(to: group.place)
        let isLetIn = ListeningSocket.isConnected(newcomer)
        #expect(isLetIn)
        #expect(group.canReopen)
        group.close()
        #expect(!group.canReopen)
    }

    @Test func `the service manager's sockets stay as they are`() throws {
        let path = "/tmp/kt-group-managed-\(ThisProcess.pid).sock"
        let own = try ListeningSocket.bind(.unix(path: path), sharesPort: false)
        try ListeningSocket.listen(own)
        let address = ListenAddress.unix(path: path)
        let group = ListenerGroup(adopting: [own.release()], requested: address, address: address, belongsToManager: true)
        group.turnAway()
        group.unlink()
        #expect(Files.exists(path))
        Files.remove(path)
    }

    @Test func `slots share a local socket, which goes away by name`() throws {
        let path = "/tmp/kt-group-\(ThisProcess.pid).sock"
        let group = try ListenerGroup(.unix(path: path), count: 2)
        #expect(group.socket(of: 0) == group.socket(of: 1))
        #expect(group.queue(of: 0) == nil)
        try group.steer(to: [0], isExclusive: true)
        #expect(Files.exists(path))
        group.turnAway()
        #expect(!Files.exists(path))
    }
}

@Suite("Listener difference")
struct ListenerDifferenceTests {
    private func tcp(_ port: UInt16, _ host: String = "127.0.0.1") -> ListenAddress { .tcp(host: host, port: port) }

    @Test func `an address stays by what was asked for or by its real port`() {
        let existing = [(requested: tcp(0), real: tcp(5001)), (requested: tcp(5002), real: tcp(5002)), (requested: .unix(path: "/x"), real: .unix(path: "/x"))]
        let difference = ListenerDifference(existing: existing, wanted: [tcp(5001), tcp(5003), .unix(path: "/x")])
        #expect(difference.kept == [0, nil, 2])
        #expect(difference.removed == [1])
        #expect(ListenerDifference(existing: existing, wanted: [tcp(0), tcp(0)]).kept == [0, nil])
        #expect(ListenerDifference(existing: [], wanted: [tcp(0)]) == ListenerDifference(existing: [], wanted: [tcp(0)]))
    }

    @Test func `an address stays in another spelling`() {
        let existing = [(requested: tcp(0, "localhost"), real: tcp(5001, "localhost")), (requested: tcp(5002), real: tcp(5002))]
        #expect(ListenerDifference(existing: existing, wanted: [tcp(5001), tcp(5002, "localhost"), tcp(5001, "0.0.0.0")]).kept == [0, 1, nil])
    }

    @Test func `one port on two addresses may overlap`() {
        #expect(ListenerDifference.mayOverlap(tcp(1), tcp(1, "0.0.0.0")))
        #expect(!ListenerDifference.mayOverlap(tcp(1), tcp(2)))
        #expect(!ListenerDifference.mayOverlap(tcp(0), tcp(0)))
        #expect(!ListenerDifference.mayOverlap(.unix(path: "/x"), .unix(path: "/x")))
    }
}
