internal import Exchange
internal import Patterns
internal import Settings

/// Scores whole answers by assertions. Pure: a function of the texts and the facts.
struct QualityScorer: Sendable {
    /// What one assertion asks of a choice's text, or of the answer.
    enum Test: Sendable {
        case charactersMin(Int)
        case charactersMax(Double)
        case sentencesMin(Int)
        /// Lowered where case does not count.
        case contains([[UInt8]], isCaseSensitive: Bool)
        case lacks([[UInt8]], isCaseSensitive: Bool)
        case matches([ExpressionMatcher])
        case json(JSONSchema?)
        case language(Set<String>)
        case noRefusal
        case repetitionMax(Double)
        case latencyMax(milliseconds: Double)
        case costMax(microcents: Double)
    }

    struct Check: Sendable {
        var name: String
        var type: String
        var test: Test
        /// The least score that passes; of a limit 1.
        var scoreMin = 1.0
        var weight = 1.0
        var mode = QualityScorerOptions.Assertion.Mode.enforce
        var negate = false
    }

    let checks: [Check]
    let aggregateMin: Double?
    /// A text that fails must not reach the client, so that nothing goes out before all of it was scored.
    let withholds: Bool

    init(_ options: QualityScorerOptions) throws(PolicyCompileError) {
        var checks: [Check] = []
        if let least = options.outputCharsMin { checks.append(Check(name: "min_output_chars", type: "min_output_chars", test: .charactersMin(least))) }
        if let least = options.sentencesMin { checks.append(Check(name: "min_sentences", type: "min_sentences", test: .sentencesMin(least))) }
        for assertion in options.assertions { checks.append(try Self.check(assertion)) }
        self.checks = checks
        self.aggregateMin = options.aggregateMin
        self.withholds = options.failureAction != .log && checks.contains { $0.mode == .enforce }
    }

    private static func check(_ assertion: QualityScorerOptions.Assertion) throws(PolicyCompileError) -> Check {
        func lowered(_ text: String) -> [UInt8] {
            let bytes = Array(text.utf8)
            return assertion.isCaseSensitive ? bytes : LoweredText.bytes(bytes.span)
        }
        let test: Test =
            switch assertion.type {
            case .contains: .contains(assertion.values.map(lowered), isCaseSensitive: assertion.isCaseSensitive)
            case .notContains: .lacks(assertion.values.map(lowered), isCaseSensitive: assertion.isCaseSensitive)
            case .regex: .matches(try Self.matchers(assertion))
            case .isJSON, .jsonSchema: .json(try Self.schema(assertion))
            case .maxLength: .charactersMax(assertion.threshold)
            case .language: .language(Set(assertion.values))
            case .refusal: .noRefusal
            case .repetition: .repetitionMax(assertion.threshold)
            case .latency: .latencyMax(milliseconds: assertion.threshold)
            case .cost: .costMax(microcents: assertion.threshold * 100_000_000)
            }
        return Check(
            name: assertion.name, type: assertion.type.rawValue, test: test, scoreMin: assertion.type.hasLimit ? 1 : assertion.threshold,
            weight: assertion.weight, mode: assertion.mode, negate: assertion.negate)
    }

    private static func matchers(_ assertion: QualityScorerOptions.Assertion) throws(PolicyCompileError) -> [ExpressionMatcher] {
        var matchers: [ExpressionMatcher] = []
        for expression in assertion.values {
            do {
                matchers.append(try ExpressionMatcher(expression, isCaseless: !assertion.isCaseSensitive))
            } catch {
                throw PolicyCompileError(kind: .qualityScorer, expression: expression, message: error.description)
            }
        }
        return matchers
    }

    private static func schema(_ assertion: QualityScorerOptions.Assertion) throws(PolicyCompileError) -> JSONSchema? {
        guard let schema = assertion.schema else { return nil }
        do {
            return try JSONSchema(schema)
        } catch {
            throw PolicyCompileError(
                kind: .qualityScorer, expression: nil, message: "\(assertion.name): \((error.path + [error.message]).joined(separator: ": "))")
        }
    }

    // MARK: Scoring

    func score(_ choices: [ChoiceText], _ facts: AnswerFacts) -> QualityReport {
        var reports = self.checks.map { AssertionReport(name: $0.name, type: $0.type, mode: $0.mode, score: nil, failures: 0) }
        var aggregate: Double?
        // Where nothing is enforced the mean of what is audited says at least something.
        let counted: QualityScorerOptions.Assertion.Mode = self.checks.contains { $0.mode == .enforce } ? .enforce : .audit
        for choice in choices {
            let text = ScoredText(choice)
            var sum = 0.0
            var weight = 0.0
            for (number, check) in self.checks.enumerated() {
                guard let result = text.result(of: check, facts) else { continue }
                reports[number].score = min(reports[number].score ?? 1, result.score)
                if !result.passes { reports[number].failures += 1 }
                if check.mode == counted {
                    sum += check.weight * result.score
                    weight += check.weight
                }
            }
            if weight > 0 { aggregate = min(aggregate ?? 1, sum / weight) }
        }
        var isFailed = reports.contains { $0.mode == .enforce && !$0.isPassed }
        if counted == .enforce, let aggregate, let aggregateMin, aggregate < aggregateMin { isFailed = true }
        return QualityReport(assertions: reports, aggregate: aggregate, isFailed: isFailed)
    }
}

