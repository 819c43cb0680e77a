/// The text format of Prometheus, version 0.0.4. Numbers are written as decimals, exactly; series are sorted, so that equal values are equal texts.
public struct PrometheusText {
    private var bytes: [UInt8] = []

    public static let contentType: StaticString = "text/plain; version=0.0.4; charset=utf-8"

    /// `spool`: nil when it cannot be read.
    public static func render(_ sums: MetricsSnapshot, _ gauges: MetricsGauges, spool: SpoolGauges?) -> [UInt8] {
        var text = PrometheusText()
        text.bytes.reserveCapacity(16 * 1024)
        text.requests(sums)
        text.policies(sums)
        text.targets(sums, gauges)
        text.tree(sums, gauges, spool)
        return text.bytes
    }

    // MARK: Families

    private mutating func requests(_ sums: MetricsSnapshot) {
        let name = "keeptrusts_gateway_requests_total"
        self.begin(name, "counter", "Requests for a model that were answered, by the target asked last, the status and the strictest verdict.")
        let sorted = sums.requests.sorted { a, b in
            (a.key.target, a.key.model, a.key.status, a.key.verdict) < (b.key.target, b.key.model, b.key.status, b.key.verdict)
        }
        for (request, count) in sorted {
            let status = request.status == 0 ? MetricsSnapshot.other : String(request.status)
            self.sample(
                name, [("target", request.target), ("model", request.model), ("status", status), ("verdict", request.verdict)], String(count))
        }
        self.histogram(
            "keeptrusts_gateway_request_duration_seconds", "From the head of a request to the end of its answer.", [([], sums.duration)], .duration)
        self.histogram(
            "keeptrusts_gateway_first_byte_seconds", "From the head of a request to the first byte of the target's answer.",
            [([], sums.firstByte)], .duration)
        self.histogram(
            "keeptrusts_gateway_overhead_seconds",
            "What the gateway adds: from the head of a request to its leaving for the target, and from the last of the answer to its end.",
            [([], sums.own)], .own)
    }

    private mutating func policies(_ sums: MetricsSnapshot) {
        let sorted = sums.policies.sorted { $0.key < $1.key }
        let name = "keeptrusts_gateway_policy_evaluations_total"
        if !sorted.isEmpty { self.begin(name, "counter", "Phases of an exchange that a policy looked at, by its verdict.") }
        for (kind, policy) in sorted {
            for (verdict, count) in zip(MetricVerdict.names, policy.evaluations) where count > 0 {
                self.sample(name, [("policy", kind), ("verdict", verdict)], String(count))
            }
        }
        if !sorted.isEmpty {
            self.histogram(
                "keeptrusts_gateway_policy_seconds", "Time of a phase; its policies share one scan, so each has the whole.",
                sorted.map { ([("policy", $0.key)], $0.value.time) }, .own)
        }
    }

    private mutating func targets(_ sums: MetricsSnapshot, _ gauges: MetricsGauges) {
        // Those of the configuration from the start, so that a rate has something to start from.
        var targets = sums.targets
        for target in gauges.targets where targets[target.id] == nil { targets[target.id] = .init() }
        let sorted = targets.sorted { $0.key < $1.key }
        let tokens = "keeptrusts_gateway_tokens_total"
        if !sorted.isEmpty { self.begin(tokens, "counter", "Tokens as the provider counted them, else as estimated.") }
        for (id, target) in sorted {
            self.sample(tokens, [("direction", "prompt"), ("target", id)], String(target.promptTokens))
            self.sample(tokens, [("direction", "completion"), ("target", id)], String(target.completionTokens))
        }
        let cost = "keeptrusts_gateway_cost_usd_total"
        if !sorted.isEmpty { self.begin(cost, "counter", "US dollars by the target's pricing; 0 without one.") }
        for (id, target) in sorted { self.sample(cost, [("target", id)], Self.decimal(target.cost, digits: 8)) }
        let breaker = "keeptrusts_target_breaker_state"
        if gauges.targets.contains(where: { $0.breaker != nil }) { self.begin(breaker, "gauge", "0 closed, 1 half open, 2 open.") }
        for target in gauges.targets { if let state = target.breaker { self.sample(breaker, [("target", target.id)], String(state)) } }
        let latency = "keeptrusts_target_latency_seconds"
        if gauges.targets.contains(where: { $0.latencyMicroseconds != nil }) {
            self.begin(latency, "gauge", "Smoothed time from an attempt to the first byte of its answer.")
        }
        for target in gauges.targets {
            if let value = target.latencyMicroseconds { self.sample(latency, [("target", target.id)], Self.decimal(value, digits: 6)) }
        }
    }

