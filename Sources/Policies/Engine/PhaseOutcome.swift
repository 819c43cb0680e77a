public import Exchange
public import Settings

public enum PolicyPhase: UInt8, Sendable { case input, output }

public enum Verdict: UInt8, Sendable { case allow, redact, block, escalate }

/// One text of a request, decoded.
public struct TextSegment: Sendable, Equatable {
    /// UTF-8.
    public var bytes: [UInt8]
    public var origin: TextOrigin
    public init(bytes: [UInt8], origin: TextOrigin) {
        self.bytes = bytes
        self.origin = origin
    }
}

/// Replaces a range of a segment. Edits of one outcome ascend by segment and range and do not overlap.
public struct TextEdit: Sendable, Equatable {
    public var segment: Int
    /// In the segment's decoded bytes.
    public var range: Range<Int>
    public var replacement: [UInt8]
    public init(segment: Int, range: Range<Int>, replacement: [UInt8]) {
        self.segment = segment
        self.range = range
        self.replacement = replacement
    }
}

/// How often a policy found a type; never what.
public struct PolicyFinding: Sendable, Equatable {
    public var type: String
    public var count: Int
    public init(type: String, count: Int) {
        self.type = type
        self.count = count
    }
}

/// What one policy of the chain made of a phase.
public struct PolicyReport: Sendable, Equatable {
    public var kind: PolicyKind
    public var phase: PolicyPhase
    public var verdict: Verdict = .allow
    /// Such as `prompt_injection.detected`; empty when it found nothing.
    public var reasonCode: String = ""
    public var findings: [PolicyFinding] = []
    public var score: Double?
    /// Of `quality-scorer`: what each assertion made of the answer.
    public var assertions: [AssertionReport] = []
    /// Evaluations read no clock: the caller may fill it in. Policies of a phase share one scan.
    public var nanoseconds: Int64 = 0
    /// An earlier policy of the chain ended the phase.
    public var skipped = false
    public init(kind: PolicyKind, phase: PolicyPhase) {
        self.kind = kind
        self.phase = phase
    }
}

/// What a phase came to.
public struct PhaseOutcome: Sendable, Equatable {
    public var verdict: Verdict = .allow
    /// The policy that blocked or escalated, else the first that redacted.
    public var decidedBy: PolicyKind?
    /// The deciding policy's reason code; empty for `allow`.
    public var reason: String = ""
    /// The deciding policy's own words for the client.
    public var message: String?
    public var reports: [PolicyReport] = []
    /// Empty unless the verdict is `redact`.
    public var edits: [TextEdit] = []
    /// Tool calls that the conversation holds already, for `OutputPolicies.goOn(afterActions:)`.
    public var actions = 0
    /// What the placeholders among the edits stand for: for the policies of the answer. Holds personal data.
    public var placeholders = Placeholders()
    public init() {}

    /// What ends the exchange; nil: nothing does.
    public var ending: PolicyBlock? {
        guard self.verdict == .block || self.verdict == .escalate, let kind = self.decidedBy else { return nil }
        return PolicyBlock(kind: kind, verdict: self.verdict, reason: self.reason, message: self.message)
    }
}

/// Why a text ends before its end.
public struct PolicyBlock: Sendable, Equatable {
    public var kind: PolicyKind
    /// `.block` or `.escalate`.
    public var verdict: Verdict
    public var reason: String
    public var message: String?
}

/// Whether a channel goes on.
public enum Progress: Sendable, Equatable {
    case open
    /// Everything before the finding has been appended; nothing more will be, on any channel.
    case blocked(PolicyBlock)
}
