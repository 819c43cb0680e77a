internal import Patterns

/// Something found whose place is settled.
struct Finding: Equatable {
    var start: Int
    var end: Int
    /// Number of the pattern's use in the phase's program.
    var use: Int
}

/// Finds what a phase's policies look for. Its answer for a text is a function of the whole text:
///
/// - A recogniser's candidates are all (start, end) that its pattern matches and its `confirm` accepts. Of all recognisers' candidates the
///   leftmost is taken, then markers and blocking ones first, then the longest, then by priority, then in the chain's order; the
///   next one is looked for after its end.
/// - An indicator is found at the leftmost start of each of its ends, whatever else lies there.
final class PhaseDetector {
    let program: PhaseProgram
    let scanner: PatternScanner
    /// What `decide` found, ascending by start; at the same start indicators first.
    private(set) var findings: [Finding] = []
    /// Filled by `scan`.
    private(set) var hits: [PatternHit] = []
    private var starts: [Int] = []
    private var candidates: [Finding] = []

    /// A candidate's neighbours that may be looked at.
    static let contextMax = 64
    /// How much of a text must be kept before the part that is not decided.
    let retention: Int

    init(_ program: PhaseProgram, _ scanner: PatternScanner) {
        self.program = program
        self.scanner = scanner
        // The leftmost start of an indicator may lie in the part that is decided.
        let indicatorMax = program.uses.indices.reduce(0) { widest, use in
            if case .indicator = program.uses[use].role { return max(widest, scanner.widths[use].upperBound) }
            return widest
        }
        self.retention = max(Self.contextMax, indicatorMax) + 4
    }

    func scan(_ text: Span<UInt8>) { self.scanner.scan(text, into: &self.hits) }

    /// The engine promises no order.
    func sortHits() {
        for index in self.hits.indices.dropFirst() where self.hits[index - 1].end > self.hits[index].end {
            self.hits.sort { ($0.end, $0.pattern) < ($1.end, $1.pattern) }
            return
        }
    }

    /// The part of a text that is to be decided.
    struct Window {
        /// Everything that starts here or later, but before `to`, is decided now.
        var from: Int
        var to: Int
        /// Recognisers' matches start here or later.
        var cursor: Int
        var startsText: Bool
        var endsText: Bool
        /// Which of `hits`, and what to subtract from their ends.
        var hits: Range<Int>
        var offset: Int
        var wantsRecognizers = true
        var wantsIndicators = true
    }

    /// Puts everything found in the window into `findings` and returns the end of the last recogniser's match.
    func decide(_ text: Span<UInt8>, _ window: Window) -> Int {
        self.findings.removeAll(keepingCapacity: true)
        self.candidates.removeAll(keepingCapacity: true)
        for index in window.hits {
            let hit = self.hits[index]
            let end = hit.end - window.offset
            guard end <= text.count, end > window.from else { continue }
            switch self.program.uses[hit.pattern].role {
            case .indicator:
                guard window.wantsIndicators else { continue }
                self.scanner.matchStarts(
                    pattern: hit.pattern, end: end, in: text, notBefore: 0, startsText: window.startsText,
                    endsText: window.endsText, into: &self.starts)
                if let start = self.starts.last, start >= window.from, start < window.to {
                    self.candidates.append(Finding(start: start, end: end, use: hit.pattern))
                }
            case .recognizer, .marker:
                guard window.wantsRecognizers else { continue }
                if let found = self.candidate(text, hit.pattern, end, max(window.from, window.cursor), window) {
                    self.candidates.append(found)
                }
            }
        }
        if self.candidates.isEmpty { return window.cursor }
        return self.select(text, window)
    }

    private func select(_ text: Span<UInt8>, _ window: Window) -> Int {
        var cursor = window.cursor
        // The next one to take is the last.
        self.candidates.sort { self.precedes($1, $0) }
        while let next = self.candidates.popLast() {
            if case .indicator = self.program.uses[next.use].role {
                self.findings.append(next)
            } else if next.start >= cursor {
                self.findings.append(next)
                cursor = next.end
            } else if next.end > cursor, let later = self.candidate(text, next.use, next.end, cursor, window) {
                var index = self.candidates.count
                while index > 0, self.precedes(self.candidates[index - 1], later) { index -= 1 }
                self.candidates.insert(later, at: index)
            }
        }
        return cursor
    }

    /// The leftmost confirmed candidate that ends at `end`.
    private func candidate(_ text: Span<UInt8>, _ use: Int, _ end: Int, _ lowest: Int, _ window: Window) -> Finding? {
        if lowest >= end { return nil }
        self.scanner.matchStarts(
            pattern: use, end: end, in: text, notBefore: lowest, startsText: window.startsText, endsText: window.endsText,
            into: &self.starts)
        for start in self.starts.reversed() {
            if start >= window.to { return nil }
            guard case .recognizer(let recognizer) = self.program.uses[use].role else {
                return Finding(start: start, end: end, use: use)
            }
            // Exactly as much context as may count, so that no recogniser can see how the text was cut.
            let context = min(start, min(recognizer.leftContextMax, Self.contextMax))
            let known = text.extracting((start - context)..<end)
            if recognizer.confirm(known, context..<known.count, end < text.count ? text[end] : nil) {
                return Finding(start: start, end: end, use: use)
            }
        }
        return nil
    }

    private func precedes(_ left: Finding, _ right: Finding) -> Bool {
        if left.start != right.start { return left.start < right.start }
        let (leftRank, rightRank) = (self.rank(left.use), self.rank(right.use))
        if leftRank != rightRank { return leftRank < rightRank }
        if left.end != right.end { return left.end > right.end }
        let (leftPriority, rightPriority) = (self.priority(left.use), self.priority(right.use))
        return leftPriority != rightPriority ? leftPriority > rightPriority : left.use < right.use
    }

    private func rank(_ use: Int) -> Int {
        switch self.program.uses[use].role {
        case .indicator: 0
        case .marker: 1
        case .recognizer: self.program.uses[use].blocks ? 2 : 3
        }
    }

    private func priority(_ use: Int) -> Int {
        if case .recognizer(let recognizer) = self.program.uses[use].role { return recognizer.priority }
        return 0
    }
}
