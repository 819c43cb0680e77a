/// Personal numbers of states. Where the check digit is weak or missing, a context word is needed.
enum NationalRecognizers {
    static let all: [Recognizer] = [
        Recognizer(
            type: "US_SSN", expression: #"\b\d{3}[ .\-]?\d{2}[ .\-]?\d{4}\b"#, isCaseless: false, leftContextMax: 64,
            confirm: isSSN, priority: 50),
        Recognizer(
            type: "UK_NINO", expression: #"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ .\-]?\d{2}[ .\-]?\d{2}[ .\-]?\d{2}[ .\-]?[A-D]\b"#,
            isCaseless: true, leftContextMax: 64, confirm: isNINO, priority: 61),
        Recognizer(
            type: "UK_NHS", expression: #"\b\d{3}[ .\-]?\d{3}[ .\-]?\d{4}\b"#, isCaseless: false, leftContextMax: 64,
            confirm: isNHS, priority: 56),
        Recognizer(
            type: "FR_NIR",
            expression: #"\b[1-478][ .\-]?\d{2}[ .\-]?\d{2}[ .\-]?\d[0-9AB][ .\-]?\d{3}[ .\-]?\d{3}[ .\-\/]{0,3}\d{2}\b"#,
            isCaseless: true, leftContextMax: 64, confirm: isNIR, priority: 85),
        Recognizer(
            type: "ES_DNI", expression: #"\b\d{1,2}\.?\d{3}\.?\d{3}[ \-.]?[A-HJ-NP-TV-Z]\b"#, isCaseless: true, leftContextMax: 64,
            confirm: isDNI, priority: 55),
        Recognizer(
            type: "ES_NIE", expression: #"\b[XYZ][ \-.]?\d(?:\.?\d{3}){2}[ \-.]?[A-HJ-NP-TV-Z]\b"#, isCaseless: true, leftContextMax: 64,
            confirm: isNIE, priority: 55),
        Recognizer(
            type: "IT_CODICE_FISCALE",
            expression:
                #"\b[A-Z]{3} ?[A-Z]{3} ?[0-9LMNP-V]{2}[ABCDEHLMPRST][0-9LMNP-V]{2} ?[A-Z][0-9LMNP-V]{3} ?[A-Z]\b"#,
            isCaseless: true, leftContextMax: 1, confirm: isCodiceFiscale, priority: 65),
        Recognizer(
            type: "DE_STEUER_ID", expression: #"\b[1-9]\d[ .\/\-]?\d{3}[ .\/\-]?\d{3}[ .\/\-]?\d{3}\b"#, isCaseless: false,
            leftContextMax: 64, confirm: isSteuerID, priority: 58),
        Recognizer(
            type: "NL_BSN", expression: #"\b\d{4}[. \-]?\d{2}[. \-]?\d{3}\b|\b\d{3}[. \-]\d{3}[. \-]\d{3}\b"#, isCaseless: false,
            leftContextMax: 64, confirm: isBSN, priority: 57),
        Recognizer(
            type: "PL_PESEL", expression: #"\b\d{6}[ \-]?\d{5}\b"#, isCaseless: false, leftContextMax: 64, confirm: isPESEL,
            priority: 57),
        Recognizer(
            type: "PT_NIF", expression: #"\b[1-35689]\d{2}[ .\-]?\d{3}[ .\-]?\d{3}\b"#, isCaseless: false, leftContextMax: 64,
            confirm: isNIF, priority: 57),
        Recognizer(
            type: "BE_NRN", expression: #"\b\d{2}[. \-]?\d{2}[. \-]?\d{2}[ .\-]{0,3}\d{3}[. \-]?\d{2}\b"#, isCaseless: false,
            leftContextMax: 64, confirm: isNRN, priority: 56),
        Recognizer(
            type: "CH_AHV", expression: #"\b756[. \-]?\d{4}[. \-]?\d{4}[. \-]?\d{2}\b"#, isCaseless: false, leftContextMax: 1,
            confirm: { text, match, _ in !text.continuesNumber(match) && Checksum.ean13(CompactValue(text, match)) },
            priority: 85),
    ]