    private mutating func tree(_ sums: MetricsSnapshot, _ gauges: MetricsGauges, _ spool: SpoolGauges?) {
        let restarts = "keeptrusts_worker_restarts_total"
        self.begin(restarts, "counter", "Workers that ended without being asked.")
        var reasons = sums.restarts
        for reason in ["crash", "hang", "oom"] where reasons[reason] == nil { reasons[reason] = 0 }
        for (reason, count) in reasons.sorted(by: { $0.key < $1.key }) { self.sample(restarts, [("reason", reason)], String(count)) }
        let workers = "keeptrusts_workers"
        if !gauges.workers.isEmpty { self.begin(workers, "gauge", "Workers by state.") }
        for (state, count) in gauges.workers.sorted(by: { $0.key < $1.key }) { self.sample(workers, [("state", state)], String(count)) }
        self.begin("keeptrusts_open_streams", "gauge", "Streams to clients that are open.")
        self.sample("keeptrusts_open_streams", [], String(gauges.openStreams))
        guard let spool else { return }
        self.begin("keeptrusts_ledger_lag_seconds", "gauge", "Age of the oldest part of the spool that no ledger has taken.")
        self.sample("keeptrusts_ledger_lag_seconds", [], Self.decimal(spool.lag, digits: 9))
        self.begin("keeptrusts_ledger_spool_bytes", "gauge", "Bytes in the spool.")
        self.sample("keeptrusts_ledger_spool_bytes", [], String(spool.bytes))
    }

    // MARK: Lines

    private mutating func begin(_ name: String, _ type: String, _ help: String) {
        self.put("# HELP \(name) \(help)\n# TYPE \(name) \(type)\n")
    }

    private mutating func histogram(
        _ name: String, _ help: String, _ series: [(labels: [(String, String)], value: MetricsSnapshot.Histogram)], _ buckets: MetricBuckets
    ) {
        self.begin(name, "histogram", help)
        for (labels, value) in series {
            var sum: UInt64 = 0
            for index in 0..<buckets.count {
                sum &+= index < value.counts.count ? value.counts[index] : 0
                let bound = index < buckets.bounds.count ? Self.decimal(buckets.bounds[index], digits: 9) : "+Inf"
                self.sample(name + "_bucket", labels + [("le", bound)], String(sum))
            }
            self.sample(name + "_sum", labels, Self.decimal(value.sum, digits: 9))
            self.sample(name + "_count", labels, String(sum))
        }
    }

    private mutating func sample(_ name: String, _ labels: [(String, String)], _ value: String) {
        self.put(name)
        for (index, label) in labels.enumerated() {
            self.put(index == 0 ? "{" : ",")
            self.put(label.0)
            self.put("=\"")
            self.putEscaped(label.1)
            self.put("\"")
        }
        if !labels.isEmpty { self.put("}") }
        self.put(" ")
        self.put(value)
        self.put("\n")
    }

    private mutating func put(_ text: String) { self.bytes.append(contentsOf: text.utf8) }

    private mutating func putEscaped(_ text: String) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): self.put("\\\\")
            case UInt8(ascii: "\""): self.put("\\\"")
            case UInt8(ascii: "\n"): self.put("\\n")
            default: self.bytes.append(byte)
            }
        }
    }

    /// `value` over ten to the power of `digits`, without zeros at the end.
    static func decimal(_ value: UInt64, digits: Int) -> String {
        var scale: UInt64 = 1
        for _ in 0..<digits { scale *= 10 }
        let (whole, rest) = value.quotientAndRemainder(dividingBy: scale)
        guard rest > 0 else { return String(whole) }
        let text = String(rest)
        var fraction = String(repeating: "0", count: digits - text.utf8.count) + text
        while fraction.hasSuffix("0") { fraction.removeLast() }
        return "\(whole).\(fraction)"
    }
}
