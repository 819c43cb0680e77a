/// A copy of a text made for detection, and the way back to the original's offsets.
///
/// The fold is decided for each code point alone, so that a text can be folded piece by piece: format characters vanish,
/// compatibility forms (full-width, mathematical, enclosed, small capitals) and look-alikes of other scripts become ASCII,
/// typographic quotes, dashes and spaces become plain ones. Invalid UTF-8 is copied byte by byte.
public enum NormalizedText {
    public enum Accents: Sendable {
        /// `é` stays: personal data, whose recognisers know accents.
        case kept
        /// `é` becomes `e`, combining marks vanish: rules, which are written in ASCII.
        case folded
    }

    /// What comes off besides accents and typographic signs.
    public struct Disguises: Sendable, Equatable {
        /// Format characters, and compatibility forms of letters.
        public var forms: Bool
        /// Letters of other scripts that look like Latin ones.
        public var lookAlikes: Bool
        public init(forms: Bool, lookAlikes: Bool) {
            self.forms = forms
            self.lookAlikes = lookAlikes
        }
        public static let all = Disguises(forms: true, lookAlikes: true)
    }

    /// Appends the folded text to `bytes` and to `map` the offset in `text` of the code point that each byte comes from,
    /// with one more entry for the end of the text.
    ///
    /// False when the text is plain ASCII: it is its own fold, and nothing is appended.
    public static func fold(
        _ text: Span<UInt8>, accents: Accents, disguises: Disguises = .all, into bytes: inout [UInt8], map: inout [Int32]
    ) -> Bool {
        if self.isASCII(text) { return false }
        bytes.reserveCapacity(bytes.count + text.count)
        map.reserveCapacity(map.count + text.count + 1)
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte < 0x80 {
                bytes.append(byte)
                map.append(Int32(truncatingIfNeeded: index))
                index += 1
                continue
            }
            let (scalar, length) = UTF8Scalar.decode(text, at: index)
            let start = Int32(truncatingIfNeeded: index)
            switch length == 0 ? .kept : CodePointFold.fold(scalar, accents: accents, disguises: disguises) {
            case .removed: break
            case .kept:
                for offset in 0..<max(length, 1) {
                    bytes.append(text[index + offset])
                    map.append(start)
                }
            case .ascii(let replacement):
                bytes.append(replacement)
                map.append(start)
            case .pair(let first, let second):
                bytes.append(first)
                bytes.append(second)
                map.append(start)
                map.append(start)
            }
            index += max(length, 1)
        }
        map.append(Int32(truncatingIfNeeded: text.count))
        return true
    }

    /// The bytes of `text` that the folded range comes from: whole code points, without format characters after the last.
    public static func originalRange(_ range: Range<Int>, map: [Int32], in text: Span<UInt8>) -> Range<Int> {
        let lower = Int(map[range.lowerBound])
        if range.isEmpty { return lower..<lower }
        let last = Int(map[range.upperBound - 1])
        return lower..<(last + max(1, UTF8Scalar.decode(text, at: last).length))
    }

    static func isASCII(_ text: Span<UInt8>) -> Bool {
        var seen: UInt8 = 0
        for index in text.indices { seen |= text[index] }
        return seen < 0x80
    }
}

/// UTF-8 in place.
enum UTF8Scalar {
    /// The code point at `index` and its length in bytes; length 0 where the bytes are not UTF-8.
    static func decode(_ text: Span<UInt8>, at index: Int) -> (scalar: UInt32, length: Int) {
        let lead = text[index]
        let length: Int
        var scalar: UInt32
        switch lead {
        case 0..<0x80: return (UInt32(lead), 1)
        case 0xC2...0xDF: (length, scalar) = (2, UInt32(lead & 0x1F))
        case 0xE0...0xEF: (length, scalar) = (3, UInt32(lead & 0x0F))
        case 0xF0...0xF4: (length, scalar) = (4, UInt32(lead & 0x07))
        default: return (0, 0)
        }
        guard index + length <= text.count else { return (0, 0) }
        for offset in 1..<length {
            let byte = text[index + offset]
            guard byte & 0xC0 == 0x80 else { return (0, 0) }
            scalar = scalar << 6 | UInt32(byte & 0x3F)
        }
        return (scalar, length)
    }

    static func append(_ scalar: UInt32, to bytes: inout [UInt8]) {
        guard let value = Unicode.Scalar(scalar) else { return }
        bytes.append(contentsOf: Array(String(Character(value)).utf8))
    }
}
