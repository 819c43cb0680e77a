/// The position automata of many expressions run together from left to right, each start of a text by itself, made deterministic while
/// they run. A state is the set of places that the byte just read can stand at, seen from one start. It knows what may still become a
/// match, and what is one.
///
/// States are kept in a table of bounded size, which is emptied between two texts' turns when it is full.
struct PrefixAutomaton {
    private var placeSets: [Int32] = []
    private var placeEnds: [UInt8] = []
    private var placePatterns: [Int32] = []
    /// Longest match of each pattern.
    private var widths: [Int32] = []
    private var successorStart: [Int32] = [0]
    private var successors: [Int32] = []
    /// Places that a match can start at, by what stands before: nothing, a word byte, another byte.
    private var firsts: [[Int32]] = [[], [], []]
    /// Byte to column of a row.
    private(set) var columns: [UInt8] = []
    private var columnCount = 0
    /// For each set of bytes and column: whether the set has the column's bytes.
    private var setHasColumn: [Bool] = []

    /// A row per state: what it says of itself, then by column the row of the next state.
    private(set) var table: [Int32] = []
    private var memberStart: [Int32] = []
    private var members: [Int32] = []
    /// Which patterns' matches end in a state, and what must stand after them.
    private var endStart: [Int32] = []
    private var ends: [(pattern: Int32, accepts: UInt8)] = []
    /// The turn in which an end of a pattern was last reported.
    private var reported: [Int32] = []
    private var index: [Int: [Int32]] = [:]
    private var turn: Int32 = 0
    private var marks: [Int32] = []
    private var mark: Int32 = 0
    private var stateMax = 0
    private var memberMax = 0
    /// How often the table was emptied: rows of before mean nothing any more.
    private(set) var resets = 0
    /// States made so far, the measure of the work beyond looking up.
    private(set) var statesMade = 0

    // The head of a row.
    /// What must stand after a match that ends here; bits of `Neighbour`.
    static let accepts = 0
    /// Longest match that this can be the beginning of.
    static let width = 1
    /// The last turn in which a thread came here, and its number.
    static let turn = 2
    static let thread = 3
    private static let head = 4

    private static let unknown: Int32 = -1
    /// Row of the state without places.
    static let dead: Int32 = 0

    /// `widths`: the longest match of each pattern, by its number.
    init(_ automata: [(pattern: Int, automaton: PositionAutomaton)], widths: [Int], memoryMax: Int) {
        var setNumbers: [ByteSet: Int32] = [:]
        var sets: [ByteSet] = []
        self.widths = widths.map { Int32(clamping: $0) }
        for (pattern, automaton) in automata {
            let base = Int32(truncatingIfNeeded: self.placeSets.count)
            for place in automaton.sets.indices {
                let set = automaton.sets[place]
                let number = setNumbers[set] ?? Int32(truncatingIfNeeded: sets.count)
                if setNumbers[set] == nil {
                    setNumbers[set] = number
                    sets.append(set)
                }
                self.placeSets.append(number)
                self.placeEnds.append(automaton.ends[place].rawValue)
                self.placePatterns.append(Int32(truncatingIfNeeded: pattern))
                for (kind, neighbour) in [Neighbour.edge, .word, .other].enumerated() where automaton.starts[place].contains(neighbour) {
                    self.firsts[kind].append(base + Int32(truncatingIfNeeded: place))
                }
            }
            self.connect(automaton, base)
        }
        self.reported = Array(repeating: 0, count: self.widths.count)
        let (columns, representatives) = ByteSet.classes(of: sets)
        self.columns = columns
        self.columnCount = representatives.count
        self.setHasColumn = sets.flatMap { set in representatives.map { set.contains($0) } }
        self.marks = Array(repeating: 0, count: self.placeSets.count)
        self.stateMax = max(memoryMax / 2 / (4 * (Self.head + representatives.count)), 64)
        self.memberMax = max(memoryMax / 8, 4 * self.placeSets.count)
        self.reset()
        self.resets = 0
    }

    private mutating func connect(_ automaton: PositionAutomaton, _ base: Int32) {
        var next: [[Int32]] = Array(repeating: [], count: automaton.sets.count)
        for (place, predecessors) in automaton.predecessors.enumerated() {
            for predecessor in predecessors { next[Int(predecessor)].append(base + Int32(truncatingIfNeeded: place)) }
        }
        for places in next {
            self.successors += places
            self.successorStart.append(Int32(truncatingIfNeeded: self.successors.count))
        }
    }

    private var stride: Int { Self.head + self.columnCount }

    /// Row of what a start is before its first byte, by what stands before it: 0 nothing, 1 a word byte, 2 another byte.
    func entry(_ kind: Int) -> Int32 { Int32(truncatingIfNeeded: (1 + kind) * self.stride) }

    /// Bytes that the table may still take are few.
    var isFull: Bool { self.memberStart.count > self.stateMax || self.members.count > self.memberMax }

