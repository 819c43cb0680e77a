/// Which rules hit within some bytes of a text. Rules have ranks, and a rule that hits twice is there once.
struct HitWindow: ~Copyable {
    private var counts: [Int32]
    /// A bit for each rank whose count is not 0.
    private var bits: [UInt64]
    /// Which of the hits are in it.
    private(set) var hits = 0..<0

    private init(rankCount: Int) {
        self.counts = Array(repeating: 0, count: rankCount)
        self.bits = Array(repeating: 0, count: (rankCount + 63) / 64)
    }

    private mutating func add(_ rank: Int) {
        self.counts[rank] += 1
        self.bits[rank / 64] |= 1 << UInt64(rank % 64)
    }

    private mutating func remove(_ rank: Int) {
        self.counts[rank] -= 1
        if self.counts[rank] == 0 { self.bits[rank / 64] &= ~(1 << UInt64(rank % 64)) }
    }

    borrowing func forEachRank(_ body: (_ rank: Int) -> Void) {
        for word in self.bits.indices {
            var bits = self.bits[word]
            while bits != 0 {
                body(word * 64 + bits.trailingZeroBitCount)
                bits &= bits - 1
            }
        }
    }

    /// Each window of at most `byteCount` bytes between the first and the last end that cannot grow, from left to right. `hits` ascend by
    /// their ends, and each id is an index of `ranks`.
    static func eachWidest(
        _ hits: [IndicatorHit], _ byteCount: Int, _ ranks: [Int], _ body: (borrowing HitWindow) -> Void
    ) {
        var window = HitWindow(rankCount: ranks.count)
        var first = 0
        for last in hits.indices {
            window.add(ranks[hits[last].id])
            while hits[last].end - hits[first].end > byteCount {
                window.remove(ranks[hits[first].id])
                first += 1
            }
            if last + 1 < hits.count, hits[last + 1].end - hits[first].end <= byteCount { continue }
            window.hits = first..<(last + 1)
            body(window)
        }
    }
}

/// Ascending by end, then by id.
func inOrder(_ hits: [IndicatorHit]) -> [IndicatorHit] {
    for index in hits.indices.dropFirst() where (hits[index - 1].end, hits[index - 1].id) > (hits[index].end, hits[index].id) {
        return hits.sorted { ($0.end, $0.id) < ($1.end, $1.id) }
    }
    return hits
}
