internal import IPC

/// One request's place in this worker's region: its entry in the table, from the taking until its event is written, and the flight
/// recorder while something looks at it. Who reads the region of a dead worker finds both.
struct RequestTicket {
    /// As it was entered; names the event.
    let entry: InFlightEntry
    private(set) var fingerprint: Fingerprint
    private let region: WorkerRegionWriter
    /// Nil when the table was full, and after `close`.
    private var index: Int?

    /// Enters the request. With a full table it is served all the same.
    init(_ entry: InFlightEntry, in region: WorkerRegionWriter) {
        self.entry = entry
        self.fingerprint = entry.fingerprint
        self.region = region
        self.index = region.open(entry)
    }

    mutating func note(_ fingerprint: Fingerprint) {
        self.fingerprint = fingerprint
        if let index { self.region.note(fingerprint, of: index) }
    }

    func note(model: String?, isStream: Bool) {
        guard let index else { return }
        let model = Array((model ?? "").utf8)
        self.region.note(model: model.span, isStream: isStream, of: index)
    }

    func note(target: Int) { if let index { self.region.note(target: target, of: index) } }

    /// Before something looks at texts of the request or of its answer. A few stores; to be followed by `leave`.
    func enter(_ stage: FlightRecord.Stage) { self.region.enter(stage, self.fingerprint, entry: self.index) }

    func leave() { self.region.leave() }

    /// The event is about to be written: from here on its id is looked for before one is written in its place.
    func recording() { if let index { self.region.recording(index) } }

    /// The event is written, or there is none. Again: nothing.
    mutating func close() {
        guard let index else { return }
        self.index = nil
        self.region.close(index)
    }
}
