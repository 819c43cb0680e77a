internal import IPC
internal import Platform

/// What `kt gateway status --json` says. Its names are a contract with users: fields are only ever added.
struct StatusReport: Equatable {
    struct Config: Equatable {
        var name: String
        var version: String
        var hash: String
        /// When it came into force, RFC 3339.
        var loaded: String
    }

    struct Worker: Equatable {
        var slot: Int
        /// nil while there is no process.
        var pid: Int32?
        var generation: UInt64
        var state: String
        /// When it came into this state, RFC 3339.
        var since: String
        /// Age of the last sign of life; nil before the first.
        var heartbeatMilliseconds: Int?
        var inFlight: UInt64 = 0
        var openStreams: UInt64 = 0
        /// Since the process's start.
        var requests: UInt64 = 0
    }

    /// A child besides the workers.
    struct Child: Equatable {
        var pid: Int32?
        var state: String
    }

    struct Target: Equatable {
        var id: String
        /// nil: this release has no breaker.
        var breaker: String?
        var available: Bool
        /// Why it is not available.
        var why: String?
        var latencyMicroseconds: UInt64?
        var inFlight: UInt64
        /// nil: this release does not probe.
        var probe: String?
    }

    /// Since the gateway's start.
    struct Restarts: Equatable {
        var crash = 0
        var hang = 0
        var oom = 0
    }

    var pid: Int32
    var version: String
    /// 0 before the first configuration is in force.
    var generation: UInt64
    /// nil before the first configuration is in force.
    var config: Config?
    /// `starting`, `serving`, `reloading` or `draining`.
    var state: String
    var workers: [Worker] = []
    /// nil: this release has none, or it is switched off.
    var ledger: Child?
    var console: Child?
    var targets: [Target] = []
    /// Oldest first.
    var reloads: [ReloadHistory.Entry] = []
    var restarts = Restarts()
    /// With real ports.
    var listen: [String] = []
    var adminListen = ""
    /// Oldest first.
    var deaths: [DeathRecord] = []
    var uptimeSeconds = 0
}
extension StatusReport.Worker {
    /// `region`: one look at the worker's memory, whatever stands there; nil without a process.
    init(
        slot: Int, pid: Int32?, generation: UInt64, state: String, since: String, region: WorkerRegionReader.Snapshot?, at now: Instant
    ) {
        self.init(slot: slot, pid: pid, generation: generation, state: state, since: since)
        guard let region else { return }
        self.heartbeatMilliseconds = region.heartbeat.map { Int(max(.zero, now - $0).nanoseconds / 1_000_000) }
        (self.inFlight, self.openStreams, self.requests) = (region.inFlight, region.openStreams, region.requests)
    }
}

extension StatusReport.Target {
    /// What all workers of the current generation know of a target, put together. `cells`: one for each of them.
    init(id: String, cells: [TargetCell]) {
        self.id = id
        self.inFlight = cells.reduce(0) { $0 &+ $1.inFlight }
        let measured = cells.filter { $0.latencyMicroseconds > 0 }
        // A worker that asked more often knows better. Doubles, since whatever a worker wrote must not overflow.
        let weight = measured.reduce(0.0) { $0 + Double(max(1, $1.attempts)) }
        let sum = measured.reduce(0.0) { $0 + Double(max(1, $1.attempts)) * Double($1.latencyMicroseconds) }
        self.latencyMicroseconds = measured.isEmpty ? nil : UInt64(exactly: (sum / weight).rounded())
        self.available = cells.contains { $0.unavailability == 0 }
        self.why = self.available ? nil : cells.isEmpty ? "no worker serves" : Self.words(cells[0].unavailability)
        self.breaker = nil
        self.probe = nil
    }

    private static func words(_ unavailability: UInt64) -> String {
        switch unavailability {
        case 1: "its key is missing"
        default: "the workers may not ask it"
        }
    }
}
