/// Encodings that replace single characters. Each gives nil when nothing was replaced.
enum EscapeDecoders {
    /// HTML entities: `&#65;`, `&#x41;` and the few names that stand for ASCII.
    static func entities(_ text: Span<UInt8>) -> [UInt8]? {
        self.replacing(text, mark: 0x26) { index in
            guard index + 2 < text.count else { return nil }
            if text[index + 1] == 0x23 {
                let isHex = text[index + 2] | 0x20 == 0x78
                var position = index + (isHex ? 3 : 2)
                let first = position
                var value: UInt32 = 0
                while position < text.count, position - first < 7, let digit = Byte.hexValue(text[position]),
                    isHex || digit < 10
                {
                    value = value * (isHex ? 16 : 10) + UInt32(digit)
                    position += 1
                }
                guard position > first else { return nil }
                if position < text.count, text[position] == 0x3B { position += 1 }
                return (value, position)
            }
            let names: [(StaticString, UInt32)] = [
                ("lt;", 0x3C), ("gt;", 0x3E), ("amp;", 0x26), ("quot;", 0x22), ("apos;", 0x27), ("nbsp;", 0x20),
            ]
            for (name, value) in names where self.stands(name, in: text, at: index + 1) {
                return (value, index + 1 + name.utf8CodeUnitCount)
            }
            return nil
        }
    }

    static func percent(_ text: Span<UInt8>) -> [UInt8]? {
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            if text[index] == 0x25, index + 2 < text.count, let high = Byte.hexValue(text[index + 1]),
                let low = Byte.hexValue(text[index + 2])
            {
                output.append(high << 4 | low)
                index += 3
            } else {
                output.append(text[index] == 0x2B ? 0x20 : text[index])
                index += 1
            }
        }
        return output.count < text.count ? output : nil
    }

    /// `\u0041`, `\u{41}`, `\x41`.
    static func backslash(_ text: Span<UInt8>) -> [UInt8]? {
        self.replacing(text, mark: 0x5C) { index in
            guard index + 3 < text.count else { return nil }
            let kind = text[index + 1] | 0x20
            guard kind == 0x75 || kind == 0x78 else { return nil }
            let isBraced = text[index + 2] == 0x7B
            var position = index + (isBraced ? 3 : 2)
            let first = position
            let digitsMax = isBraced ? 6 : (text[index + 1] == 0x55 ? 8 : (kind == 0x75 ? 4 : 2))
            var value: UInt32 = 0
            while position < text.count, position - first < digitsMax, let digit = Byte.hexValue(text[position]) {
                value = value << 4 | UInt32(digit)
                position += 1
            }
            guard position > first else { return nil }
            if isBraced, position < text.count, text[position] == 0x7D { position += 1 }
            return (value, position)
        }
    }

    private static func replacing(
        _ text: Span<UInt8>, mark: UInt8, _ decode: (_ index: Int) -> (scalar: UInt32, end: Int)?
    ) -> [UInt8]? {
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        var replaced = 0
        var index = 0
        while index < text.count {
            if text[index] == mark, let (scalar, end) = decode(index) {
                UTF8Scalar.append(scalar, to: &output)
                index = end
                replaced += 1
            } else {
                output.append(text[index])
                index += 1
            }
        }
        return replaced > 0 ? output : nil
    }

    private static func stands(_ name: StaticString, in text: Span<UInt8>, at start: Int) -> Bool {
        var index = start
        for byte in name.description.utf8 {
            if index >= text.count || text[index] != byte { return false }
            index += 1
        }
        return true
    }
}
