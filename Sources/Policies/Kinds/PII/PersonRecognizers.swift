/// Dates of birth and, in `healthcare_mode`, numbers of patients: values that only their context makes personal.
enum PersonRecognizers {
    static let all: [Recognizer] = [
        #"\b\d{1,2}[.\/\-] ?\d{1,2}[.\/\-] ?(?:(?:19|20)\d{2}|\d{2})\b"#,
        #"\b(?:19|20)\d{2}[.\/\-]\d{1,2}[.\/\-]\d{1,2}\b"#,
        #"\b\d{1,2}(?:st|nd|rd|th|er|\.|\xc2\xba)? ?(?:de |of )?"# + months + #",? (?:de |of )?(?:19|20)\d{2}\b"#,
        #"\b"# + months + #" \d{1,2}(?:st|nd|rd|th)?,? (?:19|20)\d{2}\b"#,
    ].map { expression in
        Recognizer(
            type: "DATE_OF_BIRTH", expression: expression, isCaseless: true, leftContextMax: 48,
            confirm: { text, match, _ in
                !text.continuesNumber(match) && isBirth(text, match.lowerBound)
            }, priority: 45
        ).allowing(isBirth)
    }

    @Sendable private static func isBirth(_ text: Span<UInt8>, _ start: Int) -> Bool {
        guard let distance = birthWords.distance(in: text, before: start, reach: 48) else { return false }
        return distance <= 24
    }

    private static let months =
        #"(?:jan(?:uar|uary|v\.?|vier|\.)?|j\xc3\xa4nner|gennaio|enero|janeiro|januari|stycznia|feb(?:ruary|ruar|r\.?|\.|rero|braio|ruari)?|f\xc3\xa9v(?:rier|\.)|fevereiro|lutego|mar(?:ch|s|zo|t|z|ca|\xc3\xa7o|\.)?|m\xc3\xa4rz|maart|apr(?:il|ile|\.)?|avril|abril|kwietnia|may|mai|maggio|mayo|maio|mei|maja|june?|juni|juin|giugno|junio|junho|czerwca|july?|juli|juillet|luglio|julio|julho|lipca|aug(?:ust|ustus|\.)?|ao\xc3\xbbt|agosto|sierpnia|sep(?:t|tember|tembre|tiembre|\.)?|settembre|setembro|wrze\xc5\x9bnia|oct(?:ober|obre|ubre|\.)?|okt(?:ober|\.)?|ottobre|outubro|pa\xc5\xbadziernika|nov(?:ember|embre|embro|iembre|\.)?|listopada|de[cz](?:ember|embre|embro|iembre|\.)?|d\xc3\xa9c(?:embre|\.)|dicembre|diciembre|grudnia)"#

    private static let birthWords = ContextWords(
        "born", "birth", "birthday", "birthdate", "dob", "d.o.b", "geboren", "geburt", "geb.", "bin am", "geboorte",
        "ne le", "nee le", "naissance", "naci", "nacio", "nacido", "nacida", "nacimiento", "nato", "nata", "nascita",
        "nasci", "nascido", "nascida", "nascimento", "nasceu", "urodz", "ur.", "urodzony")

    static let health: [Recognizer] = [
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
    ]

    private static func isNear(_ words: ContextWords, _ text: Span<UInt8>, _ start: Int, reach: Int) -> Bool {
        guard let distance = words.distance(in: text, before: start, reach: reach) else { return false }
        return distance <= 16
    }

    private static let recordWords = ContextWords(
        "mrn", "medical record", "patient id", "patient number", "patient no", "chart number", "patientennummer",
        "patienten-id", "fallnummer", "numero de dossier", "ipp", "historia clinica", "cartella clinica",
        "numero de utente", "patientnummer", "numer pacjenta")
    private static let providerWords = ContextWords("npi", "national provider")
    private static let insurerWords = ContextWords(
        "insurance id", "insurance number", "insurance no", "member id", "subscriber id", "policy number", "medicare",
        "medicaid", "versichertennummer", "krankenversicherung", "krankenversichertennummer", "kvnr", "carte vitale",
        "tarjeta sanitaria", "tessera sanitaria", "zorgverzekering", "polisnummer", "numer polisy")
}
