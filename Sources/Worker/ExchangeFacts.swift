internal import Exchange
internal import Platform
internal import Policies
internal import Settings

/// What the record of one request is made from, gathered on its way.
struct ExchangeFacts {
    enum Outcome: String { case completed, blocked, failed, clientClosed = "client_closed", aborted }

    struct Attempt {
        var target: String
        var startedAt: Instant
        var endedAt: Instant?
        var status: Int?
        var error: String?
        var goesOn = false
    }

    var isStream = false
    var modelRequested: String?
    var modelAnswered: [UInt8]?
    var user: String?
    var target: String?
    /// Of the target that was asked last.
    var targetIndex: Int?
    /// When the first attempt left.
    var sentAt: Instant?
    var attempts: [Attempt] = []
    var reports: [PolicyReport] = []
    var verdict = Verdict.allow
    /// Tool calls that the request's conversation holds.
    var actions = 0
    var usage: TokenUsage?
    var completionBytes = 0
    /// Of the answers before the last one, which were not given.
    var spent = RequestTokens()
    var policyNanoseconds: Int64 = 0
    var firstByteAt: Instant?
    var bytesFromUpstream = 0
    var bytesToClient = 0
    var events = 0

    mutating func beginAttempt(target: String, at now: Instant) { self.attempts.append(Attempt(target: target, startedAt: now)) }

    mutating func endAttempt(status: Int?, error: String?, at now: Instant, goesOn: Bool) {
        guard let last = self.attempts.indices.last, self.attempts[last].endedAt == nil else { return }
        self.attempts[last].endedAt = now
        self.attempts[last].status = status
        self.attempts[last].error = error
        self.attempts[last].goesOn = goesOn
        self.target = self.attempts[last].target
    }

    /// Adds a phase's reports; the strictest verdict stands. The policies of a phase share one scan, so each gets the phase's time.
    mutating func note(_ outcome: PhaseOutcome, nanoseconds: Int64) {
        self.policyNanoseconds += nanoseconds
        for var report in outcome.reports {
            if !report.skipped { report.nanoseconds = nanoseconds }
            self.reports.append(report)
        }
        if outcome.verdict.rawValue > self.verdict.rawValue { self.verdict = outcome.verdict }
    }

    /// Adds what a policy made of the request's targets.
    mutating func note(_ report: PolicyReport) {
        self.reports.append(report)
        if report.verdict.rawValue > self.verdict.rawValue { self.verdict = report.verdict }
    }

    /// The request was not looked at, because a policy crashed over the same body.
    mutating func noteQuarantine(policy: String) {
        self.verdict = .block
        guard let kind = PolicyKind(rawValue: policy) else { return }
        var report = PolicyReport(kind: kind, phase: .input)
        report.verdict = .block
        report.reasonCode = GatewayFault.quarantineReason
        self.reports.append(report)
    }

    /// What the provider counted, else an estimate, for the last answer.
    func tokensOfAnswer(_ document: RequestDocument, _ endpoint: Endpoint) -> RequestTokens {
        if let usage { return RequestTokens(prompt: usage.prompt, completion: usage.completion) }
        return RequestTokens(
            prompt: TokenEstimate.prompt(document, endpoint: endpoint), completion: TokenEstimate.tokens(bytes: self.completionBytes), isEstimated: true)
    }

    /// The same for all answers of the request.
    func tokens(_ document: RequestDocument, _ endpoint: Endpoint) -> RequestTokens { self.spent + self.tokensOfAnswer(document, endpoint) }

    /// An answer came that is not given: another one is asked for.
    mutating func refuseAnswer(_ document: RequestDocument, _ endpoint: Endpoint) {
        self.spent = self.tokens(document, endpoint)
        self.usage = nil
        self.completionBytes = 0
    }

    func upstreamNanoseconds(now: Instant) -> Int64 {
        self.attempts.reduce(0) { $0 + (($1.endedAt ?? now) - $1.startedAt).nanoseconds }
    }

    /// `gateway;dur=…, policies;dur=…, upstream;dur=…` in milliseconds: our own time without the policies, theirs, and the providers'.
    func serverTiming(startedAt: Instant, now: Instant) -> [UInt8] {
        let upstream = self.upstreamNanoseconds(now: now)
        let total = (now - startedAt).nanoseconds
        var bytes: [UInt8] = []
        bytes.reserveCapacity(64)
        bytes.append(contentsOf: "gateway;dur=".utf8)
        DecimalText.appendMilliseconds(nanoseconds: total - upstream - self.policyNanoseconds, to: &bytes)
        bytes.append(contentsOf: ", policies;dur=".utf8)
        DecimalText.appendMilliseconds(nanoseconds: self.policyNanoseconds, to: &bytes)
        bytes.append(contentsOf: ", upstream;dur=".utf8)
        DecimalText.appendMilliseconds(nanoseconds: upstream, to: &bytes)
        return bytes
    }
}

/// Tokens of the answers to one request.
struct RequestTokens: Equatable {
    var prompt = 0
    var completion = 0
    /// At least in part ours, because a provider gave no numbers.
    var isEstimated = false

    static func + (left: RequestTokens, right: RequestTokens) -> RequestTokens {
        RequestTokens(
            prompt: left.prompt + right.prompt, completion: left.completion + right.completion, isEstimated: left.isEstimated || right.isEstimated)
    }

    /// In 1e-8 US dollars: a dollar per million tokens is a hundred of them a token.
    func cost(_ price: Target.Pricing) -> Int64? {
        Int64(exactly: (Double(self.prompt) * price.prompt * 100 + Double(self.completion) * price.completion * 100).rounded())
    }
}
