import Settings
import Testing

@testable import Policies

/// Asks the recognisers of one type about a candidate that the test points out, without the pattern engine.
private func confirms(_ type: String, _ value: String, after left: String = "", next: UInt8? = nil, health: Bool = false) -> Bool {
    var options = PIIDetectorOptions()
    options.healthcareMode = health
    let text = Array((left + value).utf8)
    let start = left.utf8.count
    return PIIRecognizers.all(options).contains {
        $0.type == type && $0.confirm(text.span, start..<text.count, next)
    }
}

/// Asks only the recognisers whose confirmation is made for this form: `place` counts within the type.
private func confirms(_ type: String, place: Int, _ value: String, after left: String = "") -> Bool {
    let text = Array((left + value).utf8)
    let recognizers = PIIRecognizers.all(PIIDetectorOptions()).filter { $0.type == type }
    return recognizers[place].confirm(text.span, left.utf8.count..<text.count, nil)
}

@Suite("Recognisers of personal data")
struct PIIRecognizersTests {
    @Test(arguments: ["4111 1111 1111 1111", "5555555555554444", "3782 822463 10005", "30569309025904", "6011-1111-1111-1117"])
    func `a card has a brand and a check digit`(_ card: String) { #expect(confirms("CREDIT_CARD", card)) }

    @Test(arguments: ["4111 1111 1111 1112", "9999999999999995", "4111-1111 1111-1111", "4444444444444444", "411111111111111"])
    func `a number that only looks like a card is none`(_ card: String) { #expect(!confirms("CREDIT_CARD", card)) }

    @Test(arguments: ["DE89370400440532013000", "GB82 WEST 1234 5698 7654 32", "FR1420041010050500013M02606", "no9386011117947"])
    func `an IBAN has its country's length and remainder 1`(_ iban: String) { #expect(confirms("IBAN", iban)) }

    @Test(arguments: ["DE89370400440532013001", "DE8937040044053201300", "ZZ89370400440532013000"])
    func `a wrong check number, length or country is no IBAN`(_ iban: String) { #expect(!confirms("IBAN", iban)) }

    @Test func `an address needs a name, a domain and no picture`() {
        #expect(confirms("EMAIL", "anna.kowalska+x@example.org"))
        #expect(!confirms("EMAIL", "logo@2x.png"))
        #expect(!confirms("EMAIL", "git@github.com", next: 0x3A))
        #expect(!confirms("EMAIL", "a@b..com"))
        #expect(!confirms("EMAIL", "a@-b.com"))
        #expect(!confirms("EMAIL", "lodash@4.17.rc"))
    }

    @Test(arguments: ["+33 5 03 67 37 43", "+44 161 234 5081", "+1 617-555-0123", "+49 (0)89 38691752", "+31 2 05559973"])
    func `an international number has its country's length`(_ phone: String) { #expect(confirms("PHONE", place: 0, phone)) }

    @Test(arguments: ["+33 5 03 67", "+1 617-555-01234", "+0 12 34 56 78 90"])
    func `a number too short, too long or without country is none`(_ phone: String) {
        #expect(!confirms("PHONE", place: 0, phone))
    }

    @Test func `national numbers need their form or a word`() {
        #expect(confirms("PHONE", place: 2, "617-555-0123"))
        #expect(!confirms("PHONE", place: 2, "617-555-0123", after: "Order "))
        #expect(confirms("PHONE", place: 3, "01.69.60.19.26"))
        #expect(!confirms("PHONE", place: 3, "01.69-60.19.26"))
        #expect(confirms("PHONE", place: 4, "020 7946 0860"))
        #expect(!confirms("PHONE", place: 4, "01.02.2023 12"))
        #expect(confirms("PHONE", place: 5, "932 713 978", after: "Llámame al "))
        #expect(!confirms("PHONE", place: 5, "932 713 978", after: "Total: "))
        #expect(confirms("PHONE", place: 6, "0487 98 11 92", after: "Phone:\n"))
        #expect(!confirms("PHONE", place: 6, "2026-2656364", after: "Tel. siehe Bestellung "))
    }

    @Test func `a social security number has ranges`() {
        #expect(confirms("US_SSN", "514-69-0360"))
        #expect(!confirms("US_SSN", "000-12-3456"))
        #expect(!confirms("US_SSN", "666-12-3456"))
        #expect(!confirms("US_SSN", "514-00-0360"))
        #expect(!confirms("US_SSN", "900-12-3456"))
        #expect(!confirms("US_SSN", "514690360"))
        #expect(confirms("US_SSN", "514690360", after: "SSN "))
    }

    @Test(arguments: [
        ("UK_NINO", "AB 67 86 31 D", ""), ("UK_NHS", "943 476 5919", "NHS number "), ("FR_NIR", "2 55 08 14 168 025 38", ""),
        ("FR_NIR", "1 89 04 2A 018 577 37", ""), ("ES_DNI", "12345678Z", ""), ("ES_NIE", "X1234567L", ""),
        ("IT_CODICE_FISCALE", "RSSMRA80A01H501U", ""), ("DE_STEUER_ID", "86095742719", "Steuer-ID "),
        ("DE_STEUER_ID", "86 095 742 719", ""), ("NL_BSN", "111222333", "BSN: "), ("PL_PESEL", "44051401359", "PESEL "),
        ("PT_NIF", "123456789", "NIF "), ("BE_NRN", "85.07.30-033.28", ""), ("CH_AHV", "756.9217.0769.85", ""),
    ])
    func `a personal number is confirmed`(_ type: String, _ value: String, _ context: String) {
        #expect(confirms(type, value, after: context))
    }

    @Test(arguments: [
        ("UK_NINO", "BG 67 86 31 D", ""), ("UK_NHS", "943 476 5918", "NHS number "), ("UK_NHS", "943 476 5919", ""),
        ("FR_NIR", "2 55 08 14 168 025 39", ""), ("ES_DNI", "12345678A", ""), ("ES_NIE", "X1234567A", ""),
        ("IT_CODICE_FISCALE", "RSSMRA80A01H501X", ""), ("DE_STEUER_ID", "86095742718", "Steuer-ID "),
        ("DE_STEUER_ID", "86095742719", ""), ("NL_BSN", "111222334", "BSN: "), ("NL_BSN", "111222333", ""),
        ("PL_PESEL", "44051401358", "PESEL "), ("PL_PESEL", "44051401359", "Nr "), ("PT_NIF", "123456788", "NIF "),
        ("PT_NIF", "123456789", "Total "), ("BE_NRN", "85.07.30-033.29", ""), ("CH_AHV", "756.9217.0769.86", ""),
    ])
    func `a wrong check digit or a missing word is not`(_ type: String, _ value: String, _ context: String) {
        #expect(!confirms(type, value, after: context))
    }

    @Test func `VAT numbers have check digits`() {
        let text = { (value: String) in
            PIIRecognizers.all(PIIDetectorOptions()).filter { $0.type == "VAT_ID" }.contains { recognizer in
                let bytes = Array(value.utf8)
                return recognizer.expression.contains(String(value.prefix(2))) && recognizer.confirm(bytes.span, 0..<bytes.count, nil)
            }
        }
        for valid in ["DE136695976", "ATU13585627", "BE0428759497", "FR40303265045", "ESA13585625", "IT00743110157", "PL8567346215"] {
            #expect(text(valid), "\(valid)")
        }
        for invalid in ["DE136695975", "ATU13585626", "BE0428759498", "FR41303265045", "ESA13585620", "IT00743110158", "PL8567346216"] {
            #expect(!text(invalid), "\(invalid)")
        }
    }

    @Test func `addresses of machines are not versions or times`() {
        #expect(confirms("IP_ADDRESS", place: 0, "65.20.130.200"))
        #expect(!confirms("IP_ADDRESS", place: 0, "8.34.22.75", after: "Nous utilisons la version "))
        #expect(!confirms("IP_ADDRESS", place: 0, "256.1.1.1"))
        #expect(!confirms("IP_ADDRESS", place: 0, "127.0.0.1"))
        #expect(!confirms("IP_ADDRESS", place: 0, "3.4.5.6", after: "1.2."))
        #expect(!confirms("IP_ADDRESS", place: 0, "01.02.03.04"))
        #expect(confirms("IP_ADDRESS", place: 1, "2001:db8:90c0:373a::9cbf"))
        #expect(confirms("IP_ADDRESS", place: 1, "2a01:1058:4e3b:3a61:bf5a:2b48:bc76:590e"))
        #expect(!confirms("IP_ADDRESS", place: 1, "12:30:45"))
        #expect(!confirms("IP_ADDRESS", place: 1, "dead::beef"))
        #expect(confirms("MAC_ADDRESS", "00:1a:2b:3c:4d:5e"))
        #expect(!confirms("MAC_ADDRESS", "00:1a-2b:3c:4d:5e"))
    }

    @Test func `wallets have checksums`() {
        #expect(confirms("CRYPTO_WALLET", place: 0, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"))
        #expect(!confirms("CRYPTO_WALLET", place: 0, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"))
        #expect(confirms("CRYPTO_WALLET", place: 1, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"))
        #expect(!confirms("CRYPTO_WALLET", place: 1, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5"))
    }

    @Test func `a key needs the issuer's prefix or a name, and must look random`() {
        let named = PIIRecognizers.all(PIIDetectorOptions()).filter { $0.type == "API_KEY" }.count - 1
        #expect(confirms("API_KEY", place: named, "a8F3kd93JfkE02mxPq71Zs5v", after: "MISTRAL_API_KEY="))
        #expect(!confirms("API_KEY", place: named, "a8F3kd93JfkE02mxPq71Zs5v", after: "see commit "))
        #expect(!confirms("API_KEY", place: named, "internationalization-guide", after: "token: "))
        #expect(confirms("API_KEY", place: 0, "sk-proj-DZZ4O1m9plhBM81hVCG7MLvYnb1MFw"))
        #expect(!confirms("API_KEY", place: 0, "sk-this-is-a-css-class-name-of-a-skeleton"))
    }

    @Test func `dates of birth and card codes need their word`() {
        #expect(confirms("DATE_OF_BIRTH", "05/10/1943", after: "Je suis né le "))
        #expect(!confirms("DATE_OF_BIRTH", "05/10/1943", after: "Rechnung vom "))
        #expect(confirms("CVV", "123", after: "CVV: "))
        #expect(!confirms("CVV", "123", after: "room "))
        #expect(confirms("MEDICAL_RECORD", "4471829", after: "MRN ", health: true))
        #expect(!confirms("MEDICAL_RECORD", "4471829", after: "MRN "))
        #expect(confirms("NPI", "1234567893", after: "NPI ", health: true))
        #expect(!confirms("NPI", "1234567890", after: "NPI ", health: true))
    }

    @Test func `entities choose by type and by alias`() {
        var options = PIIDetectorOptions()
        options.entities = ["SSN", "e-mail", "IBAN_CODE", "NOSUCH"]
        options.detectPatterns = [CustomPattern(name: "EMPLOYEE", pattern: #"E\d{6}"#), CustomPattern(pattern: "x")]
        #expect(Set(PIIRecognizers.all(options).map(\.type)) == ["US_SSN", "EMAIL", "IBAN", "EMPLOYEE", "CUSTOM"])
        #expect(PIIRecognizers.types(named: "NOSUCH") == nil)
        #expect(PIIRecognizers.types.allSatisfy { PIIRecognizers.types(named: $0) == [$0] })
        options = PIIDetectorOptions()
        options.pciMode = false
        #expect(!PIIRecognizers.all(options).contains { $0.type == "CVV" })
    }

    @Test func `no recogniser looks back further than it says it may`() {
        for recognizer in PIIRecognizers.all(PIIDetectorOptions()) { #expect((0...64).contains(recognizer.leftContextMax)) }
    }
}

@Suite("Redaction marker")
struct RedactionMarkerTests {
    private func marker(_ type: String, _ value: String, _ change: (inout PIIDetectorOptions) -> Void = { _ in }) -> String {
        var options = PIIDetectorOptions()
        change(&options)
        let bytes = Array(value.utf8)
        return String(decoding: RedactionMarker.text(for: type, original: bytes.span, options: options), as: UTF8.self)
    }

    @Test func `labels are the documented short names`() {
        #expect(marker("EMAIL", "a@b.org") == "[EMAIL]")
        #expect(marker("US_SSN", "514-69-0360") == "[SSN]")
        #expect(marker("CREDIT_CARD", "4111111111111111") == "[CREDIT_CARD]")
    }

    @Test func `asterisks and partial markers`() {
        #expect(marker("EMAIL", "a@b.org") { $0.markerFormat = .asterisks } == "****")
        #expect(marker("EMAIL", "a@b.org") { $0.markerFormat = .asterisks; $0.preservesLength = true } == "*******")
        #expect(marker("CREDIT_CARD", "4111111111111111") { $0.markerFormat = .partial } == "****1111")
        #expect(marker("IBAN", "ÄÖÜß1234") { $0.markerFormat = .partial; $0.preservesLength = true } == "****1234")
        #expect(marker("CVV", "123") { $0.markerFormat = .partial } == "****")
    }

    @Test func `custom markers win, and length is kept when asked`() {
        #expect(marker("EMAIL", "a@b.org") { $0.customMarkers = ["EMAIL": "<mail>"] } == "<mail>")
        #expect(marker("US_SSN", "514-69-0360") { $0.customMarkers = ["SSN": "#"] } == "#")
        #expect(marker("EMAIL", "anna@b.org") { $0.preservesLength = true } == "[EMAIL]***")
        #expect(marker("CREDIT_CARD", "411111") { $0.preservesLength = true } == "******")
    }
}
