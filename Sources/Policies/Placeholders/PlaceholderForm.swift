/// How a placeholder looks: `[EMAIL_bkdmvtqz]`, a type's stem and a code of letters.
///
/// The code has no digit and no vowel: nothing that policies look for can stand in it, and no word comes about by chance. It holds nothing
/// that JSON escapes. A stem begins with a capital letter, so that `[` and what follows is never the beginning of a JSON array.
enum PlaceholderForm {
    static let letters: [UInt8] = Array("bcdfghjkmnpqrstv".utf8)
    /// Letters of a code, four bits each. One that is taken is longer by `lengthStep`.
    static let lengthMin = 8
    static let lengthStep = 4
    static let lengthMax = 32

    /// What a type is called in placeholders: capitals, digits and `_`.
    static func stem(of type: String) -> [UInt8] {
        var stem: [UInt8] = []
        for byte in RedactionMarker.name(for: type).utf8 {
            switch byte {
            case 0x41...0x5A, 0x30...0x39: stem.append(byte)
            case 0x61...0x7A: stem.append(byte - 0x20)
            default: if stem.last != 0x5F { stem.append(0x5F) }
            }
        }
        if let first = stem.first, first >= 0x41, first <= 0x5A { return stem }
        return Array("X".utf8) + stem
    }

    /// All letters of a value's code.
    static func code(_ stem: [UInt8], _ value: [UInt8], _ key: PlaceholderKey) -> [UInt8] {
        let message = stem + [0] + value
        let hash = SipHash.hash(message.span, key: key)
        return [hash.low, hash.high].flatMap { word in
            (0..<16).map { Self.letters[Int(truncatingIfNeeded: word >> UInt64(4 * $0)) & 15] }
        }
    }

    static func placeholder(_ stem: [UInt8], _ code: ArraySlice<UInt8>) -> [UInt8] { [0x5B] + stem + [0x5F] + code + [0x5D] }

    /// Finds whatever looks like a placeholder of one of the stems.
    static func expression(_ stems: Set<[UInt8]>) -> String {
        let names = stems.map { String(decoding: $0, as: UTF8.self) }.sorted().joined(separator: "|")
        return #"\[(?:\#(names))_[\#(String(decoding: self.letters, as: UTF8.self))]{\#(self.lengthMin),\#(self.lengthMax)}\]"#
    }

    /// Adds the codes in `text` that a placeholder may end with.
    static func collectCodes(_ text: Span<UInt8>, into codes: inout Set<[UInt8]>) {
        for end in text.indices where text[end] == 0x5D {
            var start = end
            while start > 0, end - start <= Self.lengthMax, Self.letters.contains(text[start - 1]) { start -= 1 }
            guard end - start >= Self.lengthMin, end - start <= Self.lengthMax, start > 0, text[start - 1] == 0x5F else { continue }
            codes.insert(Array(copying: text.extracting(start..<end)))
        }
    }
}
