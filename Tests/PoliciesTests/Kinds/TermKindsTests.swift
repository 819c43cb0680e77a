import Exchange
import Patterns
import Settings
import Testing

@testable import Policies

@Suite("Terms of a configuration")
struct TermKindsTests {
    private static func dlp(_ change: (inout DLPFilterOptions) -> Void) throws -> PolicyEngine {
        var settings = PolicySettings()
        settings.chain = [.dlpFilter]
        change(&settings.dlpFilter)
        return try PolicyEngine(try PolicyProgram.compile(settings, content: .standard))
    }

    private static func entities(_ names: [String], fuzzy distance: Int? = nil) throws -> PolicyEngine {
        var settings = PolicySettings()
        settings.chain = [.entityListFilter]
        settings.entityListFilter.blockedEntities = names
        settings.entityListFilter.fuzzyMatching = distance != nil
        settings.entityListFilter.distanceMax = distance ?? 1
        return try PolicyEngine(try PolicyProgram.compile(settings, content: .standard))
    }

    private func request(_ text: String) -> [TextSegment] {
        [TextSegment(bytes: Array(text.utf8), origin: TextOrigin(role: .user, field: .content, index: 0, subIndex: 0))]
    }

    private func redacted(_ text: String, _ outcome: PhaseOutcome) -> String {
        var bytes = Array(text.utf8)
        for edit in outcome.edits.reversed() { bytes.replaceSubrange(edit.range, with: edit.replacement) }
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: dlp-filter

    @Test func `terms and named patterns are redacted in both phases`() throws {
        let engine = try Self.dlp {
            $0.blockedTerms = ["Project Falcon", "acme"]
            $0.detectPatterns = [CustomPattern(name: "TICKET", pattern: "TCK-[0-9]{4}"), CustomPattern(pattern: "z+9", lengthMax: 8)]
        }
        let text = "ACME's project  falcon has TCK-1234, not TCK-12 or acmes; zzz9 [TERM]"
        let expected = "[TERM]'s [TERM] has [TICKET], not TCK-12 or acmes; [CUSTOM] [TERM]"
        let input = engine.evaluateInput(self.request(text))
        #expect(input.verdict == .redact && input.reason == "dlp_filter.detected")
        #expect(self.redacted(text, input) == expected)
        #expect(input.reports[0].findings == [PolicyFinding(type: "TICKET", count: 1), PolicyFinding(type: "CUSTOM", count: 1), PolicyFinding(type: "TERM", count: 2)])
        let output = engine.deliver(text)
        #expect(output.text == expected && output.outcome.verdict == .redact)
    }

    @Test func `terms are found however they are disguised`() throws {
        let engine = try Self.dlp { $0.blockedTerms = ["Project Falcon", "O’Brien"] }
        #expect(engine.deliver("Ｐｒｏｊｅｃｔ Fal\u{200B}con by o'brien").text == "[TERM] by [TERM]")
    }

    @Test func `fuzzy terms allow an edit for each four letters`() throws {
        let engine = try Self.dlp {
            $0.blockedTerms = ["tin", "acme", "falconry", "project falcon"]
            $0.fuzzyMatching = true
            $0.distanceMax = 8
        }
        #expect(engine.deliver("tan acne ace falkonri falkonrii").text == "tan [TERM] [TERM] [TERM] falkonrii")
        #expect(engine.deliver("the projet faclon is on").text == "the [TERM] is on")
        #expect(engine.deliver("the poject falc is on").text == "the [TERM] is on")
        #expect(TermMatching.edits("abc", isFuzzy: true, distanceMax: 8) == 0)
        #expect(TermMatching.edits("a b c d", isFuzzy: true, distanceMax: 8) == 1)
        #expect(TermMatching.edits(String(repeating: "a", count: 99), isFuzzy: true, distanceMax: 8) == 8)
        #expect(TermMatching.edits(String(repeating: "a", count: 99), isFuzzy: true, distanceMax: 2) == 2)
        #expect(TermMatching.edits("abcdefgh", isFuzzy: false, distanceMax: 2) == 0)
    }

    @Test func `a blocking filter lets out what stands before`() throws {
        let engine = try Self.dlp {
            $0.blockedTerms = ["falcon"]
            $0.action = .block
            $0.fuzzyMatching = true
        }
        let output = engine.deliver(Array("well, the falkon and more".utf8), cuts: [12, 14, 17])
        #expect(output.text == "well, the " && output.isBlocked && output.outcome.reason == "dlp_filter.detected")
        #expect(engine.evaluateInput(self.request("a falcn")).verdict == .block)
        #expect(engine.evaluateInput(self.request("a felkon")).verdict == .allow)
    }

    @Test func `arguments of tools stay valid`() throws {
        let engine = try Self.dlp {
            $0.blockedTerms = ["project falcon"]
            $0.fuzzyMatching = true
            $0.distanceMax = 2
            $0.detectPatterns = [CustomPattern(name: "ID", pattern: #"\b77[0-9]{4}\b"#)]
        }
        let text = #"{"about": "the proj\u0065ct falkon", "id": 771234, "more": "{\"x\": \"Project\\nFalcon\"}"}"#
        #expect(engine.deliver(text, as: .arguments).text == #"{"about": "the [TERM]", "id": "[ID]", "more": "{\"x\": \"[TERM]\"}"}"#)
    }

    @Test func `sensitivity adds markings, which block`() throws {
        let text = "TOP SECRET//SI//NOFORN. Strictly confidential. CONFIDENTIAL"
        #expect(try Self.dlp { $0.sensitivityLevel = "standard" }.deliver(text).text == text)
        let high = try Self.dlp { $0.sensitivityLevel = "high"; $0.blockedTerms = ["plan"] }
        #expect(high.deliver("a plan. Strictly confidential. CONFIDENTIAL").text == "a [TERM]. Strictly confidential. CONFIDENTIAL")
        #expect(high.deliver("a plan. " + text).text == "a [TERM]. " && high.deliver(text).isBlocked)
        #expect(high.deliver("FOR INTERNAL USE ONLY").isBlocked && high.deliver("Classification: Secret").isBlocked)
        #expect(high.deliver("TLP:RED").isBlocked && !high.deliver("TLP:GREEN, a secret, the classification of secret santas").isBlocked)
        let restricted = try Self.dlp { $0.sensitivityLevel = "restricted" }
        #expect(restricted.deliver("it is strictly confidential").isBlocked && restricted.deliver("CONFIDENTIAL").isBlocked)
        #expect(!restricted.deliver("a confidential talk about secrets, restricted to two").isBlocked)
        let request = high.evaluateInput(self.request("the plan is INTERNAL ONLY"))
        #expect(request.verdict == .block && request.edits.isEmpty)
        #expect(request.reports[0].findings == [PolicyFinding(type: "TERM", count: 1), PolicyFinding(type: "CLASSIFICATION", count: 1)])
    }

    // MARK: entity-list-filter

    @Test func `entities block, whole words only`() throws {
        let engine = try Self.entities(["Acme Corp", "Müller AG", "日立製作所"])
        for text in ["about ACME  CORP.", "MÜLLER ag", "この日立製作所は"] {
            #expect(engine.evaluateInput(self.request(text)).decidedBy == .entityListFilter)
            #expect(engine.deliver(text).isBlocked)
        }
        #expect(engine.evaluateInput(self.request("Acme Corporation, acmecorp, Muller AG")).verdict == .allow)
        let fuzzy = try Self.entities(["Acme Corp", "Müller AG"], fuzzy: 1)
        #expect(fuzzy.evaluateInput(self.request("Muller AG")).reports[0].findings == [PolicyFinding(type: "ENTITY", count: 1)])
        #expect(fuzzy.deliver("an acmecorp").text == "an ")
    }

    // MARK: safety-filter

    @Test func `phrases of the safety filter may be fuzzy`() throws {
        var settings = TestContent.settings([.safetyFilter], blockIf: ["green zebra", "café déjà"])
        let near = ["please gren zebra", "please green  zebro"]
        #expect(SafetyRules.indicators(for: settings.safetyFilter).allSatisfy { $0.edits == nil })
        settings.safetyFilter.fuzzyMatching = true
        let fuzzy = try PolicyEngine(try PolicyProgram.compile(settings, content: .standard))
        for text in near {
            #expect(fuzzy.deliver(Array(text.utf8), cuts: [3, 9, 10, 14]).text == "please " && fuzzy.evaluateInput(self.request(text)).verdict == .block)
        }
        #expect(fuzzy.deliver("please gren zebro").text == "please gren zebro")
        // Without its accents in requests, with them in answers.
        #expect(fuzzy.evaluateInput(self.request("cafe deja")).verdict == .block && fuzzy.deliver("café déja").isBlocked)
    }

    // MARK: Streams

    @Test(arguments: UInt64(0)..<4)
    func `every cut gives the same`(seed: UInt64) throws {
        var random = SeededRandom(seed)
        var settings = TestContent.settings([.entityListFilter, .dlpFilter, .safetyFilter], blockIf: ["nap time"])
        settings.dlpFilter.blockedTerms = ["falcon", "project falcon", "日本語大学", "o'neil co"]
        settings.dlpFilter.fuzzyMatching = true
        settings.dlpFilter.distanceMax = Int(seed)
        settings.entityListFilter.blockedEntities = ["zebra crossing"]
        settings.entityListFilter.fuzzyMatching = seed > 0
        settings.safetyFilter.fuzzyMatching = true
        let program = try PolicyProgram.compile(settings, content: TestContent.make(withFold: true))
        let engine = try PolicyEngine(program)
        let parts = [
            "fal", "con", "falkon", " ", " ", " ", "  ", "\n", "project ", "proj", "ect", "日本", "語", "大学", "小", "o’neil", "o'nei", " co", ".", "é", "ｆ",
            "\u{200B}", "zebra", "crosing", "nap ", "tine", "[TERM]", "x", "\"", "\\u0020", "{\"a\": \"", "\"}", "      ",
        ]
        for number in 0..<50 {
            let text = (0..<Int.random(in: 1...10, using: &random)).flatMap { _ in Array((parts.randomElement(using: &random) ?? "").utf8) }
            let origin = number % 3 == 2 ? TextOrigin.arguments : .content
            let whole = engine.deliver(text, as: origin)
            func check(_ cuts: [Int]) {
                let pieces = engine.deliver(text, cuts: cuts, as: origin)
                if pieces != whole {
                    Issue.record("\(String(decoding: text, as: UTF8.self).debugDescription) cut at \(cuts): \(pieces.text.debugDescription) instead of \(whole.text.debugDescription)")
                }
            }
            for cut in 0...text.count { check([cut]) }
            check(Array(0...text.count))
            for _ in 0..<3 { check((0..<4).map { _ in Int.random(in: 0...text.count, using: &random) }.sorted()) }
        }
    }

    @Test func `no more is held back than a match can be long`() throws {
        var settings = PolicySettings()
        settings.chain = [.dlpFilter]
        settings.dlpFilter.blockedTerms = ["abcdefgh abcdefgh"]
        settings.dlpFilter.fuzzyMatching = true
        settings.dlpFilter.distanceMax = 4
        let program = try PolicyProgram.compile(settings, content: .standard)
        // 16 letters, four spaces, and four more characters of four bytes each; then the rest of a UTF-8 sequence.
        #expect(program.outputHoldBackMax == 16 + 4 + 16 + 3)
        #expect(try PolicyProgram.outputHoldBackMax(settings, content: .standard) == program.outputHoldBackMax)
        let policies = try PolicyEngine(program).beginOutput()
        var longest = 0
        for byte in Array("abcdefgh    abcdefgh".utf8) {
            var output: [UInt8] = []
            let piece = [byte]
            _ = policies.feed(.content, piece.span, isFinal: false, into: &output)
            longest = max(longest, policies.heldByteCount(.content))
        }
        #expect(longest == 20)
    }

    // MARK: Limits

    @Test func `lists are refused where comparing would take too long`() {
        let name = "abcdefghijklmnopqrstuvwxyz"
        #expect(TermMatching.fault([], isFuzzy: true, distanceMax: 8) == nil)
        #expect(TermMatching.fault([name, " \u{200B}"], isFuzzy: false, distanceMax: 0) == .empty(1))
        // 26 characters in five cells each.
        let most = Array(repeating: name, count: Term.costMax / 130)
        #expect(TermMatching.fault(most, isFuzzy: true, distanceMax: 2) == nil)
        #expect(TermMatching.fault(most + [name], isFuzzy: true, distanceMax: 2) == .tooMany(cost: 130 * (most.count + 1), distanceMax: 1))
        #expect(TermMatching.fault(most + [name], isFuzzy: false, distanceMax: 2) == nil)
        #expect(TermMatching.excess(Term.costMax + 1) == "1.1 times")
        #expect(TermMatching.excess(2 * Term.costMax) == "2.0 times")
    }
}
