/// Looks for the terms among a set's patterns: ends of matches, their starts, and what may still become a match. `docs/design/fuzzy.md` says what a
/// match is. For one thread.
final class TermScanner {
    private let terms: [Term]
    private let index: TermIndex
    /// Made when a stream first asks.
    private var tree: TermTree?
    /// Pattern of each term, and back; -1 for patterns that are no terms.
    private let patternOfTerm: [Int]
    private let termOfPattern: [Int]
    private let widthMax: Int
    /// Where each term was last looked for, in bytes of the text.
    private var looked: [Int]

    // Kept from scan to scan for their storage.
    private var text = TermText()
    private var walk = TermTree.Walk()
    private var nearest: [(start: Int, distance: Int)] = []

    /// Bytes read at once.
    private static let blockBytes = 16 * 1024
    /// Before a match at most so many bytes say whether it starts at a word's start.
    private static let neighbourBytes = 4

    /// nil: none of the patterns is a term.
    init?(_ patterns: [Pattern], _ widths: [ClosedRange<Int>]) {
        var terms: [Term] = []
        var patternOfTerm: [Int] = []
        var termOfPattern = Array(repeating: -1, count: patterns.count)
        for (number, pattern) in patterns.enumerated() {
            guard let edits = pattern.edits else { continue }
            termOfPattern[number] = terms.count
            patternOfTerm.append(number)
            terms.append(Term(pattern.expression, edits: edits))
        }
        if terms.isEmpty { return nil }
        self.terms = terms
        self.index = TermIndex(terms)
        self.patternOfTerm = patternOfTerm
        self.termOfPattern = termOfPattern
        self.widthMax = patternOfTerm.map { widths[$0].upperBound }.max() ?? 0
        self.looked = Array(repeating: -1, count: terms.count)
    }

    func isTerm(_ pattern: Int) -> Bool { self.termOfPattern[pattern] >= 0 }

    // MARK: Ends

    /// Appends the ends of all matches in `text`, ascending by end, then by pattern; some that `starts` does not confirm may be among them.
    func scan(_ text: Span<UInt8>, into hits: inout [PatternHit]) {
        let first = hits.count
        var from = 0
        while from < text.count {
            let to = min(from + Self.blockBytes, text.count)
            // What crosses the border between two blocks lies in the second one.
            self.text.read(text, max(0, from - self.widthMax - Self.neighbourBytes)..<to)
            self.scanBlock(into: &hits)
            from = to
        }
        if hits.count > first { Self.makeUnique(&hits, from: first) }
    }

    private static func makeUnique(_ hits: inout [PatternHit], from first: Int) {
        hits[first...].sort { ($0.end, $0.pattern) < ($1.end, $1.pattern) }
        var kept = first
        for index in (first + 1)..<max(first + 1, hits.count) where hits[index] != hits[kept] {
            kept += 1
            hits[kept] = hits[index]
        }
        hits.removeSubrange((kept + 1)...)
    }

    private func scanBlock(into hits: inout [PatternHit]) {
        for term in self.looked.indices { self.looked[term] = -1 }
        // Out of the object, so that the loop does not ask for each access.
        let text = self.text
        var looked: [Int] = []
        swap(&looked, &self.looked)
        self.index.find(text.symbols) { place, wake in
            let number = Int(wake.term)
            let term = self.terms[number]
            let start = place - Int(wake.lead)
            for candidate in max(0, start - term.edits)...max(0, start + term.edits)
            where candidate <= start + term.edits && candidate < text.count && looked[number] != candidate {
                guard text.startsMatch(candidate, inWord: term.startsInWord) else { continue }
                looked[number] = candidate
                Self.eachEnd(term, text, from: candidate, to: text.count) { end, _ in
                    hits.append(PatternHit(pattern: self.patternOfTerm[number], end: text.offsets[end]))
                    return true
                }
            }
        }
        swap(&looked, &self.looked)
    }

    /// Calls `body` with the end of each text from `start` that is within the term's distance and ends a word, until it says no.
    @inline(__always)
    private static func eachEnd(_ term: Term, _ text: TermText, from start: Int, to limit: Int, _ body: (_ end: Int, _ distance: Int) -> Bool) {
        var band = EditBand(term)
        var end = start
        while end < limit, text.kinds[end] != .gap {
            guard band.advance(text.symbols[end], { term.symbols[$0] }) else { return }
            end += 1
            if let distance = band.distance, text.endsMatch(end, inWord: term.endsInWord), !body(end, distance) { return }
        }
    }

    // MARK: Starts

    /// Appends where matches of the term start that end at `end`, not before `notBefore`, from right to left. The caller has seen to it that no
    /// UTF-8 sequence is split there.
    func starts(pattern: Int, end: Int, in text: Span<UInt8>, notBefore: Int, into starts: inout [Int]) {
        let number = self.termOfPattern[pattern]
        let term = self.terms[number]
        if end < text.count, end > 0, TermText.isWordLead(text[end]) {
            // A word goes on behind the match, unless it ends with no letter.
            var last = end - 1
            while last > 0, text[last] & 0xC0 == 0x80, end - last < 4 { last -= 1 }
            if TermText.isWordLead(text[last]) { return }
        }
        var first = max(0, end - term.widths.upperBound - Self.neighbourBytes)
        while first > 0, text[first] & 0xC0 == 0x80, end - first < term.widths.upperBound + 2 * Self.neighbourBytes { first -= 1 }
        self.text.read(text, first..<end)
        let read = self.text
        self.nearest.removeAll(keepingCapacity: true)
        guard read.count > 0, read.endsMatch(read.count, inWord: term.endsInWord) else { return }
        var band = EditBand(term)
        var start = read.count
        var least = Int.max
        while start > 0, read.kinds[start - 1] != .gap {
            guard band.advance(read.symbols[start - 1], { term.symbols[term.symbols.count - 1 - $0] }) else { break }
            start -= 1
            guard let distance = band.distance, read.startsMatch(start, inWord: term.startsInWord) else { continue }
            // What has a better match at its end is none.
            if distance <= least { self.nearest.append((start, distance)) }
            least = min(least, distance)
        }
        for found in self.nearest where read.offsets[found.start] >= notBefore {
            var isBest = true
            Self.eachEnd(term, read, from: found.start, to: read.count - 1) { _, distance in
                // Nor what has one at its start.
                isBest = distance >= found.distance
                return isBest
            }
            if isBest { starts.append(read.offsets[found.start]) }
        }
    }

    // MARK: What may become a match

    /// The smallest place, not before `notBefore`, from which `text[..<end]` could go on to become a match, or `end`. May be too small.
    func live(in text: Span<UInt8>, end: Int, notBefore: Int) -> Int {
        let tree = self.tree ?? TermTree(self.terms)
        self.tree = tree
        let lowest = max(notBefore, end - self.widthMax)
        if lowest >= end { return end }
        var first = max(0, lowest - Self.neighbourBytes)
        while first > 0, text[first] & 0xC0 == 0x80, lowest - first < 2 * Self.neighbourBytes { first -= 1 }
        self.text.read(text, first..<end)
        let read = self.text
        var start = max(0, read.count - tree.lengthMax)
        if let gap = read.kinds.lastIndex(of: .gap) { start = max(start, gap + 1) }
        while start < read.count {
            if read.offsets[start] >= lowest, read.startsMatch(start, inWord: false), tree.continues(read.symbols.span, from: start, &self.walk) {
                return read.offsets[start]
            }
            start += 1
        }
        return end
    }
}
