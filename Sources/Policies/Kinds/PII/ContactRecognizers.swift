/// E-mail addresses and telephone numbers.
enum ContactRecognizers {
    static let all: [Recognizer] = [
        Recognizer(
            type: "EMAIL",
            expression: #"[a-z0-9\xc3-\xc5][a-z0-9\x80-\xbf\xc3-\xc5._%+'\-]{0,63}@[a-z0-9.\-]{1,128}\.[a-z]{2,24}\b"#,
            isCaseless: true, leftContextMax: 1, confirm: isEmail, priority: 60),
        Recognizer(
            type: "PHONE",
            expression: #"\+\d(?:[ .\-\/()\xc2\xa0]{0,3}\d){6,15}(?: ?(?:x|ext\.?) ?\d{1,6})?\b"#,
            isCaseless: true, leftContextMax: 32, confirm: isInternationalPhone, priority: 30),
        Recognizer(
            type: "PHONE", expression: #"\b00[1-9](?:[ .\-\/()]{0,3}\d){7,14}\b"#,
            isCaseless: false, leftContextMax: 64, confirm: isInternationalPhone, priority: 29
        ).allowing { text, start in !isNamedOtherwise(text, start..<start) },
        Recognizer(
            type: "PHONE",
            expression: #"(?:\b1[ .\-])?(?:\([2-9]\d{2}\) ?|\b[2-9]\d{2}[ .\-])[2-9]\d{2}[ .\-]\d{4}(?: ?(?:x|ext\.?) ?\d{1,6})?\b"#,
            isCaseless: true, leftContextMax: 64, confirm: isAmericanPhone, priority: 28),
        Recognizer(
            type: "PHONE", expression: #"\b0[1-9](?:[ .\-]?\d{2}){4}\b"#,
            isCaseless: false, leftContextMax: 64, confirm: isPairedPhone, priority: 27),
        Recognizer(
            type: "PHONE", expression: #"(?:\(0[1-9]\d{0,4}\)|\b0[1-9]\d{0,4})(?:[ .\/\-]{1,3}\d{1,9}){1,5}\b"#,
            isCaseless: false, leftContextMax: 64, confirm: isTrunkPhone, priority: 26
        ).allowing { text, start in !isNamedOtherwise(text, start..<start) },
        Recognizer(
            type: "PHONE", expression: #"\b[2-9]\d{2}(?:[ .\-]\d{3}[ .\-]\d{3}|(?:[ .\-]\d{2}){3})\b"#,
            isCaseless: false, leftContextMax: 64, confirm: isNamedPhone, priority: 25
        ).allowing(isNamed),
        Recognizer(
            type: "PHONE", expression: #"(?:\(\d{1,4}\)|\b\d)(?:[ .\/\-()]{0,3}\d){5,13}(?: ?(?:x|ext\.?) ?\d{1,6})?\b"#,
            isCaseless: true, leftContextMax: 64, confirm: isNamedPhone, priority: 20
        ).allowing(isNamed),
    ]

