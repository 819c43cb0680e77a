/// The position automaton of one expression run from left to right, made deterministic while it runs. It says where matches end.
///
/// A state is the set of places that the byte just read can stand at, and whether a match may start with the next byte (then with what
/// stands before it). States are kept in a table of bounded size; when it is full it is emptied and filled again with what the text
/// at hand needs.
struct ForwardAutomaton {
    private var placeSets: [Int32] = []
    private var placeEnds: [Neighbour] = []
    private var successorStart: [Int32] = [0]
    private var successors: [Int32] = []
    /// Places that a match can start at, by what stands before: nothing, a word byte, another byte.
    private var firsts: [[Int32]] = [[], [], []]
    /// Byte to column of the table.
    private var columns: [UInt8] = []
    private var columnCount = 0
    /// For each column, whether its bytes are word bytes.
    private var columnIsWord: [Bool] = []
    /// For each set of bytes and column: whether the set has the column's bytes.
    private var setHasColumn: [Bool] = []

    /// Row of a state: by column, first if no match may start after the byte, then if one may. An entry is the place of the next row;
    /// `~` that, if there is something to do: a match may end there, or nothing goes on.
    private var table: [Int32] = []
    private var rowCount: Int { 2 * self.columnCount }
    /// What must stand after a match that ends in the state; bits of `Neighbour`.
    private var accepts: [UInt8] = []
    private var memberStart: [Int32] = []
    private var members: [Int32] = []
    private var index: [Int: [Int32]] = [:]
    private var marks: [Int32] = []
    private var mark: Int32 = 0
    private let memberMax: Int
    private let stateMax: Int
    /// Bytes read and places looked at so far: the work done.
    private(set) var steps = 0

    /// Would say that the next state is the first entry state, which nothing leads to.
    private static let unknown: Int32 = -1
    private static let dead: Int32 = 1
    /// The first member of a state's list is its entry: from 2 on, 2 + the number in `firsts`; 1: none. No state has 0.
    private static let entryStates: Int32 = 5

    init(_ automaton: PositionAutomaton, memoryMax: Int) {
        var setNumbers: [ByteSet: Int32] = [:]
        var sets: [ByteSet] = []
        for place in automaton.sets.indices {
            let set = automaton.sets[place]
            let number = setNumbers[set] ?? Int32(truncatingIfNeeded: sets.count)
            if setNumbers[set] == nil {
                setNumbers[set] = number
                sets.append(set)
            }
            self.placeSets.append(number)
            self.placeEnds.append(automaton.ends[place])
            for (kind, neighbour) in [Neighbour.edge, .word, .other].enumerated() where automaton.starts[place].contains(neighbour) {
                self.firsts[kind].append(Int32(truncatingIfNeeded: place))
            }
        }
        let (columns, representatives) = ByteSet.classes(of: sets + [.word])
        self.columns = columns
        self.columnCount = representatives.count
        self.columnIsWord = representatives.map(isWordByte)
        self.setHasColumn = sets.flatMap { set in representatives.map { set.contains($0) } }
        self.memberMax = max(memoryMax / 8, 4 * automaton.sets.count)
        self.stateMax = max(memoryMax / 2 / (8 * representatives.count + 16), 64)
        self.connect(automaton)
        self.marks = Array(repeating: 0, count: self.placeSets.count)
        self.reset()
    }

    /// Bytes that the automaton takes, roughly.
    var memory: Int {
        4 * (self.successors.count + 4 * self.placeSets.count + self.table.count + self.members.count) + 80 * self.accepts.count
    }

    private mutating func connect(_ automaton: PositionAutomaton) {
        var counts = Array(repeating: Int32(0), count: automaton.sets.count + 1)
        for predecessors in automaton.predecessors { for place in predecessors { counts[Int(place) + 1] += 1 } }
        for place in automaton.sets.indices { counts[place + 1] += counts[place] }
        self.successorStart = counts
        self.successors = Array(repeating: 0, count: Int(counts[automaton.sets.count]))
        for (place, predecessors) in automaton.predecessors.enumerated() {
            for predecessor in predecessors {
                self.successors[Int(counts[Int(predecessor)])] = Int32(truncatingIfNeeded: place)
                counts[Int(predecessor)] += 1
            }
        }
    }

