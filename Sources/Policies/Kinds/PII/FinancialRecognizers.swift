/// Cards, bank accounts, wallets.
enum FinancialRecognizers {
    static let all: [Recognizer] = [
        Recognizer(
            type: "CREDIT_CARD", expression: #"\b[2-68]\d{3}(?:[ .\-_\/]{1,2}\d{4}){3}(?:[ .\-_\/]{1,2}\d{3})?\b"#,
            isCaseless: false, leftContextMax: 64, confirm: isCard, priority: 81),
        Recognizer(
            type: "CREDIT_CARD", expression: #"\b3\d{3}[ .\-_\/]{1,2}\d{6}[ .\-_\/]{1,2}\d{4,5}\b"#,
            isCaseless: false, leftContextMax: 64, confirm: isCard, priority: 81),
        Recognizer(
            type: "CREDIT_CARD", expression: #"\b[1-68]\d{11,18}\b"#,
            isCaseless: false, leftContextMax: 64, confirm: isCard, priority: 80),
        // In groups that no card has printed on it.
        Recognizer(
            type: "CREDIT_CARD", expression: #"\b[2-68](?:[ .\-_]?\d){12,18}\b"#,
            isCaseless: false, leftContextMax: 64, confirm: isCard, priority: 79
        ).allowing { cardWords.distance(in: $0, before: $1, reach: 48) != nil },
        Recognizer(
            type: "IBAN", expression: #"\b[a-z]{2}\d{2}(?:[ \-]?[a-z0-9]){11,30}\b"#,
            isCaseless: true, leftContextMax: 1, confirm: isIBAN, priority: 90),
        Recognizer(
            type: "BIC", expression: #"\b[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?\b"#, isCaseless: false, leftContextMax: 32,
            confirm: { text, match, _ in isBusinessIdentifier(text, match) && isNamedBIC(text, match.lowerBound) }, priority: 40
        ).allowing(isNamedBIC),
    ]

    /// Only with `pci_mode`: what may not be kept once a payment is authorised (PCI DSS 3.3).
    static let authentication: [Recognizer] = [
        cardVerification,
        // Tracks 1 and 2 of the magnetic stripe (ISO/IEC 7813).
        Recognizer(
            type: "CARD_TRACK", expression: #"%B\d{12,19}\^[^\^\n]{2,26}\^\d{7}[^?\n]{0,48}\?"#, isCaseless: false, leftContextMax: 0,
            confirm: { _, _, _ in true }, priority: 96),
        Recognizer(
            type: "CARD_TRACK", expression: #";\d{12,19}=\d{7,32}\?"#, isCaseless: false, leftContextMax: 0,
            confirm: { _, _, _ in true }, priority: 96),
    ]

    private static let cardVerification = Recognizer(
        type: "CVV", expression: #"\b\d{3,4}\b"#, isCaseless: false, leftContextMax: 32,
        confirm: { text, match, next in
            guard !text.continuesNumber(match), next != 0x2F else { return false }
            return isVerification(text, match.lowerBound)
        }, priority: 75
    ).allowing(isVerification)

    @Sendable private static func isVerification(_ text: Span<UInt8>, _ start: Int) -> Bool {
        guard let distance = verificationWords.distance(in: text, before: start, reach: 32) else { return false }
        return distance <= 12
    }

    private static let verificationWords = ContextWords(
        "cvv", "cvv2", "cvc", "cvc2", "cid", "security code", "card verification", "prufnummer", "prufziffer der karte",
        "kartenprufnummer", "sicherheitscode", "cryptogramme", "code de securite", "codigo de seguridad",
        "codice di sicurezza", "codigo de seguranca", "beveiligingscode", "kod cvv", "kod bezpieczenstwa")
    private static let cardWords = ContextWords(
        "card", "cards", "card number", "cardnumber", "visa", "mastercard", "maestro", "amex", "karte", "carte", "tarjeta", "carta", "cartao", "kaart", "karta",
        "karty", "kartenummer", "kreditkarte", "bankkarte", "pan", "unionpay", "diners", "discover", "jcb", "credit", "debit", "cc")

    @Sendable private static func isCard(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        let value = CompactValue(text, match)
        guard !text.continuesNumber(match), !value.isMonotone, Checksum.luhn(value) else { return false }
        if value.count < match.count {
            // One kind of separator.
            guard let separator = match.first(where: { !Byte.isDigit(text[$0]) }) else { return false }
            if text.count(of: text[separator], in: match) != match.count - value.count { return false }
        }
        switch self.brand(value) {
        case .known: return true
        case .weak: return self.cardWords.precede(match, in: text) || text.isAlone(match, next) && value.count >= 16
        case .none: return false
        }
    }

