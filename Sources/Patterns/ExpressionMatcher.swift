/// Says whether an expression matches anywhere in a whole text. It asks for no place, so a match may be as long as it likes, or empty.
///
/// The position automaton, made deterministic while it runs; states are kept for one text and up to `statesMax`.
public struct ExpressionMatcher: Sendable {
    private let automaton: PositionAutomaton
    /// Places that can stand directly behind each place.
    private let successors: [[Int32]]
    /// Places that a match can start at, by what stands before: nothing, a word byte, another byte.
    private let firsts: [[Int32]]
    /// Byte to column of the table, a byte of each column.
    private let columns: [UInt8]
    private let representatives: [UInt8]

    static let placesMax = 4096
    private static let statesMax = 1024

    /// `isCaseless`: letters of either case match.
    public init(_ expression: String, isCaseless: Bool = false) throws(PatternError) {
        func failure(_ reason: PatternError.Reason) -> PatternError { PatternError(pattern: nil, expression: expression, reason: reason) }
        let parsed: Expression
        do {
            parsed = try ExpressionParser.parse(expression, isCaseless: isCaseless)
        } catch {
            throw failure(.syntax(error.reason, offset: error.offset))
        }
        guard parsed.placeCount(splitsWords: parsed.hasWordBoundaries) <= Self.placesMax,
            let automaton = try? PositionAutomaton(parsed, approximatesRepeats: false, runsForward: true)
        else { throw failure(.tooLarge) }
        self.automaton = automaton
        var successors: [[Int32]] = Array(repeating: [], count: automaton.sets.count)
        for (place, predecessors) in automaton.predecessors.enumerated() {
            for predecessor in predecessors { successors[Int(predecessor)].append(Int32(truncatingIfNeeded: place)) }
        }
        self.successors = successors
        self.firsts = [Neighbour.edge, .word, .other].map { before in
            automaton.starts.indices.filter { automaton.starts[$0].contains(before) }.map { Int32(truncatingIfNeeded: $0) }
        }
        (self.columns, self.representatives) = ByteSet.classes(of: automaton.sets + [.word])
    }

    public func matches(_ text: Span<UInt8>) -> Bool {
        if self.matchesEmpty(in: text) { return true }
        var states = States(columnCount: self.representatives.count)
        var state = states.add([], .edge, accepts: [])
        for index in text.indices {
            let column = Int(self.columns[Int(text[index])])
            var next = states.next(state, column)
            if next < 0 {
                if states.count >= Self.statesMax { state = states.reset(keeping: state) }
                next = self.build(from: state, column, &states)
            }
            state = next
            let after = index + 1 == text.count ? Neighbour.edge : Neighbour(text[index + 1])
            if !states.accepts[state].isDisjoint(with: after) { return true }
        }
        return false
    }

    private func build(from state: Int, _ column: Int, _ states: inout States) -> Int {
        let byte = self.representatives[column]
        var reached: Set<Int32> = []
        let before = switch states.kinds[state] {
        case .edge: 0
        case .word: 1
        default: 2
        }
        for place in self.firsts[before] where self.automaton.sets[Int(place)].contains(byte) { reached.insert(place) }
        for member in states.members[state] {
            for place in self.successors[Int(member)] where self.automaton.sets[Int(place)].contains(byte) { reached.insert(place) }
        }
        let accepts = reached.reduce(into: Neighbour()) { $0.formUnion(self.automaton.ends[Int($1)]) }
        let next = states.add(reached.sorted(), Neighbour(byte), accepts: accepts)
        states.connect(state, column, to: next)
        return next
    }

    private func matchesEmpty(in text: Span<UInt8>) -> Bool {
        if self.automaton.emptyMatches == 0 { return false }
        func kind(_ index: Int) -> Int { !text.indices.contains(index) ? 0 : isWordByte(text[index]) ? 1 : 2 }
        for index in 0...text.count where self.automaton.emptyMatches & (1 << UInt16(3 * kind(index - 1) + kind(index))) != 0 { return true }
        return false
    }

    /// Sets of places that were reached in one text.
    private struct States {
        private struct Key: Hashable {
            var members: [Int32]
            var kind: Neighbour
        }

        private(set) var members: [[Int32]] = []
        /// Of the byte just read.
        private(set) var kinds: [Neighbour] = []
        /// What must stand after a match that ends here.
        private(set) var accepts: [Neighbour] = []
        private var table: [Int32] = []
        private var numbers: [Key: Int] = [:]
        private let columnCount: Int

        init(columnCount: Int) { self.columnCount = columnCount }

        var count: Int { self.members.count }

        func next(_ state: Int, _ column: Int) -> Int { Int(self.table[state * self.columnCount + column]) }

        mutating func connect(_ state: Int, _ column: Int, to next: Int) {
            self.table[state * self.columnCount + column] = Int32(truncatingIfNeeded: next)
        }

        mutating func add(_ members: [Int32], _ kind: Neighbour, accepts: Neighbour) -> Int {
            let key = Key(members: members, kind: kind)
            if let number = self.numbers[key] { return number }
            self.numbers[key] = self.members.count
            self.members.append(members)
            self.kinds.append(kind)
            self.accepts.append(accepts)
            self.table.append(contentsOf: repeatElement(-1, count: self.columnCount))
            return self.members.count - 1
        }

        /// Forgets all but one state, and says what it is called now.
        mutating func reset(keeping state: Int) -> Int {
            let (members, kind, accepts) = (self.members[state], self.kinds[state], self.accepts[state])
            self = States(columnCount: self.columnCount)
            return self.add(members, kind, accepts: accepts)
        }
    }
}
