import HTTP
import Metrics
import Testing

@testable import Console

@Suite("Console")
struct ConsoleHandlerTests {
    private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func `the token opens, in either header`() throws {
        let token = try #require(AdminToken(Self.bytes("  s3cret\n")))
        #expect(token.accepts(authorization: Self.bytes("Bearer s3cret"), adminToken: nil))
        #expect(token.accepts(authorization: Self.bytes("bearer s3cret"), adminToken: nil))
        #expect(token.accepts(authorization: nil, adminToken: Self.bytes("s3cret")))
    }

    @Test(arguments: ["", "Bearer", "Bearer ", "Bearer s3cre", "Bearer s3cret2", "Bearer S3cret", "Basic s3cret", "s3cret", "Bearer  s3cret"])
    func `anything else does not`(authorization: String) throws {
        let token = try #require(AdminToken(Self.bytes("s3cret")))
        #expect(!token.accepts(authorization: Self.bytes(authorization), adminToken: nil))
        #expect(!token.accepts(authorization: Self.bytes("Bearer s3cret"), adminToken: Self.bytes("wrong")))
    }

    @Test func `an empty file is no token`() {
        #expect(AdminToken([]) == nil)
        #expect(AdminToken(Self.bytes(" \n\t")) == nil)
    }

    @Test func `only metrics and health are open`() {
        #expect(ConsoleRoute.allCases.filter(\.isOpen) == [.metrics, .health])
        #expect(ConsoleRoute(path: "/health/") == nil)
        #expect(ConsoleRoute(path: "/metrics")?.accepts(.head) == true)
        #expect(ConsoleRoute(path: "/keeptrusts/config/reload")?.accepts(.get) == false)
    }

    @Test func `errors have the shape of the API`() {
        let fault = ConsoleFault.notFound("/\"x")
        let expected = #"{"error":{"message":"There is nothing at /\"x.","type":"invalid_request_error","param":null,"code":"not_found"}}"#
        #expect(String(decoding: fault.body, as: UTF8.self) == expected)
        let lines = String(decoding: ConsoleFault.methodNotAllowed("POST").headers.bytes, as: UTF8.self)
        #expect(lines.contains("allow: POST\r\n"))
    }

    @Test func `health follows workers and targets`() {
        var gauges = MetricsGauges()
        func health() -> ReportView.Health { ReportView(report: MetricsReport(sums: MetricsSnapshot(), gauges: gauges)).health }
        #expect(health() == .unhealthy)
        gauges.workers = ["serving": 2]
        gauges.targets = [.init(id: "a", model: "m")]
        #expect(health() == .healthy)
        gauges.workers["backoff"] = 1
        #expect(health() == .degraded)
        gauges.workers = ["serving": 2]
        gauges.targets[0].isAvailable = false
        #expect(health() == .degraded)
        gauges.workers = ["backoff": 2]
        #expect(health() == .unhealthy)
    }

    @Test func `a target's figures are one object`() {
        var sums = MetricsSnapshot()
        sums.targets["a"] = .init()
        sums.targets["a"]?.attempts = 3
        sums.targets["a"]?.promptTokens = 10
        sums.targets["a"]?.cost = 150_000_000
        sums.requests[.init(target: "a", model: "m", status: 200, verdict: "allow")] = 2
        var gauges = MetricsGauges()
        gauges.targets = [.init(id: "a", model: "m")]
        gauges.targets[0].latencyMicroseconds = 2500
        let json = String(decoding: ReportView(report: MetricsReport(sums: sums, gauges: gauges)).targetsJSON, as: UTF8.self)
        #expect(
            json
                == #"{"targets":[{"id":"a","model":"m","available":true,"requests":2,"attempts":3,"errors":0,"in_flight":0,"latency_ms":2.5,"tokens":{"prompt":10,"completion":0},"cost_usd":1.5}]}"#
        )
    }
}
