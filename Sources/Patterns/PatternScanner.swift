/// Looks for the patterns of a set: ends of matches, then their starts, and what may still become a match. The engine finds the factors
/// of patterns; where those of a pattern are, the pattern's automaton looks for matches. `docs/design/patterns.md` has more.
/// For one thread.
@safe public final class PatternScanner {
    public let widths: [ClosedRange<Int>]
    public let widthMax: Int
    public let usesTextEdges: Bool
    private let patterns: [Pattern]
    private let table: FactorTable
    private let patternOfSlot: [Int32]
    private let database: DatabaseScanner?
    private let terms: TermScanner?
    /// The engine gave up during the last `scan`: what it found is not all.
    public private(set) var hasFailed = false

    /// Finds the pieces that are no literals; made when it is first needed.
    private var pieceFinder: PieceAutomaton?
    /// One per pattern, made when the pattern is first woken.
    private var endFinders: [EndFinder?]
    private var endMemory = 0
    /// One per pattern, made when the pattern is first found.
    private var startFinders: [BackwardAutomaton?]
    /// Made when it is first needed.
    private var liveFinder: LiveFinder?

    // Kept from scan to scan for their storage.
    private var windows: CandidateWindows
    private var pieceHits: [PatternHit] = []
    private var termHits: [PatternHit] = []
    private var slots: [Int32] = []
    private var buffers = Buffers()

    private static let startMemoryMax = 256 * 1024
    private static let liveMemoryMax = 4 * 1024 * 1024
    private static let pieceMemoryMax = 4 * 1024 * 1024
    /// Of one pattern's automaton, and of all: beyond that they are thrown away.
    private static let endMemoryMax = 128 * 1024
    private static let endMemorySum = 24 * 1024 * 1024
    /// Bytes given to the engine at once, which bounds the hits that have to be kept.
    private static let blockBytes = 16 * 1024

    /// With the set's own copy of the image.
    public convenience init(_ set: PatternSet) throws(PatternError) {
        let page = PageBuffer(copying: set.image)
        try unsafe self.init(set.patterns, UnsafeRawBufferPointer(page.bytes), page)
    }

    /// `database` is `PatternSet.image` of the same patterns, on a page boundary, readable as long as this object lives.
    public convenience init(patterns: [Pattern], database: UnsafeRawBufferPointer) throws(PatternError) {
        try unsafe self.init(patterns, database, nil)
    }

    private static let imageError = PatternError(
        pattern: nil, expression: "", reason: .image("the patterns were compiled by another version of the pattern engine"))

    private init(_ patterns: [Pattern], _ image: UnsafeRawBufferPointer, _ owner: PageBuffer?) throws(PatternError) {
        if patterns.isEmpty {
            self.table = FactorTable()
            self.database = nil
        } else {
            guard let (table, place) = unsafe PatternImage.read(RawSpan(_unsafeBytes: image), patternCount: patterns.count) else {
                throw Self.imageError
            }
            self.table = table
            if place.isEmpty {
                self.database = nil
            } else {
                guard let database = unsafe DatabaseScanner(UnsafeRawBufferPointer(rebasing: image[place]), owner: owner) else {
                    throw Self.imageError
                }
                self.database = database
            }
        }
        self.patterns = patterns
        self.terms = TermScanner(patterns, self.table.widths)
        self.widths = self.table.widths
        self.widthMax = self.widths.map(\.upperBound).max() ?? 0
        self.usesTextEdges = self.table.usesTextEdges
        self.patternOfSlot = self.table.patternOfSlot
        self.windows = CandidateWindows(slotCount: self.patternOfSlot.count)
        self.endFinders = Array(repeating: nil, count: patterns.count)
        self.startFinders = Array(repeating: nil, count: patterns.count)
    }

    // MARK: Ends

    /// Replaces `hits` by the ends of all matches that lie in `text`, as if there were nothing around it, ascending by end, then by
    /// pattern. Of a pattern with a `lengthMax` ends of longer matches may be among them: the caller confirms each by its starts.
    public func scan(_ text: Span<UInt8>, into hits: inout [PatternHit]) {
        hits.removeAll(keepingCapacity: true)
        self.hasFailed = false
        if self.patterns.isEmpty { return }
        self.terms?.scan(text, into: &hits)
        if self.pieceFinder == nil, !self.table.classPieces.isEmpty {
            self.pieceFinder = PieceAutomaton(
                self.table.classPieces, self.table.classes, firstNumber: self.table.lengths.count - self.table.classPieces.count,
                memoryMax: Self.pieceMemoryMax)
        }
        var from = 0
        while true {
            let to = min(from + Self.blockBytes, text.count)
            // A piece that crosses the border between two blocks lies in the second one.
            let start = max(0, from - FactorFinder.lengthLimit)
            self.pieceHits.removeAll(keepingCapacity: true)
            if let database, !database.scan(text.extracting(start..<to), into: &self.pieceHits) { self.hasFailed = true }
            self.pieceFinder?.scan(
                text.extracting(start..<to), followsWord: start > 0 && isWordByte(text[start - 1]), into: &self.pieceHits)
            if !self.pieceHits.isEmpty { self.wake(text, offset: start) }
            if to == text.count { break }
            from = to
        }
        if self.windows.isEmpty { return }
        self.walk(text, into: &hits)
        self.windows.removeAll()
        if self.endMemory > Self.endMemorySum {
            for pattern in self.endFinders.indices { self.endFinders[pattern] = nil }
            self.endMemory = 0
        }
        if hits.count > 1 { hits.sort { ($0.end, $0.pattern) < ($1.end, $1.pattern) } }
    }