    private enum Brand { case known, weak, none }

    /// Issuer ranges and lengths (ISO/IEC 7812; brands' public tables). Weak: Maestro and the like, whose ranges and
    /// lengths are so wide that a number needs a word for card beside it.
    private static func brand(_ value: CompactValue) -> Brand {
        let length = value.count
        let first2 = value.number(0..<2)
        let first3 = value.number(0..<3)
        let first4 = value.number(0..<4)
        switch true {
        case value.digit(0) == 4: return length == 16 || length == 13 || length == 19 ? (length == 16 ? .known : .weak) : .none
        case (51...55).contains(first2), (2221...2720).contains(first4): return length == 16 ? .known : .none
        case first2 == 34, first2 == 37: return length == 15 ? .known : .none
        case (300...305).contains(first3), first3 == 309, first2 == 36, first2 == 38, first2 == 39:
            return length == 14 ? .known : .none
        case (3528...3589).contains(first4): return length == 16 ? .known : .none
        case first2 == 35: return length == 16 ? .weak : .none
        case first4 == 2131, first4 == 1800: return length == 15 ? .known : .none
        case first4 == 6011, (644...649).contains(first3), first2 == 65: return length == 16 ? .known : .none
        case first2 == 62, (8100...8171).contains(first4): return length == 16 ? .known : (17...19).contains(length) ? .weak : .none
        case (2200...2204).contains(first4): return (16...19).contains(length) ? .weak : .none
        case first2 == 50, (56...58).contains(first2), value.digit(0) == 6: return (12...19).contains(length) ? .weak : .none
        default: return .none
        }
    }

    /// Length by country (SWIFT IBAN registry).
    private static let accountLengths: [String: Int] = [
        "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "BY": 28,
        "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18,
        "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22,
        "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20,
        "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18,
        "NO": 15, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SC": 31, "SE": 24,
        "SI": 19, "SK": 24, "SM": 27, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24,
        "XK": 20,
        // Not in the registry, but in use.
        "AO": 25, "BF": 28, "BI": 27, "BJ": 28, "CF": 27, "CG": 27, "CI": 28, "CM": 27, "CV": 25, "DJ": 27, "DZ": 26, "FK": 18, "GA": 27, "GQ": 27, "GW": 25,
        "HN": 28, "IR": 26, "KM": 27, "MA": 28, "MG": 27, "ML": 28, "MN": 20, "MZ": 25, "NE": 28, "NI": 28, "OM": 23, "RU": 33, "SD": 18, "SN": 28, "SO": 23,
        "TD": 27, "TG": 28, "YE": 30,
    ]

    /// By the lower five bits of the country's letters; 0: no such country.
    private static let accountLengthTable: [Int] = accountLengths.reduce(into: [Int](repeating: 0, count: 1024)) { table, entry in
        table[entry.key.utf8.reduce(0) { $0 * 32 + Int($1 & 31) }] = entry.value
    }

    @Sendable private static func isIBAN(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        let value = CompactValue(text, match)
        return self.accountLengthTable[Int(value[0] & 31) * 32 + Int(value[1] & 31)] == value.count && Checksum.mod97(value) == 1
    }

    /// ISO 9362: four letters of the institution, a country, two or five more.
    private static func isBusinessIdentifier(_ text: Span<UInt8>, _ match: Range<Int>) -> Bool {
        let country = Int(text[match.lowerBound + 4] & 31) * 32 + Int(text[match.lowerBound + 5] & 31)
        return self.accountLengthTable[country] != 0 || self.otherCountries.contains(country)
    }

    @Sendable private static func isNamedBIC(_ text: Span<UInt8>, _ start: Int) -> Bool {
        guard let distance = self.identifierWords.distance(in: text, before: start, reach: 32) else { return false }
        return distance <= 12
    }

    private static let identifierWords = ContextWords("bic", "swift", "bic/swift", "swift/bic", "bic-code", "swift-code", "swift code", "bic code", "kod bic")

    /// Countries without IBANs.
    private static let otherCountries: Set<Int> = Set(
        ["US", "CA", "AU", "NZ", "JP", "CN", "HK", "SG", "IN", "KR", "MX", "ZA", "TH", "MY", "ID", "PH", "TW", "AR", "CL", "CO", "PE", "NG", "KE", "MA", "RU", "VN"]
            .map { $0.utf8.reduce(0) { $0 * 32 + Int($1 & 31) } })
}
