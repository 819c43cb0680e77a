/// Where in a text a term may be. A term that allows n edits is cut into n + 1 pieces: each match contains one of them as it is, not more than n
/// symbols from its place.
struct TermIndex {
    /// A piece that was found says which terms to look for, and how far before it they start.
    struct Wake {
        var term: Int32
        var lead: Int32
    }

    private struct Piece {
        /// In `symbols`.
        var start: Int32
        var count: Int32
        /// Its first wake; the next piece's is behind its last.
        var firstWake: Int32
    }

    private var symbols: [UInt32] = []
    private var pieces: [Piece] = []
    private var wakes: [Wake] = []
    /// First piece of each hash, and the number of pieces.
    private var buckets: [Int32] = []
    /// A bit for each hash that has pieces.
    private var filter: [UInt64] = []
    private let hashShift: UInt32
    /// How many of their symbols pieces are looked up by: all of them up to 3.
    private var hasKeys: InlineArray<4, Bool> = [false, false, false, false]

    private static let none = UInt32.max - 1
    private static let keyMax = 3

    init(_ terms: [Term]) {
        struct Entry {
            var hash: Int
            var start: Int
            var count: Int
            var wake: Wake
        }
        let pieceCount = terms.reduce(0) { $0 + $1.edits + 1 }
        var bits: UInt32 = 8
        while bits < 16, 1 << bits < 8 * pieceCount { bits += 1 }
        self.hashShift = 32 - bits
        var entries: [Entry] = []
        entries.reserveCapacity(pieceCount)
        for (number, term) in terms.enumerated() {
            let base = self.symbols.count
            self.symbols += term.symbols
            for part in 0...term.edits {
                let lower = term.symbols.count * part / (term.edits + 1)
                let upper = term.symbols.count * (part + 1) / (term.edits + 1)
                let key = min(Self.keyMax, upper - lower)
                self.hasKeys[key] = true
                let hash = Self.hash(
                    term.symbols[lower], key > 1 ? term.symbols[lower + 1] : Self.none, key > 2 ? term.symbols[lower + 2] : Self.none,
                    self.hashShift)
                entries.append(
                    Entry(
                        hash: hash, start: base + lower, count: upper - lower,
                        wake: Wake(term: Int32(truncatingIfNeeded: number), lead: Int32(truncatingIfNeeded: lower))))
            }
        }
        let symbols = self.symbols
        func precedes(_ left: Entry, _ right: Entry) -> Bool {
            if left.hash != right.hash { return left.hash < right.hash }
            if left.count != right.count { return left.count < right.count }
            for offset in 0..<left.count where symbols[left.start + offset] != symbols[right.start + offset] {
                return symbols[left.start + offset] < symbols[right.start + offset]
            }
            return false
        }
        entries.sort(by: precedes)
        self.filter = Array(repeating: 0, count: (1 << Int(bits)) / 64)
        self.buckets = Array(repeating: 0, count: (1 << Int(bits)) + 1)
        for (index, entry) in entries.enumerated() {
            if index == 0 || precedes(entries[index - 1], entry) {
                self.pieces.append(
                    Piece(
                        start: Int32(truncatingIfNeeded: entry.start), count: Int32(truncatingIfNeeded: entry.count),
                        firstWake: Int32(truncatingIfNeeded: self.wakes.count)))
                self.buckets[entry.hash + 1] += 1
                self.filter[entry.hash >> 6] |= 1 << UInt64(entry.hash & 63)
            }
            self.wakes.append(entry.wake)
        }
        for hash in self.buckets.indices.dropFirst() { self.buckets[hash] += self.buckets[hash - 1] }
        self.pieces.append(Piece(start: 0, count: 0, firstWake: Int32(truncatingIfNeeded: self.wakes.count)))
    }

    @inline(__always)
    private static func hash(_ first: UInt32, _ second: UInt32, _ third: UInt32, _ shift: UInt32) -> Int {
        let mixed = (first &* 0x9E37_79B1) ^ (second &* 0x85EB_CA77) ^ (third &* 0xC2B2_AE3D)
        return Int((mixed &* 0x27D4_EB2F) >> shift)
    }

    /// Calls `body` with the place of each piece in `text` and each term that it wakes.
    @inline(__always)
    func find(_ text: [UInt32], _ body: (_ place: Int, _ wake: Wake) -> Void) {
        let text = text.span
        for place in text.indices {
            let second = place + 1 < text.count ? text[place + 1] : Self.none
            let third = place + 2 < text.count ? text[place + 2] : Self.none
            if self.hasKeys[3] { self.look(Self.hash(text[place], second, third, self.hashShift), text, place, body) }
            if self.hasKeys[2] { self.look(Self.hash(text[place], second, Self.none, self.hashShift), text, place, body) }
            if self.hasKeys[1] { self.look(Self.hash(text[place], Self.none, Self.none, self.hashShift), text, place, body) }
        }
    }

    @inline(__always)
    private func look(_ hash: Int, _ text: Span<UInt32>, _ place: Int, _ body: (_ place: Int, _ wake: Wake) -> Void) {
        if self.filter[hash >> 6] & 1 << UInt64(hash & 63) == 0 { return }
        for number in Int(self.buckets[hash])..<Int(self.buckets[hash + 1]) {
            let piece = self.pieces[number]
            guard self.stands(piece, text, place) else { continue }
            for wake in Int(piece.firstWake)..<Int(self.pieces[number + 1].firstWake) { body(place, self.wakes[wake]) }
        }
    }

    private func stands(_ piece: Piece, _ text: Span<UInt32>, _ place: Int) -> Bool {
        let count = Int(piece.count)
        if place + count > text.count { return false }
        for offset in 0..<count where self.symbols[Int(piece.start) + offset] != text[place + offset] { return false }
        return true
    }
}
