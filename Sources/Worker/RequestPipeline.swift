internal import Exchange
internal import IPC
internal import Platform
internal import Policies
internal import Routing
internal import Server
internal import Settings
internal import Upstream

/// One request on its way through the gateway, from its decoded body to its record.
///
/// The stages, in order: authenticate → identify → decode → admit → input policies → route → attempt → output policies → relay →
/// record. Until the first byte has gone to the client every refusal is an ordinary error answer.
final class RequestPipeline {
    /// How far the answer has come.
    enum Phase {
        /// Nothing is under way at a target: before the first attempt, or between two.
        case idle
        /// Sent to a target; its head has not come.
        case awaitingHead
        /// A whole answer is being collected.
        case collecting(status: Int)
        /// A stream's head has come from the target; nothing has gone to the client.
        case awaitingEvent
        /// Events of the target go to the client.
        case streaming
        /// The client has its answer, or is gone.
        case ended
    }

    let gateway: Gateway
    let exchange: ServerExchange
    let endpoint: Endpoint
    let requestID: [UInt8]
    let startedAt: Instant
    /// Its place in the region, from here to its record.
    var ticket: RequestTicket

    var document: RequestDocument?
    var phase = Phase.idle
    var plan: AttemptPlan?
    var link: TargetLink?
    var transfer: UpstreamTransfer?
    var output: OutputPolicies?
    /// Spent on the policies of the stream.
    var outputNanoseconds: Int64 = 0
    var relay: StreamRelay?
    var events: EventReader
    var answer: [UInt8] = []
    var answerHeaders: UpstreamHeaders?
    var lastFailure = GatewayFault.upstream("No target was tried.")
    var isPaused = false
    /// The head of the client's stream has gone out.
    var isOpen = false

    // Deadlines; the one timer below is moved lazily.
    var timer = EventLoop.Timer.none
    var timerAt = Instant.distantFuture
    var turnEnd = Instant.distantFuture
    var idleEnd = Instant.distantFuture
    var keepAliveAt = Instant.distantFuture
    var retryAt = Instant.distantFuture
    var retryTarget = 0

    // Facts for the record.
    var facts = ExchangeFacts()

    init(gateway: Gateway, exchange: ServerExchange, endpoint: Endpoint, requestID: [UInt8]) {
        self.gateway = gateway
        self.exchange = exchange
        self.endpoint = endpoint
        self.requestID = requestID
        self.startedAt = exchange.receivedAt
        self.ticket = gateway.ticket(for: exchange, endpoint: endpoint, requestID: requestID)
        self.events = EventReader()
    }

    /// The stages up to the first attempt, on one screen. The rest follows from what the upstream does.
    func run() {
        self.exchange.observer = self
        do throws(GatewayFault) {
            try self.authenticate()
            try self.identify()
            let request = try self.decode()
            let admitted = try self.admit(request)
            let checked = try self.checkInput(admitted)
            let plan = try self.route(checked)
            self.attempt(plan, checked)
        } catch {
            self.refuse(error)
        }
    }

    // MARK: Stages

    /// The gateway's own token. Stands before `decode` so that a stranger's body costs nothing.
    private func authenticate() throws(GatewayFault) {
        guard self.gateway.admission.accepts(authorization: self.exchange.head.headerBytes("authorization")) else { throw .invalidKey }
    }

    /// What ended a worker is not looked at again for a while, here or in any other.
    private func identify() throws(GatewayFault) {
        let body = self.exchange.body
        self.ticket.note(self.gateway.fingerprinter.fingerprint(of: body.span))
        guard let policy = self.gateway.quarantine.policy(for: self.ticket.fingerprint, at: self.gateway.loop.now) else { return }
        self.facts.noteQuarantine(policy: policy)
        throw .quarantined(policy: policy)
    }

    private func decode() throws(GatewayFault) -> RequestDocument {
        self.ticket.enter(.decode)
        defer { self.ticket.leave() }
        do {
            let body = self.exchange.body
            let document = try RequestDocument.decode(body.span, endpoint: self.endpoint)
            self.document = document
            self.facts.isStream = document.stream
            self.facts.modelRequested = document.modelName
            self.facts.user = document.user
            self.ticket.note(model: document.modelName, isStream: document.stream)
            return document
        } catch {
            throw .invalid(error)
        }
    }

