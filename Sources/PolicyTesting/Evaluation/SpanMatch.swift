/// Which of the spans that should be found were.
enum SpanMatch {
    enum Rule: String, CaseIterable {
        /// Same type, same place.
        case exact
        /// Same type, at least one character in common.
        case overlap
    }

    /// Pairs of indices, one to one: each expected span in its order takes the found one that fits best and is still free.
    static func pairs(_ expected: [EntitySpan], _ found: [EntitySpan], _ rule: Rule) -> [(expected: Int, found: Int)] {
        var used: Set<Int> = []
        var pairs: [(Int, Int)] = []
        for (number, span) in expected.enumerated() {
            var best: (width: Int, index: Int)?
            for (index, candidate) in found.enumerated() where !used.contains(index) && candidate.type == span.type {
                let width: Int
                switch rule {
                case .exact: width = candidate.start == span.start && candidate.end == span.end ? 1 : 0
                case .overlap: width = min(candidate.end, span.end) - max(candidate.start, span.start)
                }
                if width > 0, width > best?.width ?? 0 { best = (width, index) }
            }
            guard let best else { continue }
            used.insert(best.index)
            pairs.append((number, best.index))
        }
        return pairs
    }

    static func overlaps(_ left: EntitySpan, _ right: EntitySpan) -> Bool { min(left.end, right.end) > max(left.start, right.start) }
}

/// Whether a value can still be read in a text: letters and digits only, case and compatibility forms folded.
enum Readability {
    static func key(_ text: ArraySlice<UInt8>, fold: (_ text: [UInt8]) -> [UInt8]) -> [UInt8] {
        fold(Array(text)).compactMap { byte in
            switch byte {
            case 0x30...0x39, 0x61...0x7A: byte
            case 0x41...0x5A: byte | 0x20
            default: nil
            }
        }
    }

    static func contains(_ text: [UInt8], _ value: [UInt8]) -> Bool {
        guard value.count > 3, value.count <= text.count, let first = value.first else { return false }
        for start in 0...(text.count - value.count) where text[start] == first {
            if text[start..<(start + value.count)].elementsEqual(value) { return true }
        }
        return false
    }
}
