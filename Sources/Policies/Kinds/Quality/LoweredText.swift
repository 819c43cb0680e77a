/// Small letters, for comparisons that leave case aside.
enum LoweredText {
    /// By Unicode's mapping of each code point. `straightApostrophes`: typographic ones become `'`.
    static func bytes(_ text: Span<UInt8>, straightApostrophes: Bool = false) -> [UInt8] {
        var lowered: [UInt8] = []
        lowered.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte < 0x80 {
                lowered.append(byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte)
                index += 1
                continue
            }
            let (value, length) = UTF8Scalar.decode(text, at: index)
            let end = min(text.count, index + max(1, length))
            if straightApostrophes, value == 0x2019 || value == 0x2018 {
                lowered.append(0x27)
            } else if length > 0, let scalar = Unicode.Scalar(value), scalar.properties.changesWhenLowercased {
                lowered.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
            } else {
                for place in index..<end { lowered.append(text[place]) }
            }
            index = end
        }
        return lowered
    }
}

/// The words of a text and what stands between them, read from left to right.
struct WordReader: ~Escapable {
    private let text: Span<UInt8>
    private(set) var position = 0

    @_lifetime(copy text)
    init(_ text: Span<UInt8>) { self.text = text }

    /// The next run of letters and digits, as a range of the text; nil at the end. Characters of scripts that are written without spaces are
    /// words of their own. An apostrophe between letters belongs to the word.
    mutating func next() -> Range<Int>? {
        var start: Int?
        while self.position < self.text.count {
            let (scalar, length) = self.scalar(at: self.position)
            switch Self.sort(scalar) {
            case .letter:
                if start == nil { start = self.position }
            case .whole:
                if let start { return start..<self.position }
                defer { self.position += length }
                return self.position..<self.position + length
            case .apostrophe where start != nil && self.position + length < self.text.count && Self.sort(self.scalar(at: self.position + length).0) == .letter:
                break
            case .apostrophe, .other:
                if let start { return start..<self.position }
            }
            self.position += length
        }
        return start.map { $0..<self.text.count }
    }

    private func scalar(at index: Int) -> (UInt32, Int) {
        if self.text[index] < 0x80 { return (UInt32(self.text[index]), 1) }
        let (scalar, length) = UTF8Scalar.decode(self.text, at: index)
        return length == 0 ? (0xFFFD, 1) : (scalar, length)
    }

    private enum Sort { case letter, whole, apostrophe, other }

    private static func sort(_ scalar: UInt32) -> Sort {
        if scalar < 0x80 {
            if scalar == 0x27 { return .apostrophe }
            return isWordByte(UInt8(scalar)) && scalar != 0x5F ? .letter : .other
        }
        switch scalar {
        case 0x2019: return .apostrophe
        // Kana, Han, Thai, Lao, Khmer, Burmese.
        case 0x3040...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF, 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF:
            return .whole
        default:
            guard let properties = Unicode.Scalar(scalar)?.properties else { return .other }
            return properties.isAlphabetic || properties.numericType != nil ? .letter : .other
        }
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        let folded = byte | 0x20
        return (folded >= 0x61 && folded <= 0x7A) || (byte >= 0x30 && byte <= 0x39) || byte == 0x5F
    }
}
