import Exchange
import Settings
import Testing

@testable import Policies

typealias Assertion = QualityScorerOptions.Assertion

func assertion(
    _ type: QualityScorerOptions.AssertionType, _ values: [String] = [], schema: String? = nil, threshold: Double? = nil, weight: Double = 1,
    mode: Assertion.Mode = .enforce, negate: Bool = false, isCaseSensitive: Bool = true
) -> Assertion {
    var assertion = Assertion(type: type)
    assertion.values = values
    assertion.schema = schema
    if let threshold { assertion.threshold = threshold }
    assertion.weight = weight
    assertion.mode = mode
    assertion.negate = negate
    assertion.isCaseSensitive = isCaseSensitive
    return assertion
}

@Suite("Quality scorer")
struct QualityScorerTests {
    private func choice(_ text: String, _ index: Int = 0, field: TextField = .content) -> ChoiceText {
        var choice = ChoiceText(index)
        choice.add(field, Array(text.utf8)[...])
        return choice
    }

    private func scorer(_ assertions: [Assertion] = [], aggregateMin: Double? = nil, _ change: (inout QualityScorerOptions) -> Void = { _ in }) throws -> QualityScorer {
        var options = QualityScorerOptions()
        options.assertions = assertions
        options.aggregateMin = aggregateMin
        change(&options)
        return try QualityScorer(options)
    }

    private func result(_ assertion: Assertion, _ text: String, _ facts: AnswerFacts = AnswerFacts(choices: [0])) throws -> AssertionReport {
        try #require(try self.scorer([assertion]).score([self.choice(text)], facts).assertions.first)
    }

