internal import Platform

/// What `STATE_DIR/gateway.json` says about the running gateway.
struct GatewayState: Equatable {
    struct Worker: Equatable {
        var slot: Int
        var pid: Int32?
        var generation: UInt64
        var state: String
        var restarts: Int
    }

    var pid: Int32
    var state: String
    var generation: UInt64
    var packName: String
    var packVersion: String
    var hash: String
    var listen: [String]
    var adminListen: String
    var demoPort: UInt16?
    var workers: [Worker]
    var reloads = ReloadHistory()
    /// Where `kt gateway status` and the like ask.
    var controlSocket: String?

    static let fileName = "gateway.json"

    var json: String {
        let workers = self.workers.map { worker in
            JSONLine.object([
                ("slot", String(worker.slot)), ("pid", worker.pid.map(String.init) ?? "null"),
                ("generation", String(worker.generation)), ("state", JSONLine.quoted(worker.state)),
                ("restarts", String(worker.restarts)),
            ])
        }
        let config = JSONLine.object([
            ("name", JSONLine.quoted(self.packName)), ("version", JSONLine.quoted(self.packVersion)),
            ("hash", JSONLine.quoted(self.hash)),
        ])
        return JSONLine.object([
            ("pid", String(self.pid)), ("version", JSONLine.quoted(Build.version)), ("state", JSONLine.quoted(self.state)),
            ("generation", String(self.generation)), ("config", config),
            ("listen", JSONLine.array(self.listen.map(JSONLine.quoted))), ("admin_listen", JSONLine.quoted(self.adminListen)),
            ("demo_port", self.demoPort.map { String($0) } ?? "null"), ("workers", JSONLine.array(workers)),
            ("reloads", self.reloads.json), ("control_socket", self.controlSocket.map(JSONLine.quoted) ?? "null"),
        ])
    }
}
