/// The text of JSON strings: what stands between the quotes, to UTF-8 and back.
public enum JSONText {
    /// Replaces `decoded` by the text of `raw` and `map` by the way back: `map[i]` is the offset in `raw` of decoded byte `i`,
    /// with one more entry for the end.
    ///
    /// All bytes of a character that was an escape have the offset of its backslash. Lone surrogates become U+FFFD. `raw` must
    /// come from a document that was accepted; what is no escape stays as it is.
    public static func decode(_ raw: Span<UInt8>, into decoded: inout [UInt8], map: inout [Int32]) {
        decoded.removeAll(keepingCapacity: true)
        map.removeAll(keepingCapacity: true)
        decoded.reserveCapacity(raw.count)
        map.reserveCapacity(raw.count + 1)
        var index = 0
        while index < raw.count {
            let run = Self.endOfRun(raw, index)
            if run > index {
                decoded.append(bytesOf: raw.extracting(index..<run))
                map.append(contentsOf: Int32(index)..<Int32(run))
                index = run
                continue
            }
            let (scalar, length) = Self.escape(raw, index)
            let before = decoded.count
            Self.append(scalar, to: &decoded)
            for _ in before..<decoded.count { map.append(Int32(index)) }
            index += length
        }
        map.append(Int32(raw.count))
    }

    /// The text of `raw`, as `decode` makes it.
    public static func decoded(_ raw: Span<UInt8>) -> [UInt8] {
        var decoded: [UInt8] = []
        Self.decode(raw, into: &decoded)
        return decoded
    }

    /// The same without the map.
    public static func decode(_ raw: Span<UInt8>, into decoded: inout [UInt8]) {
        decoded.removeAll(keepingCapacity: true)
        decoded.reserveCapacity(raw.count)
        var index = 0
        while index < raw.count {
            let run = Self.endOfRun(raw, index)
            if run > index {
                decoded.append(bytesOf: raw.extracting(index..<run))
                index = run
                continue
            }
            let (scalar, length) = Self.escape(raw, index)
            Self.append(scalar, to: &decoded)
            index += length
        }
    }

    /// Appends `text`, which is UTF-8, as it must stand between the quotes of a JSON string: only quotes, backslashes and
    /// control characters are escaped.
    public static func appendEscaped(_ text: Span<UInt8>, to output: inout [UInt8]) {
        var start = 0
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                index += 1
                continue
            }
            if start < index { output.append(bytesOf: text.extracting(start..<index)) }
            Self.appendEscape(byte, to: &output)
            index += 1
            start = index
        }
        if start < text.count { output.append(bytesOf: text.extracting(start..<text.count)) }
    }

    private static func appendEscape(_ byte: UInt8, to output: inout [UInt8]) {
        switch byte {
        case UInt8(ascii: "\""): output.append(#"\""#)
        case UInt8(ascii: "\\"): output.append(#"\\"#)
        case 0x08: output.append(#"\b"#)
        case 0x09: output.append(#"\t"#)
        case 0x0A: output.append(#"\n"#)
        case 0x0C: output.append(#"\f"#)
        case 0x0D: output.append(#"\r"#)
        default:
            output.append(#"\u00"#)
            output.append(byte >= 0x10 ? UInt8(ascii: "1") : UInt8(ascii: "0"))
            let digit = byte & 0x0F
            output.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }

    // MARK: Escapes

    /// Where the bytes that stand for themselves end.
    private static func endOfRun(_ raw: Span<UInt8>, _ start: Int) -> Int {
        let bytes = raw.raw
        let ones: UInt64 = 0x0101_0101_0101_0101
        var index = start
        while index + 8 <= raw.count {
            let backslashes = bytes.word(index) ^ (ones &* 0x5C)
            let marks = (backslashes &- ones) & ~backslashes & (ones &* 0x80)
            if marks != 0 { return index + marks.trailingZeroBitCount &>> 3 }
            index += 8
        }
        while index < raw.count, bytes.byte(index) != UInt8(ascii: "\\") { index += 1 }
        return index
    }

    /// The character of the escape at `start` and its length in `raw`.
    private static func escape(_ raw: Span<UInt8>, _ start: Int) -> (UInt32, Int) {
        guard start + 1 < raw.count else { return (0x5C, 1) }
        switch raw[start + 1] {
        case UInt8(ascii: "n"): return (0x0A, 2)
        case UInt8(ascii: "t"): return (0x09, 2)
        case UInt8(ascii: "r"): return (0x0D, 2)
        case UInt8(ascii: "b"): return (0x08, 2)
        case UInt8(ascii: "f"): return (0x0C, 2)
        case UInt8(ascii: "\""): return (0x22, 2)
        case UInt8(ascii: "\\"): return (0x5C, 2)
        case UInt8(ascii: "/"): return (0x2F, 2)
        case UInt8(ascii: "u"): break
        default: return (0x5C, 1)
        }
        guard let first = Self.hexadecimal(raw, start + 2) else { return (0x5C, 1) }
        switch first {
        case 0xD800...0xDBFF:
            guard start + 7 < raw.count, raw[start + 6] == UInt8(ascii: "\\"), raw[start + 7] == UInt8(ascii: "u"),
                let second = Self.hexadecimal(raw, start + 8), second >= 0xDC00, second <= 0xDFFF
            else { return (0xFFFD, 6) }
            return (0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00), 12)
        case 0xDC00...0xDFFF: return (0xFFFD, 6)
        default: return (first, 6)
        }
    }

    private static func hexadecimal(_ raw: Span<UInt8>, _ start: Int) -> UInt32? {
        guard start + 4 <= raw.count else { return nil }
        var value: UInt32 = 0
        for index in start..<start + 4 {
            guard let digit = Self.hexValue(raw[index]) else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private static func append(_ scalar: UInt32, to output: inout [UInt8]) {
        switch scalar {
        case 0..<0x80:
            output.append(UInt8(scalar))
        case 0x80..<0x800:
            output.append(0xC0 | UInt8(scalar >> 6))
            output.append(0x80 | UInt8(scalar & 0x3F))
        case 0x800..<0x10000:
            output.append(0xE0 | UInt8(scalar >> 12))
            output.append(0x80 | UInt8(scalar >> 6 & 0x3F))
            output.append(0x80 | UInt8(scalar & 0x3F))
        default:
            output.append(0xF0 | UInt8(scalar >> 18 & 0x07))
            output.append(0x80 | UInt8(scalar >> 12 & 0x3F))
            output.append(0x80 | UInt8(scalar >> 6 & 0x3F))
            output.append(0x80 | UInt8(scalar & 0x3F))
        }
    }
}
