public import Exchange
public import Policies
internal import Settings

/// One text in, what each policy makes of it and where: only for whoever gave the text.
public struct Explanation {
    public struct Place: Sendable, Equatable {
        public var type: String
        /// In Unicode scalars of the text, or of `view`.
        public var range: Range<Int>
        public var text: String
        /// The decoded reading of the text in which it was found; nil: the text itself.
        public var view: String?
    }

    public struct Policy: Sendable, Equatable {
        public var report: PolicyReport
        public var places: [Place]
        /// What its score is made of; empty for what has no model.
        public var parts: [InjectionScore.Part] = []
    }

    public let phase: PolicyPhase
    public let role: TextRole
    public let text: String
    public let outcome: PhaseOutcome
    public let policies: [Policy]
    /// What goes on; nil when nothing does. Of a blocked answer what stands before the block.
    public let textOut: String?

    public init(_ text: [UInt8], phase: PolicyPhase, role: TextRole, engine: PolicyEngine) {
        self.phase = phase
        self.role = role
        self.text = String(decoding: text, as: UTF8.self)
        var parts: [InjectionScore.Part] = []
        switch phase {
        case .input:
            let origin = TextOrigin(role: role, field: .content, index: 0, subIndex: 0)
            var score = InjectionScore()
            engine.onSightings = { kind, sightings, texts in
                if kind == .promptInjection { score = InjectionScore.of(sightings, in: texts) }
            }
            let outcome = engine.evaluateInput([TextSegment(bytes: text, origin: origin)])
            engine.onSightings = nil
            parts = score.parts
            let goesOn = outcome.verdict == .allow || outcome.verdict == .redact
            let edits = outcome.edits.map { Splice(range: $0.range, replacement: $0.replacement) }
            self.textOut = goesOn ? String(decoding: spliced(text.span, edits), as: UTF8.self) : nil
            self.outcome = outcome
        case .output:
            let result = StreamComparison(engine).run(text)
            self.textOut = String(decoding: result.text, as: UTF8.self)
            self.outcome = result.outcome
        }
        let places = engine.places(phase, in: text, role: role)
        self.policies = self.outcome.reports.map { report in
            // Words that count only together with others are worth showing where they did.
            let own = places.filter { $0.kind == report.kind && ($0.type != "cue" || !report.findings.isEmpty) }
            return Policy(
                report: report, places: Self.places(own, in: text), parts: report.kind == .promptInjection && !report.skipped ? parts : [])
        }
    }

    private static func places(_ places: [PolicyPlace], in text: [UInt8]) -> [Place] {
        var result: [Place] = []
        for place in places {
            let whole = place.view ?? text
            guard let range = ScalarOffsets.scalars([place.range], in: whole).first else { continue }
            result.append(
                Place(
                    type: place.type, range: range, text: String(decoding: whole[place.range], as: UTF8.self),
                    view: place.view.map { String(decoding: $0, as: UTF8.self) }))
        }
        return result
    }

    public var json: JSONValue {
        .object([
            .init("phase", JSONValue(self.phase == .input ? "input" : "output")), .init("role", JSONValue(self.role.name)),
            .init("verdict", JSONValue(self.outcome.verdict.name)), .init("policy", JSONValue(self.outcome.decidedBy?.rawValue)),
            .init("reason_code", JSONValue(self.outcome.reason)), .init("text_out", JSONValue(self.textOut)),
            .init("policies", .array(self.policies.map(\.json))),
        ])
    }
}

extension Explanation.Policy {
    var json: JSONValue {
        let findings = self.report.findings.map { JSONValue.object([.init("type", JSONValue($0.type)), .init("count", JSONValue($0.count))]) }
        let places = self.places.map { place -> JSONValue in
            var members: [JSONValue.Member] = [
                .init("type", JSONValue(place.type)), .init("start", JSONValue(place.range.lowerBound)), .init("end", JSONValue(place.range.upperBound)),
                .init("text", JSONValue(place.text)),
            ]
            if let view = place.view { members.append(.init("decoded", JSONValue(view))) }
            return .object(members)
        }
        var members: [JSONValue.Member] = [
            .init("policy", JSONValue(self.report.kind.rawValue)), .init("verdict", JSONValue(self.report.verdict.name)),
            .init("reason_code", JSONValue(self.report.reasonCode)), .init("score", JSONValue(self.report.score)),
            .init("skipped", .bool(self.report.skipped)), .init("findings", .array(findings)), .init("places", .array(places)),
        ]
        if !self.report.assertions.isEmpty { members.append(.init("assertions", .array(self.report.assertions.map(\.json)))) }
        if !self.parts.isEmpty { members.append(.init("score_parts", .object(self.parts.map { .init($0.name, JSONValue($0.sum)) }))) }
        return .object(members)
    }
}

extension TextRole {
    public static let named: [TextRole] = [.system, .developer, .user, .assistant, .tool, .function]

    /// As in a request.
    public var name: String {
        switch self {
        case .none: "none"
        case .system: "system"
        case .developer: "developer"
        case .user: "user"
        case .assistant: "assistant"
        case .tool: "tool"
        case .function: "function"
        }
    }

    public init?(name: String) {
        guard let role = Self.named.first(where: { $0.name == name }) else { return nil }
        self = role
    }
}
