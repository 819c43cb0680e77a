/// Telephone numbers: international ones by their form, national ones by form or by a word before them.
enum PhoneRecognizers {
    static let all: [Recognizer] = [
        Recognizer(
            type: "PHONE", expression: #"(?:\+|%2B) ?\(?\d(?:[ .\-\/()]{0,3}\d){6,15}"# + `extension` + #"\b"#,
            isCaseless: true, leftContextMax: 32, confirm: isInternational, priority: 30),
        Recognizer(
            type: "PHONE", expression: #"\b00[1-9](?:[ .\-\/()]{0,3}\d){7,14}"# + `extension` + #"\b"#,
            isCaseless: true, leftContextMax: 64, confirm: isInternational, priority: 29
        ).allowing { text, start in !PhoneContext.namesOther(text, start) },
        Recognizer(
            type: "PHONE",
            expression: #"(?:\b1[ .\-]{1,2})?(?:\([2-9]\d{2}\)[ .\-]{0,2}|\b[2-9]\d{2}[ .\-\/]{1,2})[2-9]\d{2}[ .\-]{1,2}\d{4}"# + `extension` + #"\b"#,
            isCaseless: true, leftContextMax: 64, confirm: isAmerican, priority: 28),
        Recognizer(
            type: "PHONE", expression: #"\b0[1-9](?:[ .\-]?\d{2}){4}\b"#,
            isCaseless: false, leftContextMax: 64, confirm: isPaired, priority: 27),
        Recognizer(
            type: "PHONE", expression: #"(?:\(0[1-9]\d{0,4}\)|\b0[1-9]\d{0,4})(?:[ .\/\-]{1,3}\d{1,9}){1,5}\b"#,
            isCaseless: false, leftContextMax: 64, confirm: isTrunk, priority: 26
        ).allowing { text, start in !PhoneContext.namesOther(text, start) },
        // Spain in its own grouping.
        Recognizer(
            type: "PHONE", expression: #"\b[6-9]\d{2}(?: \d{2}){3}\b"#, isCaseless: false, leftContextMax: 64,
            confirm: { text, match, next in isFree(text, match, next) && !PhoneContext.namesOther(text, match.lowerBound) }, priority: 25),
        Recognizer(
            type: "PHONE", expression: #"(?:\(\d{1,4}\)|\b\d)(?:[ .\/\-()]{0,3}\d){5,13}"# + `extension` + #"\b"#,
            isCaseless: true, leftContextMax: 64, confirm: isNamed, priority: 20
        ).allowing { text, start in PhoneContext.names(text, start) != .nothing },
    ]

    private static let `extension` = #"(?: ?(?:x|ext\.?|#) ?\d{1,6})?"#

    /// Nothing that a number could be glued to.
    private static func isFree(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        !text.continuesNumber(match) && text.before(match) != 0x2B && next != 0x25
    }

    /// E.164: country code and at most 15 digits; lengths of the countries that we know better.
    @Sendable private static func isInternational(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        if let previous = text.before(match), Byte.isAlphanumeric(previous) || previous == 0x2B { return false }
        guard let digits = PhoneDigits(text, match) else { return false }
        let lengths: ClosedRange<Int>
        switch digits.country {
        case 0: return false
        case 1, 7: lengths = 11...11
        case 34, 40, 48: lengths = 11...11
        case 30: lengths = 12...12
        case 33: lengths = 11...12
        // Islands with numbers of four and five digits.
        case 683, 690: lengths = 7...10
        case 247, 290, 500, 676, 677, 678, 682, 685, 686, 688: lengths = 8...11
        default: lengths = 9...15
        }
        return lengths.contains(digits.count) && (digits.hasPlus || !PhoneContext.namesOther(text, match.lowerBound))
    }

    @Sendable private static func isAmerican(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        self.isFree(text, match, next) && !PhoneContext.namesOther(text, match.lowerBound)
    }

    /// France and neighbours: ten digits in pairs, or in one piece after a word for telephone.
    @Sendable private static func isPaired(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        guard self.isFree(text, match, next), !PhoneContext.namesOther(text, match.lowerBound) else { return false }
        let separators = match.count - 10
        if separators == 4 { return text.count(of: text[match.lowerBound + 2], in: match) == 4 }
        if separators == 0 && (text[match.lowerBound + 1] == 0x36 || text[match.lowerBound + 1] == 0x37) { return true }
        return separators <= 1 && PhoneContext.names(text, match.lowerBound) != .nothing
    }

