/// Finds pieces that are sequences of byte classes, all in one pass. The pieces are a tree of byte sets; a state is the set of nodes
/// that the bytes just read can stand at. States are kept in a table of bounded size; when it is full it is emptied and filled
/// again with what the text at hand needs.
struct PieceAutomaton {
    private var nodeSets: [Int32] = []
    /// Piece that ends at a node, else -1.
    private var nodePieces: [Int32] = []
    private var children: [[Int32]] = []
    private var columns: [UInt8] = []
    private var columnCount = 0
    private var setHasColumn: [Bool] = []
    private var columnIsWord: [Bool] = []

    /// Place of the next state's row in this table; below -1, `~` that, if pieces end there.
    private var table: [Int32] = []
    private var memberStart: [Int32] = []
    private var members: [Int32] = []
    private var index: [Int: [Int32]] = [:]
    private let stateMax: Int
    private let memberMax: Int
    /// States made so far, the measure of the work beyond a table look-up per byte.
    private(set) var statesMade = 0

    private static let unknown: Int32 = -1
    /// Is in a state where the last byte is no word byte.
    private static let wordRoot: Int32 = 1

    /// `firstNumber`: of the first piece among all pieces.
    init(_ pieces: [FactorTable.ClassPiece], _ classes: [ByteSet], firstNumber: Int, memoryMax: Int) {
        let (columns, representatives) = ByteSet.classes(of: classes + [.word])
        self.columns = columns
        self.columnCount = representatives.count
        self.columnIsWord = representatives.map(isWordByte)
        self.setHasColumn = classes.flatMap { set in representatives.map { set.contains($0) } }
        self.stateMax = max(memoryMax / 2 / (4 * representatives.count + 64), 64)
        self.memberMax = memoryMax / 8
        // The roots: of pieces that start anywhere, and of those that start after a word byte or not.
        self.addNode(-1)
        self.addNode(-1)
        for (number, piece) in pieces.enumerated() {
            var node = piece.startsWord ? Int(Self.wordRoot) : 0
            for set in piece.sets {
                if let child = self.children[node].first(where: { self.nodeSets[Int($0)] == set }) {
                    node = Int(child)
                } else {
                    self.children[node].append(Int32(truncatingIfNeeded: self.nodeSets.count))
                    node = self.nodeSets.count
                    self.addNode(set)
                }
            }
            self.nodePieces[node] = Int32(truncatingIfNeeded: firstNumber + number)
        }
        self.reset()
    }

    private mutating func addNode(_ set: Int32) {
        self.nodeSets.append(set)
        self.nodePieces.append(-1)
        self.children.append([])
    }

    private mutating func reset() {
        self.table.removeAll(keepingCapacity: true)
        self.members.removeAll(keepingCapacity: true)
        self.memberStart = [0]
        self.index.removeAll(keepingCapacity: true)
        _ = self.add([Self.wordRoot])
        _ = self.add([])
    }

    /// Appends the ends of all pieces in `text`.
    mutating func scan(_ text: Span<UInt8>, followsWord: Bool, into hits: inout [PatternHit]) {
        var row = followsWord ? Int32(truncatingIfNeeded: self.columnCount) : 0
        var position = 0
        while position < text.count {
            var next = self.skip(text, &row, &position)
            if position == text.count { return }
            if next == Self.unknown { next = self.build(row, Int(self.columns[Int(text[position])])) }
            position += 1
            row = next < 0 ? ~next : next
            if next < 0 {
                let state = Int(row) / self.columnCount
                for member in Int(self.memberStart[state])..<Int(self.memberStart[state + 1]) {
                    let piece = self.nodePieces[Int(self.members[member])]
                    if piece >= 0 { hits.append(PatternHit(pattern: Int(piece), end: position)) }
                }
            }
        }
    }

    /// Follows the table up to a byte at which there is something to do.
    private func skip(_ text: Span<UInt8>, _ row: inout Int32, _ position: inout Int) -> Int32 {
        let table = self.table.span
        let columns = self.columns.span
        var current = row
        var index = position
        var next: Int32 = 0
        while index < text.count {
            // A row of the table and a column of a byte are in range by construction.
            next = unsafe table[unchecked: Int(current) + Int(columns[unchecked: Int(text[unchecked: index])])]
            if next < 0 { break }
            current = next
            index += 1
        }
        row = current
        position = index
        return next
    }

    @inline(never)
    private mutating func build(_ row: Int32, _ column: Int) -> Int32 {
        let state = Int(row) / self.columnCount
        var reached: [Int32] = []
        func consider(_ children: [Int32]) {
            for child in children where self.setHasColumn[Int(self.nodeSets[Int(child)]) * self.columnCount + column] {
                reached.append(child)
            }
        }
        consider(self.children[0])
        for member in Int(self.memberStart[state])..<Int(self.memberStart[state + 1]) {
            consider(self.children[Int(self.members[member])])
        }
        if !self.columnIsWord[column] { reached.append(Self.wordRoot) }
        reached.sort()
        var hash = 0
        for node in reached { hash = (hash &* 0x1_0000_01B3) ^ Int(node) }
        var result = Self.unknown
        for candidate in self.index[hash] ?? [] where self.holds(candidate, reached) { result = candidate }
        if result == Self.unknown {
            let isFull = self.memberStart.count > self.stateMax || self.members.count + reached.count > self.memberMax
            if isFull { self.reset() }
            result = reached == [Self.wordRoot] ? 0 : reached.isEmpty ? 1 : self.add(reached)
            if isFull { return self.marked(result) }
        }
        let entry = self.marked(result)
        self.table[Int(row) + column] = entry
        return entry
    }

    private func marked(_ state: Int32) -> Int32 {
        let row = state * Int32(truncatingIfNeeded: self.columnCount)
        for member in Int(self.memberStart[Int(state)])..<Int(self.memberStart[Int(state) + 1])
        where self.nodePieces[Int(self.members[member])] >= 0 {
            return ~row
        }
        return row
    }

    private func holds(_ state: Int32, _ nodes: [Int32]) -> Bool {
        let start = Int(self.memberStart[Int(state)])
        guard Int(self.memberStart[Int(state) + 1]) - start == nodes.count else { return false }
        for index in nodes.indices where self.members[start + index] != nodes[index] { return false }
        return true
    }

    private mutating func add(_ reached: [Int32]) -> Int32 {
        var hash = 0
        for node in reached { hash = (hash &* 0x1_0000_01B3) ^ Int(node) }
        let number = Int32(truncatingIfNeeded: self.memberStart.count - 1)
        self.members.append(contentsOf: reached)
        self.memberStart.append(Int32(truncatingIfNeeded: self.members.count))
        self.table.append(contentsOf: repeatElement(Self.unknown, count: self.columnCount))
        self.index[hash, default: []].append(number)
        self.statesMade += 1
        return number
    }
}
