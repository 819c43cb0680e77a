import Testing

@testable import Patterns

/// What a term matches, read straight from the definition in docs/design/fuzzy.md: every stretch of the text against the whole table of distances.
private struct TermOracle {
    private struct Symbol {
        var value: UInt32?
        var isSpace: Bool
        var isWord: Bool
        var start: Int
        var end: Int
    }

    let term: String
    let edits: Int

    private static func symbols(_ text: String) -> [Symbol] {
        var result: [Symbol] = []
        var offset = 0
        for scalar in text.unicodeScalars {
            let width = String(scalar).utf8.count
            defer { offset += width }
            if [" ", "\t", "\n", "\u{B}", "\u{C}", "\r"].contains(scalar) {
                if let last = result.indices.last, result[last].isSpace {
                    result[last].end += 1
                    if result[last].end - result[last].start > 4 { result[last].value = nil }
                } else {
                    result.append(Symbol(value: 32, isSpace: true, isWord: false, start: offset, end: offset + 1))
                }
                continue
            }
            let isWord = scalar == "_" || scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
                || (0xC0...0x7FF).contains(scalar.value)
            let lower = scalar.properties.lowercaseMapping.unicodeScalars
            result.append(Symbol(value: lower.first?.value, isSpace: false, isWord: isWord, start: offset, end: offset + width))
        }
        return result
    }

    private static func distance(_ left: [UInt32], _ right: [UInt32]) -> Int {
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, b) in right.enumerated() {
                let value = min(diagonal + (a == b ? 0 : 1), row[j] + 1, row[j + 1] + 1)
                diagonal = row[j + 1]
                row[j + 1] = value
            }
        }
        return row[right.count]
    }

    func matches(_ text: String) -> Set<Range<Int>> {
        let wanted = Self.symbols(self.term)
        let letters = wanted.compactMap(\.value)
        let symbols = Self.symbols(text)
        var distances: [Range<Int>: Int] = [:]
        for start in symbols.indices {
            let first = symbols[start]
            if first.isSpace || start > 0 && symbols[start - 1].isWord && first.isWord || wanted[0].isWord && !first.isWord { continue }
            for end in (start + 1)..<(symbols.count + 1) {
                let last = symbols[end - 1]
                if last.value == nil { break }
                if last.isSpace || end < symbols.count && symbols[end].isWord && last.isWord { continue }
                if wanted[wanted.count - 1].isWord && !last.isWord { continue }
                let found = Self.distance(letters, symbols[start..<end].compactMap(\.value))
                if found <= self.edits { distances[start..<end] = found }
            }
        }
        let best = distances.filter { range, distance in
            !distances.contains { other, nearer in
                nearer < distance && other != range
                    && (other.lowerBound == range.lowerBound && other.upperBound < range.upperBound
                        || other.upperBound == range.upperBound && other.lowerBound > range.lowerBound)
            }
        }
        return Set(best.keys.map { symbols[$0.lowerBound].start..<symbols[$0.upperBound - 1].end })
    }
}

extension PatternScanner {
    fileprivate func matches(_ text: String, pattern: Int = 0) -> Set<Range<Int>> {
        var found: Set<Range<Int>> = []
        for hit in self.ends(text) where hit.pattern == pattern {
            for start in self.starts(text, pattern: pattern, end: hit.end) { found.insert(start..<hit.end) }
        }
        return found
    }
}

private func scanner(terms: [(String, Int)]) throws -> PatternScanner {
    try PatternScanner(try PatternSet.compile(terms.map { Pattern(term: $0.0, edits: $0.1) }))
}

@Suite("Terms")
struct TermScannerTests {
    private static let alphabets = ["ab c", "abcdefgh  ", "aB.é \n", "日本語ab ", "жЖд а-"]

    private static func text(_ alphabet: String, _ length: Int, _ random: inout SeededRandom) -> String {
        String(String.UnicodeScalarView((0..<length).compactMap { _ in alphabet.unicodeScalars.randomElement(using: &random) }))
    }

