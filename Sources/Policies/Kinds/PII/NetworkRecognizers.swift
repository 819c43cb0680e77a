/// Addresses of machines.
enum NetworkRecognizers {
    static let all: [Recognizer] = [
        Recognizer(
            type: "IP_ADDRESS", expression: #"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?:\/\d{1,2})?\b"#, isCaseless: false,
            leftContextMax: 40, confirm: isVersion4, priority: 50),
        Recognizer(
            type: "IP_ADDRESS",
            expression: #"[0-9a-f]{0,4}:[0-9a-f]{0,4}:(?:[0-9a-f]{0,6}:){0,6}(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4})(?:\/\d{1,3})?"#, isCaseless: true,
            leftContextMax: 40, confirm: isVersion6, priority: 50
        ).refusing { Byte.isAlphanumeric($0) || $0 == 0x3A || $0 == 0x5F },
        Recognizer(
            type: "MAC_ADDRESS", expression: #"\b[0-9a-f]{2}(?:[:\-][0-9a-f]{2}){5}\b"#, isCaseless: true,
            leftContextMax: 2, confirm: isMAC, priority: 52),
        // As switches print it.
        Recognizer(
            type: "MAC_ADDRESS", expression: #"\b[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}\b"#, isCaseless: true, leftContextMax: 40,
            confirm: { text, match, next in
                !text.continuesNumber(match) && next != 0x2E && macWords.distance(in: text, before: match, reach: 40) != nil
            }, priority: 52),
    ]

    private static let macWords = ContextWords("mac", "mac-address", "hwaddr", "ethernet", "interface", "hardware address", "arp", "bssid", "device")
    private static let addressWords = ContextWords("ip", "ipv6", "ipv4", "address", "unspecified", "loopback", "localhost", "subnet", "route", "host", "adresse")
    private static let versionWords = ContextWords(
        "version", "versione", "versao", "versie", "wersj", "versjon", "verze", "verzio", "release", "build", "firmware", "driver", "treiber",
        "pilote", "rev", "revision", "ver", "update", "upgrade", "patch", "section", "chapter", "abschnitt", "kapitel", "article", "clause",
        "oid", "chrome", "safari", "edg", "firefox", "opera", "assembly", "sdk", "package", "bios", "kernel", "plugin", "v")

    @Sendable private static func isVersion4(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        if let previous = text.before(match) {
            // `v1.2.3.4`, `1.2.3.4.5`, `$1.2.3.4`.
            if Byte.isAlphanumeric(previous) || previous == 0x5F || previous == 0x24 { return false }
            if text.continuesNumber(match) && previous != 0x2F && previous != 0x2D && previous != 0x2C { return false }
        }
        if next == 0x5F { return false }
        var (octet, length, place) = (0, 0, 0)
        var octets = InlineArray<4, Int>(repeating: 0)
        for index in match {
            let byte = text[index]
            if Byte.isDigit(byte) {
                octet = octet * 10 + Int(byte) - 0x30
                length += 1
                // A leading zero is no octet that anyone writes.
                if place < 4 && (octet > 255 || length == 2 && octet < 10) || octet > 999 { return false }
            } else {
                if place < 4 { octets[place] = octet }
                (octet, length) = (0, 0)
                place += 1
            }
        }
        if place < 4 { octets[place] = octet } else if octet > 32 { return false }
        // Loopback, masks, "any" stand for no machine; in an URL or with a port they are part of some code.
        let isNobody = octets[0] == 0 || octets[0] == 127 || octets[0] == 255
        if isNobody && (next == 0x3A || text.before(match) == 0x2F) { return false }
        // `1.2.3.4.` goes on more often than an address of small numbers ends a sentence.
        if next == 0x2E, place < 4, octets.indices.allSatisfy({ octets[$0] <= 20 }), !self.addressWords.precede(match, in: text, reach: 40) { return false }
        guard let distance = self.versionWords.distance(in: text, before: match, reach: 32), distance <= 16 else { return true }
        guard let address = self.addressWords.distance(in: text, before: match, reach: 40) else { return false }
        return address < distance
    }

    @Sendable private static func isVersion6(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        if let previous = text.before(match), Byte.isAlphanumeric(previous) || previous == 0x3A || previous == 0x2E || previous == 0x2D || previous == 0x5F {
            return false
        }
        var (groups, gaps, length, dots, octet, digits, letters) = (0, 0, 0, 0, 0, 0, 0)
        var (isLong, isPrefixed) = (false, false)
        var index = match.lowerBound
        while index < match.upperBound {
            let byte = text[index]
            switch byte {
            case 0x3A:
                if length > 0 { groups += 1 } else if index > match.lowerBound, text[index - 1] == 0x3A { gaps += 1 } else if index > match.lowerBound { return false }
                (length, octet) = (0, 0)
            case 0x2E:
                if length == 0 || length > 3 || octet > 255 { return false }
                dots += 1
                (length, octet) = (0, 0)
            case 0x2F:
                isPrefixed = true
            default:
                if Byte.isDigit(byte) { digits += 1 } else { letters += 1 }
                octet = octet * 10 + (Byte.isDigit(byte) ? Int(byte) - 0x30 : 0)
                length += 1
                if length > 4 { isLong = true }
            }
            if isPrefixed { break }
            index += 1
        }
        // A single colon in front or at the end belongs to something else.
        if text[match.lowerBound] == 0x3A && text[match.lowerBound + 1] != 0x3A { return false }
        if length == 0 && index >= match.lowerBound + 2 && text[index - 2] != 0x3A { return false }
        if dots > 0 {
            guard dots == 3, length > 0, octet <= 255 else { return false }
            groups += 2
        } else if length > 0 {
            groups += 1
        }
        if isPrefixed {
            let prefix = CompactValue(text, (index + 1)..<match.upperBound)
            if prefix.number(0..<prefix.count) > 128 { return false }
        }
        // Link-local ones are made from hardware addresses by hand now and then.
        if isLong && !(CompactValue(text, match).starts(with: "FE80") && gaps == 1) { return false }
        guard gaps == 0 && groups == 8 || gaps == 1 && groups <= 7 else { return false }
        if gaps == 0 { return digits > 0 }
        return self.isTold(text, match, groups: groups, digits: digits, isPrefixed: isPrefixed, dots: dots)
    }

    /// `::1` and `::` are addresses where they stand free, `12::30` and `ab::c1` are more often code.
    private static func isTold(_ text: Span<UInt8>, _ match: Range<Int>, groups: Int, digits: Int, isPrefixed: Bool, dots: Int) -> Bool {
        let startsWithGap = text[match.lowerBound] == 0x3A
        if groups == 0 { return isPrefixed || self.addressWords.precede(match, in: text, reach: 40) }
        if digits == 0 { return false }
        if groups >= 3 || dots > 0 || isPrefixed { return true }
        if startsWithGap {
            let previous = text.before(match)
            return match.count == 3 && text[match.lowerBound + 2] == 0x31 && (previous == nil || previous == 0x20 || previous == 0x27 || previous == 0x22)
                || self.addressWords.precede(match, in: text, reach: 40)
        }
        return match.lowerBound + 4 < match.upperBound && text[match.lowerBound + 4] == 0x3A
    }

    @Sendable private static func isMAC(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        let separator = text[match.lowerBound + 2]
        guard text.count(of: separator, in: match) == 5, text.before(match) != separator, next != separator else { return false }
        // `12-34-56-78-90-12` is as likely something else.
        return separator == 0x3A || match.contains { Byte.isLetter(text[$0]) }
    }
}
