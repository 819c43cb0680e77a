import Glibc
import Platform
import Settings
import Testing

@testable import Supervisor

@Suite("Event log")
struct EventLogTests {
    @Test func `one event is one line in each form`() {
        func line(_ format: ProcessSettings.LogFormat) -> String {
            EventLog(format: format).line(.warning, "a \"b\"\n\u{1}", [("slot", 1)], time: "T")
        }
        #expect(line(.text) == "kt: a \"b\" \u{1}")
        #expect(line(.journal) == "<4>a \"b\" \u{1}")
        #expect(
            line(.json)
                == #"{"time":"T","level":"warning","process":"supervisor","message":"a \"b\"\n\u0001","slot":1}"#)
    }
}

@Suite("Gateway state")
struct GatewayStateTests {
    @Test func `it is one JSON object`() {
        var state = GatewayState(
            pid: 1, state: "serving", generation: 1, packName: "p\\", packVersion: "1.0.0", hash: "ab", listen: ["[::1]:5", "unix:/x"],
            adminListen: "127.0.0.1:41003", demoPort: nil,
            workers: [
                .init(slot: 0, pid: 7, generation: 1, state: "serving", restarts: 0),
                .init(slot: 1, pid: nil, generation: 1, state: "backoff", restarts: 3),
            ])
        state.controlSocket = "/run/x/control.sock"
        state.reloads.append(.init(time: "T", generation: 2, hash: "cd", cause: .signal, result: .failed, message: "a\nb"))
        let expected =
            #"{"pid":1,"version":"\#(Build.version)","state":"serving","generation":1,"config":{"name":"p\\","version":"1.0.0","#
            + #""hash":"ab"},"listen":["[::1]:5","unix:/x"],"admin_listen":"127.0.0.1:41003","demo_port":null,"workers":["#
            + #"{"slot":0,"pid":7,"generation":1,"state":"serving","restarts":0},"#
            + #"{"slot":1,"pid":null,"generation":1,"state":"backoff","restarts":3}],"#
            + #""reloads":[{"time":"T","generation":2,"hash":"cd","cause":"signal","result":"failed","message":"a\nb"}],"control_socket":"/run/x/control.sock"}"#
        #expect(state.json == expected)
    }
}

@Suite("Service manager", .serialized)
struct ServiceManagerTests {
    @Test func `it hears of readiness, state, life and end`() throws {
        let path = "/tmp/kt-notify-\(ThisProcess.pid)"
        let socket = OwnedDescriptor(adopting: Glibc.socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        let bound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(socket.rawNumber, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
        defer { Files.remove(path) }
        unsafe setenv("NOTIFY_SOCKET", path, 1)
        defer { unsafe unsetenv("NOTIFY_SOCKET") }

        func heard() -> String {
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = unsafe recv(socket.rawNumber, &buffer, buffer.count, CInt(MSG_DONTWAIT))
            return String(decoding: buffer[..<max(0, count)], as: UTF8.self)
        }
        let manager = ServiceManager()
        manager.ready(status: "serving\non two")
        #expect(heard() == "READY=1\nSTATUS=serving on two")
        manager.reloading(status: "again", at: Instant(nanoseconds: 5_000))
        #expect(heard() == "RELOADING=1\nMONOTONIC_USEC=5\nSTATUS=again")
        manager.status("less")
        #expect(heard() == "STATUS=less")
        manager.alive()
        #expect(heard() == "WATCHDOG=1")
        manager.stopping(status: "draining", within: .seconds(310))
        #expect(heard() == "STOPPING=1\nEXTEND_TIMEOUT_USEC=310000000\nSTATUS=draining")
        manager.reloading(status: "reloading", at: Instant(nanoseconds: 12_345_678))
        #expect(heard() == "RELOADING=1\nMONOTONIC_USEC=12345\nSTATUS=reloading")
        manager.extendTimeout(by: .seconds(10))
        #expect(heard() == "EXTEND_TIMEOUT_USEC=10000000")
        #expect(manager.store(socket.rawNumber, name: "kt-00-0"))
        #expect(heard() == "FDSTORE=1\nFDNAME=kt-00-0\nFDPOLL=0")
        manager.removeStored(name: "kt-00-0")
        #expect(heard() == "FDSTOREREMOVE=1\nFDNAME=kt-00-0")
        #expect(!manager.waitUntilHeard(.milliseconds(1)), "nobody has read it")
        #expect(heard() == "BARRIER=1")
        #expect(heard().isEmpty)
    }
}

@Suite("Service loop")
struct ServiceLoopTests {
    @Test func `it wakes for a descriptor, and at its time without one`() throws {
        let loop = try ServiceLoop()
        let (a, b) = try MessageSocket.pair()
        var heard = 0
        let source = try loop.onReadable(b.rawNumber) { heard += 1 }
        try loop.runPass(until: Instant.now() + .milliseconds(1))
        #expect(heard == 0)
        try a.send([1])
        try loop.runPass(until: Instant.now() + .seconds(10))
        #expect(heard == 1)
        source.cancel()
        try loop.runPass(until: Instant.now() + .milliseconds(1))
        try loop.runPass(until: Instant(nanoseconds: 0))
        #expect(heard == 1)
    }

    @Test func `an action may let go of its own source`() throws {
        let loop = try ServiceLoop()
        let (a, b) = try MessageSocket.pair()
        var source: ServiceLoop.Source?
        source = try loop.onReadable(b.rawNumber) { source = nil }
        try a.send([1])
        try loop.runPass(until: Instant.now() + .seconds(10))
        #expect(source == nil)
    }
}

@Suite("Address probe")
struct AddressProbeTests {
    @Test func `a connection that stands is an answer, a full or closed queue is none`() throws {
        let start = Instant(nanoseconds: 0)
        let probe = AddressProbe()
        var groups = [try ListenerGroup(.tcp(host: "0.0.0.0", port: 0), count: 2)]
        probe.tend(groups, at: start)
        #expect(probe.nextWake == start + .seconds(1))
        probe.tend(groups, at: start + .seconds(1))
        #expect(probe.allAnswer)
        #expect(probe.nextWake == start + .seconds(5))

        let gone = "/tmp/kt-probe-\(ThisProcess.pid).sock"
        groups = [try ListenerGroup(.unix(path: gone), count: 1)]
        groups[0].unlink()
        probe.tend(groups, at: start + .seconds(5))
        probe.tend(groups, at: start + .seconds(6))
        #expect(!probe.allAnswer)
    }
}
