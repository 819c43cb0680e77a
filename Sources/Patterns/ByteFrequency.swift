/// How often bytes and words come in prose, roughly: enough to tell a rare part of an expression from a common one.
enum ByteFrequency {
    /// Share of each byte, in a millionth.
    private static let shares: [Int] = {
        var shares = Array(repeating: 30, count: 256)
        for control in 0..<32 { shares[control] = 5 }
        for high in 128..<256 { shares[high] = 50 }
        let letters = [
            63_000, 12_000, 24_000, 32_000, 95_000, 17_000, 16_000, 40_000, 56_000, 1_000, 6_000, 33_000, 20_000, 55_000, 60_000,
            16_000, 800, 48_000, 50_000, 70_000, 22_000, 8_000, 15_000, 1_500, 14_000, 600,
        ]
        for (index, share) in letters.enumerated() {
            shares[0x61 + index] = share
            shares[0x41 + index] = share / 25
        }
        for digit in 0x30...0x39 { shares[digit] = 1_200 }
        let others: [(UInt8, Int)] = [
            (0x20, 160_000), (0x0A, 15_000), (0x2E, 10_000), (0x2C, 10_000), (0x2D, 5_000), (0x27, 3_000), (0x22, 3_000),
            (0x3A, 2_000), (0x28, 1_500), (0x29, 1_500), (0x2F, 1_000), (0x5F, 500), (0x40, 20), (0x2A, 1_000),
        ]
        for (byte, share) in others { shares[Int(byte)] = share }
        return shares
    }()

    private static let capitals = ByteSet(0x41...0x5A)
    private static let letters: ByteSet = {
        var set = ByteSet(0x41...0x5A)
        set.formUnion(ByteSet(0x61...0x7A))
        return set
    }()

    /// Share of a set of bytes, 0 to 1.
    static func share(of set: ByteSet) -> Double {
        if set == .all { return 1 }
        var sum = 0
        set.forEach { sum += self.shares[Int($0)] }
        return min(1, Double(sum) / 1_000_000)
    }

    /// Matches of a sequence of byte sets to be expected in a thousand bytes.
    static func rate(of sets: ArraySlice<ByteSet>, shares known: (ByteSet) -> Double) -> Double {
        var rate = 1000.0
        var previous: ByteSet?
        for set in sets {
            var share = known(set)
            if let previous, share < 0.5 {
                // Like comes after like.
                if set.isSubset(of: .digits), previous.isSubset(of: .digits) {
                    share = 0.04 * Double(set.count)
                } else if set.isSubset(of: self.capitals), previous.isSubset(of: self.capitals) {
                    share = max(share, 0.012 * Double(set.count))
                } else if set.isSubset(of: self.letters) {
                    share = min(0.6, 3 * share)
                }
            }
            rate *= share
            previous = set
        }
        return rate + self.wordRate(of: sets)
    }

    /// For a text that is part of common words: how often these come.
    private static func wordRate(of sets: ArraySlice<ByteSet>) -> Double {
        guard sets.count <= 8 else { return 0 }
        var text: UInt64 = 0
        for set in sets {
            guard let byte = set.letterOrSingle else { return 0 }
            text = text << 8 | UInt64(byte)
        }
        return self.wordParts[text] ?? 0
    }

    /// Up to eight bytes of the common words, with a space on either side: how often in a thousand bytes.
    private static let wordParts: [UInt64: Double] = {
        var rates: [UInt64: Double] = [:]
        for (word, rate) in ByteFrequency.words {
            var parts: Set<UInt64> = []
            for start in word.indices {
                var part: UInt64 = 0
                for byte in word[start...].prefix(8) {
                    part = part << 8 | UInt64(byte)
                    parts.insert(part)
                }
            }
            for part in parts { rates[part, default: 0] += rate }
        }
        return rates
    }()

    private static let words: [(word: [UInt8], rate: Double)] = {
        let groups: [(Double, String)] = [
            (8, "the"), (4, "to of and a in"), (2, "is you your for that"), (1, "are this with or as be it on i was not by an will"),
            (
                0.5,
                "have can all from my if any we do at but they their which has had one more other de la le die der und en el que een"
            ),
            (
                0.2,
                """
                what were been no about how when there than these them its would should new use used time then only also into just
                like who out up each first after before please need may message user system information account help make get so our
                must see work people some could way over such even most well back much through where because between every text
                name data set value file list write give send show add call tell know say said good same right here now
                """
            ),
        ]
        return groups.flatMap { rate, words in
            words.split { $0 == " " || $0 == "\n" }.map { (Array(" \($0) ".utf8), rate) }
        }
    }()
}
