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
    let watch: PolicyWatch
    /// What `decide` found, ascending by start; at the same start indicators first.
    private(set) var findings: [Finding] = []
    /// Filled by `scan` or `take`.
    private(set) var hits: [PatternHit] = []
    private var starts: [Int] = []
    /// What `Recognizer.allowsStart` said of starts close by.
    private var known = [KnownStart](repeating: KnownStart(), count: KnownStart.count)
    private var serial = 0
    /// Calls of `confirm` and `allowsStart`, for tests.
    private(set) var confirmCount = 0

    private struct KnownStart {
        static let count = 1024
        var serial = 0
        var place = 0
        var use = 0
        var isAllowed = false
    }

    /// A candidate's neighbours that may be looked at.
    static let contextMax = 64
    /// How much of a text must be kept before the part that is not decided.
    let retention: Int

    init(_ program: PhaseProgram, _ scanner: PatternScanner, _ watch: PolicyWatch) {
        self.program = program
        self.scanner = scanner
        self.watch = watch
        // The leftmost start of an indicator may lie in the part that is decided.
        let indicatorMax = program.uses.indices.reduce(0) { widest, use in
            if case .indicator = program.uses[use].role { return max(widest, scanner.widths[use].upperBound) }
            return widest
        }
        self.retention = max(Self.contextMax, indicatorMax) + 4
    }

    func scan(_ text: Span<UInt8>) {
        self.watch.look(0)
        self.scanner.scan(text, into: &self.hits)
    }

    /// Hits of somebody else, in place of those of `scan`.
    func take(_ hits: inout [PatternHit]) {
        self.hits.removeAll(keepingCapacity: true)
        swap(&self.hits, &hits)
    }

    /// The engine promises no order.
    func sortHits() {
        for index in self.hits.indices.dropFirst() where self.hits[index - 1].end > self.hits[index].end {
            self.hits.sort { ($0.end, $0.pattern) < ($1.end, $1.pattern) }
            return
        }
    }

    /// Names a text: what is remembered of one is not asked of another.
    func nextSerial() -> Int {
        self.serial += 1
        return self.serial
    }

    /// The part of a text that is to be decided.
    struct Window {
        /// Everything that starts before `to` is decided now, everything before `from` already is.
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
        /// The text's name, and what of it is before the window's text.
        var serial: Int
        var base = 0
    }

    /// Puts everything found in the window into `findings`, keeps what is not decided in `candidates`, and returns the end of the last
    /// recogniser's match. Each end is looked at once, when the byte after it is known.
    func decide(_ text: Span<UInt8>, _ window: Window, _ candidates: inout CandidateQueue) -> Int {
        self.findings.removeAll(keepingCapacity: true)
        let last = window.endsText ? text.count : text.count - 1
        for index in window.hits {
            let hit = self.hits[index]
            let end = hit.end - window.offset
            guard end <= last, end > window.from else { continue }
            switch self.program.uses[hit.pattern].role {
            case .indicator:
                guard window.wantsIndicators else { continue }
                self.watch.look(self.program.policies[self.program.uses[hit.pattern].policy].number)
                self.scanner.matchStarts(
                    pattern: hit.pattern, end: end, in: text, notBefore: 0, startsText: window.startsText,
                    endsText: window.endsText, into: &self.starts)
                if let start = self.starts.last, start >= window.from {
                    candidates.insert(Finding(start: start, end: end, use: hit.pattern), self.program)
                }
            case .recognizer, .marker:
                guard window.wantsRecognizers else { continue }
                if let found = self.candidate(text, hit.pattern, end, max(window.from, window.cursor), window) {
                    candidates.insert(found, self.program)
                }
            }
        }
        return candidates.isEmpty ? window.cursor : self.select(text, window, &candidates)
    }

    private func select(_ text: Span<UInt8>, _ window: Window, _ candidates: inout CandidateQueue) -> Int {
        var cursor = window.cursor
        while let next = candidates.first, next.start < window.to {
            candidates.removeFirst(self.program)
            if case .indicator = self.program.uses[next.use].role {
                self.findings.append(next)
            } else if next.start >= cursor {
                self.findings.append(next)
                cursor = next.end
            } else if next.end > cursor, let later = self.candidate(text, next.use, next.end, cursor, window) {
                candidates.insert(later, self.program)
            }
        }
        return cursor
    }

    /// The leftmost confirmed candidate that ends at `end`.
    private func candidate(_ text: Span<UInt8>, _ use: Int, _ end: Int, _ lowest: Int, _ window: Window) -> Finding? {
        if lowest >= end { return nil }
        self.watch.look(self.program.policies[self.program.uses[use].policy].number)
        guard case .recognizer(let recognizer) = self.program.uses[use].role else {
            self.findStarts(text, use, end, lowest, window)
            return self.starts.last.map { Finding(start: $0, end: end, use: use) }
        }
        let next = end < text.count ? text[end] : nil
        if let next, let refuses = recognizer.refusesNext, refuses(next) { return nil }
        self.findStarts(text, use, end, lowest, window)
        for start in self.starts.reversed() {
            // Exactly as much context as may count, so that no recogniser can see how the text was cut.
            let context = min(start, min(recognizer.leftContextMax, Self.contextMax))
            let known = text.extracting((start - context)..<end)
            if let allows = recognizer.allowsStart, !self.isAllowed(known, context, use, window.base + start, window.serial, allows) {
                continue
            }
            self.confirmCount += 1
            if recognizer.confirm(known, context..<known.count, next) { return Finding(start: start, end: end, use: use) }
        }
        return nil
    }

    private func findStarts(_ text: Span<UInt8>, _ use: Int, _ end: Int, _ lowest: Int, _ window: Window) {
        self.scanner.matchStarts(
            pattern: use, end: end, in: text, notBefore: lowest, startsText: window.startsText, endsText: window.endsText,
            into: &self.starts)
    }

    private func isAllowed(
        _ text: Span<UInt8>, _ start: Int, _ use: Int, _ place: Int, _ serial: Int,
        _ allows: (_ text: Span<UInt8>, _ start: Int) -> Bool
    ) -> Bool {
        let slot = (place &* 31 &+ use &* 7) & (KnownStart.count - 1)
        let known = self.known[slot]
        if known.serial == serial, known.place == place, known.use == use { return known.isAllowed }
        self.confirmCount += 1
        let isAllowed = allows(text, start)
        self.known[slot] = KnownStart(serial: serial, place: place, use: use, isAllowed: isAllowed)
        return isAllowed
    }
}