    /// Germany, United Kingdom, Italy, Netherlands, …: trunk 0, area code, then groups.
    @Sendable private static func isTrunk(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        let digits = CompactValue(text, match)
        guard digits.isDigits, (8...13).contains(digits.count), self.isFree(text, match, next), !self.isDate(text, match) else { return false }
        if PhoneContext.names(text, match.lowerBound) != .nothing { return true }
        if digits.count > 12 { return false }
        if match.lowerBound > 1, text[match.lowerBound - 1] == 0x20, Byte.isDigit(text[match.lowerBound - 2]) { return false }
        if text.count(of: 0x2E, in: match) > 0 { return false }
        // Nine digits: Belgium and Switzerland in groups of three, two and two.
        return digits.count >= 10
            || digits.count == 9 && match.count >= 12 && text[match.upperBound - 3] == 0x20 && text[match.upperBound - 6] == 0x20
    }

    /// Digits that only a word for telephone makes a number to call.
    @Sendable private static func isNamed(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        guard self.isFree(text, match, next), !self.isDate(text, match) else { return false }
        let digits = CompactValue(text, match).digitCount
        // 12,50 and 3/4 go on behind a comma or a slash.
        if next == 0x2F || next == 0x3A { return false }
        switch PhoneContext.names(text, match.lowerBound) {
        case .nothing: return false
        case .number: return digits >= 9
        case .phone: return digits >= 7
        }
    }

    /// `01.02.2023` and `2023-02-01` at the front of a candidate.
    private static func isDate(_ text: Span<UInt8>, _ match: Range<Int>) -> Bool {
        guard match.count >= 8 else { return false }
        var (first, middle, last) = ((value: 0, length: 0), (value: 0, length: 0), (value: 0, length: 0))
        var part = 0
        for index in match {
            let byte = text[index]
            if Byte.isDigit(byte) {
                last = (last.value % 1_000_000 * 10 + Int(byte) - 0x30, last.length + 1)
            } else if (byte == 0x2E || byte == 0x2D || byte == 0x2F) && part < 2 {
                (first, middle, last) = (middle, last, (0, 0))
                part += 1
            } else {
                break
            }
        }
        guard part == 2 else { return false }
        if first.length <= 2 && middle.length <= 2 && last.length == 4 {
            return (1900...2100).contains(last.value) && (1...31).contains(first.value) && (1...31).contains(middle.value)
        }
        return first.length == 4 && middle.length <= 2 && last.length <= 2 && (1900...2100).contains(first.value)
    }
}

/// Digits of an international number without `+`, `00` and the trunk zero in brackets.
struct PhoneDigits {
    let country: Int
    let count: Int
    /// It says itself that it is international: `+`, or `%2B` in an URL.
    let hasPlus: Bool

    init?(_ text: Span<UInt8>, _ match: Range<Int>) {
        var (first, second, third) = (0, 0, 0)
        var index = match.lowerBound
        self.hasPlus = text[index] == 0x2B || text[index] == 0x25
        if text[index] == 0x25 { index += 3 }
        // Without `00`.
        var count = self.hasPlus ? 0 : -2
        while index < match.upperBound {
            let byte = text[index]
            if byte | 0x20 == 0x78 || byte | 0x20 == 0x65 || byte == 0x23 { break }  // an extension follows
            if count > 0, byte == 0x28, index + 2 < match.upperBound, text[index + 1] == 0x30, text[index + 2] == 0x29 {
                index += 3
                continue
            }
            if Byte.isDigit(byte) {
                switch count {
                case 0: first = Int(byte) - 0x30
                case 1: second = Int(byte) - 0x30
                case 2: third = Int(byte) - 0x30
                default: break
                }
                count += 1
                if count > 15 { return nil }
            }
            index += 1
        }
        guard count >= 7 else { return nil }
        self.count = count
        switch (first, second) {
        case (1, _), (7, _): self.country = first
        case (2, 0), (2, 7), (3, 0...4), (3, 6), (3, 9), (4, 0), (4, 1), (4, 3...9), (5, 1...8), (6, 0...6), (8, 1...2),
            (8, 4), (8, 6), (9, 0...5), (9, 8):
            self.country = first * 10 + second
        case (0, _): return nil
        default: self.country = first * 100 + second * 10 + third
        }
    }
}
