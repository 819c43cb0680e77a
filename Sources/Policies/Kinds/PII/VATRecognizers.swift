/// VAT identification numbers of the European Union, the United Kingdom and Switzerland.
enum VATRecognizers {
    static let all: [Recognizer] = [
        make(#"AT ?U\d{8}"#) { value in
            let sum = (0..<7).reduce(0) { sum, index in
                let digit = value.digit(3 + index)
                return sum + (index % 2 == 0 ? digit : digit / 5 + digit * 2 % 10)
            }
            return (10 - (sum + 4) % 10) % 10 == value.digit(10)
        },
        make(#"BE ?[01]\d{3}[ .]?\d{3}[ .]?\d{3}"#) { 97 - $0.number(2..<10) % 97 == $0.number(10..<12) },
        make(#"DE ?[1-9]\d{2} ?\d{3} ?\d{3}"#) { Checksum.mod11And10($0, 2..<11) },
        make(#"FR ?\d{2} ?\d{3} ?\d{3} ?\d{3}"#) { (12 + 3 * ($0.number(4..<13) % 97)) % 97 == $0.number(2..<4) },
        make(#"ES ?[A-Z0-9]\d{7}[A-Z0-9]"#, confirm: isSpanish),
        make(#"IT ?\d{11}"#) { Checksum.luhn($0, 2..<13) },
        make(#"NL ?\d{9} ?B ?\d{2}"#) { value in
            let sum = Checksum.weighted(value, [9, 8, 7, 6, 5, 4, 3, 2], from: 2)
            if sum % 11 == value.digit(10) { return true }
            // Since 2020: mod 97 over the whole number, letters as two digits.
            var remainder = 0
            for index in 0..<value.count {
                let byte = value[index]
                remainder = Byte.isDigit(byte)
                    ? (remainder * 10 + Int(byte) - 0x30) % 97 : (remainder * 100 + Int(byte) - 0x37) % 97
            }
            return remainder == 1
        },
        make(#"PL ?\d{3}[ \-]?\d{3}[ \-]?\d{2}[ \-]?\d{2}"#) {
            Checksum.weighted($0, [6, 5, 7, 2, 3, 4, 5, 6, 7], from: 2) % 11 == $0.digit(11)
        },
        make(#"PT ?\d{9}"#) { NationalRecognizers.hasNIFCheckDigit($0, from: 2) },
        make(#"LU ?\d{8}"#) { $0.number(2..<8) % 89 == $0.number(8..<10) },
        make(#"DK ?\d{2} ?\d{2} ?\d{2} ?\d{2}"#) { Checksum.weighted($0, [2, 7, 6, 5, 4, 3, 2, 1], from: 2) % 11 == 0 },
        make(#"FI ?\d{8}"#) { value in
            let remainder = Checksum.weighted(value, [7, 9, 10, 5, 8, 4, 2], from: 2) % 11
            return remainder != 1 && value.digit(9) == (remainder == 0 ? 0 : 11 - remainder)
        },
        make(#"SE ?\d{10}01"#) { Checksum.luhn($0, 2..<12) },
        make(#"(?:EL|GR) ?\d{9}"#) { Checksum.weighted($0, [256, 128, 64, 32, 16, 8, 4, 2], from: 2) % 11 % 10 == $0.digit(10) },
        make(#"(?:EE|HR|IE|CY|CZ|SK|SI|HU|MT|RO|BG|LT|LV|XI|GB) ?[0-9A-Z]{2,3} ?\d{3} ?\d{2,4}[A-Z]{0,2}"#, needsWord: true) {
            $0.digitCount >= 7
        },
        make(#"CHE[ \-]?\d{3}\.?\d{3}\.?\d{3}(?: (?:MWST|TVA|IVA))?"#) { value in
            let check = (11 - Checksum.weighted(value, [5, 4, 3, 2, 7, 6, 5, 4], from: 3) % 11) % 11
            return check == value.digit(11)
        },
    ]

    private static let words = ContextWords(
        "vat", "ust", "ust-id", "umsatzsteuer", "tva", "iva", "btw", "nip", "moms", "partita", "mwst", "nif-iva", "tax")

    /// Nine digits and a check digit pass by chance once in ten: without a word for VAT the letters must be glued on.
    private static func make(
        _ expression: String, needsWord: Bool = false, confirm: @escaping @Sendable (CompactValue) -> Bool
    ) -> Recognizer {
        Recognizer(
            type: "VAT_ID", expression: #"\b(?:"# + expression + #")\b"#, isCaseless: false, leftContextMax: 64,
            confirm: { text, match, _ in
                let value = CompactValue(text, match)
                guard confirm(value) else { return false }
                if !needsWord && match.count >= 3 && text[match.lowerBound + 2] != 0x20 { return true }
                return words.precede(match, in: text)
            }, priority: 62)
    }

    @Sendable private static func isSpanish(_ value: CompactValue) -> Bool {
        let (first, last) = (value[2], value[10])
        if Byte.isDigit(first) {
            return last == Checksum.spanishLetter(value.number(2..<10))
        }
        if first >= 0x58 {  // X, Y, Z: a foreigner's number
            return last == Checksum.spanishLetter(Int(first - 0x58) * 10_000_000 + value.number(3..<10))
        }
        var sum = 0
        for index in 0..<7 {
            let digit = value.digit(3 + index)
            sum += index % 2 == 0 ? digit * 2 / 10 + digit * 2 % 10 : digit
        }
        let control = (10 - sum % 10) % 10
        return Byte.isDigit(last) ? Int(last) - 0x30 == control : last == Array("JABCDEFGHI".utf8)[control]
    }
}
