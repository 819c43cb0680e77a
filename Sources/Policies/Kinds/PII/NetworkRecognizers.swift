/// Addresses of machines.
enum NetworkRecognizers {
    static let all: [Recognizer] = [
        Recognizer(
            type: "IP_ADDRESS", expression: #"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b"#, isCaseless: false,
            leftContextMax: 32, confirm: isVersion4, priority: 50),
        Recognizer(
            type: "IP_ADDRESS", expression: #"\b[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){2,7}"#, isCaseless: true,
            leftContextMax: 2, confirm: isVersion6, priority: 50
        ).refusing { Byte.isAlphanumeric($0) || $0 == 0x3A || $0 == 0x5F },
        Recognizer(
            type: "MAC_ADDRESS", expression: #"\b[0-9a-f]{2}(?:[:\-][0-9a-f]{2}){5}\b"#, isCaseless: true,
            leftContextMax: 2, confirm: isMAC, priority: 52),
    ]

    private static let versionWords = ContextWords(
        "version", "versione", "versao", "versie", "wersj", "versjon", "release", "build", "firmware", "driver", "treiber",
        "pilote", "rev", "ver", "update", "upgrade", "patch", "section", "chapter", "abschnitt", "kapitel", "article",
        "oid", "chrome", "safari", "edg", "firefox", "assembly", "v")

    @Sendable private static func isVersion4(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        if text.continuesNumber(match) && text.before(match) != 0x2F && text.before(match) != 0x2D { return false }
        if next == 0x5F { return false }
        var (octet, first, length) = (0, 0, 0)
        for index in match {
            if text[index] == 0x2E {
                if first == 0 { first = octet }
                (octet, length) = (0, 0)
            } else {
                octet = octet * 10 + Int(text[index]) - 0x30
                length += 1
                // A leading zero is no octet that anyone writes.
                if octet > 255 || length == 2 && octet < 10 { return false }
            }
            // Loopback, masks, "any": nobody's address.
            if index + 1 < match.upperBound, text[index + 1] == 0x2E, first == 0, octet == 0 || octet == 127 || octet == 255 { return false }
        }
        guard let distance = self.versionWords.distance(in: text, before: match, reach: 32) else { return true }
        return distance > 16
    }

    @Sendable private static func isVersion6(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        if let previous = text.before(match), previous == 0x3A || previous == 0x2E || previous == 0x2D { return false }
        if let next, Byte.isAlphanumeric(next) || next == 0x3A || next == 0x5F { return false }
        var groups = 0
        var gaps = 0
        var length = 0
        var hasDigit = false
        for index in match {
            if text[index] == 0x3A {
                if length == 0 { gaps += 1 } else { groups += 1 }
                length = 0
            } else {
                length += 1
                hasDigit = hasDigit || Byte.isDigit(text[index])
            }
        }
        if length > 0 {
            groups += 1
        } else if text[match.upperBound - 2] != 0x3A {
            return false
        }
        let isWhole = gaps == 0 && groups == 8
        let isShortened = gaps == 1 && groups <= 7 || gaps == 2 && length == 0 && groups <= 7 && text[match.upperBound - 3] != 0x3A
        guard isWhole || isShortened, hasDigit else { return false }
        if isWhole { return true }
        // `12::30` or `ab::c1` is more often code than an address.
        return groups >= 3 || match.lowerBound + 4 < match.upperBound && text[match.lowerBound + 4] == 0x3A
    }

    @Sendable private static func isMAC(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        let separator = text[match.lowerBound + 2]
        guard text.count(of: separator, in: match) == 5, text.before(match) != separator, next != separator else { return false }
        // `12-34-56-78-90-12` is as likely something else.
        return separator == 0x3A || match.contains { Byte.isLetter(text[$0]) }
    }
}
