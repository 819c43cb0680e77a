/// A user's own word or phrase, as it is compared with texts. `docs/design/fuzzy.md` says what matches it.
public struct Term: Sendable, Equatable {
    /// No space first or last.
    let symbols: [UInt32]
    /// Insertions, deletions and substitutions of one symbol that a match may have.
    let edits: Int
    /// A match starts, ends with a letter or digit because the term does.
    let startsInWord: Bool
    let endsInWord: Bool
    /// Longest term and most edits.
    public static let lengthMax = 1024
    public static let editsMax = 8

    init(_ text: String, edits: Int) {
        var read = TermText()
        let bytes = Array(text.utf8)
        read.read(bytes.span, 0..<bytes.count)
        var range = 0..<read.count
        while let first = range.first, read.symbols[first] == TermText.space { range.removeFirst() }
        while let last = range.last, read.symbols[last] == TermText.space { range.removeLast() }
        self.symbols = Array(read.symbols[range])
        self.edits = edits
        self.startsInWord = range.first.map { read.kinds[$0] == .word } ?? false
        self.endsInWord = range.last.map { read.kinds[$0] == .word } ?? false
    }

    /// Characters of the term, white space not counted.
    public static func letterCount(_ text: String) -> Int { Term(text, edits: 0).symbols.count { $0 != TermText.space } }

    /// Shortest and longest match in bytes.
    var widths: ClosedRange<Int> {
        let widest = self.symbols.reduce(0) { sum, symbol in
            sum + (symbol == TermText.space ? TermText.spacesMax : symbol < 0x80 ? 1 : symbol < 0x10000 ? 3 : 4)
        }
        return max(1, self.symbols.count - self.edits)...max(1, widest + 4 * self.edits)
    }

    /// What comparing the term with one place of a text takes at most, in cells of the table of distances. Nothing for a term without edits, which
    /// is compared where it stands.
    public static func cost(letters: Int, edits: Int) -> Int { edits == 0 ? 0 : letters * (2 * edits + 1) }
    /// Of one list of terms; a set may have three.
    public static let costMax = 100_000
    static let setCostMax = 3 * costMax
}

/// Levenshtein distances between a term and the texts that start (or end) at one place, for all lengths of text at once: the part of the table in
/// which a distance of at most `edits` can lie, one column at a time.
struct EditBand {
    private var cells: InlineArray<18, UInt8>
    private let edits: Int
    private let length: Int
    private var column = 0
    /// A distance that is too large whatever follows.
    static let far: UInt8 = 100

    init(_ term: Term) {
        self.edits = term.edits
        self.length = term.symbols.count
        self.cells = InlineArray(repeating: Self.far)
        for row in 0...term.edits { self.cells[term.edits + row] = UInt8(truncatingIfNeeded: row) }
    }

    /// Takes the text's next symbol. False: no distance can be small enough any more. `symbolAt`: the term's symbol in a row, from 0.
    @inline(__always)
    mutating func advance(_ symbol: UInt32, _ symbolAt: (_ row: Int) -> UInt32) -> Bool {
        self.column += 1
        // Cell d is row column + d - edits.
        let offset = self.column - self.edits
        var above = Self.far
        var least = Self.far
        for cell in 0...(2 * self.edits) {
            let row = offset + cell
            var value = Self.far
            if row == 0 {
                value = UInt8(clamping: self.column)
            } else if row > 0, row <= self.length {
                value = min(self.cells[cell] + (symbolAt(row - 1) == symbol ? 0 : 1), min(self.cells[cell + 1], above) + 1)
                value = min(value, Self.far)
            }
            self.cells[cell] = value
            above = value
            least = min(least, value)
        }
        return least <= self.edits
    }

    /// Distance of the whole term to the text so far, if it is small enough.
    @inline(__always)
    var distance: Int? {
        let cell = self.length - self.column + self.edits
        guard cell >= 0, cell <= 2 * self.edits, self.cells[cell] <= self.edits else { return nil }
        return Int(self.cells[cell])
    }
}