    @Sendable private static func isEmail(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        if let previous = text.before(match), Byte.isAlphanumeric(previous) { return false }
        guard let at = match.last(where: { text[$0] == 0x40 }) else { return false }
        // `git@host:path` is an address of a repository.
        if next == 0x3A && at - match.lowerBound == 3 && CompactValue(text, match).starts(with: "GIT") { return false }
        var label = 0
        var labelStart = at + 1
        var numericLabels = 0
        for index in (at + 1)...match.upperBound {
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

    /// `logo@2x.png` is a picture.
    private static func isFileEnding(_ label: CompactValue) -> Bool {
        let endings: [StaticString] = ["PNG", "JPG", "JPEG", "GIF", "SVG", "WEBP", "CSS", "JS", "TS", "JSON", "TAR", "TGZ"]
        return endings.contains { $0.utf8CodeUnitCount == label.count && label.starts(with: $0) }
    }

    static let phoneWords = ContextWords(
        "phone", "telephone", "tel", "mobile", "cell", "fax", "call", "ring me", "or ring", "dial", "text me", "sms",
        "whatsapp", "contact number", "reach me", "desk", "hotline", "landline",
        "telefon", "tel.", "handy", "mobil", "ruf", "anruf", "rufen", "wahl", "durchwahl", "ruckruf", "festnetz", "erreich",
        "portable", "appel", "joindre", "joignable", "numero de tel",
        "movil", "celular", "llama", "llame", "llamad", "llamar",
        "cellulare", "chiama", "recapito", "telemovel", "ligue", "liga", "ligar", "contacto",
        "bel", "bellen", "gsm", "nummer is", "zadzwon", "dzwon", "komork", "kom")
    private static let otherNumberWords = ContextWords(
        "order", "ticket", "tracking", "invoice", "isbn", "ref", "reference", "version", "serial", "card", "account", "case",
        "bestell", "rechnung", "auftrag", "sendung", "karte", "konto", "referenz", "kunden", "vorgang",
        "commande", "facture", "colis", "carte", "compte", "dossier", "pedido", "factura", "tarjeta", "cuenta", "referencia",
        "ordine", "fattura", "carta", "conto", "riferimento", "encomenda", "fatura", "cartao", "conta", "referencia",
        "bestelling", "factuur", "kaart", "rekening", "zamowien", "faktur", "karta", "konto", "przesylk",
        "build", "commit", "sku", "part", "model", "item", "size", "id", "nhs", "bsn", "nif", "pesel", "iban", "numero suivi")

    /// The nearest word on the left names another kind of number.
    static func isNamedOtherwise(_ text: Span<UInt8>, _ match: Range<Int>, reach: Int = 40) -> Bool {
        guard let other = self.otherNumberWords.distance(in: text, before: match, reach: reach) else { return false }
        guard let phone = self.phoneWords.distance(in: text, before: match, reach: 64) else { return true }
        return other < phone
    }

    /// E.164: country code and at most 15 digits; lengths of the countries that we know better.
    @Sendable private static func isInternationalPhone(
        _ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?
    ) -> Bool {
        if let previous = text.before(match), Byte.isAlphanumeric(previous) || previous == 0x2B { return false }
        guard let digits = PhoneDigits(text, match) else { return false }
        let lengths: ClosedRange<Int>
        switch digits.country {
        case 1, 7: lengths = 11...11
        case 30, 34, 48: lengths = digits.country == 30 ? 12...12 : 11...11
        case 31, 32, 33, 41, 45, 46, 47: lengths = 10...12
        case 44: lengths = 11...12
        case 36, 351, 352, 353, 358, 370, 371, 372, 385, 386, 420, 421: lengths = 9...13
        case 39: lengths = 9...13
        case 40: lengths = 11...11
        case 43, 49: lengths = 9...15
        case 0: return false
        default: lengths = 9...15
        }
        return lengths.contains(digits.count) && (text[match.lowerBound] == 0x2B || !self.isNamedOtherwise(text, match))
    }

    @Sendable private static func isAmericanPhone(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        !text.continuesNumber(match) && text.before(match) != 0x2B && !self.isNamedOtherwise(text, match)
    }

    /// France and neighbours: ten digits in pairs, or in one piece after a word for telephone.
    @Sendable private static func isPairedPhone(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        if text.continuesNumber(match) || self.isNamedOtherwise(text, match) { return false }
        let separators = match.count - 10
        if separators == 4 {
            let separator = text[match.lowerBound + 2]
            return text.count(of: separator, in: match) == 4
        }
        if separators == 0 && (text[match.lowerBound + 1] == 0x36 || text[match.lowerBound + 1] == 0x37) { return true }
        return separators <= 1 && self.phoneWords.precede(match, in: text)
    }

    /// Germany, United Kingdom, Italy, Netherlands: trunk 0, area code, then groups.
    @Sendable private static func isTrunkPhone(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        let digits = CompactValue(text, match)
        guard digits.isDigits, (9...12).contains(digits.count), !text.continuesNumber(match) else { return false }
        guard !self.isDate(text, match), !self.isNamedOtherwise(text, match) else { return false }
        if self.phoneWords.precede(match, in: text) { return true }
        if match.lowerBound > 1, text[match.lowerBound - 1] == 0x20, Byte.isDigit(text[match.lowerBound - 2]) { return false }
        return digits.count >= 10 && text.count(of: 0x2E, in: match) == 0
    }

    /// Digits that only a word for telephone makes a number to call.
    @Sendable private static func isNamedPhone(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        guard !text.continuesNumber(match), text.before(match) != 0x2B, !self.isDate(text, match) else { return false }
        guard CompactValue(text, match).digitCount >= 7 else { return false }
        return self.isNamed(text, match.lowerBound)
    }

    @Sendable private static func isNamed(_ text: Span<UInt8>, _ start: Int) -> Bool {
        guard let distance = self.phoneWords.distance(in: text, before: start, reach: 40), distance <= 24 else { return false }
        return !self.isNamedOtherwise(text, start..<start, reach: 24)
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

    init?(_ text: Span<UInt8>, _ match: Range<Int>) {
        var (first, second, third) = (0, 0, 0)
        // Without `00`.
        var count = text[match.lowerBound] == 0x2B ? 0 : -2
        var index = match.lowerBound
        while index < match.upperBound {
            let byte = text[index]
            if byte | 0x20 == 0x78 || byte | 0x20 == 0x65 { break }  // an extension follows
            if byte == 0x28, index + 2 < match.upperBound, text[index + 1] == 0x30, text[index + 2] == 0x29 {
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
