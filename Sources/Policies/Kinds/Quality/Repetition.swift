/// How much of a text says again what it said before.
enum Repetition {
    /// Words that are compared at a time.
    static let groupLength = 4
    /// Shorter texts repeat nothing.
    static let wordsMin = 24
    /// Longer words count as several: a loop need not have spaces.
    static let wordBytesMax = 40
    static let pieceBytes = 8
    /// Of a longer text its beginning counts.
    static let bytesMax = 262_144

    /// 0 to 1: the share of groups of four words, or of the text's lines by their length, that stood before; the larger of the two. nil: too short.
    static func share(_ text: Span<UInt8>) -> Double? {
        let text = text.extracting(0..<min(text.count, Self.bytesMax))
        guard let groups = Self.groupShare(text) else { return nil }
        return max(groups, Self.lineShare(text))
    }

    private static func groupShare(_ text: Span<UInt8>) -> Double? {
        var hashes: [UInt64] = []
        var words = WordReader(text)
        while let word = words.next() {
            var start = word.lowerBound
            if word.count > Self.wordBytesMax {
                while word.upperBound - start > Self.pieceBytes {
                    hashes.append(Self.hash(text, start..<start + Self.pieceBytes))
                    start += Self.pieceBytes
                }
            }
            hashes.append(Self.hash(text, start..<word.upperBound))
        }
        guard hashes.count >= Self.wordsMin else { return nil }
        let count = hashes.count - Self.groupLength + 1
        var seen: Set<UInt64> = []
        seen.reserveCapacity(count)
        for index in 0..<count {
            var group: UInt64 = 0
            for offset in 0..<Self.groupLength { group = (group ^ hashes[index + offset]) &* 0x9E37_79B9_7F4A_7C15 &+ 1 }
            seen.insert(group)
        }
        return Double(count - seen.count) / Double(count)
    }

    /// FNV-1a without the case of ASCII letters.
    private static func hash(_ text: Span<UInt8>, _ range: Range<Int>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in range {
            let byte = text[index]
            hash = (hash ^ UInt64(byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte)) &* 0x0000_0100_0000_01B3
        }
        return hash
    }

    private static func lineShare(_ text: Span<UInt8>) -> Double {
        var seen: Set<UInt64> = []
        var (all, repeated) = (0, 0)
        var start = 0
        for index in 0...text.count where index == text.count || text[index] == 0x0A {
            defer { start = index + 1 }
            var (first, last) = (start, index)
            while first < last, text[first] <= 0x20 { first += 1 }
            while last > first, text[last - 1] <= 0x20 { last -= 1 }
            // Rules of tables, braces and the like are no speech.
            if last - first < Self.lineBytesMin { continue }
            all += last - first
            if !seen.insert(Self.hash(text, first..<last)).inserted { repeated += last - first }
        }
        return all == 0 ? 0 : Double(repeated) / Double(all)
    }

    private static let lineBytesMin = 12
}
