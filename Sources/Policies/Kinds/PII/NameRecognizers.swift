/// Names of people, by what stands right before them. Not among the types that are looked for unless `entities` names it.
enum NameRecognizers {
    static let all: [Recognizer] = [
        Recognizer(
            type: "PERSON", expression: #"\b"# + part + #"(?:[ \-](?:(?:van|von|de|der|den|di|da|del|la|le|el|bin|al|dos) ){0,2}"# + part + #"){0,3}"#,
            isCaseless: false, leftContextMax: 40, confirm: isName, priority: 33
        ).refusing { Byte.isAlphanumeric($0) || $0 >= 0x80 || $0 == 0x5F }.allowing { cue($0, $1) != .none }
    ]

    /// A capital and small letters; `O'Neill`, `McDonald`, an initial.
    private static let part = #"(?:[A-Z\xc3-\xc5](?:['][A-Z]|c[A-Z]|ac[A-Z])?[a-z\x80-\xbf\xc3-\xc5'][a-z\x80-\xbf\xc3-\xc5']{0,20}|[A-Z]\.)"#

    private enum Cue { case name, likely, none }

    private static let titles = ContextWords(
        "mr", "mr.", "mrs", "mrs.", "ms", "ms.", "dr", "dr.", "prof", "prof.", "professor", "herr", "herrn", "frau", "monsieur", "madame", "mme", "mlle",
        "senor", "senora", "sr.", "sra.", "sig.", "signor", "signora", "dott.", "dott", "meneer", "mevrouw", "dhr.", "mevr.", "pan", "pani", "panem", "dear",
        "liebe", "lieber", "geehrte frau", "geehrter herr", "cher", "chere", "estimado", "estimada", "gentile", "beste", "prezado", "cara", "caro")
    private static let introductions = ContextWords(
        "my name is", "name is", "name's", "called", "named", "ich heise", "ich heisse", "mein name ist", "name ist", "je m'appelle", "mon nom est", "me llamo",
        "mi nombre es", "nombre es", "mi chiamo", "mio nome e", "nome e", "chamo-me", "me chamo", "meu nome e", "ik heet", "mijn naam is", "naam is",
        "nazywam sie", "mam na imie", "full name", "first name", "last name", "surname", "maiden name is", "vorname", "nachname", "patient name",
        "cardholder", "cardholder name", "signed", "regards", "best regards", "kind regards", "sincerely", "cheers", "grusen", "gruse", "cordialement",
        "saludos", "saluti", "cumprimentos", "groeten", "pozdrawiam", "attn", "c/o", "spoke to", "spoke with", "speaking with", "talk to", "contact person",
        "customer", "employee", "patient", "account of", "in the name of")
    private static let selves = ContextWords("i am", "i'm", "this is", "it's", "ich bin", "hier ist", "je suis", "soy", "sono", "ik ben", "jestem", "sou")

    private static func cue(_ text: Span<UInt8>, _ start: Int) -> Cue {
        guard start > 0 else { return .none }
        // A field of a form may have a colon, a line end and a quote before its value.
        if let distance = self.introductions.distance(in: text, before: start, reach: 40), distance > 0, distance <= 3 { return .name }
        if let distance = self.titles.distance(in: text, before: start, reach: 20), distance > 0, distance <= 2 { return .name }
        if let distance = self.selves.distance(in: text, before: start, reach: 16), distance == 1 { return .likely }
        return .none
    }

    @Sendable private static func isName(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        if let previous = text.before(match), Byte.isAlphanumeric(previous) || previous >= 0x80 || previous == 0x27 { return false }
        if match.count < 3 { return false }
        switch self.cue(text, match.lowerBound) {
        case .none: return false
        case .name: return !self.isNoName(text, match)
        // `I am German` and `this is Berlin` are more frequent than names of one word.
        case .likely: return text.count(of: 0x20, in: match) >= 1 && !self.isNoName(text, match)
        }
    }

    private static let noNames: [StaticString] = [
        "SIR", "MADAM", "CUSTOMER", "TEAM", "ALL", "EVERYONE", "USER", "THE", "A", "AN", "DAMEN", "HERREN", "HIRING", "DOCTOR", "NOT", "NO", "YES", "NONE",
        "UNKNOWN", "SUPPORT", "SERVICE", "STUDENT", "STUDENTS", "FRIEND", "FRIENDS", "READER", "READERS", "COLLEAGUE", "COLLEAGUES", "LORD", "GOD", "DIARY",
    ]

    private static func isNoName(_ text: Span<UInt8>, _ match: Range<Int>) -> Bool {
        var end = match.lowerBound
        while end < match.upperBound, Byte.isLetter(text[end]) { end += 1 }
        let first = CompactValue(text, match.lowerBound..<end)
        return self.noNames.contains { $0.utf8CodeUnitCount == first.count && first.starts(with: $0) }
    }
}
