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

    /// The candidate is the whole text: the value of a field, or of an argument.
    func isAlone(_ match: Range<Int>, _ next: UInt8?) -> Bool { match.lowerBound == 0 && next == nil }

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

/// Words that say what the value after them is, in lower case without accents. Each begins with a letter.
struct ContextWords: Sendable {
    private let bytes: [UInt8]
    /// Where each word begins in `bytes`, by first letters, and the end.
    private let starts: [Int]
    /// The first word of each letter, and the end.
    private let letters: [Int]
    private let lengthMax: Int

    init(_ words: String...) { self.init(words) }

    init(_ words: [String]) {
        let sorted = Set(words).map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
        precondition(sorted.allSatisfy { ($0.first ?? 0) >= 0x61 && ($0.first ?? 0) <= 0x7A }, "a context word begins with a small letter")
        self.bytes = sorted.flatMap { $0 }
        self.starts = sorted.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.count) }
        self.letters = (UInt8(0x61)...0x7B).map { letter in sorted.count { ($0.first ?? 0) < letter } }
        self.lengthMax = sorted.map(\.count).max() ?? 0
    }

    /// Bytes between the nearest such word and `end`, nil when there is none within `reach` bytes.
    ///
    /// A word counts from a word's start; words of up to four letters must also end there, longer ones may go on
    /// (`steuer` is found in `Steuernummer`).
    func distance(in text: Span<UInt8>, before end: Int, reach: Int = 64) -> Int? {
        guard text.hasLetter(before: end, reach: min(reach, 64)) else { return nil }
        let context = FoldedContext(text, endingAt: end, reach: reach)
        var nearest = 0
        var start = context.count - 1
        while start >= 0, start + self.lengthMax > nearest {
            let letter = context[start]
            if letter >= 0x61, letter <= 0x7A, start == 0 || !Byte.isLetter(context[start - 1]) {
                for word in self.letters[Int(letter) - 0x61]..<self.letters[Int(letter) - 0x60] {
                    if let end = self.end(of: word, at: start, in: context) { nearest = max(nearest, end) }
                }
            }
            start -= 1
        }
        return nearest == 0 ? nil : context.count - nearest
    }

    func distance(in text: Span<UInt8>, before match: Range<Int>, reach: Int = 64) -> Int? {
        self.distance(in: text, before: match.lowerBound, reach: reach)
    }

    func precede(_ match: Range<Int>, in text: Span<UInt8>, reach: Int = 64) -> Bool {
        self.distance(in: text, before: match.lowerBound, reach: reach) != nil
    }

    private func end(of word: Int, at start: Int, in context: FoldedContext) -> Int? {
        let (first, last) = (self.starts[word], self.starts[word + 1])
        let end = start + last - first
        guard end <= context.count else { return nil }
        var index = first + 1
        while index < last {
            if context[start + index - first] != self.bytes[index] { return nil }
            index += 1
        }
        return last - first > 4 || end == context.count || !Byte.isLetter(context[end]) ? end : nil
    }
}

extension Span where Element == UInt8 {
    /// Whether any of the `reach` bytes before `end` can be part of a word.
    func hasLetter(before end: Int, reach: Int) -> Bool {
        var index = end
        while index > 0, end - index < reach {
            index -= 1
            if self[index] >= 0x41, Byte.isLetter(self[index]) || self[index] >= 0x80 { return true }
        }
        return false
    }
}

/// The bytes left of a candidate: lower case, Latin accents taken off, anything else that is not ASCII a space.
struct FoldedContext {
    private var storage = InlineArray<64, UInt8>(repeating: 0)
    private(set) var count = 0

    init(_ text: Span<UInt8>, endingAt end: Int, reach: Int) {
        var index = Swift.max(0, end - min(reach, 64))
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

    subscript(index: Int) -> UInt8 { self.storage[index] }
}
