/// Counters for whoever tests a gateway with the demo as its upstream.
struct Statistics {
    // Requests to the endpoints of a provider.
    var requests = 0
    var plain = 0
    var streams = 0
    var badRequests = 0
    /// Requests to other paths.
    var otherPaths = 0
    /// Answered in full.
    var finished = 0
    /// The client left before the answer was complete.
    var clientGone = 0
    /// Ended by `reset` or `cut`.
    var cutShort = 0
    var chunksSent = 0
    /// Of bodies.
    var bytesIn = 0
    var bytesOut = 0
    var statusCounts: [Int: Int] = [:]
    var modeCounts: [Mode: Int] = [:]
    /// Requests that `fail` and `flaky` have seen.
    var failSeen = 0
    var flakySeen = 0

    /// `active`, `accepted` and `open` are never reset: they are what is the case, or the server's own.
    func body(accepted: Int, open: Int, active: Int) -> [UInt8] {
        let numbers: [(String, Int)] = [
            ("accepted", accepted), ("open", open), ("active", active), ("requests", self.requests), ("plain", self.plain),
            ("streams", self.streams), ("finished", self.finished), ("client_gone", self.clientGone), ("cut_short", self.cutShort),
            ("bad_request", self.badRequests), ("other_path", self.otherPaths), ("chunks_sent", self.chunksSent),
            ("bytes_in", self.bytesIn), ("bytes_out", self.bytesOut),
        ]
        let status = self.statusCounts.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }
        let modes = self.modeCounts.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\"\($0.key.rawValue)\":\($0.value)" }
        let fields = numbers.map { "\"\($0.0)\":\($0.1)" }
        return Array(
            "{\(fields.joined(separator: ",")),\"status\":{\(status.joined(separator: ","))},\"modes\":{\(modes.joined(separator: ","))}}\n".utf8)
    }
}
