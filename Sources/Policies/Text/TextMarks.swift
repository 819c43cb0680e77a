/// What one pass over a text shows about encodings that may hide in it.
struct TextMarks {
    private(set) var hasTags = false
    private(set) var hasEntities = false
    private(set) var hasPercent = false
    private(set) var hasBackslash = false
    /// Many words of one letter, or letters with a dot, hyphen or underscore between each two.
    private(set) var hasSpelledWords = false
    /// Several words in which digits or signs stand between letters.
    private(set) var hasMixedWords = false
    private(set) var longestRun = 0

    struct Run {
        var range: Range<Int>
        var isHex: Bool
    }

    init(_ text: Span<UInt8>) {
        var (run, single, mixed) = (0, 0, 0)
        var (entities, percents, escapes) = (0, 0, 0)
        var (wordLetters, wordDigits) = (0, 0)
        for index in text.indices {
            let byte = text[index]
            let isLetter = Byte.isLetter(byte)
            if isLetter || Byte.isDigit(byte) || byte == 0x2B || byte == 0x2F || byte == 0x2D || byte == 0x5F {
                run += 1
                self.longestRun = max(self.longestRun, run)
            } else {
                run = 0
            }
            switch byte {
            case 0x26: if index + 2 < text.count, text[index + 1] == 0x23 || Byte.isLetter(text[index + 1]) { entities += 1 }
            case 0x25: if index + 2 < text.count, Byte.hexValue(text[index + 1]) != nil { percents += 1 }
            case 0x5C: if index + 1 < text.count, text[index + 1] | 0x20 == 0x75 || text[index + 1] == 0x78 { escapes += 1 }
            case 0xF3: if index + 1 < text.count, text[index + 1] == 0xA0 { self.hasTags = true }
            default: break
            }
            if isLetter {
                wordLetters += 1
            } else if Byte.isDigit(byte) || byte == 0x40 || byte == 0x24 {
                wordDigits += 1
            } else if byte < 0x80 && byte != 0x27 {
                if wordLetters == 1 && wordDigits == 0 { single += 1 }
                if wordLetters + wordDigits == 1 && wordDigits == 1 { single += 0 }
                if wordLetters > 0 && wordDigits > 0 && wordLetters + wordDigits >= 3 { mixed += 1 }
                (wordLetters, wordDigits) = (0, 0)
            }
        }
        self.hasEntities = entities >= 3
        self.hasPercent = percents >= 3
        self.hasBackslash = escapes >= 3
        self.hasSpelledWords = single >= 10
        self.hasMixedWords = mixed >= 3
    }

    /// The longest runs of base64 or hexadecimal bytes, at most four.
    func runs(in text: Span<UInt8>) -> [Run] {
        var runs: [Run] = []
        var start = 0
        var isHex = true
        var index = 0
        while index <= text.count {
            let byte = index < text.count ? text[index] : 0
            let isRun = Byte.isAlphanumeric(byte) || byte == 0x2B || byte == 0x2F || byte == 0x2D || byte == 0x5F
            if isRun {
                isHex = isHex && Byte.hexValue(byte) != nil
            } else {
                if index - start >= 16 { runs.append(Run(range: start..<index, isHex: isHex)) }
                start = index + 1
                isHex = true
            }
            index += 1
        }
        runs.sort { $0.range.count > $1.range.count }
        return Array(runs.prefix(4))
    }

    /// The part after the last colon or line break, if what is before reads like prose and it does not.
    func hasStrangeTail(_ text: Span<UInt8>) -> Bool {
        guard let start = self.tailStart(text) else { return false }
        return WordScore.score(text.extracting(start..<text.count)) < 0.06
    }

    func strangeTail(_ text: Span<UInt8>) -> [UInt8] {
        var tail: [UInt8] = []
        for index in (self.tailStart(text) ?? 0)..<text.count { tail.append(text[index]) }
        return tail
    }

    private func tailStart(_ text: Span<UInt8>) -> Int? {
        // The first colon within the opening 160 bytes after which much is left, else the last line.
        for index in 0..<min(160, text.count) where text[index] == 0x3A && text.count - index > 20 {
            if index + 1 < text.count, text[index + 1] == 0x20 || text[index + 1] == 0x0A { return index + 1 }
        }
        guard let line = text.indices.last(where: { text[$0] == 0x0A }), text.count - line > 20 else { return nil }
        return line + 1
    }
}
