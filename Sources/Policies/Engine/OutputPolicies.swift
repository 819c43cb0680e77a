public import Exchange
internal import Settings

/// The policies of one answer's texts, streamed or whole. For one thread; made by `PolicyEngine.beginOutput`.
public final class OutputPolicies {
    private enum Stream {
        case text(FoldedTextStream)
        case arguments(ArgumentStream)
    }

    private struct Channel {
        var origin: TextOrigin
        var stream: Stream
        var indicators: ChannelIndicators
        /// What came in and is not settled.
        var pending: [UInt8] = []
        var redactions = 0
    }

    private let context: OutputContext
    private let program: PhaseProgram
    private var channels: [Channel] = []
    private var steps = TextSteps()

    init(_ context: OutputContext) {
        self.context = context
        self.program = context.detector.program
    }

    /// Back to the beginning, for another answer.
    public func reset() {
        self.context.clear()
        self.channels.removeAll(keepingCapacity: true)
    }

    /// Takes more text of one channel (a choice's content, a tool call's arguments) and appends what may go out now. With `isFinal` the
    /// text is complete: nothing is held back, and the channel is ready for another text. After a block nothing goes out any more.
    public func feed(_ origin: TextOrigin, _ text: Span<UInt8>, isFinal: Bool, into output: inout [UInt8]) -> Progress {
        if let block = self.context.block { return .blocked(block) }
        let number = self.number(of: origin)
        let isEmpty = self.channels[number].pending.isEmpty
        self.steps.removeAll()
        let isBlocked: Bool
        switch self.channels[number].stream {
        case .text(var stream):
            // Taken out while it works, so that its buffers have one owner.
            self.channels[number].stream = .text(Self.placeholder)
            isBlocked = stream.feed(text, isFinal: isFinal, self.context, &self.channels[number].indicators, &self.steps)
            self.channels[number].stream = .text(stream)
        case .arguments(let stream):
            isBlocked = stream.feed(text, isFinal: isFinal, self.context, &self.channels[number].indicators, &self.steps)
        }
        if isEmpty, self.steps.list.count == 1, case .keep(text.count) = self.steps.list[0] {
            for index in text.indices { output.append(text[index]) }
        } else {
            for index in text.indices { self.channels[number].pending.append(text[index]) }
            self.apply(number, &output)
        }
        if isFinal { self.channels[number].indicators = ChannelIndicators(origin) }
        guard isBlocked, let block = self.context.block else { return .open }
        return .blocked(block)
    }

    private static let placeholder = FoldedTextStream()

    private func apply(_ number: Int, _ output: inout [UInt8]) {
        var index = 0
        for step in self.steps.list {
            switch step {
            case .keep(let count):
                output.append(contentsOf: self.channels[number].pending[index..<(index + count)])
                index += count
            case .replace(let count, let bytes):
                output.append(contentsOf: bytes)
                index += count
                self.channels[number].redactions += 1
            }
        }
        self.channels[number].pending.removeFirst(index)
    }

    private func number(of origin: TextOrigin) -> Int {
        if let known = self.channels.firstIndex(where: { $0.origin == origin }) { return known }
        let stream: Stream = origin.field == .toolArguments ? .arguments(ArgumentStream()) : .text(FoldedTextStream())
        self.channels.append(Channel(origin: origin, stream: stream, indicators: ChannelIndicators(origin)))
        return self.channels.count - 1
    }

    /// Whether text of the channel is held back.
    public func holds(_ origin: TextOrigin) -> Bool { self.heldByteCount(origin) > 0 }

    /// How much text of the channel is held back.
    public func heldByteCount(_ origin: TextOrigin) -> Int { self.channels.first { $0.origin == origin }?.pending.count ?? 0 }

    /// Whether anything was replaced in the channel so far.
    public func hasRedacted(_ origin: TextOrigin) -> Bool {
        self.channels.contains { $0.origin == origin && $0.redactions > 0 }
    }

    /// Channels with text held back, in the order in which they first came.
    public var heldChannels: [TextOrigin] { self.channels.filter { !$0.pending.isEmpty }.map(\.origin) }

    /// What the policies made of the answer, for its event.
    public func finish() -> PhaseOutcome {
        var outcome = PhaseOutcome()
        var isEnded = false
        for (number, policy) in self.program.policies.enumerated() {
            var report = PolicyReport(kind: policy.kind, phase: .output)
            report.findings = self.program.findings(number, self.context.findings.counts)
            if policy.rules != nil { report.score = self.context.findings.scores[number] }
            let ends = self.context.block?.kind == policy.kind
            if isEnded, policy.kind != .auditLogger {
                report.skipped = true
                report.findings = []
                report.score = nil
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
}

extension PhaseProgram {
    func findings(_ policy: Int, _ counts: [Int]) -> [PolicyFinding] {
        self.types.indices.compactMap { number in
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
