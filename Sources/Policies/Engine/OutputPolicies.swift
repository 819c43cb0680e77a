public import Exchange
internal import Settings

/// The policies of one answer's texts, streamed or whole. For one thread; made by `PolicyEngine.beginOutput`.
public final class OutputPolicies {
    private final class Channel {
        let origin: TextOrigin
        var text = FoldedTextStream()
        let arguments: ArgumentStream?
        var indicators: ChannelIndicators
        /// What came in and is not settled.
        var pending: [UInt8] = []
        var hasRedacted = false

        init(_ origin: TextOrigin) {
            self.origin = origin
            self.arguments = origin.field == .toolArguments ? ArgumentStream() : nil
            self.indicators = ChannelIndicators(origin)
        }
    }

    let context: OutputContext
    private let program: PhaseProgram
    private var channels: [Channel] = []
    private var calls = ToolCallWatch()
    private var steps = TextSteps()
    /// What went out, for the scorer.
    private var texts = AnswerTexts()

    init(_ context: OutputContext) {
        self.context = context
        self.program = context.detector.program
    }

    /// Back to the beginning, for another answer.
    public func reset() {
        self.context.clear()
        self.calls.clear()
        self.texts.removeAll()
        self.channels.removeAll(keepingCapacity: true)
    }

    /// How many tool calls the conversation holds already, `PhaseOutcome.actions`; told before the first text.
    public func goOn(afterActions actions: Int) { self.calls.actionsBefore = actions }

    /// Takes more text of one channel (a choice's content, a tool call's arguments) and appends what may go out now. With `isFinal` the
    /// text is complete: nothing is held back, and the channel is ready for another text. After a block nothing goes out any more.
    public func feed(_ origin: TextOrigin, _ text: Span<UInt8>, isFinal: Bool, into output: inout [UInt8]) -> Progress {
        if let block = self.context.block { return .blocked(block) }
        if self.program.scorer == nil { return self.pass(origin, text, isFinal: isFinal, into: &output) }
        let start = output.count
        let progress = self.pass(origin, text, isFinal: isFinal, into: &output)
        self.texts.add(origin, output[start...])
        return progress
    }

    private func pass(_ origin: TextOrigin, _ text: Span<UInt8>, isFinal: Bool, into output: inout [UInt8]) -> Progress {
        self.context.detector.watch.begin()
        if origin.field == .toolName, let block = self.refuses(origin, text) { return .blocked(block) }
        if self.program.patterns.isEmpty {
            output.append(text)
            return .open
        }
        let channel = self.channel(origin)
        self.steps.removeAll()
        let isBlocked =
            if let arguments = channel.arguments {
                arguments.feed(text, isFinal: isFinal, self.context, &channel.indicators, &self.steps)
            } else {
                channel.text.feed(text, isFinal: isFinal, self.context, &channel.indicators, &self.steps)
            }
        if channel.pending.isEmpty, self.steps.list.count == 1, case .keep(text.count) = self.steps.list[0] {
            output.append(text)
        } else {
            channel.pending.append(text)
            self.apply(channel, &output)
        }
        if isFinal { channel.indicators = ChannelIndicators(origin) }
        guard isBlocked, let block = self.context.block else { return .open }
        return .blocked(block)
    }

    /// Whether the policy of tools refuses the call whose name this is.
    private func refuses(_ origin: TextOrigin, _ name: Span<UInt8>) -> PolicyBlock? {
        guard let firewall = self.program.firewall else { return nil }
        let policy = self.program.policies[firewall.number]
        self.context.detector.watch.look(policy.number)
        guard let objection = self.calls.objection(to: name, origin, firewall.rules) else { return nil }
        return self.context.refuse(firewall.number, objection)
    }

    private func apply(_ channel: Channel, _ output: inout [UInt8]) {
        var index = 0
        for step in self.steps.list {
            switch step {
            case .keep(let count):
                output.append(contentsOf: channel.pending[index..<(index + count)])
                index += count
            case .replace(let count, let bytes):
                output.append(contentsOf: bytes)
                index += count
                channel.hasRedacted = true
            }
        }
        channel.pending.removeFirst(index)
    }

