internal import IPC
internal import Platform
internal import Record
internal import Settings

/// The requests that ended with one worker, and what their events are made from.
struct AbortedEvents {
    let slot: Int
    let generation: UInt64
    let configuration: RecordedEvent.Configuration
    let targets: [TargetName]
    /// When the worker's end was seen.
    let endedAt: Instant
    /// What is to be written, oldest first.
    private(set) var requests: ArraySlice<InFlightEntry>
    private let culprit: Autopsy.Culprit?
    /// Of the culprit's event.
    private let culpritID: String?

    /// `written`: ids of events that the worker itself got into its spool.
    init(
        of worker: (slot: Int, generation: UInt64), requests: [(index: Int, state: InFlightEntry.State, entry: InFlightEntry)],
        written: Set<String>, culprit: Autopsy.Culprit?, plan: SupervisorPlan, hash: String, endedAt: Instant
    ) {
        self.slot = worker.slot
        self.generation = worker.generation
        self.configuration = RecordedEvent.Configuration(name: plan.packName, version: plan.packVersion, hash: hash)
        self.targets = plan.targets
        self.endedAt = endedAt
        self.culprit = culprit
        let left = requests.filter { !written.contains($0.entry.eventID(slot: worker.slot, generation: worker.generation)) }
        self.requests = left.map(\.entry).sorted { $0.sequence < $1.sequence }[...]
        self.culpritID = culprit?.entry.flatMap { index in requests.first { $0.index == index } }
            .map { $0.entry.eventID(slot: worker.slot, generation: worker.generation) }
    }

    /// Ids of those whose event the worker may have written already.
    static func doubtful(
        _ requests: [(index: Int, state: InFlightEntry.State, entry: InFlightEntry)], slot: Int, generation: UInt64
    ) -> [String] {
        requests.filter { $0.state == .recording }.map { $0.entry.eventID(slot: slot, generation: generation) }
    }

    /// The events of the next requests.
    func next(_ countMax: Int) -> [RecordedEvent] { self.requests.prefix(countMax).map(self.event) }

    /// They are written.
    mutating func drop(_ count: Int) { self.requests = self.requests.dropFirst(count) }

    private func event(_ entry: InFlightEntry) -> RecordedEvent {
        let id = entry.eventID(slot: self.slot, generation: self.generation)
        let isCulprit = id == self.culpritID
        var event = RecordedEvent(
            id: id, time: UTCTime(nanoseconds: entry.wallNanoseconds), requestID: String(decoding: entry.requestID, as: UTF8.self),
            worker: self.slot, generation: Int(clamping: self.generation), configuration: self.configuration,
            endpoint: RecordedEvent.path(endpointNumber: entry.endpoint) ?? "", verdict: isCulprit ? "block" : "allow",
            // Nobody knows how much of an answer the client has seen.
            status: 0, outcome: .aborted, durations: RecordedEvent.Durations(total: max(.zero, self.endedAt - entry.startedAt)),
            bytes: RecordedEvent.ByteCounts(request: entry.bodyBytes, answer: 0))
        event.stream = entry.isStream
        event.clientAddress = entry.clientAddress.isEmpty ? nil : String(decoding: entry.clientAddress, as: UTF8.self)
        event.modelRequested = entry.model.isEmpty ? nil : String(decoding: entry.model, as: UTF8.self)
        event.target = entry.target.flatMap { self.targets.indices.contains($0) ? self.targets[$0].id : nil }
        if isCulprit, let culprit = self.culprit { event.policies = [Self.report(culprit)] }
        return event
    }

    private static func report(_ culprit: Autopsy.Culprit) -> RecordedEvent.Policy {
        RecordedEvent.Policy(
            kind: culprit.policyName, phase: culprit.stage == .output ? "output" : "input", verdict: "block", reasonCode: "policy_crashed",
            microseconds: 0)
    }
}

extension Autopsy.Culprit {
    /// As in a chain, or what all policies share.
    var policyName: String {
        if let kind = PolicyKind(number: self.policy) { return kind.rawValue }
        return self.stage == .decode ? "decoder" : "pattern-scan"
    }
}

/// Events of dead workers that are not written yet. Each call writes a bounded number, so that a table of thousands does not hold up the loop.
struct AbortedEventQueue {
    private(set) var waiting: [AbortedEvents] = []
    private var retryAt = Instant(nanoseconds: 0)
    /// Requests whose events were given up, since the spool could not be written for too long.
    private(set) var lost = 0

    /// Written at once: a few milliseconds.
    static let batchMax = 1024
    static let requestsMax = 262_144
    private static let retryDelay = Duration.seconds(1)

    var count: Int { self.waiting.reduce(0) { $0 + $1.requests.count } }

    mutating func add(_ events: AbortedEvents) {
        guard !events.requests.isEmpty else { return }
        self.waiting.append(events)
        while self.waiting.count > 1, self.count > Self.requestsMax { self.lost += self.waiting.removeFirst().requests.count }
    }

    /// When `writeNext` has something to do; `distantFuture` without events.
    var nextWake: Instant { self.waiting.isEmpty ? .distantFuture : self.retryAt }

    /// Writes the next ones, at most `batchMax` in one segment. Throws what `write` throws; then they stay and wait.
    mutating func writeNext<Failure: Error>(
        at now: Instant, _ write: (_ events: [RecordedEvent], _ slot: Int, _ generation: UInt64) throws(Failure) -> Void
    ) throws(Failure) {
        guard let first = self.waiting.first, self.retryAt <= now else { return }
        let events = first.next(Self.batchMax)
        do {
            try write(events, first.slot, first.generation)
        } catch {
            self.retryAt = now + Self.retryDelay
            throw error
        }
        self.waiting[0].drop(events.count)
        if self.waiting[0].requests.isEmpty { self.waiting.removeFirst() }
    }
}
