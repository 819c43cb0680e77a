/// A text as terms are compared with it: one symbol for each code point, without case, and one space for a run of white space.
struct TermText {
    private(set) var symbols: [UInt32] = []
    private(set) var kinds: [Kind] = []
    /// Where each symbol starts in the bytes, and where the last one ends.
    private(set) var offsets: [Int] = []

    enum Kind: UInt8 {
        case space
        /// What words are made of.
        case word
        case other
        /// Nothing that a match can contain: bytes that are no UTF-8, white space without end.
        case gap
    }

    static let space: UInt32 = 0x20
    private static let gap = UInt32.max
    /// A longer run of white space is a gap.
    static let spacesMax = 4

    var count: Int { self.symbols.count }

    /// Replaces what was read by `text[range]`.
    mutating func read(_ text: Span<UInt8>, _ range: Range<Int>) {
        self.symbols.removeAll(keepingCapacity: true)
        self.kinds.removeAll(keepingCapacity: true)
        self.offsets.removeAll(keepingCapacity: true)
        var spaces = 0
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = text[index]
            if byte < 0x80 {
                if byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) {
                    spaces += 1
                    if spaces == 1 { self.append(Self.space, .space, index) } else if spaces > Self.spacesMax { self.endWithGap() }
                } else {
                    spaces = 0
                    self.append(UInt32(byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte), isWordByte(byte) ? .word : .other, index)
                }
                index += 1
                continue
            }
            spaces = 0
            let (scalar, length) = Self.decode(text, at: index, limit: range.upperBound)
            if length == 0 {
                self.append(Self.gap, .gap, index)
                index += 1
            } else {
                self.append(TermCase.lowered(scalar), Self.isWordLead(byte) ? .word : .other, index)
                index += length
            }
        }
        self.offsets.append(range.upperBound)
    }

    private mutating func append(_ symbol: UInt32, _ kind: Kind, _ offset: Int) {
        self.symbols.append(symbol)
        self.kinds.append(kind)
        self.offsets.append(offset)
    }

    private mutating func endWithGap() {
        self.symbols[self.symbols.count - 1] = Self.gap
        self.kinds[self.kinds.count - 1] = .gap
    }

    /// Whether a match can start with the symbol. What stands before the first one is not known, and allows it.
    func startsMatch(_ index: Int, inWord: Bool) -> Bool {
        switch self.kinds[index] {
        case .space, .gap: false
        case .other: !inWord
        case .word: index == 0 || self.kinds[index - 1] != .word
        }
    }

    /// Whether a match can end before the symbol. What stands after the last one is not known, and allows it.
    func endsMatch(_ index: Int, inWord: Bool) -> Bool {
        switch self.kinds[index - 1] {
        case .space, .gap: false
        case .other: !inWord
        case .word: index == self.count || self.kinds[index] != .word
        }
    }

    /// Whether a word goes on with a character that begins with this byte. Letters written in two bytes are those of the alphabets (Latin, Greek,
    /// Cyrillic, Hebrew, Arabic and the like), whose words have spaces between them; scripts in three bytes mostly have none.
    static func isWordLead(_ byte: UInt8) -> Bool { isWordByte(byte) || (byte >= 0xC3 && byte <= 0xDF) }

    private static func decode(_ text: Span<UInt8>, at index: Int, limit: Int) -> (scalar: UInt32, length: Int) {
        let lead = text[index]
        let length: Int
        var scalar: UInt32
        switch lead {
        case 0xC2...0xDF: (length, scalar) = (2, UInt32(lead & 0x1F))
        case 0xE0...0xEF: (length, scalar) = (3, UInt32(lead & 0x0F))
        case 0xF0...0xF4: (length, scalar) = (4, UInt32(lead & 0x07))
        default: return (0, 0)
        }
        if index + length > limit { return (0, 0) }
        for offset in 1..<length {
            let byte = text[index + offset]
            if byte & 0xC0 != 0x80 { return (0, 0) }
            scalar = scalar << 6 | UInt32(byte & 0x3F)
        }
        return (scalar, length)
    }
}

/// Lower case of single code points, for the alphabets that have it.
enum TermCase {
    private static let first: [UInt32] = table(0x80..<0x800)
    private static let second: [UInt32] = table(0x1E00..<0x2000)

    static func lowered(_ scalar: UInt32) -> UInt32 {
        switch scalar {
        case 0x80..<0x800: self.first[Int(scalar - 0x80)]
        case 0x1E00..<0x2000: self.second[Int(scalar - 0x1E00)]
        default: scalar
        }
    }

    private static func table(_ range: Range<UInt32>) -> [UInt32] {
        range.map { value in
            guard let scalar = Unicode.Scalar(value) else { return value }
            let mapped = Array(scalar.properties.lowercaseMapping.unicodeScalars)
            // One code point for one, and none that becomes ASCII: a symbol's width in bytes stays known.
            return mapped.count == 1 && !mapped[0].isASCII ? mapped[0].value : value
        }
    }
}