    /// Notes where the pieces found say that matches may start.
    private func wake(_ text: Span<UInt8>, offset: Int) {
        self.windows.insert(self.pieceHits, self.table, text, offset: offset)
    }

    /// Runs the automata of all patterns whose factors were found.
    private func walk(_ text: Span<UInt8>, into hits: inout [PatternHit]) {
        self.windows.sortedSlots(into: &self.slots)
        // Out of the object, so that the loop does not ask for each access.
        var buffers = Buffers()
        swap(&buffers, &self.buffers)
        let slots = self.slots
        let slotStart = self.table.slotStart
        let patternOfSlot = self.patternOfSlot
        var index = 0
        while index < slots.count {
            let slot = slots[index]
            let pattern = Int(patternOfSlot[Int(slot)])
            index += 1
            if slotStart[pattern + 1] - slotStart[pattern] == 1 {
                self.windows.ranges(slot, into: &buffers.common)
            } else {
                // Both factors have to be there, around the same start.
                guard slot == slotStart[pattern], index < slots.count, slots[index] == slot + 1 else { continue }
                index += 1
                self.windows.ranges(slot, into: &buffers.first)
                self.windows.ranges(slot + 1, into: &buffers.second)
                CandidateWindows.intersect(buffers.first, buffers.second, into: &buffers.common)
            }
            if !buffers.common.isEmpty { self.run(pattern, text, buffers.common, into: &hits) }
        }
        swap(&buffers, &self.buffers)
    }

    private struct Buffers {
        var first: [ClosedRange<Int32>] = []
        var second: [ClosedRange<Int32>] = []
        var common: [ClosedRange<Int32>] = []
    }

    private func run(_ pattern: Int, _ text: Span<UInt8>, _ starts: [ClosedRange<Int32>], into hits: inout [PatternHit]) {
        guard let finder = self.endFinders[pattern] ?? self.makeEndFinder(pattern) else { return }
        finder.automaton.run(text, starts, widthMax: self.widths[pattern].upperBound, pattern: pattern, into: &hits)
        let memory = finder.automaton.memory
        self.endMemory += memory - finder.memory
        finder.memory = memory
    }

    private final class EndFinder {
        var automaton: ForwardAutomaton
        /// What is counted in `endMemory`.
        var memory = 0

        init(_ automaton: ForwardAutomaton) { self.automaton = automaton }
    }

    /// Work that the automata have done: bytes read and places looked at.
    var steps: Int { self.endFinders.reduce(0) { $0 + ($1?.automaton.steps ?? 0) } }

    private func expression(_ pattern: Int) -> Expression? {
        // Compiling the set has proved that it is one.
        try? ExpressionParser.parse(self.patterns[pattern].expression, isCaseless: self.patterns[pattern].isCaseless)
    }

    private func makeEndFinder(_ pattern: Int) -> EndFinder? {
        guard let expression = self.expression(pattern),
            let automaton = try? PositionAutomaton(expression, approximatesRepeats: false, runsForward: true)
        else { return nil }
        let finder = EndFinder(ForwardAutomaton(automaton, memoryMax: Self.endMemoryMax))
        self.endFinders[pattern] = finder
        return finder
    }

    // MARK: Starts

    /// Replaces `starts` by all places at which a match of `pattern` that ends at `end` starts, not before `notBefore`, from right to
    /// left. Neighbours are those in `text`; `startsText` and `endsText` say whether its borders are those of the whole text. At
    /// the end of a text that goes on nothing matches, since the next byte is not known. Matches do not split a UTF-8 sequence.
    public func matchStarts(
        pattern: Int, end: Int, in text: Span<UInt8>, notBefore: Int, startsText: Bool = true, endsText: Bool = true,
        into starts: inout [Int]
    ) {
        starts.removeAll(keepingCapacity: true)
        var entry = 0
        if end < text.count {
            if text[end] & 0xC0 == 0x80 { return }
            entry = isWordByte(text[end]) ? 1 : 2
        } else if !endsText {
            return
        }
        if let terms, terms.isTerm(pattern) {
            terms.starts(pattern: pattern, end: end, in: text, notBefore: notBefore, into: &starts)
            return
        }
        if self.startFinders[pattern] == nil { self.startFinders[pattern] = self.startFinder(pattern) }
        let lowest = max(notBefore, end - self.widths[pattern].upperBound)
        self.startFinders[pattern]?.collectStarts(
            BackwardAutomaton.entry(entry), text, from: end, to: lowest, startsText: startsText, into: &starts)
    }