    private mutating func reset() {
        self.table.removeAll(keepingCapacity: true)
        self.accepts.removeAll(keepingCapacity: true)
        self.members.removeAll(keepingCapacity: true)
        self.memberStart = [0]
        self.index.removeAll(keepingCapacity: true)
        for entry in 0..<Self.entryStates { _ = self.add(entry, []) }
    }

    // MARK: Running

    /// Appends the ends of all matches that start in one of `starts`, which are ascending and have gaps between them, and no longer
    /// than `widthMax`; a few longer ones may be among them. Beyond the text there is nothing.
    mutating func run(
        _ text: Span<UInt8>, _ starts: [ClosedRange<Int32>], widthMax: Int, pattern: Int, into hits: inout [PatternHit]
    ) {
        let rowCount = Int32(truncatingIfNeeded: self.rowCount)
        let dead = Self.dead * rowCount
        var row = dead
        var position = 0
        func go(_ until: Int, _ mode: Int) {
            while position < until, row != dead {
                let walked = self.glide(text, &row, &position, until, mode)
                self.steps &+= walked + 1
                guard position < until else { return }
                let column = mode + Int(self.columns[Int(text[position])])
                var next = self.table[Int(row) + column]
                if next == Self.unknown { next = self.build(row / rowCount, column) }
                position += 1
                row = next < 0 ? ~next : next
                let accepts = self.accepts[Int(row / rowCount)]
                if accepts != 0 {
                    let after = position == text.count ? Neighbour.edge : Neighbour(text[position])
                    if accepts & after.rawValue != 0 { hits.append(PatternHit(pattern: pattern, end: position)) }
                }
            }
        }
        for index in starts.indices {
            let first = Int(starts[index].lowerBound)
            let last = min(Int(starts[index].upperBound), text.count - 1)
            if first > last { return }
            if row == dead {
                position = first
                row = rowCount * (first == 0 ? 2 : isWordByte(text[first - 1]) ? 3 : 4)
            }
            go(last, self.columnCount)
            // The byte before the next start decides whether that start is open.
            let next = index + 1 < starts.count ? Int(starts[index + 1].lowerBound) - 1 : Int.max
            let limit = min(last + widthMax, text.count)
            go(min(limit, next), 0)
            if row != dead, position == next, next < limit {
                go(next + 1, self.columnCount)
            } else {
                row = dead
            }
        }
    }

    /// Follows the table up to a byte at which there is something to do, and says how many it passed.
    @inline(__always)
    private func glide(_ text: Span<UInt8>, _ row: inout Int32, _ position: inout Int, _ until: Int, _ mode: Int) -> Int {
        let table = self.table.span
        let columns = self.columns.span
        var current = row
        var index = position
        while index < until {
            // A row of the table and a column of a byte are in range by construction; `until` is within the text.
            let next = unsafe table[unchecked: Int(current) + mode + Int(columns[unchecked: Int(text[unchecked: index])])]
            if next < 0 { break }
            current = next
            index += 1
        }
        let walked = index - position
        row = current
        position = index
        return walked
    }

