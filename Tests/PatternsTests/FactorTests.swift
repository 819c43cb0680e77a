import Testing

@testable import Patterns

@Suite("Factors")
struct FactorTests {
    /// Of the kinds that the product ships: rules with bounded gaps, recognisers, keys, markers; and some that have no good factor.
    static let patterns: [Pattern] = caseless.map { Pattern(expression: $0, isCaseless: true) } + exact.map { Pattern(expression: $0) }

    private static let caseless = [
        #"\b(?:ignor(?:e|es|ing)|disregard(?:ing)?|forget|never mind)\b[^.!?]{0,12}\b(?:previous|prior|your|all|any)(?: [a-z'-]{1,14}){0,4} (?:instructions?|rules?|orders?)\b"#,
        #"\b(?:bypass|skip|lift)\b[^.!?]{0,12}\b(?:your|all|any)(?: [a-z]{1,14}){0,3} (?:rules|filters?|safety)"#,
        #"\bnew (?:instructions?|orders?|task)\s?:"#,
        #"\b(?:rules|orders)\b[^.!?]{0,24}\b(?:are|is|were) (?:now |all )?(?:void|null|lifted|no longer)"#,
        #"\bsystem prompt\b"#, #"\bregardless of (?:what )?(?:the|your) (?:rules|policies)\b"#,
        #"\b(?:vergiss|streiche)\b[^.!?]{0,14}\b(?:deine|alle) (?:[a-z]{1,14} )?(?:regeln|vorgaben)"#,
        #"\bn['e] ?(?:tiens|suis)\b[^.!?]{0,30}(?:plus|pas)[^.!?]{0,24}\b(?:consignes?|regles?)"#,
        #"\b(?:print|say)\b[^.!?]{0,12}["']?i (?:want to )?(?:hate|kill)"#, #"\b(?:ai|ki|ia)\s?: ?(?:ignore|stop|do )"#,
        #"<\|(?:im_start|system|user)\|>"#, #"#{2,4} ?(?:system|user)\b ?:?"#, #"(?:={5,20}|-{8,20})\s{0,3}(?:end|begin)\b"#,
        #"<!--[^>]{0,24}\b(?:ai|llm|system)\b"#, #"\[/?(?:inst|system|admin)\]"#, #"do anything now"#,
        #"\b(?:no|without)(?: [a-z-]{1,12},?){0,3} (?:limits|rules|filters?)\b"#, #"stra(?:ß|ss)e é[à-ü]"#, #"\bstart.{0,4}(?:you are|system)\b"#,
        #"[0-9a-zÃ][%'+.\w-]{0,63}@[a-z0-9.-]{1,128}\.[a-z]{2,24}\b"#, #"\+\d(?:[ ().-]{0,3}\d){6,15}(?: ?(?:x|ext\.?) ?\d{1,6})?\b"#,
        #"(?:\b1[ .-])?(?:\([2-9]\d{2}\) ?|\b[2-9]\d{2}[ .-])[2-9]\d{2}[ .-]\d{4}\b"#, #"(?:\(\d{1,4}\)|\b\d)(?:[ ().-]{0,3}\d){5,13}\b"#,
        #"\b[a-z]{2}\d{2}(?:[ -]?[0-9a-z]){11,30}\b"#, #"\b(?:bc1|tb1)[02-9ac-hj-np-z]{11,71}\b"#, #"\b0x[0-9a-f]{40}\b"#,
        #"\b[a-ceg][a-ceg][ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[a-d]\b"#,
        #"\b[a-z]{3} ?[a-z]{3} ?[0-9l-v]{2}[a-eh]{1}[0-9l-v]{2} ?[a-z][0-9l-v]{3} ?[a-z]\b"#,
        #"\b[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){2,7}"#, #"\b[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}\b"#,
        #"\b[a-z][a-z0-9+.-]{1,20}://[^\s/@:]{0,64}:[^\s/@]{1,128}@"#, #"\b\d{1,2}[./-] ?\d{1,2}[./-] ?(?:(?:19|20)\d{2}|\d{2})\b"#,
        #"\b\d{1,2}(?:st|nd|\.|º)? ?(?:of )?(?:jan(?:uary|\.)?|mar(?:ch|\.)?|märz|may|de[cz]),? (?:19|20)\d{2}\b"#,
    ]

    private static let exact = [
        #"\b0[1-9](?:[ .-]?\d{2}){4}\b"#, #"(?:\(0[1-9]\d{0,4}\)|\b0[1-9]\d{0,4})(?:[ /.-]{1,3}\d{1,9}){1,5}\b"#,
        #"\b[2-6]\d{3}(?:[ -]\d{4}){3}(?:[ -]\d{3})?\b"#, #"\b[1-6]\d{11,18}\b"#, #"\b[13][1-9A-HJ-NP-Za-km-z]{25,34}\b"#,
        #"\b\d{3}[ -]?\d{2}[ -]?\d{4}\b"#, #"\b\d{4}[ .]?\d{2}[ .]?\d{3}\b|\b\d{3}[ .]\d{3}[ .]\d{3}\b"#, #"\b\d{11}\b"#,
        #"\b756[ .]?\d{4}[ .]?\d{4}[ .]?\d{2}\b"#, #"\bDE ?[1-9]\d{2} ?\d{3} ?\d{3}\b"#, #"\b(?:EL|GR) ?\d{9}\b"#,
        #"\bCHE[ -]?\d{3}\.?\d{3}\.?\d{3}(?: (?:MWST|TVA))?\b"#, #"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b"#, #"\b\d{3,4}\b"#,
        #"\bsk-[\w-]{20,220}"#, #"\b(?:AKIA|ASIA)[0-9A-Z]{16}"#, #"\bgh[oprsu]_[0-9A-Za-z]{36,251}"#, #"\b[0-9A-Za-z][\w-]{18,127}"#,
        #"\beyJ[\w-]{8,40}\.[\w-]{8,200}\.[\w-]{16,70}"#, #"\b\d{8,10}:AA[\w-]{33}"#, #"\[CREDIT_CARD\]"#,
        #"-----BEGIN (?:[A-Z]{1,12} ){0,2}PRIVATE KEY-----(?:[\s\w+/=:]{0,390}-----END (?:[A-Z]{1,12} ){0,2}PRIVATE KEY-----)?"#,
        #"\b(?:DAN|AIM)\b[^.!?]{0,60}\b(?:mode|can|will)\b"#, #"..a"#, #"\w{3}\W"#, #"^[^x]{2}"#, #"x?[ab]{2,3}$"#, #"\B-\B."#,
        #"(?:a|bc){2,4}\b"#, #"(?:\b|a){1,3}b"#, #"é.{0,5}é"#,
    ]

