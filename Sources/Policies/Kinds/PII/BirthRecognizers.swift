/// Dates of birth: dates that only a word before them makes personal.
enum BirthRecognizers {
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
        "born", "born on", "birth", "birthday", "birthdate", "date of birth", "dob", "d.o.b", "geburtsdatum", "geburtstag", "geb", "geboortedatum",
        "fodt", "fodd", "fodelsedatum", "syntynyt", "narozen", "szuletett", "nascut", "nacimiento:", "data urodzenia", "anniversaire", "geboren", "geburt", "geb.", "bin am", "geboorte",
        "ne le", "nee le", "naissance", "naci", "nacio", "nacido", "nacida", "nacimiento", "nato", "nata", "nascita",
        "nasci", "nascido", "nascida", "nascimento", "nasceu", "urodz", "ur.", "urodzony")
}