    @inline(never)
    private mutating func build(_ state: Int32, _ column: Int) -> Int32 {
        self.mark &+= 1
        if self.mark == Int32.max {
            for place in self.marks.indices { self.marks[place] = 0 }
            self.mark = 1
        }
        let opens = column >= self.columnCount
        let byteColumn = opens ? column - self.columnCount : column
        var reached: [Int32] = []
        func consider(_ place: Int32) {
            let index = Int(place)
            self.steps &+= 1
            if self.marks[index] == self.mark { return }
            self.marks[index] = self.mark
            if self.setHasColumn[Int(self.placeSets[index]) * self.columnCount + byteColumn] { reached.append(place) }
        }
        let range = Int(self.memberStart[Int(state)])..<Int(self.memberStart[Int(state) + 1])
        let entry = Int(self.members[range.lowerBound])
        if entry > 1 { for place in self.firsts[entry - 2] { consider(place) } }
        for member in range.dropFirst() {
            let place = Int(self.members[member])
            for edge in Int(self.successorStart[place])..<Int(self.successorStart[place + 1]) { consider(self.successors[edge]) }
        }
        reached.sort()
        let next: Int32 = opens ? (self.columnIsWord[byteColumn] ? 3 : 4) : Self.dead
        let hash = Self.hash(next, reached)
        var result = Self.unknown
        for candidate in self.index[hash] ?? [] where self.holds(candidate, next, reached) { result = candidate }
        if result == Self.unknown {
            if self.accepts.count >= self.stateMax || self.members.count + reached.count > self.memberMax {
                self.reset()
                let state = reached.isEmpty ? next : self.add(next, reached)
                return self.entry(state)
            }
            result = self.add(next, reached)
        }
        self.table[Int(state) * self.rowCount + column] = self.entry(result)
        return self.entry(result)
    }

    private func entry(_ state: Int32) -> Int32 {
        let row = state * Int32(truncatingIfNeeded: self.rowCount)
        return state == Self.dead || self.accepts[Int(state)] != 0 ? ~row : row
    }

    private static func hash(_ entry: Int32, _ places: [Int32]) -> Int {
        var hash = Int(entry)
        for place in places { hash = (hash &* 0x1_0000_01B3) ^ Int(place) }
        return hash
    }

    private func holds(_ state: Int32, _ entry: Int32, _ places: [Int32]) -> Bool {
        let start = Int(self.memberStart[Int(state)])
        guard Int(self.memberStart[Int(state) + 1]) - start == places.count + 1, self.members[start] == entry else { return false }
        for index in places.indices where self.members[start + 1 + index] != places[index] { return false }
        return true
    }

    private mutating func add(_ entry: Int32, _ reached: [Int32]) -> Int32 {
        var accepts: Neighbour = []
        for place in reached { accepts.formUnion(self.placeEnds[Int(place)]) }
        let number = Int32(truncatingIfNeeded: self.accepts.count)
        self.accepts.append(accepts.rawValue)
        self.members.append(entry)
        self.members.append(contentsOf: reached)
        self.memberStart.append(Int32(truncatingIfNeeded: self.members.count))
        // Nothing leads on from the state without places.
        self.table.append(contentsOf: repeatElement(Self.unknown, count: 2 * self.columnCount))
        self.index[Self.hash(entry, reached), default: []].append(number)
        return number
    }
}

extension ByteSet {
    /// Numbers the classes of bytes that all of `sets` treat alike: the number of each byte's class, and a byte of each class.
    static func classes(of sets: [ByteSet]) -> (numbers: [UInt8], representatives: [UInt8]) {
        var numbers = [Int](repeating: 0, count: 256)
        var count = 1
        for set in sets {
            // Splits each class by membership; its first part keeps the number.
            var split = [Int](repeating: -1, count: 2 * count)
            var next = 0
            for byte in 0..<256 {
                let key = 2 * numbers[byte] + (set.contains(UInt8(truncatingIfNeeded: byte)) ? 1 : 0)
                if split[key] < 0 {
                    split[key] = next
                    next += 1
                }
                numbers[byte] = split[key]
            }
            count = next
        }
        var representatives = [UInt8](repeating: 0, count: count)
        for byte in (0..<256).reversed() { representatives[numbers[byte]] = UInt8(truncatingIfNeeded: byte) }
        return (numbers.map { UInt8(truncatingIfNeeded: $0) }, representatives)
    }
}
