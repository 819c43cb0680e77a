/// Cards, bank accounts, wallets.
enum FinancialRecognizers {
    static let all: [Recognizer] = [
        Recognizer(
            type: "CREDIT_CARD", expression: #"\b[2-6]\d{3}(?:[ \-]\d{4}){3}(?:[ \-]\d{3})?\b"#,
            isCaseless: false, leftContextMax: 64, confirm: isCard, priority: 81),
        Recognizer(
            type: "CREDIT_CARD", expression: #"\b3\d{3}[ \-]\d{6}[ \-]\d{4,5}\b"#,
            isCaseless: false, leftContextMax: 64, confirm: isCard, priority: 81),
        Recognizer(
            type: "CREDIT_CARD", expression: #"\b[1-6]\d{11,18}\b"#,
            isCaseless: false, leftContextMax: 64, confirm: isCard, priority: 80),
        Recognizer(
            type: "IBAN", expression: #"\b[a-z]{2}\d{2}(?:[ \-]?[a-z0-9]){11,30}\b"#,
            isCaseless: true, leftContextMax: 1, confirm: isIBAN, priority: 90),
        Recognizer(
            type: "CRYPTO_WALLET", expression: #"\b[13][1-9A-HJ-NP-Za-km-z]{25,34}\b"#,
            isCaseless: false, leftContextMax: 1, confirm: isBase58Address, priority: 70),
        Recognizer(
            type: "CRYPTO_WALLET", expression: #"\b(?:bc1|tb1|ltc1)[02-9ac-hj-np-z]{11,71}\b"#,
            isCaseless: true, leftContextMax: 1, confirm: isBech32Address, priority: 70),
        Recognizer(
            type: "CRYPTO_WALLET", expression: #"\b0x[0-9a-f]{40}\b"#,
            isCaseless: true, leftContextMax: 1, confirm: { text, match, _ in !text.continuesNumber(match) }, priority: 70),
    ]

    /// Only with `pci_mode`.
    static let cardVerification = Recognizer(
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
        "card", "visa", "mastercard", "maestro", "amex", "karte", "carte", "tarjeta", "carta", "cartao", "kaart", "karta",
        "karty", "kartenummer", "kreditkarte", "credit", "debit", "cc")

    @Sendable private static func isCard(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        let value = CompactValue(text, match)
        guard !text.continuesNumber(match), !value.isMonotone, Checksum.luhn(value) else { return false }
        if value.count < match.count {
            // One kind of separator.
            let hyphens = text.count(of: 0x2D, in: match)
            if hyphens != 0 && hyphens != match.count - value.count { return false }
        }
        switch self.brand(value) {
        case .known: return true
        case .weak: return self.cardWords.precede(match, in: text)
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
        case (2200...2204).contains(first4), first2 == 62: return (16...19).contains(length) ? .weak : .none
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
    ]

    /// By the lower five bits of the country's letters; 0: no such country.
    private static let accountLengthTable: [Int] = accountLengths.reduce(into: [Int](repeating: 0, count: 1024)) { table, entry in
        table[entry.key.utf8.reduce(0) { $0 * 32 + Int($1 & 31) }] = entry.value
    }

    @Sendable private static func isIBAN(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        let value = CompactValue(text, match)
        return self.accountLengthTable[Int(value[0] & 31) * 32 + Int(value[1] & 31)] == value.count && Checksum.mod97(value) == 1
    }

    @Sendable private static func isBase58Address(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        var decoded = InlineArray<25, UInt8>(repeating: 0)
        for index in match {
            var carry = self.base58Values[Int(text[index])]
            if carry < 0 { return false }
            for place in decoded.indices.reversed() {
                carry += Int(decoded[place]) * 58
                decoded[place] = UInt8(carry & 0xFF)
                carry >>= 8
            }
            if carry != 0 { return false }
        }
        let check = ShortHash.sha256(ShortHash.sha256((0..<21).map { decoded[$0] }))
        return (0..<4).allSatisfy { decoded[21 + $0] == check[$0] }
    }

    private static func values(_ alphabet: String) -> [Int] {
        alphabet.utf8.enumerated().reduce(into: [Int](repeating: -1, count: 256)) { $0[Int($1.element)] = $1.offset }
    }
    private static let base58Values = values("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
    private static let bech32Values = values("qpzry9x8gf2tvdw0s3jn54khce6mua7l")

    /// BIP 173 and BIP 350.
    @Sendable private static func isBech32Address(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        let generators: InlineArray<5, UInt32> = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3]
        var polynomial: UInt32 = 1
        func step(_ value: UInt32) {
            let top = polynomial >> 25
            polynomial = (polynomial & 0x1ff_ffff) << 5 ^ value
            for bit in generators.indices where top >> UInt32(bit) & 1 == 1 { polynomial ^= generators[bit] }
        }
        guard let separator = match.last(where: { text[$0] == 0x31 }) else { return false }
        let prefix = match.lowerBound..<separator
        for index in prefix { step(UInt32(Byte.lowercased(text[index])) >> 5) }
        step(0)
        for index in prefix { step(UInt32(Byte.lowercased(text[index])) & 31) }
        for index in (separator + 1)..<match.upperBound {
            let value = self.bech32Values[Int(Byte.lowercased(text[index]))]
            if value < 0 { return false }
            step(UInt32(value))
        }
        return polynomial == 1 || polynomial == 0x2bc8_30a3
    }
}
