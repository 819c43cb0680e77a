/// Position automata run from right to left, made deterministic while they run.
///
/// A state is the set of places that the byte just read can stand at. States are kept in a table of bounded size; when it is full it
/// is emptied and filled again with what the text at hand needs.
struct BackwardAutomaton {
    /// What a place says about its pattern.
    private struct Place {
        var set: Int32
        /// Longest match of its pattern.
        var width: Int32
        var starts: Neighbour
    }

    struct State {
        /// Longest pattern that can start here, by what stands before; 0: none can.
        var startEdge: Int32 = 0
        var startWord: Int32 = 0
        var startOther: Int32 = 0
        var canStart: Bool { self.startEdge | self.startWord | self.startOther != 0 }
    }

    private var places: [Place] = []
    private var predecessorStart: [Int32] = [0]
    private var predecessors: [Int32] = []
    private var entries: [[Int32]] = []
    /// Byte to column of the table.
    private var columns: [UInt8] = []
    private var columnCount = 0
    /// For each set of bytes and column: whether the set has the column's bytes.
    private var setHasColumn: [Bool] = []

    private(set) var states: [State] = []
    private var table: [Int32] = []
    private var memberStart: [Int32] = []
    private var members: [Int32] = []
    private var index: [Int: [Int32]] = [:]
    private var marks: [Int32] = []
    private var mark: Int32 = 0
    private var memberMax = 0
    private var stateMax = 0
    /// How often the table was emptied.
    private(set) var resets = 0

    private static let unknown: Int32 = -1
    /// Always the state without places.
    static let dead: Int32 = 0

    /// `entries`: for each way of starting, which places the last byte may stand at.
    init(
        _ automata: [(automaton: PositionAutomaton, width: Int)], memoryMax: Int,
        entries isEntry: [(Neighbour) -> Bool]
    ) {
        var setNumbers: [ByteSet: Int32] = [:]
        var sets: [ByteSet] = []
        self.entries = isEntry.map { _ in [] }
        for (automaton, width) in automata {
            let base = Int32(truncatingIfNeeded: self.places.count)
            for place in automaton.sets.indices {
                let set = automaton.sets[place]
                let number = setNumbers[set] ?? Int32(truncatingIfNeeded: sets.count)
                if setNumbers[set] == nil {
                    setNumbers[set] = number
                    sets.append(set)
                }
                for (entry, accepts) in isEntry.enumerated() where accepts(automaton.ends[place]) {
                    self.entries[entry].append(Int32(truncatingIfNeeded: self.places.count))
                }
                self.places.append(
                    Place(
                        set: number, width: Int32(clamping: width), starts: automaton.starts[place]))
                for predecessor in automaton.predecessors[place] { self.predecessors.append(base + predecessor) }
                self.predecessorStart.append(Int32(truncatingIfNeeded: self.predecessors.count))
            }
        }
        self.makeColumns(sets)
        self.marks = Array(repeating: 0, count: self.places.count)
        self.memberMax = max(memoryMax / 8, 4 * self.places.count)
        self.stateMax = max(memoryMax / 2 / (4 * self.columnCount + 24), 64)
        self.reset()
    }

    private mutating func makeColumns(_ sets: [ByteSet]) {
        let (columns, representatives) = ByteSet.classes(of: sets)
        self.columns = columns
        self.columnCount = representatives.count
        self.setHasColumn = sets.flatMap { set in representatives.map { set.contains($0) } }
    }

    private mutating func reset() {
        self.states.removeAll(keepingCapacity: true)
        self.table.removeAll(keepingCapacity: true)
        self.members.removeAll(keepingCapacity: true)
        self.memberStart = [0]
        self.index.removeAll(keepingCapacity: true)
        self.states.append(State())
        self.memberStart.append(0)
        self.table.append(contentsOf: repeatElement(Self.dead, count: self.columnCount))
        for _ in self.entries {
            // An entry has no places of its own; `next` takes its successors from `entries`.
            self.states.append(State())
            self.memberStart.append(0)
            self.table.append(contentsOf: repeatElement(Self.unknown, count: self.columnCount))
        }
    }

