/// Postal addresses as they are written in a line: street and number, mostly with postcode and town.
enum AddressRecognizers {
    static let all: [Recognizer] = [
        // 12 Mill Lane, Leeds LS6 2AB; 94 Baker St., Springfield, IL 62704
        make(#"\b\d{1,5}[A-Z]?(?:-\d{1,5})? (?:"# + word + #" ){1,4}(?:"# + streets + #")\b\.?"# + flat + #"(?:,? "# + town + #")?(?:,? [A-Z]{2,3})?(?:,? "# + englishCode + #")?"#),
        make(
            #"\b\d{1,5}[A-Z]?(?:-\d{1,5})? (?:"# + word + #" ){1,4}(?:Way|Row|Hill|Walk|Close|Place|Pl|Square|Sq|Court|Ct|Circle|Cir|Trail|Terrace|Crescent|Gardens|Grove|Mews|Highway|Hwy|Parkway|Pkwy)\b\.?"#
                + flat + #"(?:,? "# + town + #")?(?:,? [A-Z]{2,3})?,? "# + englishCode),
        // Gartenstraße 50, 23552 Lübeck
        make(#"\b(?:"# + stem + #"(?:stra\xc3\x9fe|strasse|str\.)|(?:"# + word + #"[ \-]){1,3}(?:Stra\xc3\x9fe|Strasse|Str\.)) \d{1,4} ?[a-z]?\b(?:,? (?:[AD]-)?\d{4,5} "# + town + #")?"#),
        make(#"\b(?:"# + stem + #"(?:weg|platz|allee|gasse|ring|damm|ufer|chaussee)|(?:"# + word + #"[ \-]){1,3}(?:Weg|Platz|Allee|Gasse|Ring|Damm|Ufer|Chaussee)) \d{1,4} ?[a-z]?,? (?:[AD]-)?\d{4,5} "# + town),
        // 77 rue des Lilas, 44000 Grenoble
        make(
            #"\b\d{1,4}(?: ?(?:bis|ter))?,? (?:[Rr]ue|[Aa]venue|[Bb]oulevard|[Bb]d|[Pp]lace|[Cc]hemin|[Ii]mpasse|[Aa]ll\xc3\xa9e|[Qq]uai|[Rr]oute|[Cc]ours|[Ss]quare|[Pp]assage) (?:(?:de|du|des|la|le|les|aux?) |[dl]['] ?){0,3}"#
                + town + #"(?:,? (?:F-)?\d{5} "# + town + #")?"#),
        // calle Mayor 153, 50001 Vigo; Via Roma 12, 20121 Milano; Rua da Alegria 10, 4700-123 Évora
        make(
            #"\b(?:[Cc]alle|C\/|[Aa]venida|[Aa]vda\.|[Pp]laza|[Pp]aseo|Via|[Vv]iale|[Pp]iazza|[Cc]orso|[Ll]argo|[Rr]ua|[Tt]ravessa|[Pp]ra\xc3\xa7a|[Vv]icolo) (?:(?:de|del|della|dei|degli|delle|di|da|do|dos|das|la|las|los|el) |[dl]l?['])?(?:la |las |los )?"#
                + town + #",? (?:n\.? ?(?:\xc2\xba|\xc2\xb0|o)? ?)?\d{1,4}[A-Za-z]?\b(?:,? (?:\d{5}|\d{4}-\d{3}) "# + town + #")?"#),
        make(#"\bvia (?:"# + word + #" ){1,4}\d{1,4}[A-Za-z]?,? \d{5} "# + town),
        // Kerkstraat 12, 1017 GC Amsterdam
        make(#"\b"# + stem + #"(?:straat|weg|laan|plein|kade|gracht|singel|dijk|hof) \d{1,4} ?[a-z]?,? \d{4} ?(?:[A-Z]{2} )?"# + town),
        // ul. Długa 5/7, 00-238 Warszawa
        make(#"\b(?:ul\.|[Uu]lica|al\.|pl\.|os\.) ?"# + town + #" \d{1,4}[A-Za-z]?(?:\/\d{1,4})?\b(?: ?m\. ?\d{1,4})?(?:,? \d{2}-\d{3} "# + town + #")?"#),
    ]

    private static let word = #"[A-Z\xc3-\xc5][A-Za-z\x80-\xbf\xc3-\xc5'.]{0,20}"#
    private static let stem = #"[A-Z\xc3-\xc5][a-z\x80-\xbf\xc3-\xc5\-]{2,30}"#
    private static let town = word + #"(?:[ \-]"# + word + #"){0,2}"#
    private static let streets = "Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd"
    private static let flat = #"(?:,? (?:Apt|Apartment|Suite|Ste|Unit|Flat|Apt\.|#) ?[A-Z0-9\-]{1,6})?"#
    private static let englishCode = #"(?:\d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z0-9]? \d[A-Z]{2})\b"#

    private static func make(_ expression: String) -> Recognizer {
        Recognizer(
            type: "ADDRESS", expression: expression, isCaseless: false, leftContextMax: 4,
            confirm: { text, match, next in
                if text.continuesNumber(match) { return false }
                if let next, Byte.isAlphanumeric(next) || next >= 0x80 || next == 0x5F { return false }
                return !isYear(text, match)
            }, priority: 35
        ).limited(to: 200).refusing { Byte.isAlphanumeric($0) || $0 >= 0x80 || $0 == 0x5F }
    }

    /// `2008 Wall Street` is a year, and no house.
    private static func isYear(_ text: Span<UInt8>, _ match: Range<Int>) -> Bool {
        guard Byte.isDigit(text[match.lowerBound]) else { return false }
        var index = match.lowerBound
        while index < match.upperBound, Byte.isDigit(text[index]) { index += 1 }
        let number = CompactValue(text, match.lowerBound..<index)
        guard number.count == 4, (1900...2099).contains(number.number(0..<4)) else { return false }
        // A postcode at the end says that it is a house all the same.
        return (index..<match.upperBound).allSatisfy { !Byte.isDigit(text[$0]) }
    }
}
