/// Numbers of patients, providers and insurers, in `healthcare_mode`.
enum HealthRecognizers {
    static let all: [Recognizer] = [
        Recognizer(
            type: "MEDICAL_RECORD", expression: #"\b[A-Z]{0,3}-?\d{5,12}\b"#, isCaseless: true, leftContextMax: 40,
            confirm: { text, match, _ in
                !text.continuesNumber(match) && isNear(recordWords, text, match.lowerBound, reach: 40)
            }, priority: 58
        ).allowing { isNear(recordWords, $0, $1, reach: 40) },
        Recognizer(
            type: "NPI", expression: #"\b[12]\d{9}\b"#, isCaseless: false, leftContextMax: 40,
            confirm: { text, match, _ in
                // Luhn with the prefix 80840 (CMS), which adds 24.
                let value = CompactValue(text, match)
                var sum = 24
                for index in 0..<10 {
                    let digit = value.digit(9 - index)
                    sum += index % 2 == 0 ? digit : (digit < 5 ? digit * 2 : digit * 2 - 9)
                }
                return sum % 10 == 0 && !text.continuesNumber(match) && providerWords.precede(match, in: text, reach: 40)
            }, priority: 59),
        Recognizer(
            type: "HEALTH_INSURANCE_ID", expression: #"\b[A-Z0-9][A-Z0-9\-]{6,19}\b"#, isCaseless: true, leftContextMax: 48,
            confirm: { text, match, _ in
                CompactValue(text, match).digitCount >= 4 && !text.continuesNumber(match)
                    && isNear(insurerWords, text, match.lowerBound, reach: 48)
            }, priority: 57
        ).allowing { isNear(insurerWords, $0, $1, reach: 48) },
        // Prescriber in the United States: two letters, six digits and a check digit.
        Recognizer(
            type: "DEA_NUMBER", expression: #"\b[ABCDEFGHJKLMPRSTUX][A-Z9]\d{7}\b"#, isCaseless: false, leftContextMax: 40,
            confirm: { text, match, _ in
                let value = CompactValue(text, match)
                let sum = value.digit(2) + value.digit(4) + value.digit(6) + 2 * (value.digit(3) + value.digit(5) + value.digit(7))
                return sum % 10 == value.digit(8) && prescriberWords.precede(match, in: text, reach: 40)
            }, priority: 59),
        // Krankenversichertennummer: a letter, eight digits and a check digit (§ 290 SGB V).
        Recognizer(
            type: "HEALTH_INSURANCE_ID", expression: #"\b[A-Z]\d{9}\b"#, isCaseless: false, leftContextMax: 1,
            confirm: { text, match, _ in !text.continuesNumber(match) && isGermanInsured(CompactValue(text, match)) }, priority: 58),
    ]

    private static func isGermanInsured(_ value: CompactValue) -> Bool {
        let letter = Int(value[0]) - 0x40
        let digits = [letter / 10, letter % 10] + (1..<9).map { value.digit($0) }
        let sum = digits.enumerated().reduce(0) { sum, entry in
            let product = entry.element * (entry.offset % 2 == 0 ? 1 : 2)
            return sum + product / 10 + product % 10
        }
        return sum % 10 == value.digit(9)
    }


    private static func isNear(_ words: ContextWords, _ text: Span<UInt8>, _ start: Int, reach: Int) -> Bool {
        guard let distance = words.distance(in: text, before: start, reach: reach) else { return false }
        return distance <= 16
    }

    private static let recordWords = ContextWords(
        "mrn", "medical record", "medical record number", "patient record", "hospital number", "record number", "patientenakte", "patient id", "patient number", "patient no", "chart number", "patientennummer",
        "patienten-id", "fallnummer", "numero de dossier", "ipp", "historia clinica", "cartella clinica",
        "numero de utente", "patientnummer", "numer pacjenta")
    private static let providerWords = ContextWords("npi", "national provider")
    private static let prescriberWords = ContextWords("dea", "dea number", "prescriber")
    private static let insurerWords = ContextWords(
        "insurance id", "insurance number", "insurance no", "member id", "subscriber id", "policy number", "medicare",
        "medicaid", "versichertennummer", "krankenversicherung", "krankenversichertennummer", "kvnr", "carte vitale",
        "tarjeta sanitaria", "tessera sanitaria", "zorgverzekering", "polisnummer", "numer polisy")
}
