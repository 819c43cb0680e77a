/// Classes of single bytes, without a locale.
enum Byte {
    static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
    static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A }
    static func isAlphanumeric(_ byte: UInt8) -> Bool { self.isDigit(byte) || self.isLetter(byte) }
    static func lowercased(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }
    static func uppercased(_ byte: UInt8) -> UInt8 { byte >= 0x61 && byte <= 0x7A ? byte & 0xDF : byte }
    static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}

/// The letters and digits of a candidate in upper case, without its separators; at most 64 of them.
struct CompactValue {
    private var storage = InlineArray<64, UInt8>(repeating: 0)
    private(set) var count = 0
    private(set) var digitCount = 0

    init(_ text: Span<UInt8>, _ range: Range<Int>) {
        for index in range where Byte.isAlphanumeric(text[index]) && self.count < 64 {
            self.storage[self.count] = Byte.uppercased(text[index])
            self.count += 1
            if Byte.isDigit(text[index]) { self.digitCount += 1 }
        }
    }

    var isDigits: Bool { self.digitCount == self.count }
    var bytes: [UInt8] { (0..<self.count).map { self.storage[$0] } }

    subscript(index: Int) -> UInt8 { index < self.count ? self.storage[index] : 0 }

    /// Value of the digit at `index`; 0 where there is none.
    func digit(_ index: Int) -> Int {
        let byte = self[index]
        return Byte.isDigit(byte) ? Int(byte) - 0x30 : 0
    }

    /// The decimal number that these digits write; at most 18 digits.
    func number(_ range: Range<Int>) -> Int { range.reduce(0) { $0 &* 10 &+ self.digit($1) } }

    func starts(with prefix: StaticString, at offset: Int = 0) -> Bool {
        var index = offset
        for scalar in prefix.description.utf8 {
            if self[index] != scalar { return false }
            index += 1
        }
        return true
    }

    /// All digits are one and the same, as in `000000000`.
    var isMonotone: Bool { (1..<max(self.count, 1)).allSatisfy { self[$0] == self[0] } }
}

extension Span where Element == UInt8 {
    /// The byte before a candidate, nil at the start of the text.
    func before(_ match: Range<Int>) -> UInt8? { match.lowerBound > 0 ? self[match.lowerBound - 1] : nil }

    /// The candidate is glued to a longer number: `1.` or `12-` stands right before it.
    func continuesNumber(_ match: Range<Int>) -> Bool {
        guard let previous = self.before(match) else { return false }
        if Byte.isAlphanumeric(previous) || previous == 0x5F { return true }
        guard previous == 0x2E || previous == 0x2D || previous == 0x2F || previous == 0x2C else { return false }
        return match.lowerBound > 1 && Byte.isDigit(self[match.lowerBound - 2])
    }

    /// How often `byte` stands in `range`.
    func count(of byte: UInt8, in range: Range<Int>) -> Int {
        var count = 0
        for index in range where self[index] == byte { count += 1 }
        return count
    }
}

/// Words that say what the value after them is, in lower case without accents.
struct ContextWords: Sendable {
    private let words: [[UInt8]]

    init(_ words: String...) { self.words = words.map { Array($0.utf8) } }

    /// Bytes between the nearest such word and the candidate, nil when there is none within `reach` bytes.
    ///
    /// A word counts from a word's start; words of up to four letters must also end there, longer ones may go on
    /// (`steuer` is found in `Steuernummer`).
    func distance(in text: Span<UInt8>, before match: Range<Int>, reach: Int = 64) -> Int? {
        let context = FoldedContext(text, endingAt: match.lowerBound, reach: reach)
        var nearest: Int?
        for word in self.words {
            guard let end = context.lastEnd(of: word) else { continue }
            nearest = min(nearest ?? Int.max, context.count - end)
        }
        return nearest
    }

    func precede(_ match: Range<Int>, in text: Span<UInt8>, reach: Int = 64) -> Bool {
        self.distance(in: text, before: match, reach: reach) != nil
    }
}

/// The bytes left of a candidate: lower case, Latin accents taken off, anything else that is not ASCII a space.
struct FoldedContext {
    private var storage = InlineArray<64, UInt8>(repeating: 0)
    private(set) var count = 0

    init(_ text: Span<UInt8>, endingAt end: Int, reach: Int) {
        var index = max(0, end - min(reach, 64))
        while index < end {
            let byte = text[index]
            if byte < 0x80 {
                self.append(byte < 0x20 ? 0x20 : Byte.lowercased(byte))
                index += 1
            } else if byte >= 0xC3 && byte <= 0xC9 && index + 1 < end {
                let scalar = UInt32(byte & 0x1F) << 6 | UInt32(text[index + 1] & 0x3F)
                let base = LatinBase.base(of: scalar)
                self.append(base == 0 ? 0x20 : Byte.lowercased(base))
                index += 2
            } else {
                if byte >= 0xC0 { self.append(0x20) }
                index += 1
            }
        }
    }

    private mutating func append(_ byte: UInt8) {
        self.storage[self.count] = byte
        self.count += 1
    }

    /// End of the last place where `word` stands, nil when it does not.
    func lastEnd(of word: [UInt8]) -> Int? {
        guard word.count <= self.count, !word.isEmpty else { return nil }
        var start = self.count - word.count
        while start >= 0 {
            if self.stands(word, at: start) { return start + word.count }
            start -= 1
        }
        return nil
    }

    private func stands(_ word: [UInt8], at start: Int) -> Bool {
        for offset in word.indices where self.storage[start + offset] != word[offset] { return false }
        if start > 0, Byte.isLetter(self.storage[start - 1]), Byte.isLetter(word[0]) { return false }
        let end = start + word.count
        return word.count > 4 || end == self.count || !Byte.isLetter(self.storage[end])
    }
}
