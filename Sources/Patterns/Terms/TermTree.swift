/// All terms as one tree by their first symbols. It answers whether a text can still go on to become a match of any of them.
struct TermTree {
    private struct Node {
        /// Number of its symbol.
        var symbol: Int32
        /// 0: none, since the root is nobody's child.
        var child: Int32 = 0
        var sibling: Int32 = 0
        /// Most edits that a term beneath allows, and most symbols that a match of one has.
        var edits: Int32 = 0
        var reach: Int32 = 0
    }

    private var nodes: [Node]
    /// The symbols that terms have are numbered from 1.
    private var numbers: [UInt32: Int32] = [:]
    private var numbersOfASCII = [Int32](repeating: 0, count: 128)
    /// Children of the root by number of their symbol.
    private var firsts: [Int32] = [0]
    /// Most symbols that a match can have.
    let lengthMax: Int
    private let editsMax: Int

    /// More nodes are not looked at for one place: the text then counts as one that can go on.
    private static let nodesMax = 256
    /// Of the text no more is looked at.
    private static let columnsMax = 63

    init(_ terms: [Term]) {
        self.editsMax = terms.map(\.edits).max() ?? 0
        self.lengthMax = terms.map { $0.symbols.count + $0.edits }.max() ?? 0
        self.nodes = [Node(symbol: 0)]
        var path: [Int] = []
        var last: [UInt32] = []
        for term in terms.sorted(by: { $0.symbols.lexicographicallyPrecedes($1.symbols) }) {
            var depth = 0
            while depth < min(last.count, term.symbols.count), last[depth] == term.symbols[depth] { depth += 1 }
            path.removeSubrange(depth...)
            for symbol in term.symbols[depth...] {
                let parent = path.last ?? 0
                let node = Node(symbol: self.add(symbol), sibling: self.nodes[parent].child)
                self.nodes[parent].child = Int32(truncatingIfNeeded: self.nodes.count)
                if parent == 0 { self.firsts[Int(node.symbol)] = self.nodes[parent].child }
                self.nodes.append(node)
                path.append(self.nodes.count - 1)
            }
            for node in path {
                self.nodes[node].edits = max(self.nodes[node].edits, Int32(truncatingIfNeeded: term.edits))
                self.nodes[node].reach = max(self.nodes[node].reach, Int32(truncatingIfNeeded: term.symbols.count + term.edits))
            }
            last = term.symbols
        }
    }

    private mutating func add(_ symbol: UInt32) -> Int32 {
        if let number = self.numbers[symbol] { return number }
        let number = Int32(truncatingIfNeeded: self.numbers.count + 1)
        self.numbers[symbol] = number
        self.firsts.append(0)
        if symbol < 128 { self.numbersOfASCII[Int(symbol)] = number }
        return number
    }

    private func number(_ symbol: UInt32) -> Int {
        Int(symbol < 128 ? self.numbersOfASCII[Int(symbol)] : self.numbers[symbol] ?? 0)
    }

    /// Kept from one question to the next for its storage.
    struct Walk {
        /// For each numbered symbol the places in the text at which it stands, a bit each.
        fileprivate var places: [UInt64] = []
        /// For each depth, for each number of edits: how much of the text is within it, a bit for each length.
        fileprivate var rows: [UInt64] = []
        fileprivate var path: [Int32] = []
    }

    /// Whether some continuation of `text[start...]` is within a term's distance; words at both ends are not asked for. True as well where
    /// the answer would take too long.
    func continues(_ text: Span<UInt32>, from start: Int, _ walk: inout Walk) -> Bool {
        let count = text.count - start
        if count <= self.editsMax { return true }
        if count > self.lengthMax { return false }
        if self.editsMax == 0 { return self.begins(text, from: start) }
        let columns = min(count, Self.columnsMax)
        if walk.places.isEmpty { walk.places = Array(repeating: 0, count: self.numbers.count + 1) }
        for column in 0..<columns { walk.places[self.number(text[start + column])] |= 1 << UInt64(column) }
        walk.places[0] = 0
        defer { for column in 0..<columns { walk.places[self.number(text[start + column])] = 0 } }
        return self.descend(count, columns, &walk)
    }

    /// Whether a term begins with `text[start...]` as it is.
    private func begins(_ text: Span<UInt32>, from start: Int) -> Bool {
        var node = self.firsts[self.number(text[start])]
        var index = start + 1
        while node != 0, index < text.count {
            let number = self.number(text[index])
            node = self.nodes[Int(node)].child
            while node != 0, self.nodes[Int(node)].symbol != number { node = self.nodes[Int(node)].sibling }
            index += 1
        }
        return node != 0
    }

    private func descend(_ count: Int, _ columns: Int, _ walk: inout Walk) -> Bool {
        let width = self.editsMax + 1
        let end: UInt64 = 1 << UInt64(columns)
        let inText = end | (end - 1)
        if walk.rows.count < width * (columns + width + 2) { walk.rows = Array(repeating: 0, count: width * (columns + width + 2)) }
        for edits in 0..<width { walk.rows[edits] = (2 << UInt64(edits)) - 1 }
        walk.path.removeAll(keepingCapacity: true)
        var next = self.nodes[0].child
        var looked = 0
        while true {
            while next == 0 {
                guard let last = walk.path.popLast() else { return false }
                next = self.nodes[Int(last)].sibling
            }
            let node = self.nodes[Int(next)]
            looked += 1
            if looked > Self.nodesMax { return true }
            guard node.reach >= count else {
                next = node.sibling
                continue
            }
            let places = walk.places[Int(node.symbol)]
            let above = walk.path.count * width
            let row = above + width
            var reached: UInt64 = 0
            var fewer: UInt64 = 0
            for edits in 0...Int(node.edits) {
                let before = walk.rows[above + edits]
                // The symbol matches; is left out of the text, or replaced; or the text has one more.
                reached = ((before & places) << 1 | fewer | fewer << 1 | reached << 1) & inText
                walk.rows[row + edits] = reached
                fewer = before
            }
            if reached & end != 0 { return true }
            if reached != 0 {
                walk.path.append(next)
                next = node.child
            } else {
                next = node.sibling
            }
        }
    }
}