    private static func expression(_ pattern: Pattern) throws -> Expression {
        try ExpressionParser.parse(pattern.expression, isCaseless: pattern.isCaseless)
    }

    /// Pieces of texts that patterns match, cut and joined anyhow.
    private static func text(_ expressions: [Expression], _ random: inout SeededRandom) -> [UInt8] {
        var text: [UInt8] = []
        for _ in 0..<Int.random(in: 1...8, using: &random) {
            var sample = expressions.randomElement(using: &random)?.sample(&random) ?? []
            switch Int.random(in: 0..<6, using: &random) {
            case 0: sample.removeFirst(Int.random(in: 0...sample.count, using: &random))
            case 1: sample.removeLast(Int.random(in: 0...sample.count, using: &random))
            case 2: sample += sample
            case 3:
                if let index = sample.indices.randomElement(using: &random) { sample[index] = UInt8.random(in: 0x20...0x7E, using: &random) }
            default: break
            }
            text += sample
            if Bool.random(using: &random) { text += Array([" ", ".", "a", "1", "-"].randomElement(using: &random)?.utf8 ?? "".utf8) }
        }
        return text
    }

    @Test(arguments: UInt64(0)..<4)
    func `the same ends are found as by the engine with whole expressions`(seed: UInt64) throws {
        var random = SeededRandom(seed)
        let expressions = try Self.patterns.map { try Self.expression($0) }
        let scanner = try PatternScanner(try PatternSet.compile(Self.patterns))
        let whole = try WholeExpressions(Self.patterns)
        var hits: [PatternHit] = []
        for round in 0..<150 {
            // One pattern's texts are near misses of it; those of all meet one another.
            let sources = round % 3 == 0 ? expressions : [expressions[round % expressions.count]]
            let text = Self.text(sources, &random)
            scanner.scan(text.span, into: &hits)
            let expected = whole.ends(text)
            if hits != expected {
                let missing = expected.filter { !hits.contains($0) }
                let surplus = hits.filter { !expected.contains($0) }
                let blamed = (missing + surplus).first.map { Self.patterns[$0.pattern].expression } ?? ""
                Issue.record("\(String(decoding: text, as: UTF8.self).debugDescription): missing \(missing), surplus \(surplus), \(blamed)")
            }
        }
    }

    @Test func `a match across the border of two blocks is found`() throws {
        let scanner = try PatternScanner(try PatternSet.compile(Self.patterns))
        let whole = try WholeExpressions(Self.patterns)
        var hits: [PatternHit] = []
        for shift in 0..<60 {
            let text = Array(repeating: UInt8(0x2E), count: 16 * 1024 - shift) + Array(" ignore all rules, call 755-123-4567 or a@b.co DE 123 456 789 ".utf8)
            scanner.scan(text.span, into: &hits)
            #expect(hits == whole.ends(text))
        }
    }

    @Test(arguments: patterns.indices)
    func `each text that an expression matches has one of its factors' pieces`(number: Int) throws {
        var random = SeededRandom(UInt64(number))
        let expression = try Self.expression(Self.patterns[number])
        var finder = FactorFinder()
        let factors = finder.factors(of: expression, widthMax: expression.widthMax ?? 100)
        #expect(!factors.isEmpty)
        for _ in 0..<100 {
            let sample = expression.sample(&random)
            for factor in factors {
                let isFound = factor.pieces.contains { piece in
                    let sets = piece.sets.map { finder.classes[Int($0)] }
                    return (piece.leadMin...piece.leadMax).contains { start in
                        start + sets.count <= sample.count && sets.indices.allSatisfy { sets[$0].contains(sample[start + $0]) }
                    }
                }
                #expect(isFound, "\(String(decoding: sample, as: UTF8.self)) has no piece of \(factor.pieces)")
            }
        }
    }

    @Test(arguments: ["ignore ", "123-", "1", "a", "ab:", "a@b.c ", "ignore all rules ", "-----BEGIN PRIVATE KEY-----", "n'suis pas ", "eyJ"])
    func `the work is linear in the text`(unit: String) throws {
        let scanner = try PatternScanner(try PatternSet.compile(Self.patterns))
        var hits: [PatternHit] = []
        func steps(_ count: Int) -> Int {
            let before = scanner.steps
            let text = Array((0..<(count / unit.utf8.count + 1)).flatMap { _ in Array(unit.utf8) }.prefix(count))
            scanner.scan(text.span, into: &hits)
            return scanner.steps - before
        }
        let short = steps(16 * 1024)
        let long = steps(64 * 1024)
        // A pattern's automaton reads each byte at most once, whatever wakes it.
        #expect(long <= 64 * 1024 * Self.patterns.count)
        #expect(long <= 5 * short + 64 * 1024)
    }
}
