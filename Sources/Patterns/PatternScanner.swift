/// Looks for the patterns of a set: ends of matches through the engine, then their starts, and what may still become a match.
/// For one thread.
@safe public final class PatternScanner {
    public let widths: [ClosedRange<Int>]
    public let widthMax: Int
    public let usesTextEdges: Bool
    private let expressions: [Expression]
    private let database: DatabaseScanner?
    /// One per pattern, made when the pattern is first found.
    private var startFinders: [BackwardAutomaton?]
    private var liveFinder: BackwardAutomaton?

    private static let startMemoryMax = 256 * 1024
    private static let liveMemoryMax = 4 * 1024 * 1024

    /// With the set's own copy of the database. `findsLiveSuffix` false saves time and memory where texts are always whole; then everything
    /// is always live.
    public convenience init(_ set: PatternSet, findsLiveSuffix: Bool = true) throws(PatternError) {
        if set.image.isEmpty {
            try self.init(set, nil, findsLiveSuffix)
        } else {
            let page = PageBuffer(copying: set.image)
            guard let database = unsafe DatabaseScanner(UnsafeRawBufferPointer(page.bytes), owner: page) else {
                throw Self.imageError
            }
            try self.init(set, database, findsLiveSuffix)
        }
    }

    /// `database` is `PatternSet.image` of the same patterns, on a page boundary, readable as long as this object lives.
    public convenience init(
        patterns: [Pattern], database: UnsafeRawBufferPointer, findsLiveSuffix: Bool = true
    ) throws(PatternError) {
        let set = try PatternSet.withoutImage(patterns)
        if patterns.isEmpty {
            try self.init(set, nil, findsLiveSuffix)
        } else {
            guard let database = unsafe DatabaseScanner(database) else { throw Self.imageError }
            try self.init(set, database, findsLiveSuffix)
        }
    }

    private static let imageError = PatternError(
        pattern: nil, expression: "", reason: .image("the patterns were compiled by another version of the pattern engine"))

    private init(_ set: PatternSet, _ database: DatabaseScanner?, _ findsLiveSuffix: Bool) throws(PatternError) {
        self.widths = set.widths
        self.widthMax = set.widthMax
        self.usesTextEdges = set.usesTextEdges
        self.expressions = set.expressions
        self.database = database
        self.startFinders = Array(repeating: nil, count: set.patterns.count)
        guard findsLiveSuffix else { return }
        var automata: [(automaton: PositionAutomaton, width: Int)] = []
        for (index, expression) in set.expressions.enumerated() {
            do {
                automata.append((try PositionAutomaton(expression, approximatesRepeats: true), set.widths[index].upperBound))
            } catch {
                throw PatternError(pattern: index, expression: set.patterns[index].expression, reason: .tooLarge)
            }
        }
        self.liveFinder = BackwardAutomaton(automata, memoryMax: Self.liveMemoryMax, entries: [{ _ in true }])
    }

    /// Replaces `hits` by the ends of all matches that lie in `text`, as if there were nothing around it, and by some ends of none: the
    /// caller confirms each by its starts. No order is promised.
    public func scan(_ text: Span<UInt8>, into hits: inout [PatternHit]) {
        guard let database = self.database else {
            hits.removeAll(keepingCapacity: true)
            return
        }
        database.scan(text, into: &hits)
    }

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
    public func liveSuffixStart(in text: Span<UInt8>, notBefore: Int, startsText: Bool = true) -> Int {
        let live = self.liveFinder?.leftmostStart(BackwardAutomaton.entry(0), text, to: notBefore, startsText: startsText)
        guard let live else { return notBefore }
        return min(live, max(notBefore, Self.completePrefix(text)))
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

    private func startFinder(_ pattern: Int) -> BackwardAutomaton? {
        // Compiling the set has proved that this automaton is not too large.
        guard let automaton = try? PositionAutomaton(self.expressions[pattern], approximatesRepeats: false) else { return nil }
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

    fileprivate mutating func leftmostStart(_ entry: Int32, _ text: Span<UInt8>, to lowest: Int, startsText: Bool) -> Int {
        var state = entry
        var index = text.count
        var leftmost = index
        while index > lowest {
            index -= 1
            state = self.next(state, text[index])
            if state == Self.dead { break }
            let length = Int32(truncatingIfNeeded: text.count - index)
            let known = self.states[Int(state)]
            if length <= self.startWidth(known, text, index, startsText: startsText) { leftmost = index }
            if length >= known.alive { break }
        }
        return leftmost
    }
}
