/// E-mail addresses: as they are, in an URL or in HTML, and spelt out against harvesters.
enum EmailRecognizers {
    static let all: [Recognizer] = [
        Recognizer(
            type: "EMAIL",
            expression: #"[a-z0-9\xc3-\xf4][a-z0-9\x80-\xbf\xc3-\xf4._%+'\-]{0,63}(?:@|%40|&#64;|&commat;|\\u0040)"# + domain,
            isCaseless: true, leftContextMax: 4, confirm: isAddress, priority: 60
        ).refusing(isDomainByte),
        Recognizer(
            type: "EMAIL",
            expression: #"\b"# + name + #" ?[(\[{<] ?(?:at|@|\xc3\xa4t|arroba|arobase|chiocciola|apenstaartje|malpa) ?[)\]}>] ?"#
                + #"[a-z0-9\-]{1,40}(?:"# + dot + #"[a-z0-9\-]{2,40}){1,4}\b"#,
            isCaseless: true, leftContextMax: 1, confirm: isSpelt, priority: 61),
        Recognizer(
            type: "EMAIL",
            expression: #"\b"# + name + #" at [a-z0-9\-]{1,40}(?: dot [a-z0-9\-]{2,24}){1,3}\b"#,
            isCaseless: true, leftContextMax: 1, confirm: isSpelt, priority: 61),
    ]

    /// Labels with dots between them; the last one is letters, of any script, or their encoded form (RFC 5890).
    private static let domain =
        #"[a-z0-9\x80-\xbf\xc3-\xf4.\-]{1,128}\.(?:xn--[a-z0-9\-]{2,40}|(?:[a-z]|[\xc3-\xf4][\x80-\xbf]{1,3}){2,24})"#
    private static let name = #"[a-z0-9][a-z0-9_+\-]{0,40}(?:(?:\.| dot | ?[(\[{] ?(?:dot|\.) ?[)\]}] ?)[a-z0-9_+\-]{1,40}){0,3}"#
    private static let dot = #"(?:\.| dot | ?[(\[{<] ?(?:dot|punkt|point|punto|ponto|punt|kropka|\.) ?[)\]}>] ?)"#

    /// The longest name ends where the domain ends.
    @Sendable private static func isDomainByte(_ next: UInt8) -> Bool { Byte.isAlphanumeric(next) || next >= 0x80 || next == 0x5F }

    @Sendable private static func isAddress(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        if let previous = text.before(match), Byte.isAlphanumeric(previous) || previous >= 0x80 { return false }
        guard let (sign, domain) = self.sign(text, match) else { return false }
        // `git@host:path` is an address of a repository.
        if next == 0x3A && sign - match.lowerBound == 3 && CompactValue(text, match).starts(with: "GIT") { return false }
        var label = 0
        var labelStart = domain
        var numericLabels = 0
        for index in domain...match.upperBound {
            if index < match.upperBound && text[index] != 0x2E { label += 1; continue }
            if label == 0 || label > 63 || text[labelStart] == 0x2D || text[index - 1] == 0x2D { return false }
            if (labelStart..<index).allSatisfy({ Byte.isDigit(text[$0]) }) { numericLabels += 1 }
            if index == match.upperBound {
                return numericLabels < 2 && !self.isFileEnding(CompactValue(text, labelStart..<index))
            }
            label = 0
            labelStart = index + 1
        }
        return false
    }

    /// Where the sign between name and domain begins, and where the domain does.
    private static func sign(_ text: Span<UInt8>, _ match: Range<Int>) -> (sign: Int, domain: Int)? {
        var index = match.upperBound - 1
        while index > match.lowerBound {
            switch text[index] {
            case 0x40: return (index, index + 1)
            case 0x25 where index + 2 < match.upperBound && text[index + 1] == 0x34 && text[index + 2] == 0x30: return (index, index + 3)
            case 0x3B:
                // Back to the ampersand of `&#64;`.
                var start = index
                while start > match.lowerBound, index - start < 8, text[start] != 0x26 { start -= 1 }
                return (start, index + 1)
            case 0x5C: return (index, index + 6)
            default: index -= 1
            }
        }
        return nil
    }

    /// `logo@2x.png` is a picture.
    private static func isFileEnding(_ label: CompactValue) -> Bool {
        let endings: [StaticString] = ["PNG", "JPG", "JPEG", "GIF", "SVG", "WEBP", "CSS", "JS", "TS", "JSON", "TAR", "TGZ"]
        return endings.contains { $0.utf8CodeUnitCount == label.count && label.starts(with: $0) }
    }

    /// Spelt out, only common endings count: `meet me at noon dot` is no address.
    @Sendable private static func isSpelt(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        if let previous = text.before(match), Byte.isAlphanumeric(previous) || previous == 0x2E { return false }
        var start = match.upperBound
        while start > match.lowerBound, Byte.isLetter(text[start - 1]) { start -= 1 }
        let label = CompactValue(text, start..<match.upperBound)
        return self.endings.contains { $0.utf8CodeUnitCount == label.count && label.starts(with: $0) }
    }

    private static let endings: [StaticString] = [
        "COM", "ORG", "NET", "EDU", "GOV", "IO", "CO", "EU", "INFO", "BIZ", "DEV", "APP", "AI", "TECH", "EXAMPLE", "UK", "DE", "FR", "ES", "IT", "PT",
        "NL", "BE", "LU", "CH", "PL", "CZ", "SK", "HU", "RO", "BG", "GR", "HR", "SI", "DK", "SE", "FI", "IE", "EE", "LV", "LT", "CY", "MT", "CA", "AU",
        "NZ", "JP", "BR", "MX", "UA", "RU", "TR", "CLOUD", "ONLINE",
    ]
}
