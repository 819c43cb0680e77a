import Testing

@testable import Metrics

@Suite("Prometheus text")
struct PrometheusTextTests {
    private static func text(_ sums: MetricsSnapshot, _ gauges: MetricsGauges = MetricsGauges(), _ spool: SpoolGauges? = nil) -> String {
        String(decoding: PrometheusText.render(sums, gauges, spool: spool), as: UTF8.self)
    }

    private static func lines(_ text: String, of name: String) -> [String] {
        text.split(separator: "\n").map(String.init).filter { $0.hasPrefix(name + "{") || $0.hasPrefix(name + " ") }
    }

    @Test func `a small gateway, word by word`() {
        let words = Words()
        let metrics = WorkerMetrics(words)
        var request = EndedRequest(target: 0, status: 200, verdict: 1, total: 3_000_000, firstByte: 2_000_000, own: 60_000)
        (request.promptTokens, request.completionTokens, request.cost) = (12, 3, 150)
        metrics.ended(request)
        metrics.evaluated(policy: 1, verdict: 1, nanoseconds: 55_000)
        var gauges = MetricsGauges()
        gauges.targets = [.init(id: "a", model: "large"), .init(id: "b", model: "small")]
        gauges.targets[0].latencyMicroseconds = 1_950
        gauges.targets[1].breaker = 2
        gauges.workers = ["serving": 2, "starting": 1]
        gauges.openStreams = 4
        var sums = MetricsSnapshot(words)
        sums.restarts = ["hang": 1]
        let text = Self.text(sums, gauges, SpoolGauges(bytes: 99, lag: 1_500_000_000))
        let short = text.split(separator: "\n").filter { line in
            !line.hasPrefix("# HELP") && !line.contains("_bucket{") || line.contains("le=\"0.0025\"") || line.contains("le=\"0.00005\"")
                || line.contains("le=\"0.0001\"") || line.contains("le=\"0.005\"") || line.contains("le=\"+Inf\"")
        }
        #expect(
            short.joined(separator: "\n") == """
                # TYPE keeptrusts_gateway_requests_total counter
                keeptrusts_gateway_requests_total{target="a",model="large",status="200",verdict="redact"} 1
                # TYPE keeptrusts_gateway_request_duration_seconds histogram
                keeptrusts_gateway_request_duration_seconds_bucket{le="0.0025"} 0
                keeptrusts_gateway_request_duration_seconds_bucket{le="0.005"} 1
                keeptrusts_gateway_request_duration_seconds_bucket{le="+Inf"} 1
                keeptrusts_gateway_request_duration_seconds_sum 0.003
                keeptrusts_gateway_request_duration_seconds_count 1
                # TYPE keeptrusts_gateway_first_byte_seconds histogram
                keeptrusts_gateway_first_byte_seconds_bucket{le="0.0025"} 1
                keeptrusts_gateway_first_byte_seconds_bucket{le="0.005"} 1
                keeptrusts_gateway_first_byte_seconds_bucket{le="+Inf"} 1
                keeptrusts_gateway_first_byte_seconds_sum 0.002
                keeptrusts_gateway_first_byte_seconds_count 1
                # TYPE keeptrusts_gateway_overhead_seconds histogram
                keeptrusts_gateway_overhead_seconds_bucket{le="0.00005"} 0
                keeptrusts_gateway_overhead_seconds_bucket{le="0.0001"} 1
                keeptrusts_gateway_overhead_seconds_bucket{le="0.0025"} 1
                keeptrusts_gateway_overhead_seconds_bucket{le="0.005"} 1
                keeptrusts_gateway_overhead_seconds_bucket{le="+Inf"} 1
                keeptrusts_gateway_overhead_seconds_sum 0.00006
                keeptrusts_gateway_overhead_seconds_count 1
                # TYPE keeptrusts_gateway_policy_evaluations_total counter
                keeptrusts_gateway_policy_evaluations_total{policy="pii-detector",verdict="redact"} 1
                # TYPE keeptrusts_gateway_policy_seconds histogram
                keeptrusts_gateway_policy_seconds_bucket{policy="pii-detector",le="0.00005"} 0
                keeptrusts_gateway_policy_seconds_bucket{policy="pii-detector",le="0.0001"} 1
                keeptrusts_gateway_policy_seconds_bucket{policy="pii-detector",le="0.0025"} 1
                keeptrusts_gateway_policy_seconds_bucket{policy="pii-detector",le="0.005"} 1
                keeptrusts_gateway_policy_seconds_bucket{policy="pii-detector",le="+Inf"} 1
                keeptrusts_gateway_policy_seconds_sum{policy="pii-detector"} 0.000055
                keeptrusts_gateway_policy_seconds_count{policy="pii-detector"} 1
                # TYPE keeptrusts_gateway_tokens_total counter
                keeptrusts_gateway_tokens_total{direction="prompt",target="a"} 12
                keeptrusts_gateway_tokens_total{direction="completion",target="a"} 3
                keeptrusts_gateway_tokens_total{direction="prompt",target="b"} 0
                keeptrusts_gateway_tokens_total{direction="completion",target="b"} 0
                # TYPE keeptrusts_gateway_cost_usd_total counter
                keeptrusts_gateway_cost_usd_total{target="a"} 0.0000015
                keeptrusts_gateway_cost_usd_total{target="b"} 0
                # TYPE keeptrusts_target_breaker_state gauge
                keeptrusts_target_breaker_state{target="b"} 2
                # TYPE keeptrusts_target_latency_seconds gauge
                keeptrusts_target_latency_seconds{target="a"} 0.00195
                # TYPE keeptrusts_worker_restarts_total counter
                keeptrusts_worker_restarts_total{reason="crash"} 0
                keeptrusts_worker_restarts_total{reason="hang"} 1
                keeptrusts_worker_restarts_total{reason="oom"} 0
                # TYPE keeptrusts_workers gauge
                keeptrusts_workers{state="serving"} 2
                keeptrusts_workers{state="starting"} 1
                # TYPE keeptrusts_open_streams gauge
                keeptrusts_open_streams 4
                # TYPE keeptrusts_ledger_lag_seconds gauge
                keeptrusts_ledger_lag_seconds 1.5
                # TYPE keeptrusts_ledger_spool_bytes gauge
                keeptrusts_ledger_spool_bytes 99
                """)
    }

    @Test func `every family has one HELP and one TYPE, before its samples`() {
        let text = Self.text(MetricsSnapshot())
        var seen: Set<String> = []
        var current = ""
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 3).map(String.init)
            if line.hasPrefix("# HELP") {
                #expect(seen.insert(words[2]).inserted)
                current = words[2]
            } else if line.hasPrefix("# TYPE") {
                #expect(words[2] == current)
            } else {
                #expect(line.hasPrefix(current))
            }
        }
    }

    @Test func `labels cannot break out of their quotes`() {
        var sums = MetricsSnapshot()
        sums.requests[.init(target: "a\"b\\c\nd{}", model: "ü", status: 0, verdict: "allow")] = 1
        let lines = Self.lines(Self.text(sums), of: "keeptrusts_gateway_requests_total")
        #expect(lines == [#"keeptrusts_gateway_requests_total{target="a\"b\\c\nd{}",model="ü",status="other",verdict="allow"} 1"#])
    }

    @Test func `what is not known is left out`() {
        let text = Self.text(MetricsSnapshot())
        for name in ["breaker_state", "target_latency", "ledger", "keeptrusts_workers{"] { #expect(!text.contains(name)) }
        #expect(text.contains("keeptrusts_gateway_request_duration_seconds_count 0"))
    }

    @Test(arguments: [
        (0, 9, "0"), (1, 9, "0.000000001"), (1_000_000_000, 9, "1"), (2_500_000_000, 9, "2.5"), (50_000, 9, "0.00005"), (123, 0, "123"),
        (UInt64.max, 8, "184467440737.09551615"),
    ])
    func `decimals are exact`(value: UInt64, digits: Int, text: String) { #expect(PrometheusText.decimal(value, digits: digits) == text) }
}