    static func entry(_ number: Int) -> Int32 { Int32(truncatingIfNeeded: number) + 1 }

    /// The state after `byte`, going left. The table may be emptied, so only the returned state is valid afterwards.
    @inline(__always)
    mutating func next(_ state: Int32, _ byte: UInt8) -> Int32 {
        let column = Int(self.columns[Int(byte)])
        let known = self.table[Int(state) * self.columnCount + column]
        return known != Self.unknown ? known : self.build(state, column)
    }

    @inline(never)
    private mutating func build(_ state: Int32, _ column: Int) -> Int32 {
        self.mark &+= 1
        if self.mark == Int32.max {
            for place in self.marks.indices { self.marks[place] = 0 }
            self.mark = 1
        }
        var reached: [Int32] = []
        func consider(_ place: Int32) {
            let index = Int(place)
            if self.marks[index] == self.mark { return }
            self.marks[index] = self.mark
            if self.setHasColumn[Int(self.places[index].set) * self.columnCount + column] { reached.append(place) }
        }
        if state >= 1, Int(state) <= self.entries.count {
            for place in self.entries[Int(state) - 1] { consider(place) }
        } else {
            for member in Int(self.memberStart[Int(state)])..<Int(self.memberStart[Int(state) + 1]) {
                let place = Int(self.members[member])
                for edge in Int(self.predecessorStart[place])..<Int(self.predecessorStart[place + 1]) {
                    consider(self.predecessors[edge])
                }
            }
        }
        reached.sort()
        if reached.isEmpty {
            self.table[Int(state) * self.columnCount + column] = Self.dead
            return Self.dead
        }
        var hash = 0
        for place in reached { hash = (hash &* 0x1_0000_01B3) ^ Int(place) }
        for candidate in self.index[hash] ?? [] where self.holds(candidate, reached) {
            self.table[Int(state) * self.columnCount + column] = candidate
            return candidate
        }
        if self.states.count >= self.stateMax || self.members.count + reached.count > self.memberMax {
            self.reset()
            self.resets += 1
            return self.add(reached, hash)
        }
        let added = self.add(reached, hash)
        self.table[Int(state) * self.columnCount + column] = added
        return added
    }

    private func holds(_ state: Int32, _ places: [Int32]) -> Bool {
        let start = Int(self.memberStart[Int(state)])
        guard Int(self.memberStart[Int(state) + 1]) - start == places.count else { return false }
        for index in places.indices where self.members[start + index] != places[index] { return false }
        return true
    }

    private mutating func add(_ reached: [Int32], _ hash: Int) -> Int32 {
        var state = State()
        for number in reached {
            let place = self.places[Int(number)]
            if place.starts.contains(.edge) { state.startEdge = max(state.startEdge, place.width) }
            if place.starts.contains(.word) { state.startWord = max(state.startWord, place.width) }
            if place.starts.contains(.other) { state.startOther = max(state.startOther, place.width) }
        }
        let number = Int32(truncatingIfNeeded: self.states.count)
        self.states.append(state)
        self.members.append(contentsOf: reached)
        self.memberStart.append(Int32(truncatingIfNeeded: self.members.count))
        self.table.append(contentsOf: repeatElement(Self.unknown, count: self.columnCount))
        self.index[hash, default: []].append(number)
        return number
    }

    /// Longest pattern of `state` that can start at `index` of `text`; 0: none can. Starts inside a UTF-8 sequence do not count.
    @inline(__always)
    func startWidth(_ state: State, _ text: Span<UInt8>, _ index: Int, startsText: Bool) -> Int32 {
        guard state.canStart, text[index] & 0xC0 != 0x80 else { return 0 }
        if index == 0 { return startsText ? state.startEdge : max(state.startWord, state.startOther) }
        return isWordByte(text[index - 1]) ? state.startWord : state.startOther
    }
}
