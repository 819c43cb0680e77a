/// Counts sentences.
enum Sentences {
    /// A sentence ends at a full stop, a question or exclamation mark, or an ellipsis, with white space or nothing behind it, unless the text goes on in
    /// small letters; at the marks of scripts that need no space; and at an empty line or the end of a list item. What has no letter or digit is none.
    static func count(_ text: Span<UInt8>) -> Int {
        var count = 0
        var hasWord = false
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte < 0x80 {
                switch byte {
                case UInt8(ascii: "."), UInt8(ascii: "!"), UInt8(ascii: "?"):
                    if hasWord, self.isEnd(text, index + 1), !self.isNumberOfItem(text, index) {
                        count += 1
                        hasWord = false
                    }
                case 0x0A:
                    if hasWord, self.startsParagraph(text, index + 1) {
                        count += 1
                        hasWord = false
                    }
                default: hasWord = hasWord || self.isLetterOrDigit(byte)
                }
                index += 1
                continue
            }
            let (scalar, length) = UTF8Scalar.decode(text, at: index)
            index += max(1, length)
            switch scalar {
            // 。 ！ ？ ｡ । ؟ ۔
            case 0x3002, 0xFF01, 0xFF1F, 0xFF61, 0x0964, 0x061F, 0x06D4:
                if hasWord { count += 1 }
                hasWord = false
            case 0x2026:
                if hasWord, self.isEnd(text, index) {
                    count += 1
                    hasWord = false
                }
            default: if length > 0, scalar >= 0xAA, !(0x2000...0x206F).contains(scalar), !(0x3000...0x3020).contains(scalar) { hasWord = true }
            }
        }
        return hasWord ? count + 1 : count
    }

    /// Behind a mark: more marks, closing quotes and brackets, then white space and no small letter.
    private static func isEnd(_ text: Span<UInt8>, _ start: Int) -> Bool {
        var index = start
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: "."), UInt8(ascii: "!"), UInt8(ascii: "?"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: ")"), UInt8(ascii: "]"),
                UInt8(ascii: "*"), UInt8(ascii: "_"):
                index += 1
                continue
            // ’ ” » …
            case 0xE2 where index + 2 < text.count && text[index + 1] == 0x80 && [0x99, 0x9D, 0xA6].contains(text[index + 2]): index += 3
                continue
            case 0xC2 where index + 1 < text.count && text[index + 1] == 0xBB: index += 2
                continue
            default: break
            }
            break
        }
        if index == text.count { return true }
        guard text[index] <= 0x20 else { return false }
        while index < text.count, text[index] <= 0x20 {
            if text[index] == 0x0A { return true }
            index += 1
        }
        return index == text.count || !(text[index] >= 0x61 && text[index] <= 0x7A)
    }

    /// The full stop at `stop` belongs to the number at the start of a line.
    private static func isNumberOfItem(_ text: Span<UInt8>, _ stop: Int) -> Bool {
        var index = stop - 1
        while index >= 0, text[index] >= 0x30, text[index] <= 0x39 { index -= 1 }
        if index == stop - 1 { return false }
        while index >= 0, text[index] == 0x20 || text[index] == 0x09 { index -= 1 }
        return index < 0 || text[index] == 0x0A
    }

    /// A line that begins here is empty, an item of a list, or a heading.
    private static func startsParagraph(_ text: Span<UInt8>, _ start: Int) -> Bool {
        var index = start
        while index < text.count, text[index] == 0x20 || text[index] == 0x09 || text[index] == 0x0D { index += 1 }
        guard index < text.count else { return true }
        switch text[index] {
        case 0x0A, UInt8(ascii: "#"): return true
        case UInt8(ascii: "-"), UInt8(ascii: "*"), UInt8(ascii: "+"): return index + 1 < text.count && text[index + 1] == 0x20
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            while index < text.count, text[index] >= 0x30, text[index] <= 0x39 { index += 1 }
            return index + 1 < text.count && (text[index] == UInt8(ascii: ".") || text[index] == UInt8(ascii: ")")) && text[index + 1] == 0x20
        default: return false
        }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        let folded = byte | 0x20
        return (folded >= 0x61 && folded <= 0x7A) || (byte >= 0x30 && byte <= 0x39)
    }
}
