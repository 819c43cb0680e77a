/// What one pass over a text shows about encodings that may hide in it.
struct TextMarks {
    private(set) var hasTags = false
    /// Several variation selectors.
    private(set) var hasSelectors = false
    private(set) var hasEntities = false
    private(set) var hasPercent = false
    private(set) var hasBackslash = false
    /// Many words of one letter, or letters with a dot, hyphen or underscore between each two.
    private(set) var hasSpelledWords = false
    /// Several words in which digits or signs stand between letters.
    private(set) var hasMixedWords = false
    /// Five words or more with a hyphen, underscore or plus between each two.
    private(set) var hasChainedWords = false
    /// Eight short words or more of digits in a row.
    private(set) var hasNumbers = false
    /// Many words of dots and dashes.
    private(set) var hasMorse = false
    /// Quoted texts after an equals sign, or joined by a plus.
    private(set) var quotedParts = 0
    private(set) var longestRun = 0

    struct Run {
        var range: Range<Int>
        var isHex: Bool
    }

    init(_ text: Span<UInt8>) {
        var (run, single, mixed) = (0, 0, 0)
        var (entities, percents, escapes) = (0, 0, 0)
        var (wordLetters, wordDigits) = (0, 0)
        var (chain, numbers, morse, selectors) = (0, 0, 0, 0)
        var (wordHex, wordSigns, wordBytes) = (0, 0, 0)
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
            case 0xB8: if index > 0, text[index - 1] == 0xEF { selectors += 1 }
            case 0x84...0x87: if index > 1, text[index - 1] == 0xA0, text[index - 2] == 0xF3 { selectors += 1 }
            case 0x22, 0x27, 0x60:
                if index >= 1, self.isJoint(text[index - 1]) || (index >= 2 && text[index - 1] == 0x20 && self.isJoint(text[index - 2])) {
                    self.quotedParts += 1
                }
            default: break
            }
            if byte == 0x2D || byte == 0x5F || byte == 0x2B {
                if index > 0, Byte.isLetter(text[index - 1]) { chain += 1 }
                if chain >= 4 { self.hasChainedWords = true }
            } else if !isLetter {
                chain = 0
            }
            if byte == 0x20 || byte == 0x0A || byte == 0x2C || byte == 0x3B || byte == 0x2F || index + 1 == text.count {
                if wordHex > 0, wordHex == wordBytes, wordBytes >= 2, wordBytes <= 8 {
                    numbers += 1
                } else if wordBytes > 0 {
                    numbers = 0
                }
                if wordSigns > 0, wordSigns == wordBytes, wordBytes <= 5 { morse += 1 }
                if numbers >= 8 { self.hasNumbers = true }
                (wordHex, wordSigns, wordBytes) = (0, 0, 0)
            } else {
                wordBytes += 1
                if Byte.hexValue(byte) != nil || byte | 0x20 == 0x78 { wordHex += 1 }
                if byte == 0x2E || byte == 0x2D { wordSigns += 1 }
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
        self.hasSelectors = selectors >= 8
        self.hasMorse = morse >= 10
        self.hasEntities = entities >= 3
        self.hasPercent = percents >= 3
        self.hasBackslash = escapes >= 3
        self.hasSpelledWords = single >= 10
        self.hasMixedWords = mixed >= 3
    }

    private func isJoint(_ byte: UInt8) -> Bool { byte == 0x3D || byte == 0x2B }

    /// The longest runs of base64 or hexadecimal bytes, at most four. A run goes on in the next line when it is long enough to be wrapped.
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
            } else if self.isWrap(text, index, start) {
                // Decoders skip it.
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

    private func isWrap(_ text: Span<UInt8>, _ index: Int, _ start: Int) -> Bool {
        guard index < text.count, text[index] == 0x0A || text[index] == 0x0D, index - start >= 20 else { return false }
        return index + 1 < text.count && (text[index + 1] == 0x0A || Byte.isAlphanumeric(text[index + 1]) || text[index + 1] == 0x2B)
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