/// A choice's text while it is scored.
struct ScoredText {
    struct Result: Equatable {
        var score: Double
        var passes: Bool
    }

    private let choice: ChoiceText
    /// Where there is no content, what it says in refusal.
    private let bytes: [UInt8]
    private let lowered: LoweredOnce

    /// The lowered text, made when it is first asked for.
    private final class LoweredOnce {
        private var made: [UInt8]?

        func bytes(of text: [UInt8]) -> [UInt8] {
            if let made { return made }
            let lowered = LoweredText.bytes(text.span)
            self.made = lowered
            return lowered
        }
    }

    init(_ choice: ChoiceText) {
        self.choice = choice
        self.bytes = choice.length == 0 ? choice.refusal : choice.content
        self.lowered = LoweredOnce()
    }

    /// nil: undecided.
    func result(of check: QualityScorer.Check, _ facts: AnswerFacts) -> Result? {
        guard let score = self.score(of: check.test, facts) else { return nil }
        let passes = score >= check.scoreMin
        if check.negate { return Result(score: passes ? 0 : 1, passes: !passes) }
        return Result(score: score, passes: passes)
    }

    private func score(of test: QualityScorer.Test, _ facts: AnswerFacts) -> Double? {
        switch test {
        case .latencyMax(let most): return facts.latencyMilliseconds.map { Self.score(Double($0), most: most) }
        case .costMax(let most): return facts.costMicrocents.map { Self.score(Double($0), most: most) }
        default: return self.choice.isToolCallOnly ? nil : self.textScore(of: test)
        }
    }

    private func textScore(of test: QualityScorer.Test) -> Double? {
        switch test {
        case .charactersMin(let least): return least == 0 ? 1 : min(1, Double(self.length) / Double(least))
        case .charactersMax(let most): return Self.score(Double(self.length), most: most)
        case .sentencesMin(let least): return least == 0 ? 1 : min(1, Double(Sentences.count(self.bytes.span)) / Double(least))
        case .contains(let values, let isCaseSensitive): return self.share(of: values, isCaseSensitive)
        case .lacks(let values, let isCaseSensitive): return 1 - self.share(of: values, isCaseSensitive)
        case .matches(let matchers):
            return Double(matchers.reduce(0) { $0 + ($1.matches(self.bytes.span) ? 1 : 0) }) / Double(max(1, matchers.count))
        case .json(let schema): return self.isJSON(schema) ? 1 : 0
        case .language(let accepted): return LanguageDetector.language(of: self.bytes.span).map { accepted.contains($0) ? 1 : 0 }
        case .noRefusal: return !self.choice.refusal.isEmpty || RefusalPhrases.isRefusal(self.bytes.span) ? 0 : 1
        case .repetitionMax(let most):
            guard let share = Repetition.share(self.bytes.span) else { return nil }
            return share <= most ? 1 : (1 - share) / (1 - most)
        case .latencyMax, .costMax: return nil
        }
    }

    /// Characters, white space at the ends apart.
    private var length: Int {
        if self.choice.length > 0 || self.choice.refusal.isEmpty { return self.choice.length }
        return self.choice.refusal.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
    }

    /// 1 up to the limit, then less and less.
    private static func score(_ amount: Double, most: Double) -> Double { amount <= most ? 1 : most / amount }

    private func isJSON(_ schema: JSONSchema?) -> Bool {
        if self.choice.isCut { return false }
        guard let schema else { return JSONNode.isValid(self.bytes.span) }
        guard let value = JSONNode.parse(self.bytes.span) else { return false }
        return schema.accepts(value)
    }

    private func share(of values: [[UInt8]], _ isCaseSensitive: Bool) -> Double {
        let text = isCaseSensitive ? self.bytes : self.lowered.bytes(of: self.bytes)
        let found = values.reduce(0) { $0 + (Self.contains(text.span, $1.span) ? 1 : 0) }
        return Double(found) / Double(max(1, values.count))
    }

    private static func contains(_ text: Span<UInt8>, _ wanted: Span<UInt8>) -> Bool {
        guard let first = wanted.indices.first.map({ wanted[$0] }) else { return true }
        var index = 0
        while index + wanted.count <= text.count {
            if text[index] == first {
                var offset = 1
                while offset < wanted.count, text[index + offset] == wanted[offset] { offset += 1 }
                if offset == wanted.count { return true }
            }
            index += 1
        }
        return false
    }
}