    /// The leftmost of `matchStarts`.
    public func matchStart(
        pattern: Int, end: Int, in text: Span<UInt8>, notBefore: Int, startsText: Bool = true, endsText: Bool = true
    ) -> Int? {
        var starts: [Int] = []
        self.matchStarts(
            pattern: pattern, end: end, in: text, notBefore: notBefore, startsText: startsText, endsText: endsText, into: &starts)
        return starts.last
    }

    /// The smallest place, not before `notBefore`, from which the text to its end could go on to become a match or, where it is one
    /// already, still lacks the byte after it; `text.count` when there is none. Everything that starts earlier is decided.
    /// May be too small, never too large.
    ///
    /// `starts` is of the same text, or new; only what it has not seen is looked at. `text` has the byte before `notBefore`, if there is one.
    /// `starts.hits` gets the ends of all matches that start there or later and were not reported yet, once the byte after them is known.
    /// As with `scan` others may be among them: the caller confirms each by its starts.
    public func liveSuffixStart(_ starts: inout LiveStarts, in text: Span<UInt8>, notBefore: Int, startsText: Bool = true) -> Int {
        let finder = self.liveFinder ?? self.makeLiveFinder()
        let live = starts.advance(&finder.automaton, text, decided: notBefore, startsText: startsText)
        let complete = max(notBefore, Self.completePrefix(text))
        guard let terms else { return min(live, complete) }
        self.addTermEnds(terms, &starts, in: text, from: notBefore, before: complete)
        return min(live, terms.live(in: text, end: complete, notBefore: notBefore))
    }

    /// As `liveSuffixStart` of a text that ends here, so that nothing is live any more.
    public func finish(_ starts: inout LiveStarts, in text: Span<UInt8>, notBefore: Int, startsText: Bool = true) {
        _ = self.liveSuffixStart(&starts, in: text, notBefore: notBefore, startsText: startsText)
        if let terms { self.addTermEnds(terms, &starts, in: text, from: notBefore, before: text.count + 1) }
        self.liveFinder.map { starts.finish(&$0.automaton) }
    }

    /// The ends of terms before `limit` that were not reported yet: what is held is looked at again. A term's end needs the character after it.
    private func addTermEnds(_ terms: TermScanner, _ starts: inout LiveStarts, in text: Span<UInt8>, from: Int, before limit: Int) {
        let first = starts.termsReported
        guard limit > first else { return }
        starts.termsReported = limit
        // A few bytes more, so that it sees whether a word starts.
        var start = max(0, from - 4)
        while start > 0, text[start] & 0xC0 == 0x80 { start -= 1 }
        self.termHits.removeAll(keepingCapacity: true)
        terms.scan(text.extracting(start..<text.count), into: &self.termHits)
        for hit in self.termHits where hit.end + start >= first && hit.end + start < limit {
            starts.hits.append(PatternHit(pattern: hit.pattern, end: hit.end + start))
        }
    }

    /// Length of the text without a UTF-8 sequence that is cut off at its end.
    static func completePrefix(_ text: Span<UInt8>) -> Int {
        var index = text.count
        while index > 0, text.count - index < 3 {
            index -= 1
            let byte = text[index]
            if byte & 0xC0 == 0x80 { continue }
            let length = byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
            return text.count - index < length ? index : text.count
        }
        return text.count
    }

    private final class LiveFinder {
        var automaton: PrefixAutomaton

        init(_ automaton: PrefixAutomaton) { self.automaton = automaton }
    }

    private func makeLiveFinder() -> LiveFinder {
        var automata: [(pattern: Int, automaton: PositionAutomaton)] = []
        for pattern in self.patterns.indices where self.terms?.isTerm(pattern) != true {
            guard let expression = self.expression(pattern),
                let automaton = try? PositionAutomaton(expression, approximatesRepeats: true, runsForward: true)
            else { continue }
            automata.append((pattern, automaton))
        }
        let finder = LiveFinder(PrefixAutomaton(automata, widths: self.widths.map(\.upperBound), memoryMax: Self.liveMemoryMax))
        self.liveFinder = finder
        return finder
    }

    private func startFinder(_ pattern: Int) -> BackwardAutomaton? {
        guard let expression = self.expression(pattern),
            let automaton = try? PositionAutomaton(expression, approximatesRepeats: false)
        else { return nil }
        return BackwardAutomaton(
            [(automaton, self.widths[pattern].upperBound)], memoryMax: Self.startMemoryMax,
            entries: [{ $0.contains(.edge) }, { $0.contains(.word) }, { $0.contains(.other) }])
    }
}

extension BackwardAutomaton {
    fileprivate mutating func collectStarts(
        _ entry: Int32, _ text: Span<UInt8>, from end: Int, to lowest: Int, startsText: Bool, into starts: inout [Int]
    ) {
        var state = entry
        var index = end
        while index > lowest {
            index -= 1
            state = self.next(state, text[index])
            if state == Self.dead { return }
            if self.startWidth(self.states[Int(state)], text, index, startsText: startsText) != 0 { starts.append(index) }
        }
    }
}
