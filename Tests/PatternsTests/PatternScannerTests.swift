import Testing

@testable import Patterns

@Suite("Pattern scanner")
struct PatternScannerTests {
    @Test func `all starts of a known end are found`() throws {
        let mail = try scanner(#"\b[\w.]{1,64}@\w{1,20}\.[a-z]{2,10}\b"#)
        #expect(mail.starts("to john.smith@example.com") == [3, 7, 8])
        #expect(mail.starts("to john.smith@example.com!", end: 25) == [3, 7, 8])
        #expect(mail.starts("to john.smith@example.comx", end: 25) == [])
    }

    @Test func `a match at the end of unfinished text is no match yet`() throws {
        let number = try scanner(#"\b\d{4}\b"#)
        #expect(number.starts("a 1234") == [2])
        #expect(number.starts("a 1234", endsText: false) == [])
        #expect(number.starts("a 1234 ", end: 6, endsText: false) == [2])
    }

    @Test func `a match does not split a character`() throws {
        let any = try scanner(".x", "x.")
        #expect(any.starts("éx") == [])
        #expect(any.starts("xé", pattern: 1, end: 2) == [])
        #expect(any.starts("ax") == [0])
    }

    @Test func `case is ignored beyond ASCII too`() throws {
        let word = try scanner("straße é[à-ü]", isCaseless: true)
        #expect(word.ends("STRAßE ÉÀ").count == 1)
        #expect(word.ends("strASSE éà").count == 0)
    }

    @Test(arguments: [
        ("prose without anything!", 23), ("prose without anything.", 14), ("prose with a word", 13), ("mail to bob@exam", 8), ("digits 4111 1111", 7),
        ("a prose ignore", 8), ("a prose ignore all the", 8), ("ends with space ", 16), ("caf\u{e9}", 5), ("x igno", 2), ("x ignoble ", 10),
    ])
    func `only what can become a match is live`(text: String, start: Int) throws {
        let scanner = try scanner(
            #"\b[a-zA-Z0-9._]{1,64}@[a-z0-9.]{1,255}\.[a-z]{2,24}\b"#, #"\b\d(?:[ -]?\d){12,18}\b"#, #"\bignore.{0,40}rules\b"#)
        #expect(scanner.live(text) == start)
    }

    @Test func `a gap keeps its beginning live no longer than its pattern is`() throws {
        let scanner = try scanner("ignore.{0,40}rules")
        let text = "ignore" + String(repeating: ".", count: 60)
        let live = (6...66).map { scanner.live(String(text.prefix($0))) }
        #expect(live.firstIndex { $0 > 0 } == 46)
        #expect(live.last == 66)
    }

    @Test func `a character cut off is live`() throws {
        let scanner = try scanner("abc")
        let bytes: [UInt8] = [0x78, 0xE2, 0x82]
        #expect(scanner.live(bytes) == 1)
        #expect(scanner.live(bytes, notBefore: 2) == 2)
    }

    // MARK: Against the engine

    /// Expressions and texts from a small alphabet, so that they meet often.
    private static func expression(_ random: inout SeededRandom, _ depth: Int) -> String {
        let atoms = ["a", "b", "1", " ", "[ab]", "[^a]", #"\w"#, #"\d"#, #"\W"#, ".", #"\b"#, #"\B"#, "ab", "b1", "A"]
        switch depth == 0 ? 0 : Int.random(in: 0..<10, using: &random) {
        case 0...3: return atoms.randomElement(using: &random) ?? "a"
        case 4...6: return Self.expression(&random, depth - 1) + Self.expression(&random, depth - 1)
        case 7: return "(?:" + Self.expression(&random, depth - 1) + "|" + Self.expression(&random, depth - 1) + ")"
        case 8:
            let repeats = ["?", "{0,2}", "{1,3}", "{2}", "{1,12}", "{0,20}"]
            return "(?:" + Self.expression(&random, depth - 1) + ")" + (repeats.randomElement(using: &random) ?? "?")
        default: return (Bool.random(using: &random) ? "^" : "") + Self.expression(&random, depth - 1) + (Bool.random(using: &random) ? "$" : "")
        }
    }

    private static func text(_ random: inout SeededRandom) -> [UInt8] {
        (0..<Int.random(in: 0...40, using: &random)).map { _ in
            Array("ab1 A-\n".utf8).randomElement(using: &random) ?? 0x61
        }
    }

    @Test(arguments: UInt64(0)..<8)
    func `factors, engine and automaton agree on every end, and no match starts before the live suffix`(seed: UInt64) throws {
        var random = SeededRandom(seed)
        var patterns: [Pattern] = []
        while patterns.count < 40 {
            let pattern = Pattern(expression: Self.expression(&random, 4), isCaseless: Bool.random(using: &random))
            if (try? PatternSet.compile([pattern])) != nil, (try? WholeExpressions([pattern])) != nil { patterns.append(pattern) }
        }
        let scanner = try PatternScanner(try PatternSet.compile(patterns))
        let whole = try WholeExpressions(patterns)
        for _ in 0..<25 {
            let text = Self.text(&random)
            var hits: [PatternHit] = []
            scanner.scan(text.span, into: &hits)
            #expect(hits == whole.ends(text))
            var known = LiveStarts()
            let live = (0...text.count).map { scanner.liveSuffixStart(&known, in: text.span.extracting(0..<$0), notBefore: 0) }
            #expect(live == (0...text.count).map { scanner.live(Array(text[..<$0])) })
            for pattern in patterns.indices {
                for end in 0...text.count {
                    var starts: [Int] = []
                    scanner.matchStarts(pattern: pattern, end: end, in: text.span, notBefore: 0, into: &starts)
                    let isHit = hits.contains(PatternHit(pattern: pattern, end: end))
                    if isHit != !starts.isEmpty {
                        Issue.record("\(patterns[pattern]) on \(String(decoding: text, as: UTF8.self).debugDescription) at \(end): engine \(isHit), starts \(starts)")
                    }
                    for start in starts {
                        for length in (start + 1)..<(end + 1) where live[length] > start {
                            Issue.record("\(patterns[pattern]) at \(start) is not live after \(length) bytes of \(String(decoding: text, as: UTF8.self).debugDescription)")
                        }
                    }
                }
            }
        }
    }
}
