extension StatusReport {
    /// One line; members in the order that is documented.
    var json: String {
        JSONLine.object([
            ("pid", String(self.pid)), ("version", JSONLine.quoted(self.version)), ("generation", String(self.generation)),
            ("config", self.config?.json ?? "null"), ("state", JSONLine.quoted(self.state)),
            ("workers", JSONLine.array(self.workers.map(\.json))),
            ("children", JSONLine.object([("ledger", self.ledger?.json ?? "null"), ("console", self.console?.json ?? "null")])),
            ("targets", JSONLine.array(self.targets.map(\.json))), ("reloads", JSONLine.array(self.reloads.map(\.json))),
            ("restarts", self.restarts.json), ("listen", JSONLine.array(self.listen.map(JSONLine.quoted))),
            ("admin_listen", JSONLine.quoted(self.adminListen)), ("deaths", JSONLine.array(self.deaths.map(\.json))),
            ("uptime_seconds", String(self.uptimeSeconds)),
        ])
    }
}

private func quoted(_ text: String?) -> String { text.map(JSONLine.quoted) ?? "null" }

extension StatusReport.Config {
    fileprivate var json: String {
        JSONLine.object([
            ("name", JSONLine.quoted(self.name)), ("version", JSONLine.quoted(self.version)), ("hash", JSONLine.quoted(self.hash)),
            ("loaded", JSONLine.quoted(self.loaded)),
        ])
    }
}

extension StatusReport.Worker {
    fileprivate var json: String {
        JSONLine.object([
            ("slot", String(self.slot)), ("pid", self.pid.map(String.init) ?? "null"), ("generation", String(self.generation)),
            ("state", JSONLine.quoted(self.state)), ("since", JSONLine.quoted(self.since)),
            ("heartbeat_ms", self.heartbeatMilliseconds.map(String.init) ?? "null"), ("in_flight", String(self.inFlight)),
            ("open_streams", String(self.openStreams)), ("requests", String(self.requests)),
        ])
    }
}

extension StatusReport.Child {
    fileprivate var json: String {
        JSONLine.object([("pid", self.pid.map(String.init) ?? "null"), ("state", JSONLine.quoted(self.state))])
    }
}

extension StatusReport.Target {
    fileprivate var json: String {
        JSONLine.object([
            ("id", JSONLine.quoted(self.id)), ("breaker", quoted(self.breaker)), ("available", String(self.available)),
            ("why", quoted(self.why)), ("latency_ms", self.latencyMicroseconds.map(Self.milliseconds) ?? "null"),
            ("in_flight", String(self.inFlight)), ("probe", quoted(self.probe)),
        ])
    }

    /// 1.5 for 1500, without trailing zeros.
    private static func milliseconds(_ microseconds: UInt64) -> String {
        var fraction = String(1000 + microseconds % 1000).dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        return fraction.isEmpty ? String(microseconds / 1000) : "\(microseconds / 1000).\(fraction)"
    }
}

extension DeathRecord {
    fileprivate var json: String {
        JSONLine.object([
            ("time", JSONLine.quoted(self.time)), ("slot", String(self.slot)), ("pid", String(self.pid)),
            ("generation", String(self.generation)), ("cause", JSONLine.quoted(self.kind.rawValue)), ("message", JSONLine.quoted(self.how)),
            ("uptime_ms", String(self.uptimeMilliseconds)),
        ])
    }
}

extension StatusReport.Restarts {
    fileprivate var json: String {
        JSONLine.object([("crash", String(self.crash)), ("hang", String(self.hang)), ("oom", String(self.oom))])
    }
}
