/// Which starts of a text that goes on may still lead to a match, and where matches end, kept from byte to byte: a look at more of the text
/// costs what is new only.
///
/// Starts from which the same may follow share a thread. It knows its first and its last start: those between count as if they were all
/// there, so a start may count a little longer than it has to, never shorter.
public struct LiveStarts {
    private struct Thread {
        var row: Int32
        var first: Int32
        var last: Int32
    }

    private var threads: [Thread] = []
    private var stepped: [Thread] = []
    /// How much of the text has been looked at.
    private var position = 0
    /// Ends before it have been reported.
    private var reported = 0
    /// Ends of terms before it have been reported.
    var termsReported = 0
    /// `PrefixAutomaton.resets` when it was looked at.
    private var resets = 0
    /// Ends of matches, with a few others among them; whoever takes them empties the list.
    public var hits: [PatternHit] = []

    public init() {}

    /// Nothing of the text has been looked at.
    public var isNew: Bool { self.reported == 0 }

    public mutating func clear() {
        self.threads.removeAll(keepingCapacity: true)
        self.hits.removeAll(keepingCapacity: true)
        self.position = 0
        self.reported = 0
        self.termsReported = 0
    }

    /// The text's first bytes are dropped; all that starts there is decided, and the hits are taken.
    public mutating func shift(by count: Int) {
        for index in self.threads.indices {
            self.threads[index].first -= Int32(truncatingIfNeeded: count)
            self.threads[index].last -= Int32(truncatingIfNeeded: count)
        }
        self.position -= count
        self.reported -= count
        self.termsReported -= count
    }

    /// Bytes after which the automaton may be emptied.
    private static let portion = 256

    /// Looks at the rest of `text`. `decided`: nothing that starts before it matters; the byte before it is in the text, if there is one.
    /// Returns the smallest place from which the text could go on to become a match, or is one and lacks the byte after it.
    mutating func advance(_ automaton: inout PrefixAutomaton, _ text: Span<UInt8>, decided: Int, startsText: Bool) -> Int {
        if self.resets != automaton.resets { self.restart(automaton, at: min(self.position, decided)) }
        self.position = max(self.position, decided)
        while self.position < text.count {
            self.run(&automaton, text, to: min(text.count, self.position + Self.portion), startsText)
            if automaton.isFull {
                let (end, live) = (self.position, self.live(self.position))
                automaton.reset()
                // What is live is looked at again, without leave to empty it once more.
                self.restart(automaton, at: max(live, decided))
                self.run(&automaton, text, to: end, startsText)
            }
        }
        return max(decided, self.live(text.count))
    }

    /// The text ends here: reports the matches that end with it.
    mutating func finish(_ automaton: inout PrefixAutomaton) {
        let turn = automaton.beginTurn()
        for thread in self.threads { automaton.report(thread.row, Neighbour.edge.rawValue, turn, end: self.position, into: &self.hits) }
    }

    private mutating func restart(_ automaton: PrefixAutomaton, at place: Int) {
        self.resets = automaton.resets
        self.threads.removeAll(keepingCapacity: true)
        self.position = place
    }

    private func live(_ end: Int) -> Int {
        var live = Int32(truncatingIfNeeded: end)
        for thread in self.threads where thread.first < live { live = thread.first }
        return Int(live)
    }

    private mutating func run(_ automaton: inout PrefixAutomaton, _ text: Span<UInt8>, to end: Int, _ startsText: Bool) {
        while self.position < end {
            self.step(&automaton, text, startsText)
            self.position += 1
        }
        self.reported = max(self.reported, end)
    }

    @inline(__always)
    private mutating func step(_ automaton: inout PrefixAutomaton, _ text: Span<UInt8>, _ startsText: Bool) {
        let byte = text[self.position]
        let continues = byte & 0xC0 == 0x80
        let place = Int32(truncatingIfNeeded: self.position)
        // A match ends neither within a character nor, seen twice, a second time.
        let after = continues || self.position < self.reported ? 0 : Neighbour(byte).rawValue
        self.stepped.removeAll(keepingCapacity: true)
        let turn = automaton.beginTurn()
        for thread in self.threads {
            if automaton.table[Int(thread.row) + PrefixAutomaton.accepts] & Int32(after) != 0 {
                automaton.report(thread.row, after, turn, end: self.position, into: &self.hits)
            }
            let row = automaton.next(thread.row, byte)
            if row == PrefixAutomaton.dead { continue }
            let first = max(thread.first, place + 1 - automaton.table[Int(row) + PrefixAutomaton.width])
            if first <= thread.last { self.add(&automaton, turn, row, first, thread.last) }
        }
        if !continues {
            if place > 0 {
                self.spawn(&automaton, turn, isWordByte(text[self.position - 1]) ? 1 : 2, byte, place)
            } else if startsText {
                self.spawn(&automaton, turn, 0, byte, place)
            } else {
                self.spawn(&automaton, turn, 1, byte, place)
                self.spawn(&automaton, turn, 2, byte, place)
            }
        }
        swap(&self.threads, &self.stepped)
    }

    @inline(__always)
    private mutating func spawn(_ automaton: inout PrefixAutomaton, _ turn: Int32, _ kind: Int, _ byte: UInt8, _ place: Int32) {
        let row = automaton.next(automaton.entry(kind), byte)
        if row != PrefixAutomaton.dead { self.add(&automaton, turn, row, place, place) }
    }

    @inline(__always)
    private mutating func add(_ automaton: inout PrefixAutomaton, _ turn: Int32, _ row: Int32, _ first: Int32, _ last: Int32) {
        if let other = automaton.arrive(row, turn, Int32(truncatingIfNeeded: self.stepped.count)) {
            self.stepped[other].first = min(self.stepped[other].first, first)
            self.stepped[other].last = max(self.stepped[other].last, last)
        } else {
            self.stepped.append(Thread(row: row, first: first, last: last))
        }
    }
}