    @Test(arguments: [
        (assertion(.contains, ["cat"]), "a cat", 1.0, true), (assertion(.contains, ["cat"]), "a Cat", 0, false),
        (assertion(.contains, ["ÄRGER"], isCaseSensitive: false), "viel Ärger", 1, true), (assertion(.contains, ["cat", "dog"]), "a cat", 0.5, false),
        (assertion(.contains, ["cat", "dog"], threshold: 0.5), "a cat", 0.5, true), (assertion(.contains, ["cat", "dog"], negate: true), "a cat", 1, true),
        (assertion(.contains, ["cat", "dog"], negate: true), "dog and cat", 0, false), (assertion(.contains, ["aab"]), "aaab", 1, true),
        (assertion(.notContains, ["cat"]), "a dog", 1, true), (assertion(.notContains, ["cat", "dog"]), "a dog", 0.5, false),
        (assertion(.notContains, ["cat"], negate: true), "a cat", 1, true),
        (assertion(.regex, ["^\\d+$"]), "123", 1, true), (assertion(.regex, ["^\\d+$"]), "123 ", 0, false), (assertion(.regex, ["yes"], isCaseSensitive: false), "YES", 1, true),
        (assertion(.regex, ["a+", "b+"], threshold: 0.5), "aaa", 0.5, true),
        (assertion(.isJSON), " {\"a\": [1, 2]}\n", 1, true), (assertion(.isJSON), "```json\n{}\n```", 0, false), (assertion(.isJSON), "{'a': 1}", 0, false),
        (assertion(.isJSON), "", 0, false), (assertion(.isJSON), "{} {}", 0, false), (assertion(.isJSON), "[1,]", 0, false),
        (assertion(.isJSON, negate: true), "text", 1, true),
        (assertion(.jsonSchema, schema: "{\"required\":[\"a\"]}"), "{\"a\":1}", 1, true), (assertion(.jsonSchema, schema: "{\"required\":[\"a\"]}"), "{}", 0, false),
        (assertion(.jsonSchema, schema: "{\"required\":[\"a\"]}"), "no", 0, false),
        (assertion(.maxLength, threshold: 4), "äöü€", 1, true), (assertion(.maxLength, threshold: 4), "  four \n", 1, true),
        (assertion(.maxLength, threshold: 4), "fours", 0.8, false), (assertion(.maxLength, threshold: 4, negate: true), "fours", 1, true),
        (assertion(.language, ["de", "fr"]), "Das ist ein Satz, und er ist nicht sehr lang.", 1, true),
        (assertion(.language, ["de"]), "This is a sentence and it is not very long.", 0, false),
        (assertion(.refusal), "I'm sorry, but I can't help with that.", 0, false), (assertion(.refusal), "Here it is.", 1, true),
        (assertion(.refusal, negate: true), "I'm sorry, but I can't help with that.", 1, true),
        (assertion(.repetition, threshold: 0.5), String(repeating: "again and again it says ", count: 20), nil, false),
    ] as [(Assertion, String, Double?, Bool)])
    func `an assertion scores a text`(assertion: Assertion, text: String, score: Double?, passes: Bool) throws {
        let report = try self.result(assertion, text)
        if let score { #expect(report.score == score) } else { #expect((report.score ?? -1) > 0 && (report.score ?? 1) < 0.5) }
        #expect(report.isPassed == passes)
    }

    @Test(arguments: [(assertion(.language, ["de"]), "Hello"), (assertion(.repetition, threshold: 0), "a a a a a a"), (assertion(.latency, threshold: 1), "x"), (assertion(.cost, threshold: 0), "x")])
    func `what cannot be said passes and does not count`(assertion: Assertion, text: String) throws {
        let report = try self.result(assertion, text)
        #expect(report.score == nil && report.isPassed)
    }

    @Test(arguments: [(1000, 1.0, true), (1001, 1000.0 / 1001, false), (4000, 0.25, false)])
    func `latency and cost are limits`(amount: Int, score: Double, passes: Bool) throws {
        let facts = AnswerFacts(choices: [0], latencyMilliseconds: amount, costMicrocents: Int64(amount) * 100)
        for one in [assertion(.latency, threshold: 1000), assertion(.cost, threshold: 0.001)] {
            let report = try self.result(one, "x", facts)
            #expect(abs((report.score ?? 0) - score) < 1e-9)
            #expect(report.isPassed == passes)
        }
    }

    @Test(arguments: [(10, 1, "  0123456789 ", true), (11, 1, "0123456789", false), (1, 2, "One. Two", true), (1, 3, "One. Two", false), (0, 0, "", true)])
    func `length and sentences have a least`(characters: Int, sentences: Int, text: String, passes: Bool) throws {
        let scorer = try self.scorer {
            $0.outputCharsMin = characters
            $0.sentencesMin = sentences
        }
        let report = scorer.score([self.choice(text)], AnswerFacts(choices: [0]))
        #expect(report.isFailed == !passes)
        #expect(report.assertions.map(\.name) == ["min_output_chars", "min_sentences"])
    }

    @Test func `the aggregate is the weighted mean of what is enforced`() throws {
        let assertions = [
            assertion(.contains, ["a"], weight: 3), assertion(.contains, ["b"], threshold: 0), assertion(.contains, ["c"], weight: 10, mode: .audit),
            assertion(.contains, ["d"], weight: 10, mode: .shadow),
        ]
        let report = try self.scorer(assertions, aggregateMin: 0.75).score([self.choice("a")], AnswerFacts(choices: [0]))
        #expect(report.aggregate == 0.75)
        #expect(!report.isFailed)
        #expect(report.assertions.map(\.isPassed) == [true, true, false, false])
        #expect(try self.scorer(assertions, aggregateMin: 0.76).score([self.choice("a")], AnswerFacts(choices: [0])).isFailed)
    }

    @Test func `what is audited never fails an answer`() throws {
        let scorer = try self.scorer([assertion(.contains, ["a"], mode: .audit), assertion(.contains, ["b"], mode: .shadow)], aggregateMin: 1)
        let report = scorer.score([self.choice("x")], AnswerFacts(choices: [0]))
        #expect(!report.isFailed && report.aggregate == 0)
        #expect(!scorer.withholds)
    }

    @Test func `the worst choice counts`() throws {
        let scorer = try self.scorer([assertion(.contains, ["a"]), assertion(.contains, ["b"])])
        let report = scorer.score([self.choice("a b"), self.choice("a", 1), self.choice("b", 2)], AnswerFacts(choices: [0, 1, 2]))
        #expect(report.assertions.map(\.score) == [0, 0])
        #expect(report.assertions.map(\.failures) == [1, 1])
        #expect(report.aggregate == 0.5)
        #expect(report.isFailed)
    }

    @Test func `tool calls have no text to judge`() throws {
        let scorer = try self.scorer([assertion(.contains, ["a"]), assertion(.latency, threshold: 5)]) { $0.outputCharsMin = 10 }
        let report = scorer.score([self.choice("{}", field: .toolArguments)], AnswerFacts(choices: [0], latencyMilliseconds: 6))
        #expect(report.assertions.map(\.score) == [nil, nil, 5.0 / 6])
        var both = self.choice("get_weather", field: .toolName)
        both.add(.content, Array("b".utf8)[...])
        #expect(scorer.score([both], AnswerFacts(choices: [0])).assertions.map(\.score) == [0.1, 0, nil])
    }

    @Test func `a refusal of the provider's counts as one`() throws {
        let report = try self.scorer([assertion(.refusal), assertion(.contains, ["private"])]).score(
            [self.choice("That is private.", field: .refusal)], AnswerFacts(choices: [0]))
        #expect(report.assertions.map(\.score) == [0, 1])
    }

    @Test func `a text is kept up to its bound, and counted beyond`() throws {
        var choice = ChoiceText(0)
        choice.add(.content, Array(repeating: 0x61, count: ChoiceText.bytesMax)[...])
        #expect(!choice.isCut && choice.length == ChoiceText.bytesMax)
        choice.add(.content, Array("é".utf8)[...])
        #expect(choice.isCut && choice.length == ChoiceText.bytesMax + 1 && choice.content.count == ChoiceText.bytesMax)
        var texts = AnswerTexts()
        for index in 0...AnswerTexts.choicesMax { texts.note(index) }
        #expect(texts.choices.count == AnswerTexts.choicesMax)
    }

    @Test(arguments: [assertion(.regex, ["a(?=b)"]), assertion(.jsonSchema, schema: "{\"type\":\"x\"}")])
    func `what cannot be compiled is an error of the chain`(assertion: Assertion) {
        var settings = PolicySettings()
        settings.chain = [.qualityScorer]
        settings.qualityScorer.assertions = [assertion]
        let error = #expect(throws: PolicyCompileError.self) { try PolicyProgram.compile(settings) }
        #expect(error?.kind == .qualityScorer)
    }
}

@Suite("Quality of answers")
struct QualityOutputTests {
    private func engine(_ chain: [PolicyKind], _ action: QualityScorerOptions.FailureAction, _ assertions: [Assertion]) throws -> PolicyEngine {
        var settings = TestContent.settings(chain)
        settings.qualityScorer.assertions = assertions
        settings.qualityScorer.failureAction = action
        return try PolicyEngine(try PolicyProgram.compile(settings, content: TestContent.make()))
    }

