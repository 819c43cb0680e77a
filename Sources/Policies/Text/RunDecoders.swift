/// Encodings of whole words: base64 and hexadecimal. nil unless the result is text.
enum RunDecoders {
    static func hex(_ text: Span<UInt8>, _ range: Range<Int>) -> [UInt8]? {
        var output: [UInt8] = []
        var index = range.lowerBound
        while index + 1 < range.upperBound {
            if text[index] == 0x0A || text[index] == 0x0D {
                index += 1
                continue
            }
            guard let high = Byte.hexValue(text[index]), let low = Byte.hexValue(text[index + 1]) else { break }
            output.append(high << 4 | low)
            index += 2
        }
        return self.isText(output) ? output : nil
    }

    /// RFC 4648, both alphabets, with or without padding.
    static func base64(_ text: Span<UInt8>, _ range: Range<Int>) -> [UInt8]? {
        var output: [UInt8] = []
        var (bits, count): (UInt32, UInt32) = (0, 0)
        for index in range {
            if text[index] == 0x0A || text[index] == 0x0D { continue }
            guard let value = self.value(text[index]) else { return nil }
            bits = (bits << 6 | value) & 0xFF_FFFF
            count += 6
            if count >= 8 {
                count -= 8
                output.append(UInt8(bits >> count & 0xFF))
            }
        }
        return self.isText(output) ? output : nil
    }

    private static func value(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x41...0x5A: UInt32(byte) - 0x41
        case 0x61...0x7A: UInt32(byte) - 0x61 + 26
        case 0x30...0x39: UInt32(byte) - 0x30 + 52
        case 0x2B, 0x2D: 62
        case 0x2F, 0x5F: 63
        default: nil
        }
    }

    /// Nearly all printable, and UTF-8 where it is not ASCII.
    private static func isText(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= 8 else { return false }
        let span = bytes.span
        var index = 0
        var strange = 0
        while index < span.count {
            let length = UTF8Scalar.decode(span, at: index).length
            if length == 0 || (span[index] < 0x20 && span[index] != 0x0A && span[index] != 0x0D && span[index] != 0x09) {
                strange += 1
            }
            index += max(1, length)
        }
        return strange * 20 <= bytes.count
    }

    /// One long run and little else: encoded once more.
    static func looksEncoded(_ text: Span<UInt8>) -> Bool {
        guard text.count >= 24 else { return false }
        var (run, digits, longest) = (0, 0, 0)
        for index in text.indices {
            let isRun = Byte.isAlphanumeric(text[index]) || text[index] == 0x2B || text[index] == 0x2F || text[index] == 0x3D
            run = isRun ? run + 1 : 0
            longest = max(longest, run)
            if Byte.isDigit(text[index]) { digits += 1 }
        }
        return longest * 10 >= text.count * 9 && digits > 0
    }
}