    private func channel(_ origin: TextOrigin) -> Channel {
        for channel in self.channels where channel.origin == origin { return channel }
        let channel = Channel(origin)
        self.channels.append(channel)
        return channel
    }

    /// Whether text of the channel is held back.
    public func holds(_ origin: TextOrigin) -> Bool { self.heldByteCount(origin) > 0 }

    /// How much text of the channel is held back.
    public func heldByteCount(_ origin: TextOrigin) -> Int { self.channels.first { $0.origin == origin }?.pending.count ?? 0 }

    /// Whether anything was replaced in the channel so far.
    public func hasRedacted(_ origin: TextOrigin) -> Bool {
        self.channels.contains { $0.origin == origin && $0.hasRedacted }
    }

    /// Channels with text held back, in the order in which they first came.
    public var heldChannels: [TextOrigin] { self.channels.filter { !$0.pending.isEmpty }.map(\.origin) }

    /// What the policies made of the answer, for its event. `facts`: those of an answer that came to its end; where its quality then ends it, the
    /// outcome says so and nothing of the answer may go out (`PolicyEngine.withholdsAnswers`).
    public func finish(_ facts: AnswerFacts? = nil) -> PhaseOutcome {
        var outcome = PhaseOutcome()
        var isEnded = false
        for (number, policy) in self.program.policies.enumerated() {
            var report = PolicyReport(kind: policy.kind, phase: .output)
            report.findings = self.program.findings(number, self.context.findings.counts)
            if policy.rules != nil { report.score = self.context.findings.scores[number] }
            if policy.kind == .qualityScorer {
                if isEnded || self.context.block != nil { report.skipped = true } else { self.score(&report, policy, facts) }
                outcome.add(report, policy)
                if report.verdict == .block { isEnded = true }
                continue
            }
            let ends = self.context.block?.kind == policy.kind
            if isEnded, policy.kind != .auditLogger {
                report.skipped = true
                report.findings = []
                report.score = nil
            } else if self.context.findings.failed[number], ends || !self.context.findings.found[number] {
                report.reasonCode = policy.errorCode
                if ends { report.verdict = self.context.block?.verdict ?? .block }
            } else if self.context.findings.found[number] {
                report.reasonCode = policy.reasonCode
                if ends {
                    report.verdict = self.context.block?.verdict ?? .block
                } else if policy.rules == nil, policy.action == .redact {
                    report.verdict = .redact
                }
            }
            outcome.add(report, policy)
            if ends { isEnded = true }
        }
        return outcome
    }

    private func score(_ report: inout PolicyReport, _ policy: PhaseProgram.Policy, _ facts: AnswerFacts?) {
        guard let facts, let scorer = self.program.scorer else { return }
        self.context.detector.watch.look(policy.number)
        for choice in facts.choices { self.texts.note(choice) }
        let quality = scorer.score(self.texts.choices, facts)
        report.score = quality.aggregate
        report.assertions = quality.assertions
        report.findings = quality.assertions.filter { !$0.isPassed && $0.mode != .shadow }.map { PolicyFinding(type: $0.name, count: $0.failures) }
        guard quality.isFailed else { return }
        report.reasonCode = policy.reasonCode
        if policy.action == .block { report.verdict = .block }
    }
}

extension PhaseProgram {
    func findings(_ policy: Int, _ counts: [Int]) -> [PolicyFinding] {
        guard self.policies[policy].reportsFindings else { return [] }
        return self.types.indices.compactMap { number in
            self.types[number].policy == policy && counts[number] > 0
                ? PolicyFinding(type: self.types[number].name, count: counts[number]) : nil
        }
    }
}

extension PhaseOutcome {
    mutating func add(_ report: PolicyReport, _ policy: PhaseProgram.Policy) {
        self.reports.append(report)
        let isEnding = report.verdict == .block || report.verdict == .escalate
        guard isEnding || (report.verdict == .redact && self.verdict == .allow) else { return }
        self.verdict = report.verdict
        self.decidedBy = report.kind
        self.reason = report.reasonCode
        self.message = policy.message
    }
}