/// Candidates that are not decided, the next one to take first: a heap.
struct CandidateQueue {
    private var heap: [Finding] = []

    var isEmpty: Bool { self.heap.isEmpty }
    var first: Finding? { self.heap.first }

    mutating func removeAll() { self.heap.removeAll(keepingCapacity: true) }

    /// The text's first bytes are dropped.
    mutating func shift(by count: Int) {
        for index in self.heap.indices {
            self.heap[index].start -= count
            self.heap[index].end -= count
        }
    }

    mutating func insert(_ finding: Finding, _ program: PhaseProgram) {
        self.heap.append(finding)
        var index = self.heap.count - 1
        while index > 0, program.precedes(finding, self.heap[(index - 1) / 2]) {
            self.heap[index] = self.heap[(index - 1) / 2]
            index = (index - 1) / 2
        }
        self.heap[index] = finding
    }

    mutating func removeFirst(_ program: PhaseProgram) {
        guard let last = self.heap.popLast(), !self.heap.isEmpty else { return }
        var index = 0
        while 2 * index + 1 < self.heap.count {
            var child = 2 * index + 1
            if child + 1 < self.heap.count, program.precedes(self.heap[child + 1], self.heap[child]) { child += 1 }
            guard program.precedes(self.heap[child], last) else { break }
            self.heap[index] = self.heap[child]
            index = child
        }
        self.heap[index] = last
    }
}

extension PhaseProgram {
    /// Which of two candidates is taken first.
    func precedes(_ left: Finding, _ right: Finding) -> Bool {
        if left.start != right.start { return left.start < right.start }
        let (leftRank, rightRank) = (self.rank(left.use), self.rank(right.use))
        if leftRank != rightRank { return leftRank < rightRank }
        if left.end != right.end { return left.end > right.end }
        let (leftPriority, rightPriority) = (self.priority(left.use), self.priority(right.use))
        return leftPriority != rightPriority ? leftPriority > rightPriority : left.use < right.use
    }

    private func rank(_ use: Int) -> Int {
        switch self.uses[use].role {
        case .indicator: 0
        case .marker: 1
        case .recognizer: self.uses[use].blocks ? 2 : 3
        }
    }

    private func priority(_ use: Int) -> Int {
        if case .recognizer(let recognizer) = self.uses[use].role { return recognizer.priority }
        return 0
    }
}
