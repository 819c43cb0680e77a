internal import Exchange
internal import Metrics
internal import Platform

/// A report of the supervisor's in the console's words.
struct ReportView {
    let report: MetricsReport

    enum Health: String { case healthy, degraded, unhealthy }

    /// Unhealthy: no worker serves. Degraded: not all do, or a target cannot be asked.
    var health: Health {
        let workers = self.report.gauges.workers
        guard let serving = workers["serving"], serving > 0 else { return .unhealthy }
        // Those on their way out are meant to be.
        let all = workers.reduce(0) { ["draining", "dying", "gone"].contains($1.key) ? $0 : $0 + $1.value }
        return serving == all && self.report.gauges.targets.allSatisfy(\.isAvailable) ? .healthy : .degraded
    }

    var healthJSON: [UInt8] {
        let gauges = self.report.gauges
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("status", self.health.rawValue)
        writer.member("version", Build.version)
        writer.member("uptime_seconds", Int(clamping: gauges.uptimeSeconds))
        writer.key("workers")
        writer.beginObject()
        for (state, count) in gauges.workers.sorted(by: { $0.key < $1.key }) {
            writer.key(escaping: state)
            writer.integer(count)
        }
        writer.endObject()
        writer.member("in_flight", Int(clamping: gauges.inFlight))
        writer.member("open_streams", Int(clamping: gauges.openStreams))
        writer.member("requests_processed", Int(clamping: self.report.sums.requestCount))
        writer.endObject()
        return writer.bytes
    }

    /// The targets of the configuration in force, in its order.
    var targetsJSON: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("targets")
        writer.beginArray()
        for target in self.report.gauges.targets {
            let sums = self.report.sums.targets[target.id] ?? .init()
            writer.beginObject()
            writer.member("id", target.id)
            writer.member("model", target.model)
            writer.member("available", target.isAvailable)
            writer.member("requests", Int(clamping: self.report.sums.requests(of: target.id)))
            writer.member("attempts", Int(clamping: sums.attempts))
            writer.member("errors", Int(clamping: sums.failures))
            writer.member("in_flight", Int(clamping: target.inFlight))
            writer.key("latency_ms")
            if let latency = target.latencyMicroseconds { writer.double(Double(latency) / 1000) } else { writer.null() }
            writer.key("tokens")
            writer.beginObject()
            writer.member("prompt", Int(clamping: sums.promptTokens))
            writer.member("completion", Int(clamping: sums.completionTokens))
            writer.endObject()
            writer.key("cost_usd")
            writer.double(Double(sums.cost) / 100_000_000)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}
