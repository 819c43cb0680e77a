/// All terms as one tree by their first symbols. It answers whether a text can still go on to become a match of any of them.
struct TermTree {
    private struct Node {
        var symbol: UInt32
        /// 0: none, since the root is nobody's child.
        var child: Int32 = 0
        var sibling: Int32 = 0
        /// Most edits that a term beneath allows.
        var edits: UInt8
    }

    private var nodes: [Node]
    /// Most symbols that a match can have.
    let lengthMax: Int
    private let editsMax: Int

    init(_ terms: [Term]) {
        self.editsMax = terms.map(\.edits).max() ?? 0
        self.lengthMax = terms.map { $0.symbols.count + $0.edits }.max() ?? 0
        self.nodes = [Node(symbol: 0, edits: UInt8(clamping: self.editsMax))]
        var path: [Int] = []
        var last: [UInt32] = []
        for term in terms.sorted(by: { $0.symbols.lexicographicallyPrecedes($1.symbols) }) {
            var depth = 0
            while depth < min(last.count, term.symbols.count), last[depth] == term.symbols[depth] { depth += 1 }
            path.removeSubrange(depth...)
            for symbol in term.symbols[depth...] {
                let parent = path.last ?? 0
                self.nodes.append(Node(symbol: symbol, sibling: self.nodes[parent].child, edits: 0))
                self.nodes[parent].child = Int32(truncatingIfNeeded: self.nodes.count - 1)
                path.append(self.nodes.count - 1)
            }
            for node in path { self.nodes[node].edits = max(self.nodes[node].edits, UInt8(clamping: term.edits)) }
            last = term.symbols
        }
    }

    /// Rows of the table of distances, one for each depth; kept for their storage.
    struct Rows {
        fileprivate var cells: [UInt8] = []
        fileprivate var path: [Int32] = []
    }

    /// Whether some continuation of `text[start...]` is within a term's distance. Words at both ends are not asked for.
    func continues(_ text: Span<UInt32>, from start: Int, _ rows: inout Rows) -> Bool {
        let count = text.count - start
        let edits = self.editsMax
        if count <= edits { return true }
        if count > self.lengthMax { return false }
        // Cell d of a row is column depth + d - edits; one more stays far.
        let width = 2 * edits + 2
        let far = EditBand.far
        rows.path.removeAll(keepingCapacity: true)
        if rows.cells.count < width * (count + edits + 2) { rows.cells = Array(repeating: far, count: width * (count + edits + 2)) }
        for cell in 0..<width { rows.cells[cell] = cell < edits || cell > 2 * edits ? far : UInt8(truncatingIfNeeded: cell - edits) }
        var next = self.nodes[0].child
        while true {
            while next == 0 {
                guard let last = rows.path.popLast() else { return false }
                next = self.nodes[Int(last)].sibling
            }
            let node = self.nodes[Int(next)]
            let depth = rows.path.count + 1
            let row = depth * width
            var above = far
            var least = far
            for cell in 0...(2 * edits) {
                let column = depth + cell - edits
                var value = far
                if column == 0 {
                    value = UInt8(clamping: depth)
                } else if column > 0, column <= count {
                    let previous = row - width + cell
                    value = rows.cells[previous] + (text[start + column - 1] == node.symbol ? 0 : 1)
                    value = min(value, min(rows.cells[previous + 1], above) + 1, far)
                }
                rows.cells[row + cell] = value
                above = value
                least = min(least, value)
            }
            rows.cells[row + width - 1] = far
            let end = count - depth + edits
            if end >= 0, end <= 2 * edits, rows.cells[row + end] <= node.edits { return true }
            if least <= node.edits, end > 0 {
                rows.path.append(next)
                next = node.child
            } else {
                next = node.sibling
            }
        }
    }
}
