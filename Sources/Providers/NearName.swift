/// Guesses what a mistyped name meant.
public enum NearName {
    /// The nearest of `candidates`, unless even that one is another word altogether.
    public static func best(for name: String, of candidates: [String]) -> String? { Self.nearest(to: name, of: candidates, limit: 1).first }

    /// Nearest first; candidates at the same distance stay in their order.
    public static func nearest(to name: String, of candidates: [String], limit: Int) -> [String] {
        let folded = Self.folded(name)
        guard !folded.isEmpty, folded.count <= 64 else { return [] }
        var found: [(distance: Int, index: Int)] = []
        for (index, candidate) in candidates.enumerated() {
            let other = Self.folded(candidate)
            let allowed = max(1, min(folded.count, other.count) / 3)
            if abs(folded.count - other.count) <= allowed {
                let distance = Self.distance(folded, other)
                if distance <= allowed {
                    found.append((distance, index))
                    continue
                }
            }
            if folded.count >= 4 && other.count >= 4 && (other.starts(with: folded) || folded.starts(with: other)) { found.append((100, index)) }
        }
        return found.sorted { ($0.distance, $0.index) < ($1.distance, $1.index) }.prefix(limit).map { candidates[$0.index] }
    }

    /// Lower case, without the separators that people mix up.
    private static func folded(_ name: String) -> [UInt8] { name.lowercased().utf8.filter { $0 != 0x2D && $0 != 0x5F && $0 != 0x20 } }

    /// Edits between two texts, a swap of neighbours counting as one (optimal string alignment).
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                var best = min(last[column + 1] + 1, current[column] + 1, last[column] + (left[row] == right[column] ? 0 : 1))
                if row > 0 && column > 0 && left[row] == right[column - 1] && left[row - 1] == right[column] {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