    private func deliver(_ engine: PolicyEngine, _ text: String, cuts: [Int] = [], isEnded: Bool = true) -> (text: String, outcome: PhaseOutcome) {
        let policies = engine.beginOutput()
        defer { engine.endOutput(policies) }
        let bytes = Array(text.utf8)
        var output: [UInt8] = []
        var start = 0
        var isBlocked = false
        for end in cuts + [bytes.count] {
            if case .blocked = policies.feed(.content, bytes.span.extracting(start..<end), isFinal: end == bytes.count, into: &output) { isBlocked = true }
            start = end
        }
        return (String(decoding: output, as: UTF8.self), policies.finish(isEnded && !isBlocked ? AnswerFacts(choices: [0]) : nil))
    }

    @Test func `a text that fails is logged, or blocked`() throws {
        for action in [QualityScorerOptions.FailureAction.log, .block, .retry] {
            let engine = try self.engine([.qualityScorer, .auditLogger], action, [assertion(.contains, ["yes"])])
            #expect(engine.hasOutputTexts && engine.withholdsAnswers == (action != .log))
            let outcome = self.deliver(engine, "no").outcome
            #expect(outcome.verdict == (action == .log ? .allow : .block))
            #expect(outcome.ending?.kind == (action == .log ? nil : .qualityScorer))
            #expect(outcome.reports[0].reasonCode == "quality_scorer.failed")
            #expect(outcome.reports[0].findings == [PolicyFinding(type: "contains", count: 1)])
            #expect(outcome.reports[0].score == 0)
            #expect(outcome.reports[1].skipped == false)
            let good = self.deliver(engine, "yes").outcome
            #expect(good.verdict == .allow && good.reports[0].score == 1 && good.reports[0].reasonCode.isEmpty && good.reports[0].findings.isEmpty)
        }
    }