    /// Everything that refuses without looking at texts.
    private func admit(_ document: RequestDocument) throws(GatewayFault) -> AdmittedRequest {
        if let recorder = self.gateway.recorder, !recorder.isReady(at: self.gateway.loop.now) { throw .auditUnavailable }
        var candidates = self.gateway.table.candidates(for: document.modelName)
        var requirements: DataRequirements.Decision?
        if let decision = self.gateway.dataRequirements?.decide(candidates) {
            requirements = decision
            // Where none is left, the policy speaks after those that look at texts.
            if decision.report.verdict != .allow { return AdmittedRequest(document: document, targets: [], requirements: decision) }
            candidates = decision.targets
        }
        var usable: [Int] = []
        var reason: String?
        var tooLong: GatewayFault?
        for index in candidates {
            let link = self.gateway.links[index]
            if let why = link.unavailable {
                reason = reason ?? "target \(link.settings.id): \(why)"
            } else if let limit = link.settings.contextTokensMax, TokenEstimate.prompt(document, endpoint: self.endpoint) + max(0, document.tokensMax ?? 0) > limit {
                tooLong = .contextLengthExceeded(
                    limit: limit, estimated: TokenEstimate.prompt(document, endpoint: self.endpoint) + max(0, document.tokensMax ?? 0))
            } else if link.inFlight >= self.gateway.concurrencyMax {
                reason = reason ?? "target \(link.settings.id) has as many requests under way as it may"
                if usable.isEmpty, candidates.count == 1 { throw .overloaded("Target \(link.settings.id) is busy.") }
            } else {
                usable.append(index)
            }
        }
        guard !usable.isEmpty else {
            if let tooLong { throw tooLong }
            throw .noTarget("No target is available: \(reason ?? "none is configured").", retryAfter: .seconds(10))
        }
        return AdmittedRequest(document: document, targets: usable, requirements: requirements)
    }

    private func checkInput(_ admitted: AdmittedRequest) throws(GatewayFault) -> CheckedRequest {
        let checked = try self.checkTexts(admitted)
        if let requirements = admitted.requirements { try self.check(requirements) }
        return checked
    }

    /// Whether any target may see what the request says.
    private func check(_ requirements: DataRequirements.Decision) throws(GatewayFault) {
        let report = requirements.report
        self.facts.note(report)
        switch report.verdict {
        case .allow, .redact: return
        case .block:
            throw .blocked(
                status: self.gateway.settings.gateway.blockStatus, phase: "input", policy: report.kind.rawValue, reason: report.reasonCode,
                message: "No target may get this request" + (requirements.objection.map { ": \($0)" } ?? "") + ".")
        case .escalate: throw .escalated(policy: report.kind.rawValue, reason: report.reasonCode)
        }
    }

    private func checkTexts(_ admitted: AdmittedRequest) throws(GatewayFault) -> CheckedRequest {
        guard self.gateway.engine.hasInputTexts else { return CheckedRequest(admitted, edits: [], placeholders: Placeholders()) }
        let began = Instant.now()
        let body = self.exchange.body
        self.ticket.enter(.input)
        defer { self.ticket.leave() }
        let result = InputCheck.run(body: body.span, document: admitted.document, engine: self.gateway.engine)
        self.facts.note(result.outcome, nanoseconds: (Instant.now() - began).nanoseconds)
        self.facts.actions = result.outcome.actions
        switch result.outcome.verdict {
        case .allow, .redact:
            return CheckedRequest(admitted, edits: result.splices, placeholders: result.outcome.placeholders)
        case .block:
            throw .blocked(
                status: self.gateway.settings.gateway.blockStatus, phase: "input", policy: result.outcome.decidedBy?.rawValue ?? "",
                reason: result.outcome.reason, message: result.outcome.message)
        case .escalate:
            throw .escalated(policy: result.outcome.decidedBy?.rawValue ?? "", reason: result.outcome.reason)
        }
    }

    private func route(_ checked: CheckedRequest) throws(GatewayFault) -> AttemptPlan {
        AttemptPlan(
            targets: checked.targets, settings: self.gateway.settings.providers, isStream: checked.document.stream,
            ageMax: ClientDeadline.ageMax(of: self.exchange.head), clientIsRetrying: ClientDeadline.isRetry(self.exchange.head))
    }

    private func attempt(_ plan: AttemptPlan, _ checked: CheckedRequest) {
        var plan = plan
        let decision = plan.begin(age: self.age)
        self.plan = plan
        self.checked = checked
        self.perform(decision)
    }

    var checked: CheckedRequest?

    /// The client wants a stream and a policy has to see the whole answer before any of it goes out: the target is asked for one that is no stream.
    var asksWhole: Bool {
        guard self.document?.stream == true, self.gateway.engine.withholdsAnswers else { return false }
        return switch self.endpoint {
        case .chatCompletions, .completions, .fim: true
        case .embeddings, .moderations: false
        }
    }

    /// Age of the request now.
    var age: Duration { self.gateway.loop.now - self.startedAt }
}

/// A request that may be served, and by which targets. Made by `admit` only.
struct AdmittedRequest {
    let document: RequestDocument
    /// Empty only where `requirements` refuse all.
    let targets: [Int]
    let requirements: DataRequirements.Decision?
    fileprivate init(document: RequestDocument, targets: [Int], requirements: DataRequirements.Decision?) {
        self.document = document
        self.targets = targets
        self.requirements = requirements
    }
}

/// A request whose texts have been checked. Made by `checkInput` only; nothing else can be sent to a target.
struct CheckedRequest {
    let document: RequestDocument
    let targets: [Int]
    /// What the policies rewrote.
    let edits: [Splice]
    /// What the answer's placeholders stand for.
    let placeholders: Placeholders
    fileprivate init(_ admitted: AdmittedRequest, edits: [Splice], placeholders: Placeholders) {
        self.document = admitted.document
        self.targets = admitted.targets
        self.edits = edits
        self.placeholders = placeholders
    }
}
