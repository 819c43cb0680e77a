internal import Exchange
public import Policies
public import Settings

/// The policies of a configuration, each by itself: in a chain the first block would hide what later ones find.
public struct Evaluator {
    private var engines: [EvaluationTask: PolicyEngine] = [:]
    /// The whole chain.
    public let chain: PolicyEngine

    public static func kind(of task: EvaluationTask) -> PolicyKind? {
        switch task {
        case .injection: .promptInjection
        case .safety: .safetyFilter
        case .pii: .piiDetector
        case .benign: nil
        }
    }

    /// Compiles patterns: takes a moment.
    public init(_ settings: PolicySettings, tasks: Set<EvaluationTask>) throws(PolicyCompileError) {
        for task in EvaluationTask.allCases where tasks.contains(task) {
            guard let kind = Self.kind(of: task), settings.chain.contains(kind) else { continue }
            var own = settings
            own.chain = [kind]
            self.engines[task] = try PolicyEngine(try PolicyProgram.compile(own, content: .standard))
        }
        self.chain = try PolicyEngine(try PolicyProgram.compile(settings, content: .standard))
    }

    public func canEvaluate(_ task: EvaluationTask) -> Bool { self.engines[task] != nil }

    /// What the task's policy makes of a text that a user sends. nil when the policy is not in the chain.
    public func predict(_ text: [UInt8], _ task: EvaluationTask) -> Prediction? {
        guard let engine = self.engines[task] else { return nil }
        let origin = TextOrigin(role: .user, field: .content, index: 0, subIndex: 0)
        let outcome = engine.evaluateInput([TextSegment(bytes: text, origin: origin)])
        guard let report = outcome.reports.first else { return nil }
        let isPositive = !report.reasonCode.isEmpty
        var prediction = Prediction(
            isPositive: isPositive, verdict: isPositive && report.verdict == .allow ? "flag" : report.verdict.name, score: report.score)
        guard task == .pii else { return prediction }
        if outcome.verdict == .allow || outcome.verdict == .redact {
            prediction.textOut = spliced(text.span, outcome.edits.map { Splice(range: $0.range, replacement: $0.replacement) })
        }
        if isPositive {
            let places = engine.places(.input, in: text, role: .user)
            let ranges = ScalarOffsets.scalars(places.map(\.range), in: text)
            prediction.spans = zip(places, ranges).map { place, range in
                EntitySpan(start: range.lowerBound, end: range.upperBound, type: EntityNames.ofData(place.type))
            }
        }
        return prediction
    }
}

extension Verdict {
    /// As in headers, events and docs.
    public var name: String {
        switch self {
        case .allow: "allow"
        case .redact: "redact"
        case .block: "block"
        case .escalate: "escalate"
        }
    }

    public init?(name: String) {
        guard let verdict = [Verdict.allow, .redact, .block, .escalate].first(where: { $0.name == name }) else { return nil }
        self = verdict
    }
}
