/// Numbers of papers, which have no common form: a word right before them makes them one.
enum DocumentRecognizers {
    static let all: [Recognizer] = [
        Recognizer(
            type: "PASSPORT", expression: #"\b(?:[A-Z]{0,3} ?\d{5,9}[A-Z]{0,2}|[CFGHJK][0-9CFGHJKLMNPRTVWXYZ]{8}|\d{2}[A-Z]{2}\d{5})\b"#, isCaseless: false,
            leftContextMax: 64,
            confirm: { text, match, _ in
                let value = CompactValue(text, match)
                return (6...10).contains(value.count) && value.digitCount >= 3 && !text.continuesNumber(match) && isNear(passportWords, text, match.lowerBound)
            }, priority: 51
        ).allowing { isNear(passportWords, $0, $1) },
        Recognizer(
            type: "DRIVER_LICENSE", expression: #"\b[A-Z]{0,5}\d[A-Z0-9\-]{4,17}(?: \d{2,5}){0,4}\b"#, isCaseless: false, leftContextMax: 64,
            confirm: { text, match, _ in
                let value = CompactValue(text, match)
                return (6...20).contains(value.count) && value.digitCount >= 4 && !text.continuesNumber(match) && isNear(licenceWords, text, match.lowerBound)
            }, priority: 51
        ).allowing { isNear(licenceWords, $0, $1) },
        Recognizer(
            type: "ID_CARD", expression: #"\b(?:[A-Z]{1,3} ?\d{5,9}[A-Z]{0,3}\d?|[LMNPRTVWXY][0-9CFGHJKLMNPRTVWXYZ]{8,9}D?|\d{9,12}[A-Z]{0,3}\d?)\b"#,
            isCaseless: false, leftContextMax: 64,
            confirm: { text, match, _ in
                CompactValue(text, match).digitCount >= 3 && !text.continuesNumber(match) && isNear(cardWords, text, match.lowerBound)
            }, priority: 47
        ).allowing { isNear(cardWords, $0, $1) },
    ]

    /// At most `number is`, `Nr.:` and the like stand between.
    private static func isNear(_ words: ContextWords, _ text: Span<UInt8>, _ start: Int) -> Bool {
        guard let distance = words.distance(in: text, before: start, reach: 48) else { return false }
        return distance <= 22
    }

    private static let passportWords = ContextWords(
        "passport", "passport number", "passport no", "reisepass", "reisepassnummer", "passnummer", "passeport", "pasaporte", "passaporto", "passaporte",
        "paspoort", "paspoortnummer", "paszport", "passnr", "pass-nr", "cestovni pas", "utlevel", "pasaport", "passi")
    private static let licenceWords = ContextWords(
        "driving licence", "driving license", "driver's license", "driver's licence", "drivers license", "driver license", "driver licence", "dl number",
        "dl no", "dl#", "licence number", "license number", "fuhrerschein", "fuhrerscheinnummer", "permis de conduire", "permis n", "permis no", "carnet de conducir",
        "permiso de conducir", "licencia de conducir", "patente", "patente di guida", "carta de conducao", "rijbewijs", "rijbewijsnummer", "prawo jazdy",
        "prawa jazdy", "korkort", "korekort", "forerkort", "ajokortti", "vodicak")
    private static let cardWords = ContextWords(
        "id card", "identity card", "national id", "personalausweis", "ausweisnummer", "ausweis", "carte d'identite", "carte nationale d'identite", "cni",
        "carta d'identita", "carta di identita", "documento de identidad", "cartao de cidadao", "bilhete de identidade", "identiteitskaart", "dowod osobisty",
        "dowodu osobistego", "dowodu", "obcansky prukaz")
}