    /// A term, and a text with things like it.
    private static func sample(_ random: inout SeededRandom) -> (term: String, edits: Int, text: String) {
        let alphabet = Self.alphabets.randomElement(using: &random) ?? ""
        let space: Unicode.Scalar = " "
        let length = Int.random(in: 1...9, using: &random)
        let middle = Self.text(alphabet, length, &random)
        let solid = alphabet.unicodeScalars.first ?? "a"
        let term = "\(solid)" + middle.split(whereSeparator: \.isWhitespace).joined(separator: "\(space)") + "\(solid)"
        let edits = Int.random(in: 0...((term.unicodeScalars.count - 1) / 2), using: &random)
        var text = ""
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            var near = Array(term.unicodeScalars)
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                guard let place = near.indices.randomElement(using: &random), let scalar = alphabet.unicodeScalars.randomElement(using: &random) else { continue }
                switch Int.random(in: 0..<3, using: &random) {
                case 0: near[place] = scalar
                case 1: near.remove(at: place)
                default: near.insert(scalar, at: place)
                }
            }
            text += Self.text(alphabet, Int.random(in: 0...3, using: &random), &random)
            text.unicodeScalars.append(contentsOf: near)
            text += [" ", "", ".", "  "].randomElement(using: &random) ?? ""
        }
        return (term, edits, text)
    }

    @Test(arguments: UInt64(0)..<4)
    func `matches are those of the definition`(seed: UInt64) throws {
        var random = SeededRandom(seed)
        var count = 0
        for _ in 0..<120 {
            let (term, edits, text) = Self.sample(&random)
            let expected = TermOracle(term: term, edits: edits).matches(text)
            let found = try scanner(terms: [(term, edits)]).matches(text)
            #expect(found == expected, "\(term.debugDescription) with \(edits) in \(text.debugDescription)")
            count += expected.count
        }
        #expect(count > 60)
    }

    @Test(arguments: UInt64(0)..<3)
    func `what may become a match is alive`(seed: UInt64) throws {
        var random = SeededRandom(50 + seed)
        for _ in 0..<60 {
            let (term, edits, text) = Self.sample(&random)
            let other = Self.sample(&random)
            let both = try scanner(terms: [(term, edits), (other.term, other.edits)])
            let matches = TermOracle(term: term, edits: edits).matches(text)
            let bytes = Array(text.utf8)
            for end in 0...bytes.count {
                let live = both.live(Array(bytes[..<end]))
                let first = matches.filter { $0.lowerBound < end && $0.upperBound >= end }.map(\.lowerBound).min() ?? end
                #expect(live <= first, "\(term.debugDescription) with \(edits) in \(text.debugDescription) up to \(end)")
            }
        }
    }

    @Test func `a text that has nothing of a term is not held`() throws {
        let terms = try scanner(terms: [("project falcon", 2), ("acme", 1)])
        #expect(terms.live("we met on the") == 13)
        #expect(terms.live("we met on proj") == 10)
        #expect(terms.live("we met on projekt fal") == 10)
        #expect(terms.live("we met on projekts fawn") == 23)
        #expect(terms.live("we met on acne") == 10)
        #expect(terms.live("we met on acne and") == 18)
        // Two letters of any word may be two edits.
        #expect(terms.live("we met xy") == 7)
        #expect(terms.live("we met xyz") == 10)
    }

    @Test func `a match is whole words with the fewest edits`() throws {
        let terms = try scanner(terms: [("falcon", 1), ("project", 2)])
        #expect(terms.matches("a falcon, the FALCO and a falkon!") == [2..<8, 14..<19, 26..<32])
        #expect(terms.matches("falcons falconer xfalcon") == [0..<7, 17..<24])
        // "a project" and "project x" are within two edits as well.
        #expect(terms.matches("a project x", pattern: 1) == [2..<9])
        #expect(terms.matches("(roject)", pattern: 1) == [1..<7])
        #expect(terms.matches("pro ject", pattern: 1) == [0..<8])
    }

    @Test func `runs of white space are one space, up to four`() throws {
        let terms = try scanner(terms: [("red team", 0)])
        #expect(terms.matches("Red \t\n team") == [0..<11])
        #expect(terms.matches("red     team").isEmpty)
        #expect(terms.matches("redteam").isEmpty)
        #expect(try scanner(terms: [("red team", 1)]).matches("redteam") == [0..<7])
    }

    @Test func `words of alphabets are whole, scripts without spaces need not be`() throws {
        #expect(try scanner(terms: [("проект", 0)]).matches("ПРОЕКТ проектор") == [0..<12])
        #expect(try scanner(terms: [("日本語", 0)]).matches("私は日本語を") == [6..<15])
        #expect(try scanner(terms: [("日本語大学", 1)]).matches("私は日本語小学を") == [6..<21])
        #expect(try scanner(terms: [("Müller", 1)]).matches("Herr Muller") == [5..<11])
    }

    @Test func `bytes that are no text end a match`() throws {
        let terms = try scanner(terms: [("abcdef", 2)])
        var hits: [PatternHit] = []
        for broken in [[0x61, 0x62, 0x63, 0xFF, 0x64, 0x65, 0x66], [0x61, 0x62, 0x63, 0xC3, 0x64, 0x65, 0x66]] as [[UInt8]] {
            terms.scan(broken.span, into: &hits)
            #expect(hits.isEmpty)
        }
    }

    @Test func `terms are found at the borders of blocks`() throws {
        let terms = try scanner(terms: [("project falcon", 2), ("x", 0)])
        let text = "PROJECT FALKON"
        for offset in [16 * 1024 - 14, 16 * 1024 - 9, 16 * 1024 - 1, 16 * 1024, 32 * 1024 - 7] {
            let long = String(repeating: ". ", count: offset / 2) + (offset % 2 == 1 ? "," : "") + text + " ."
            #expect(terms.ends(long).contains(PatternHit(pattern: 0, end: offset + 14)))
            #expect(terms.starts(long, pattern: 0, end: offset + 14) == [offset])
        }
    }

    @Test func `expressions and terms are found side by side`() throws {
        let patterns = [Pattern(expression: "[0-9]{3}"), Pattern(term: "falcon", edits: 1), Pattern(expression: "e$"), Pattern(term: "!", edits: 0)]
        let both = try PatternScanner(try PatternSet.compile(patterns))
        #expect(both.ends("123 flcon! e") == [
            PatternHit(pattern: 0, end: 3), PatternHit(pattern: 1, end: 9), PatternHit(pattern: 2, end: 12), PatternHit(pattern: 3, end: 10),
        ])
    }

    @Test func `many terms are one set`() throws {
        let names = (0..<10_000).map { "name\($0)x" }
        let terms = try scanner(terms: names.map { ($0, 0) })
        #expect(terms.ends("see name9999x and NAME0x, not name10000x") == [PatternHit(pattern: 0, end: 24), PatternHit(pattern: 9999, end: 13)])
    }

    // MARK: Limits

    private func refusal(_ patterns: [Pattern]) -> PatternError.Reason? {
        do {
            _ = try PatternSet.compile(patterns)
            return nil
        } catch {
            return error.reason
        }
    }

    @Test func `edits are fewer than half of a term`() {
        #expect(self.refusal([Pattern(term: "abc", edits: 1)]) == nil)
        #expect(self.refusal([Pattern(term: "ab", edits: 1)]) == .tooManyEdits)
        #expect(self.refusal([Pattern(term: String(repeating: "a", count: 17), edits: 8)]) == nil)
        #expect(self.refusal([Pattern(term: String(repeating: "a", count: 100), edits: 9)]) == .tooManyEdits)
        #expect(self.refusal([Pattern(term: "a", edits: -1)]) == .tooManyEdits)
        #expect(self.refusal([Pattern(term: " \n", edits: 0)]) == .matchesEmptyText)
    }

    @Test func `a term has at most 1024 characters`() throws {
        var random = SeededRandom(3)
        let longest = Self.text("abcdefghijklmnop", 1024, &random)
        let terms = try scanner(terms: [(longest, 8)])
        #expect(terms.matches("x. " + longest.dropFirst(7)).contains(3..<1020))
        #expect(terms.matches(String(longest.dropFirst(8))) == [0..<1016])
        #expect(terms.matches(String(longest.dropFirst(9))).isEmpty)
        #expect(self.refusal([Pattern(term: longest + "i", edits: 0)]) == .tooLong(1025))
    }

    @Test func `all terms of a set allow so many edits together`() {
        // 100 letters in 17 cells each.
        let one = Pattern(term: String(repeating: "a", count: 100), edits: 8)
        #expect(self.refusal(Array(repeating: one, count: Term.setCostMax / 1700)) == nil)
        #expect(self.refusal(Array(repeating: one, count: Term.setCostMax / 1700 + 1)) == .tooManyTerms)
    }
}
