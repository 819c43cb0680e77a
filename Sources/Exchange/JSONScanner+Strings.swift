extension JSONScanner {
    /// Passes over the string whose opening quote is next.
    ///
    /// Eight bytes at a time up to the next quote, backslash, control character or byte beyond ASCII. In the word with the
    /// marks a borrow can only set bits above a true mark, so the lowest one is exact.
    mutating func scanString() throws(ScanFault) -> ScannedString {
        let start = self.position + 1
        var index = start
        var hasEscapes = false
        while true {
            index = self.endOfRun(index)
            guard index < self.count else { throw ScanFault(kind: .unexpectedEnd, offset: self.count) }
            let byte = self.bytes.byte(index)
            if byte == UInt8(ascii: "\"") {
                self.position = index + 1
                return ScannedString(start: start, end: index, hasEscapes: hasEscapes)
            } else if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                index = try self.endOfEscape(index)
            } else if byte >= 0x80 {
                if byte >= 0xC2, byte <= 0xDF, index &+ 1 < self.count, self.bytes.byte(index &+ 1) & 0xC0 == 0x80 {
                    index = index &+ 2
                } else {
                    index = try self.endOfMultibyte(index)
                }
            } else if byte < 0x20 {
                throw ScanFault(kind: .rawControl, offset: index)
            } else {
                index += 1
            }
        }
    }

    /// Where the next byte that needs a look stands, or fewer than eight bytes before the end.
    ///
    /// Goes by blocks once four words in a row were clean: long texts gain by it, and texts with many escapes or accents would
    /// lose.
    @inline(__always)
    private func endOfRun(_ start: Int) -> Int {
        var index = start
        var clean = 0
        while index &+ 8 <= self.count {
            let marks = Self.marks(self.bytes.word(index))
            if marks != 0 { return index &+ marks.trailingZeroBitCount &>> 3 }
            index = index &+ 8
            clean = clean &+ 1
            guard clean == 4 else { continue }
            while index &+ 32 <= self.count {
                let first = Self.marks(self.bytes.word(index)) | Self.marks(self.bytes.word(index &+ 8))
                let second = Self.marks(self.bytes.word(index &+ 16)) | Self.marks(self.bytes.word(index &+ 24))
                if first | second != 0 { break }
                index = index &+ 32
            }
        }
        return index
    }

    /// The high bit of each byte that needs a look.
    @inline(__always)
    private static func marks(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = word ^ (ones &* 0x22)
        let backslashes = word ^ (ones &* 0x5C)
        let found =
            ((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes) | ((word &- (ones &* 0x20)) & ~word) | word
        return found & (ones &* 0x80)
    }

    @inline(__always)
    private func endOfEscape(_ backslash: Int) throws(ScanFault) -> Int {
        guard backslash + 1 < self.count else { throw ScanFault(kind: .unexpectedEnd, offset: self.count) }
        switch self.bytes.byte(backslash + 1) {
        case UInt8(ascii: "n"), UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "t"), UInt8(ascii: "r"),
            UInt8(ascii: "b"), UInt8(ascii: "f"):
            return backslash + 2
        case UInt8(ascii: "u"):
            for offset in backslash + 2..<backslash + 6 {
                guard offset < self.count else { throw ScanFault(kind: .unexpectedEnd, offset: self.count) }
                guard JSONText.hexValue(self.bytes.byte(offset)) != nil else {
                    throw ScanFault(kind: .invalidEscape, offset: backslash)
                }
            }
            return backslash + 6
        default: throw ScanFault(kind: .invalidEscape, offset: backslash)
        }
    }

    /// Checks the characters beyond ASCII from `start` on (RFC 3629, table of section 4) and returns where they end.
    private func endOfMultibyte(_ start: Int) throws(ScanFault) -> Int {
        var index = start
        while index < self.count {
            let lead = self.bytes.byte(index)
            if lead < 0x80 { break }
            let length: Int
            var low: UInt8 = 0x80
            var high: UInt8 = 0xBF
            switch lead {
            case 0xC2...0xDF: length = 2
            case 0xE0:
                length = 3
                low = 0xA0
            case 0xED:
                length = 3
                high = 0x9F
            case 0xE1...0xEF: length = 3
            case 0xF0:
                length = 4
                low = 0x90
            case 0xF1...0xF3: length = 4
            case 0xF4:
                length = 4
                high = 0x8F
            default: throw ScanFault(kind: .invalidUTF8, offset: index)
            }
            guard index + length <= self.count else { throw ScanFault(kind: .invalidUTF8, offset: index) }
            let second = self.bytes.byte(index + 1)
            guard second >= low, second <= high else { throw ScanFault(kind: .invalidUTF8, offset: index) }
            if length > 2, self.bytes.byte(index + 2) & 0xC0 != 0x80 { throw ScanFault(kind: .invalidUTF8, offset: index) }
            if length > 3, self.bytes.byte(index + 3) & 0xC0 != 0x80 { throw ScanFault(kind: .invalidUTF8, offset: index) }
            index += length
        }
        return index
    }
}