    @Test func `without other policies a text goes through untouched`() throws {
        let engine = try self.engine([.qualityScorer], .log, [])
        let delivered = self.deliver(engine, "a@b.cd and 4111", cuts: [3, 9])
        #expect(delivered.text == "a@b.cd and 4111")
        #expect(delivered.outcome.verdict == .allow)
    }

    @Test func `what reaches the client is scored`() throws {
        let engine = try self.engine([.qualityScorer, .piiDetector], .block, [assertion(.notContains, ["@"])])
        let delivered = self.deliver(engine, "write to a@b.cd")
        #expect(delivered.outcome.verdict == .redact)
        #expect(delivered.outcome.reports[0].score == 1)
    }

    @Test func `a block by quality leaves out what follows in the chain`() throws {
        let engine = try self.engine([.qualityScorer, .piiDetector, .auditLogger], .block, [assertion(.contains, ["yes"])])
        let outcome = self.deliver(engine, "mail a@b.cd").outcome
        #expect(outcome.decidedBy == .qualityScorer)
        #expect(outcome.reports.map(\.skipped) == [false, true, false])
    }

    @Test(arguments: [[PolicyKind.qualityScorer, .safetyFilter], [.safetyFilter, .qualityScorer]])
    func `an answer that another policy ends is not scored`(chain: [PolicyKind]) throws {
        let outcome = self.deliver(try self.engine(chain, .block, [assertion(.contains, ["yes"])]), "now napalm").outcome
        #expect(outcome.decidedBy == .safetyFilter)
        let report = try #require(outcome.reports.first { $0.kind == .qualityScorer })
        #expect(report.skipped && report.assertions.isEmpty && report.score == nil)
    }

    @Test func `an answer that does not come to its end is not scored`() throws {
        let engine = try self.engine([.qualityScorer], .block, [assertion(.contains, ["yes"])])
        let report = self.deliver(engine, "no", isEnded: false).outcome.reports[0]
        #expect(report.verdict == .allow && report.score == nil && report.assertions.isEmpty && !report.skipped)
    }

    @Test func `an answer without choices has nothing to score`() throws {
        let engine = try self.engine([.qualityScorer], .block, [assertion(.contains, ["yes"])])
        let outcome = engine.beginOutput().finish(AnswerFacts(choices: []))
        #expect(outcome.verdict == .allow && outcome.reports[0].score == nil)
        #expect(engine.beginOutput().finish(AnswerFacts(choices: [0])).verdict == .block)
    }

    @Test func `however a stream is cut it scores the same`() throws {
        let assertions = [
            assertion(.contains, ["[EMAIL]", "größer"]), assertion(.regex, ["\\bend\\b"]), assertion(.maxLength, threshold: 20), assertion(.language, ["de"]),
            assertion(.refusal), assertion(.repetition, threshold: 0.2), assertion(.isJSON, mode: .audit),
        ]
        let engine = try self.engine([.piiDetector, .qualityScorer], .block, assertions)
        let texts = [
            "Die Zahl ist größer als 4111 1111 1111 1111, schreiben Sie an bob@example.com, das ist das end. ", "I'm sorry, but I can't help with that.",
            "{\"a\": \"x@y.zz\"}", "größer 🙂 größer 🙂 größer",
        ]
        var random = SeededRandom(7)
        for text in texts {
            let whole = self.deliver(engine, text)
            for _ in 0..<40 {
                let count = text.utf8.count
                let cuts = Set((0..<Int.random(in: 1...12, using: &random)).map { _ in Int.random(in: 0..<count, using: &random) }).sorted()
                let cut = self.deliver(engine, text, cuts: cuts)
                #expect(cut.text == whole.text && cut.outcome == whole.outcome)
            }
        }
    }
}
