internal import IPC

/// What a worker has been at since its heartbeat became stale.
struct SilentFlight: Equatable {
    /// nil: it beats, was at nothing, or has gone on to something else.
    private(set) var flight: FlightRecord?
    private var isSilent = false

    /// One look. `flight` is asked for only where it matters.
    mutating func look(isStale: Bool, _ flight: () -> FlightRecord?) {
        guard isStale else { return self = SilentFlight() }
        if !self.isSilent {
            self.isSilent = true
            self.flight = flight()
        }
    }

    /// It is about to be ended for its silence.
    mutating func confirm(_ now: FlightRecord?) {
        if let flight, now?.isSameWork(as: flight) != true { self.flight = nil }
    }
}

extension FlightRecord {
    /// The same body in the same policy, perhaps in another of its stages.
    func isSameWork(as other: FlightRecord) -> Bool { self.fingerprint == other.fingerprint && self.policy == other.policy }
}
