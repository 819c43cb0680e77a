import Testing

@testable import Patterns

@Suite("Live starts")
struct LiveStartsTests {
    private static let expressions = [
        #"\b[a-z0-9.]{1,20}@[a-z]{2,8}\b"#, "ab?[1-3]{2,12}c", "(?:a|bb).{0,30}1", #"\d(?:[ -]?\d){4,9}"#, "b{3}", "a.{0,6}b.{0,6}1", #"\w{2,9} \w{2,9}"#,
    ]
    /// Small, so that texts make more states than they may.
    private static func automaton(_ patterns: PatternSet) throws -> PrefixAutomaton {
        let automata = try patterns.patterns.enumerated().map { number, pattern in
            let expression = try ExpressionParser.parse(pattern.expression, isCaseless: false)
            return (pattern: number, automaton: try PositionAutomaton(expression, approximatesRepeats: true, runsForward: true))
        }
        return PrefixAutomaton(automata, widths: patterns.widths.map(\.upperBound), memoryMax: 0)
    }

    private static func text(_ random: inout SeededRandom, _ count: Int) -> [UInt8] {
        let letters = Array("ab1 -3c@.2".utf8)
        return (0..<count).map { _ in letters[Int.random(in: 0..<letters.count, using: &random)] }
    }

    @Test(arguments: UInt64(0)..<3)
    func `an automaton that is emptied all the time loses no start`(seed: UInt64) throws {
        var random = SeededRandom(seed)
        let patterns = try PatternSet.compile(Self.expressions.map { Pattern(expression: $0) })
        let scanner = try PatternScanner(patterns)
        var automaton = try Self.automaton(patterns)
        // Two texts take turns, so that each finds the table emptied by the other.
        let texts = [Self.text(&random, 1500), Self.text(&random, 1500)]
        var starts = [LiveStarts(), LiveStarts()]
        var live: [[Int]] = [[0], [0]]
        for length in 1...1500 {
            for number in 0...1 {
                let decided = live[number][length - 1]
                let text = texts[number]
                let found = starts[number].advance(&automaton, text.span.extracting(0..<length), decided: decided, startsText: true)
                live[number].append(found)
            }
        }
        #expect(automaton.resets > 4)
        for (text, live) in zip(texts, live) {
            var hits: [PatternHit] = []
            scanner.scan(text.span, into: &hits)
            var found: [Int] = []
            for hit in hits {
                scanner.matchStarts(pattern: hit.pattern, end: hit.end, in: text.span, notBefore: 0, into: &found)
                for start in found where (start + 1...hit.end).contains(where: { live[$0] > start }) {
                    Issue.record("a match of \(Self.expressions[hit.pattern]) at \(start) to \(hit.end) was given up")
                }
            }
            #expect(hits.count > 20)
        }
    }

    @Test(arguments: UInt64(0)..<4)
    func `every end is reported once, as soon as the byte after it is known`(seed: UInt64) throws {
        var random = SeededRandom(seed)
        let patterns = try PatternSet.compile((Self.expressions + ["[ab]{2}$", "^[ab1]"]).map { Pattern(expression: $0) })
        let scanner = try PatternScanner(patterns)
        let text = Self.text(&random, 700)
        var hits: [PatternHit] = []
        scanner.scan(text.span, into: &hits)
        for pieceMax in [1, 5, 400] {
            var starts = LiveStarts()
            var reported: [PatternHit] = []
            var length = 0
            while length < text.count {
                length = min(text.count, length + Int.random(in: 1...pieceMax, using: &random))
                _ = scanner.liveSuffixStart(&starts, in: text.span.extracting(0..<length), notBefore: 0)
                #expect(starts.hits.allSatisfy { $0.end < length })
                reported += starts.hits
                starts.hits.removeAll()
                #expect(hits.filter { $0.end < length }.allSatisfy { reported.contains($0) })
            }
            scanner.finish(&starts, in: text.span, notBefore: 0)
            reported += starts.hits
            #expect(hits.allSatisfy { reported.contains($0) })
            #expect(reported.count == Set(reported.map { "\($0.pattern) \($0.end)" }).count)
        }
    }

    @Test func `a start counts as long as its pattern can match`() throws {
        let scanner = try scanner("x.{0,40}y")
        var starts = LiveStarts()
        let text = Array(("x" + String(repeating: "-", count: 60)).utf8)
        let live = (1...61).map { scanner.liveSuffixStart(&starts, in: text.span.extracting(0..<$0), notBefore: 0) }
        #expect(live.firstIndex { $0 > 0 } == 42)
        #expect(live.last == 61)
        #expect(starts.hits.isEmpty)
    }
}
