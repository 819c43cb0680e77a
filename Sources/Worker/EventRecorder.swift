internal import Exchange
internal import IPC
internal import Platform
internal import Policies
internal import Record
internal import Server
internal import Settings

/// Writes one event for each request into this worker's spool. Present only with `audit-logger` in the chain.
final class EventRecorder {
    private let directory: String
    private let slot: Int
    private let generation: UInt64
    private let configuration: RecordedEvent.Configuration
    private let logsAllAccess: Bool
    private let pricing: [String: Target.Pricing]
    private var writer: SpoolWriter?
    private var retryAt = Instant(nanoseconds: 0)

    /// How long after a failure the spool is tried again.
    private static let retryDelay = Duration.seconds(1)

    init(spool: String, slot: Int, generation: UInt64, settings: GatewaySettings, hash: String) {
        self.directory = spool
        self.slot = slot
        self.generation = generation
        self.configuration = RecordedEvent.Configuration(name: settings.pack.name, version: settings.pack.version, hash: hash)
        self.logsAllAccess = settings.policies.auditLogger.logsAllAccess
        self.pricing = Dictionary(
            settings.providers.targets.compactMap { target in target.pricing.map { (target.id, $0) } }, uniquingKeysWith: { first, _ in first })
        self.open()
    }

    private func open() {
        self.writer = try? SpoolWriter(
            directory: self.directory, slot: self.slot, generation: Int(clamping: self.generation), start: UTCTime(nanoseconds: WallClock.nanoseconds()))
    }

    /// Whether the next event can probably be written. While it cannot, requests are refused; the spool is tried again once a second.
    func isReady(at now: Instant) -> Bool {
        guard now >= self.retryAt else { return self.writer != nil }
        self.retryAt = now + Self.retryDelay
        // A spool that was removed under our hands takes every further line with it.
        if let writer, !Files.exists(self.directory + "/" + writer.segment.fileName) { self.writer = nil }
        if self.writer == nil { self.open() }
        return self.writer != nil
    }

    /// Writes the event. False: it is not in the spool, and the answer must not be given.
    func record(_ pipeline: RequestPipeline, outcome: ExchangeFacts.Outcome, status: Int, at now: Instant) -> Bool {
        let facts = pipeline.facts
        if !self.logsAllAccess, facts.reports.allSatisfy(\.findings.isEmpty), outcome == .completed { return true }
        guard let writer else { return false }
        do {
            try writer.append(self.event(pipeline, facts, outcome, status, now))
            return true
        } catch {
            self.writer = nil
            self.retryAt = now + Self.retryDelay
            return false
        }
    }

    private func event(
        _ pipeline: RequestPipeline, _ facts: ExchangeFacts, _ outcome: ExchangeFacts.Outcome, _ status: Int, _ now: Instant
    ) -> RecordedEvent {
        let total = now - pipeline.startedAt
        // Who writes the event of a worker that died makes the same id from the same entry.
        let entry = pipeline.ticket.entry
        var event = RecordedEvent(
            id: entry.eventID(slot: self.slot, generation: self.generation), time: UTCTime(nanoseconds: entry.wallNanoseconds),
            requestID: String(decoding: pipeline.requestID, as: UTF8.self), worker: self.slot, generation: Int(clamping: self.generation),
            configuration: self.configuration, endpoint: "/v1" + pipeline.endpoint.path, verdict: facts.verdict.name, status: status,
            outcome: RecordedEvent.Outcome(rawValue: outcome.rawValue) ?? .failed,
            durations: RecordedEvent.Durations(
                total: total, firstByte: facts.firstByteAt.map { $0 - pipeline.startedAt },
                upstream: .nanoseconds(facts.upstreamNanoseconds(now: now)), policies: .nanoseconds(facts.policyNanoseconds)),
            bytes: RecordedEvent.ByteCounts(request: pipeline.exchange.body.count, answer: facts.bytesToClient))
        event.stream = facts.isStream
        event.consumer = RecordedEvent.Consumer(
            agent: pipeline.exchange.head.headerBytes("x-keeptrusts-agent-id").map { String(decoding: $0.prefix(128), as: UTF8.self) },
            user: facts.user)
        event.clientAddress = String(decoding: entry.clientAddress, as: UTF8.self)
        event.modelRequested = facts.modelRequested
        event.modelAnswered = facts.modelAnswered.flatMap { JSONDocument.text($0.span) }
        event.target = facts.target
        event.attempts = facts.attempts.map { attempt in
            RecordedEvent.Attempt(
                target: attempt.target, result: attempt.error.map { .error($0) } ?? .status(attempt.status ?? status),
                duration: (attempt.endedAt ?? now) - attempt.startedAt, nextReason: attempt.goesOn ? attempt.error : nil)
        }
        event.policies = facts.reports.map { report in
            RecordedEvent.Policy(
                kind: report.kind.rawValue, phase: report.phase == .input ? "input" : "output",
                verdict: report.skipped ? "skipped" : report.verdict.name, reasonCode: report.reasonCode.isEmpty ? nil : report.reasonCode,
                findings: report.findings.map { RecordedEvent.Finding(type: $0.type, count: $0.count) }, score: report.score,
                assertions: report.assertions.map {
                    RecordedEvent.Assertion(name: $0.name, type: $0.type, mode: $0.mode.rawValue, score: $0.score, passed: $0.isPassed)
                },
                microseconds: report.nanoseconds / 1000)
        }
        event.tokens = self.tokens(pipeline, facts)
        event.costMicrocents = self.cost(event.tokens, facts.target)
        return event
    }

    /// What the provider counted, else an estimate that says so; nil when nothing reached a provider.
    private func tokens(_ pipeline: RequestPipeline, _ facts: ExchangeFacts) -> RecordedEvent.Tokens? {
        guard !facts.attempts.isEmpty, let document = pipeline.document else { return nil }
        let tokens = facts.tokens(document, pipeline.endpoint)
        return RecordedEvent.Tokens(prompt: tokens.prompt, completion: tokens.completion, isEstimated: tokens.isEstimated)
    }

    private func cost(_ tokens: RecordedEvent.Tokens?, _ target: String?) -> Int64? {
        guard let tokens, let target, let price = self.pricing[target] else { return nil }
        return RequestTokens(prompt: tokens.prompt, completion: tokens.completion).cost(price)
    }
}
