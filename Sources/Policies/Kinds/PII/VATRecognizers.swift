/// VAT identification numbers of the European Union's members, the United Kingdom, Switzerland and Norway.
enum VATRecognizers {
    static let all: [Recognizer] = [
        Recognizer(
            type: "VAT_ID",
            expression: #"\b(?:AT|BE|BG|CHE|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|GR|HR|HU|IE|IT|LT|LU|LV|MT|NL|NO|PL|PT|RO|SE|SI|SK|XI)[ \-]{0,2}[A-Z0-9](?:[ .\-]?[A-Z0-9])?"#
                + #"(?:[ .\-]?\d){4,12}(?:[ .\-]?[A-Z]{1,4}(?: ?\d\d)?)?\b"#,
            isCaseless: false, leftContextMax: 64, confirm: isInternational, priority: 62),
        // Without the country's letters, as they are written at home.
        national(#"\d{11}"#, italianWords) { text, match, next in
            let value = CompactValue(text, match)
            return !value.isMonotone && Checksum.luhn(value) && (italianWords.precede(match, in: text) || text.isAlone(match, next) && hasItalianOffice(value))
        },
        national(#"(?:\d{10}|\d{3}-\d{3}-\d{2}-\d{2}|\d{3}-\d{2}-\d{2}-\d{3})"#, polishWords) { text, match, _ in
            let value = CompactValue(text, match)
            return !value.isMonotone && VATChecks.polish(value, from: 0) && polishWords.precede(match, in: text)
        },
        national(#"[ABCDEFGHJNPQRSUVW]-?\d{7}-?[0-9A-J]"#, spanishWords) { text, match, _ in
            VATChecks.spanish(CompactValue(text, match), from: 0) && spanishWords.precede(match, in: text)
        },
    ]

    private static let italianWords = ContextWords("partita iva", "p.iva", "p. iva", "piva", "p.i.", "vat", "codice fiscale e partita iva", "codice fiscale")
    private static let polishWords = ContextWords("nip", "vat", "numer identyfikacji podatkowej")
    private static let spanishWords = ContextWords("cif", "nif", "vat", "iva", "identificacion fiscal")
    private static let words = ContextWords(
        "vat", "vat id", "vatid", "ust", "ust-id", "ust-idnr", "ustid", "uid", "umsatzsteuer", "tva", "iva", "btw", "nip", "moms", "momsnr", "partita", "mwst",
        "nif-iva", "nif", "cif", "tax", "dph", "dic", "ic dph", "afa", "adoszam", "dds", "pvn", "pvm", "alv", "kmkr", "kmd", "ddv", "pdv", "oib", "cui", "cif",
        "mva", "orgnr", "vies", "intracom", "handelsregister")

    private static func national(
        _ expression: String, _ words: ContextWords, _ confirm: @escaping @Sendable (Span<UInt8>, Range<Int>, UInt8?) -> Bool
    ) -> Recognizer {
        Recognizer(
            type: "VAT_ID", expression: #"\b"# + expression + #"\b"#, isCaseless: false, leftContextMax: 64,
            confirm: { text, match, next in !text.continuesNumber(match) && confirm(text, match, next) }, priority: 54
        ).allowing { text, start in start == 0 || words.distance(in: text, before: start) != nil }
    }

    /// The office that gave the number: a province, or one of the special ones.
    private static func hasItalianOffice(_ value: CompactValue) -> Bool {
        let office = value.number(7..<10)
        return (1...100).contains(office) || office == 120 || office == 121 || office == 888 || office == 999
    }

    /// Nine digits and a check digit pass by chance once in ten: without a word for VAT the letters must be glued on.
    @Sendable private static func isInternational(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        let value = CompactValue(text, match)
        if let previous = text.before(match), previous == 0x2D || previous == 0x2E || previous == 0x2F || previous == 0x5F { return false }
        switch VATChecks.check(value) {
        case .wrong: return false
        case .none: return self.words.precede(match, in: text)
        case .right:
            let letters = value.starts(with: "CHE") ? 3 : 2
            if Byte.isAlphanumeric(text[match.lowerBound + letters]) || letters == 3 { return true }
            return self.words.precede(match, in: text) || text.isAlone(match, next)
        }
    }
}
