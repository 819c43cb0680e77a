import IPC
import Platform
import Testing

@testable import Supervisor

@Suite("Status report")
struct StatusReportTests {
    @Test func `it is one JSON object with the documented names in their order`() {
        var report = StatusReport(pid: 4, version: "1.2.3", generation: 2, state: "serving")
        report.config = .init(name: "p\"", version: "1.0.0", hash: "ab", loaded: "2026-01-01T00:00:00.000Z")
        var worker = StatusReport.Worker(slot: 0, pid: 7, generation: 2, state: "serving", since: "T1", heartbeatMilliseconds: 12)
        (worker.inFlight, worker.openStreams, worker.requests) = (3, 2, 100)
        report.workers = [worker, .init(slot: 1, pid: nil, generation: 2, state: "backoff", since: "T2", heartbeatMilliseconds: nil)]
        report.console = .init(pid: 9, state: "running")
        var cell = TargetCell()
        (cell.inFlight, cell.attempts, cell.latencyMicroseconds) = (1, 1, 12_340)
        report.targets = [.init(id: "mistral", cells: [cell]), .init(id: "other", cells: [])]
        report.reloads = [
            .init(time: "T3", generation: 2, hash: "ab", cause: .signal, result: .applied, message: "generation 2 serves"),
            .init(time: "T4", generation: 0, hash: "", cause: .control, result: .failed, message: "policy-config.yaml:3: x"),
        ]
        report.restarts = .init(crash: 1, hang: 2, oom: 3)
        report.listen = ["127.0.0.1:41002", "unix:/x"]
        report.adminListen = "127.0.0.1:41003"
        report.deaths = [.init(time: "T5", slot: 1, generation: 2, pid: 8, how: "was killed by signal 11", kind: .crash, uptimeMilliseconds: 9)]
        report.uptimeSeconds = 61
        let expected =
            #"{"pid":4,"version":"1.2.3","generation":2,"config":{"name":"p\"","version":"1.0.0","hash":"ab","#
            + #""loaded":"2026-01-01T00:00:00.000Z"},"state":"serving","workers":["#
            + #"{"slot":0,"pid":7,"generation":2,"state":"serving","since":"T1","heartbeat_ms":12,"in_flight":3,"open_streams":2,"requests":100},"#
            + #"{"slot":1,"pid":null,"generation":2,"state":"backoff","since":"T2","heartbeat_ms":null,"in_flight":0,"open_streams":0,"requests":0}],"#
            + #""children":{"ledger":null,"console":{"pid":9,"state":"running"}},"targets":["#
            + #"{"id":"mistral","breaker":null,"available":true,"why":null,"latency_ms":12.34,"in_flight":1,"probe":null},"#
            + #"{"id":"other","breaker":null,"available":false,"why":"no worker serves","latency_ms":null,"in_flight":0,"probe":null}],"#
            + #""reloads":[{"time":"T3","generation":2,"hash":"ab","cause":"signal","result":"applied","message":"generation 2 serves"},"#
            + #"{"time":"T4","generation":0,"hash":"","cause":"control","result":"failed","message":"policy-config.yaml:3: x"}],"#
            + #""restarts":{"crash":1,"hang":2,"oom":3},"listen":["127.0.0.1:41002","unix:/x"],"admin_listen":"127.0.0.1:41003","#
            + #""deaths":[{"time":"T5","slot":1,"pid":8,"generation":2,"cause":"crash","message":"was killed by signal 11","uptime_ms":9}],"uptime_seconds":61}"#
        #expect(report.json == expected)
    }

    @Test func `before the first configuration there is none`() {
        #expect(StatusReport(pid: 1, version: "v", generation: 0, state: "starting").json.contains(#""config":null,"state":"starting","workers":[],"#))
    }

    private static func cell(inFlight: UInt64 = 0, attempts: UInt64 = 0, latency: UInt64 = 0, unavailability: UInt64 = 0) -> TargetCell {
        var cell = TargetCell()
        (cell.inFlight, cell.attempts, cell.latencyMicroseconds, cell.unavailability) = (inFlight, attempts, latency, unavailability)
        return cell
    }

    @Test func `a target is the sum of what its workers know`() {
        let target = StatusReport.Target(
            id: "t",
            cells: [
                Self.cell(inFlight: 2, attempts: 3, latency: 1000), Self.cell(inFlight: 1, attempts: 1, latency: 2000),
                Self.cell(attempts: 50),
            ])
        #expect(target.inFlight == 3)
        #expect(target.latencyMicroseconds == 1250)
        #expect(target.available)
        #expect(StatusReport.Target(id: "t", cells: [Self.cell(attempts: 9)]).latencyMicroseconds == nil)
    }

    @Test func `a target is away when all workers say so`() {
        let away = StatusReport.Target(id: "t", cells: [Self.cell(unavailability: 1), Self.cell(unavailability: 1)])
        #expect(!away.available)
        #expect(away.why == "its key is missing")
        #expect(StatusReport.Target(id: "t", cells: [Self.cell(unavailability: 1), Self.cell()]).why == nil)
        #expect(StatusReport.Target(id: "t", cells: [Self.cell(unavailability: 77)]).why == "the workers may not ask it")
    }

    @Test func `whatever stands in a cell, the report is made`() {
        let wild = Self.cell(inFlight: .max, attempts: .max, latency: .max, unavailability: .max)
        let target = StatusReport.Target(id: "t", cells: [wild, wild])
        #expect(!target.available)
    }
}

@Suite("Timeout extension")
struct TimeoutExtensionTests {
    @Test func `more time is asked for every five seconds, up to ten beyond the drain`() {
        let start = Instant(nanoseconds: 0)
        var rule = TimeoutExtension(drainDeadline: start + .seconds(12), at: start)
        var asked: [Int64] = []
        for second in Int64(0)...60 where rule.isDue(at: start + .seconds(second)) { asked.append(second) }
        #expect(asked == [5, 10, 15, 20])
        #expect(rule.nextWake == .distantFuture)
    }

    @Test func `a loop that comes late asks once`() {
        let start = Instant(nanoseconds: 0)
        var rule = TimeoutExtension(drainDeadline: start + .seconds(100), at: start)
        let asked = [17, 17, 18].map { rule.isDue(at: start + .seconds($0)) }
        #expect(asked == [true, false, false])
        #expect(rule.nextWake == start + .seconds(22))
    }
}