    mutating func reset() {
        self.table.removeAll(keepingCapacity: true)
        self.members.removeAll(keepingCapacity: true)
        self.memberStart = [0]
        self.ends.removeAll(keepingCapacity: true)
        self.endStart = [0]
        self.index.removeAll(keepingCapacity: true)
        for _ in 0...self.firsts.count { self.addRow([]) }
        // Nothing leads on from the state without places.
        for column in Self.head..<self.stride { self.table[column] = Self.dead }
        self.resets += 1
    }

    private mutating func addRow(_ places: [Int32]) {
        var accepts: UInt8 = 0
        var width: Int32 = 0
        let firstEnd = self.ends.count
        for place in places {
            let pattern = self.placePatterns[Int(place)]
            width = max(width, self.widths[Int(pattern)])
            let end = self.placeEnds[Int(place)]
            if end == 0 { continue }
            accepts |= end
            // Places of a pattern stand together.
            if self.ends.count > firstEnd, self.ends[self.ends.count - 1].pattern == pattern {
                self.ends[self.ends.count - 1].accepts |= end
            } else {
                self.ends.append((pattern, end))
            }
        }
        self.endStart.append(Int32(truncatingIfNeeded: self.ends.count))
        self.table.append(Int32(accepts))
        self.table.append(width)
        self.table.append(-1)
        self.table.append(0)
        self.table.append(contentsOf: repeatElement(Self.unknown, count: self.columnCount))
        self.members.append(contentsOf: places)
        self.memberStart.append(Int32(truncatingIfNeeded: self.members.count))
    }

    /// Row of the state after `byte`. The table only grows.
    @inline(__always)
    mutating func next(_ row: Int32, _ byte: UInt8) -> Int32 {
        let column = Self.head + Int(self.columns[Int(byte)])
        let known = self.table[Int(row) + column]
        return known != Self.unknown ? known : self.build(row, column)
    }

    /// A number that no other turn has.
    mutating func beginTurn() -> Int32 {
        if self.turn == Int32.max {
            self.turn = 0
            for row in Swift.stride(from: 0, to: self.table.count, by: self.stride) { self.table[row + Self.turn] = -1 }
            for pattern in self.reported.indices { self.reported[pattern] = 0 }
        }
        self.turn += 1
        return self.turn
    }

    /// Notes that a thread came to a state in a turn. The number of the one that came there before in the same turn; nil: it is the first.
    @inline(__always)
    mutating func arrive(_ row: Int32, _ turn: Int32, _ thread: Int32) -> Int? {
        let place = Int(row) + Self.turn
        if self.table[place] == turn { return Int(self.table[place + 1]) }
        self.table[place] = turn
        self.table[place + 1] = thread
        return nil
    }

    /// Appends the ends of matches in a state, `after` being what follows; of each pattern once in a turn.
    @inline(never)
    mutating func report(_ row: Int32, _ after: UInt8, _ turn: Int32, end: Int, into hits: inout [PatternHit]) {
        let state = Int(row) / self.stride
        for index in Int(self.endStart[state])..<Int(self.endStart[state + 1]) {
            let (pattern, accepts) = self.ends[index]
            guard accepts & after != 0, self.reported[Int(pattern)] != turn else { continue }
            self.reported[Int(pattern)] = turn
            hits.append(PatternHit(pattern: Int(pattern), end: end))
        }
    }

    @inline(never)
    private mutating func build(_ row: Int32, _ column: Int) -> Int32 {
        let state = Int(row) / self.stride
        self.mark &+= 1
        if self.mark == Int32.max {
            for place in self.marks.indices { self.marks[place] = 0 }
            self.mark = 1
        }
        var reached: [Int32] = []
        func consider(_ place: Int32) {
            if self.marks[Int(place)] == self.mark { return }
            self.marks[Int(place)] = self.mark
            if self.setHasColumn[Int(self.placeSets[Int(place)]) * self.columnCount + column - Self.head] { reached.append(place) }
        }
        if state >= 1, state <= self.firsts.count {
            for place in self.firsts[state - 1] { consider(place) }
        } else {
            for member in Int(self.memberStart[state])..<Int(self.memberStart[state + 1]) {
                let place = Int(self.members[member])
                for edge in Int(self.successorStart[place])..<Int(self.successorStart[place + 1]) { consider(self.successors[edge]) }
            }
        }
        let result = self.row(of: reached)
        self.table[Int(row) + column] = result
        return result
    }

    private mutating func row(of places: [Int32]) -> Int32 {
        if places.isEmpty { return Self.dead }
        let reached = places.sorted()
        var hash = 0
        for place in reached { hash = (hash &* 0x1_0000_01B3) ^ Int(place) }
        for candidate in self.index[hash] ?? [] where self.holds(Int(candidate) / self.stride, reached) { return candidate }
        let row = Int32(truncatingIfNeeded: self.table.count)
        self.addRow(reached)
        self.index[hash, default: []].append(row)
        self.statesMade += 1
        return row
    }

    private func holds(_ state: Int, _ places: [Int32]) -> Bool {
        let start = Int(self.memberStart[state])
        guard Int(self.memberStart[state + 1]) - start == places.count else { return false }
        for index in places.indices where self.members[start + index] != places[index] { return false }
        return true
    }
}
