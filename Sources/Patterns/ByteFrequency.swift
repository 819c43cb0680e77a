/// How often bytes and words come in prose, roughly: enough to tell a rare part of an expression from a common one.
enum ByteFrequency {
    /// Share of each byte, in a millionth.
    fileprivate static let shares: [Int] = {
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

    fileprivate static let capitals = ByteSet(0x41...0x5A)
    fileprivate static let letters: ByteSet = {
        var set = ByteSet(0x41...0x5A)
        set.formUnion(ByteSet(0x61...0x7A))
        return set
    }()

    fileprivate static let capitalsAndDigits: ByteSet = {
        var set = ByteSet(0x41...0x5A)
        set.formUnion(.digits)
        return set
    }()

    /// What matters about a set of bytes.
    struct Traits {
        /// Of all bytes, 0 to 1.
        let share: Double
        /// After a byte of the same kind.
        let repeatedShare: Double
        let kind: Kind
        /// Its only byte, or the only letter in either case; in lower case.
        let letter: UInt8?
        let isSingle: Bool
        /// One text without case.
        let isFolded: Bool
        let isWord: Bool
        let hasDigits: Bool

        enum Kind { case digits, capitals, capitalsAndDigits, letters, others }

        init(_ set: ByteSet) {
            var sum = 0
            set.forEach { sum += ByteFrequency.shares[Int($0)] }
            let share = min(1, Double(sum) / 1_000_000)
            self.share = share
            self.letter = set.letterOrSingle
            self.isSingle = set.count == 1
            self.isFolded = self.letter != nil && set == set.caseFolded
            self.isWord = set.isSubset(of: .word)
            self.hasDigits = !set.intersection(.digits).isEmpty
            // Like comes after like.
            if set.isSubset(of: .digits) {
                self.kind = .digits
                self.repeatedShare = 0.04 * Double(set.count)
            } else if set.isSubset(of: ByteFrequency.capitals) {
                self.kind = .capitals
                self.repeatedShare = max(share, 0.012 * Double(set.count))
            } else if set.isSubset(of: ByteFrequency.capitalsAndDigits) {
                self.kind = .capitalsAndDigits
                self.repeatedShare = max(share, 0.014 * Double(set.count))
            } else if set.isSubset(of: ByteFrequency.letters) {
                self.kind = .letters
                self.repeatedShare = share < 0.5 ? min(0.6, 3 * share) : share
            } else {
                self.kind = .others
                self.repeatedShare = share
            }
        }
    }

    /// Matches of a sequence of byte sets to be expected in a thousand bytes.
    static func rate(of sets: [UInt16], _ traits: [Traits], startsWord: Bool) -> Double {
        var rate = startsWord ? 250.0 : 1000.0
        var previous: Traits.Kind?
        var text: UInt64 = 0
        var isText = sets.count <= 8
        for set in sets {
            let known = traits[Int(set)]
            let isRepeated = previous.map { known.kind == .letters || known.kind == $0 } ?? false
            rate *= isRepeated ? known.repeatedShare : known.share
            previous = known.kind
            if let letter = known.letter { text = text << 8 | UInt64(letter) } else { isText = false }
        }
        // A text that somebody looks for is a word more often than chance would have it.
        return rate + (isText ? self.wordParts[text] ?? 0.005 : 0)
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
            // What people write to a language model about.
            (
                0.1,
                """
                prompt prompts instruction instructions rules rule guidelines respond response answer answers output input mode
                policy policies restrictions restricted security admin developer assistant agent agents model models language word
                words context content document code test password secret key keys filter filters safety legal ignore previous
                format process reply question topic point require required expected error case analysis summary translate repeat
                print display start begin end include provide return create design read open put image url link query without never
                cannot want like let role character act play story game free law limits limited remove reveal training
                """
            ),
        ]
        return groups.flatMap { rate, words in
            words.split { $0 == " " || $0 == "\n" }.map { (Array(" \($0) ".utf8), rate) }
        }
    }()
}
