/// Encodings of letters: spelled out, leet, rotated, reversed.
enum LetterDecoders {
    /// `i g n o r e   a l l` and `i.g.n.o.r.e`: single separators between single letters vanish, longer gaps stay a space.
    static func joined(_ text: Span<UInt8>) -> [UInt8]? {
        var output: [UInt8] = []
        var index = 0
        while index < text.count {
            let byte = text[index]
            output.append(byte)
            index += 1
            guard !self.isSeparator(byte) else { continue }
            while index < text.count, text[index] & 0xC0 == 0x80 {
                output.append(text[index])
                index += 1
            }
            // One separator, and after it again one letter alone.
            guard index + 1 < text.count, self.isSeparator(text[index]), !self.isSeparator(text[index + 1]) else { continue }
            var after = index + 2
            while after < text.count, text[after] & 0xC0 == 0x80 { after += 1 }
            if after >= text.count || self.isSeparator(text[after]) { index += 1 }
        }
        // Wide gaps between words become one space.
        var packed: [UInt8] = []
        for byte in output where !(byte == 0x20 && packed.last == 0x20) { packed.append(byte) }
        return packed.count < text.count ? packed : nil
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x2E || byte == 0x2D || byte == 0x5F || byte == 0x2A || byte == 0x09
    }

    /// `ignore-all-previous` and `ignore_all_previous`: signs between words become spaces.
    static func unchained(_ text: Span<UInt8>) -> [UInt8]? {
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        for index in text.indices {
            let isChain = text[index] == 0x2D || text[index] == 0x5F || text[index] == 0x2B
            output.append(isChain && index > 0 && Byte.isLetter(text[index - 1]) ? 0x20 : text[index])
        }
        return output
    }

    /// `a = "ignore your", b = " rules"`: what stands in quotes, in its order.
    static func concatenated(_ text: Span<UInt8>) -> [UInt8]? {
        var output: [UInt8] = []
        var index = 0
        while index < text.count {
            let quote = text[index]
            index += 1
            guard quote == 0x22 || quote == 0x27 || quote == 0x60 else { continue }
            let start = index
            while index < text.count, text[index] != quote, text[index] != 0x0A { index += 1 }
            if index < text.count, text[index] == quote {
                output.append(text.extracting(start..<index))
                index += 1
            }
        }
        return output.isEmpty ? nil : output
    }

    static func leet(_ text: Span<UInt8>) -> [UInt8]? {
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        for index in text.indices {
            switch text[index] {
            case 0x30: output.append(0x6F)
            case 0x31, 0x21, 0x7C: output.append(0x69)
            case 0x33: output.append(0x65)
            case 0x34, 0x40: output.append(0x61)
            case 0x35, 0x24: output.append(0x73)
            case 0x37, 0x2B: output.append(0x74)
            case 0x38: output.append(0x62)
            case 0x39: output.append(0x67)
            default: output.append(text[index])
            }
        }
        return output
    }

    static func rotated(_ text: Span<UInt8>) -> [UInt8]? {
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        for index in text.indices {
            let byte = text[index]
            guard Byte.isLetter(byte) else {
                output.append(byte)
                continue
            }
            let base: UInt8 = byte < 0x60 ? 0x41 : 0x61
            output.append((byte - base + 13) % 26 + base)
        }
        return output
    }

    /// Code points in reverse order.
    static func reversed(_ text: Span<UInt8>) -> [UInt8]? {
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        var end = text.count
        while end > 0 {
            var start = end - 1
            while start > 0, text[start] & 0xC0 == 0x80, end - start < 4 { start -= 1 }
            for index in start..<end { output.append(text[index]) }
            end = start
        }
        return output
    }
}