    private static let socialSecurityWords = ContextWords(
        "ssn", "ssn:", "social security", "social", "soc sec", "social-security", "social insurance", "taxpayer", "itin")
    private static let insuranceWords = ContextWords("national insurance", "nino", "ni number", "ni no", "insurance number")
    private static let healthServiceWords = ContextWords("nhs", "health service", "patient number", "patient no")
    private static let germanTaxWords = ContextWords(
        "steuer", "tax", "steuernr", "idnr", "id nr", "id-nr", "identifikationsnummer", "tax id", "tin", "tax identification", "tax number")
    private static let spanishWords = ContextWords("dni", "nif", "nie", "documento", "extranjero", "cedula", "identidad", "identity", "id number")
    private static let dutchWords = ContextWords("bsn", "burgerservice", "sofinummer", "burger", "sofi", "citizen service", "persoonsnummer")
    private static let polishWords = ContextWords("pesel", "numer ewidencyjny", "personal number", "national id")
    private static let portugueseWords = ContextWords("nif", "contribuinte", "fiscal", "tax number", "numero de identificacao")
    private static let frenchWords = ContextWords("securite sociale", "insee", "nir", "secu", "assure")
    private static let belgianWords = ContextWords(
        "national", "rijksregister", "registre", "niss", "insz", "nrn", "rrn", "rijksregisternummer", "numero national")

    @Sendable private static func isSSN(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        let value = CompactValue(text, match)
        let area = value.number(0..<3)
        guard value.count == 9, area != 0, area != 666, value.number(3..<5) != 0, value.number(5..<9) != 0,
            !text.continuesNumber(match), !value.isMonotone
        else { return false }
        // Numbers of advertisements and examples that the administration lists as void.
        if value.number(0..<9) == 78_051_120 || value.number(0..<9) == 219_099_999 { return false }
        if self.socialSecurityWords.precede(match, in: text) { return true }
        // From 900 on: numbers of the tax office, and examples.
        guard area < 900 else { return false }
        if match.count == 11 {
            let separator = text[match.lowerBound + 3]
            return text[match.lowerBound + 6] == separator && !PhoneContext.namesOther(text, match.lowerBound)
        }
        return match.count == 10 && text.isAlone(match, next)
    }

    @Sendable private static func isNINO(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        let value = CompactValue(text, match)
        for prefix in ["BG", "GB", "NK", "KN", "TN", "NT", "ZZ"] as [StaticString] where value.starts(with: prefix) {
            return false
        }
        // Lower case is only taken where it is named.
        return Byte.uppercased(text[match.lowerBound]) == text[match.lowerBound]
            || self.insuranceWords.precede(match, in: text) || text.isAlone(match, next)
    }

    @Sendable private static func isNHS(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        let value = CompactValue(text, match)
        guard !text.continuesNumber(match), !value.isMonotone else { return false }
        let check = (11 - Checksum.weighted(value, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11
        guard check == value.digit(9) else { return false }
        return self.healthServiceWords.precede(match, in: text) || match.count == 12 && text.isAlone(match, next)
    }

    @Sendable private static func isNIR(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        let value = CompactValue(text, match)
        guard value.count == 15, !text.continuesNumber(match) else { return false }
        let month = value.number(3..<5)
        guard (1...12).contains(month) || (20...42).contains(month) || (50...99).contains(month) else { return false }
        var number = value.number(0..<13)
        // Corsica: 2A counts as 19, 2B as 18; `number` took the letter for a zero.
        switch value[6] {
        case 0x41: number -= 1_000_000
        case 0x42: number -= 2_000_000
        default: break
        }
        guard 97 - number % 97 == value.number(13..<15) else { return false }
        // 3, 4, 7 and 8 are for people still being registered: rare, and the first digit of many cards.
        return value.digit(0) <= 2 || self.frenchWords.precede(match, in: text) || text.isAlone(match, next)
    }

    @Sendable private static func isDNI(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        let value = CompactValue(text, match)
        guard value.count == 8 || value.count == 9, !text.continuesNumber(match),
            Checksum.spanishLetter(value.number(0..<(value.count - 1))) == value[value.count - 1]
        else { return false }
        return self.isSpanish(text, match, next, isWhole: value.count == 9)
    }

    @Sendable private static func isNIE(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        let value = CompactValue(text, match)
        guard value.count == 9, !text.continuesNumber(match) else { return false }
        let number = Int(value[0] - 0x58) * 10_000_000 + value.number(1..<8)
        return Checksum.spanishLetter(number) == value[8] && self.isSpanish(text, match, next, isWhole: true)
    }

    /// A letter passes by chance once in 23: it must be a capital and glued on, or a word must be there.
    private static func isSpanish(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?, isWhole: Bool) -> Bool {
        let isCapital = text[match.upperBound - 1] < 0x60 && text.count(of: 0x20, in: match) == 0
        return isWhole && isCapital || self.spanishWords.precede(match, in: text) || text.isAlone(match, next)
    }

    @Sendable private static func isCodiceFiscale(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        let value = CompactValue(text, match)
        guard value.count == 16 else { return false }
        let odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]
        var sum = 0
        for index in 0..<15 {
            let byte = value[index]
            let order = Byte.isDigit(byte) ? Int(byte) - 0x30 : Int(byte) - 0x41
            sum += index % 2 == 0 ? odd[order] : order
        }
        return sum % 26 == Int(value[15]) - 0x41
    }

    @Sendable private static func isSteuerID(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        let value = CompactValue(text, match)
        guard value.count == 11, !text.continuesNumber(match), !value.isMonotone, Checksum.mod11And10(value, 0..<11) else { return false }
        if self.germanTaxWords.precede(match, in: text) { return true }
        var counts = InlineArray<10, Int>(repeating: 0)
        for index in 0..<10 { counts[value.digit(index)] += 1 }
        // Of the first ten digits exactly one occurs twice or three times.
        var repeated = 0
        for index in counts.indices where counts[index] > 1 { repeated += counts[index] <= 3 ? 1 : 2 }
        guard repeated == 1 else { return false }
        return text.count(of: 0x20, in: match) == 3 || text.isAlone(match, next)
    }

    @Sendable private static func isBSN(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        let value = CompactValue(text, match)
        guard value.count == 9, !text.continuesNumber(match), !value.isMonotone else { return false }
        return Checksum.weighted(value, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 == 0
            && self.dutchWords.precede(match, in: text)
    }

    @Sendable private static func isPESEL(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        let value = CompactValue(text, match)
        guard !text.continuesNumber(match) else { return false }
        let century = value.number(2..<4) / 20
        guard Checksum.weighted(value, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 == 0,
            Checksum.isCalendarDay(
                year: (century == 4 ? 1800 : 1900 + 100 * century) + value.number(0..<2), month: value.number(2..<4) % 20,
                day: value.number(4..<6))
        else { return false }
        return self.polishWords.precede(match, in: text) || text.isAlone(match, next)
    }

    @Sendable private static func isNIF(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        let value = CompactValue(text, match)
        guard value.count == 9, !text.continuesNumber(match), self.hasNIFCheckDigit(value, from: 0) else { return false }
        return self.portugueseWords.precede(match, in: text)
    }

    static func hasNIFCheckDigit(_ value: CompactValue, from start: Int) -> Bool {
        let remainder = Checksum.weighted(value, [9, 8, 7, 6, 5, 4, 3, 2], from: start) % 11
        return value.digit(start + 8) == (remainder < 2 ? 0 : 11 - remainder)
    }

    @Sendable private static func isNRN(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        let value = CompactValue(text, match)
        guard value.count == 11, !text.continuesNumber(match) else { return false }
        let (month, day, check) = (value.number(2..<4), value.number(4..<6), value.number(9..<11))
        guard month % 20 <= 12, day <= 31 else { return false }
        let number = value.number(0..<9)
        guard 97 - number % 97 == check || 97 - (2_000_000_000 + number) % 97 == check else { return false }
        return match.count - 11 >= 3 || self.belgianWords.precede(match, in: text)
    }
}
