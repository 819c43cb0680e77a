/// What documents say about themselves: the markings that `sensitivity_level` adds to `dlp-filter`.
enum ClassificationMarkings {
    static let type = "CLASSIFICATION"

    struct Marking {
        var expression: String
        var isCaseless: Bool
    }

    /// `standard` looks for none. `high`: markings in the form in which documents bear them, in capitals. `restricted`: these in any case, and single
    /// words in capitals.
    static func all(for level: String?) -> [Marking] {
        switch level {
        case "high": self.formal + self.phrases.map { Marking(expression: $0, isCaseless: false) }
        case "restricted":
            self.formal + self.phrases.map { Marking(expression: $0, isCaseless: true) } + [Marking(expression: self.words, isCaseless: false)]
        default: []
        }
    }

    /// Their form says what they are.
    private static let formal = [
        // Banner and portion marks: TOP SECRET//SI//NOFORN, (S//REL TO USA), CUI//SP-PRVCY.
        Marking(expression: #"\b(?:TOP SECRET|SECRET|CONFIDENTIAL|CUI)//[A-Z][A-Z0-9/, -]{0,60}"#, isCaseless: false),
        Marking(expression: #"\((?:TS|S|C|CUI)//[A-Z][A-Z0-9/, -]{0,60}\)"#, isCaseless: false),
        Marking(expression: #"\bTLP: ?(?:RED|AMBER(?:\+STRICT)?)\b"#, isCaseless: true),
        // Classification: Confidential; "classification": "secret"
        Marking(
            expression:
                #"\bclassification(?: level)?[\x22']? ?[:=] ?[\x22']?(?:top secret|secret|(?:strictly |highly )?confidential|restricted|internal(?: use)? only)\b"#,
            isCaseless: true),
        Marking(expression: #"\b(?:NATO|COSMIC|ATOMAL) (?:RESTRICTED|CONFIDENTIAL|(?:TOP )?SECRET)\b"#, isCaseless: false),
        Marking(expression: #"\b(?:RESTREINT|CONFIDENTIEL|SECRET) UE(?:/EU [A-Z]{6,12})?\b"#, isCaseless: false),
        Marking(expression: #"\b(?:NOFORN|FOUO|VS-NfD|ORCON)\b"#, isCaseless: false),
    ]

    /// Headings and footers of companies and offices.
    private static let phrases = [
        #"\b(?:STRICTLY|HIGHLY|COMPANY|MOST) CONFIDENTIAL\b"#, #"\bCONFIDENTIAL(?: AND | & |/)(?:PROPRIETARY|PRIVILEGED)\b"#,
        #"\b(?:PROPRIETARY|PRIVILEGED)(?: AND | & |/)CONFIDENTIAL\b"#, #"\bATTORNEY[- ]CLIENT PRIVILEGED?\b"#,
        #"\b(?:FOR )?(?:INTERNAL|OFFICIAL) USE ONLY\b"#, #"\bINTERNAL ONLY\b"#, #"\bCOMMERCIAL[- ]IN[- ]CONFIDENCE\b"#,
        #"\bNOT FOR (?:PUBLIC |EXTERNAL )?(?:RELEASE|DISTRIBUTION|DISCLOSURE)\b"#, #"\bOFFICIAL[- ]SENSITIVE\b"#, #"\bLAW ENFORCEMENT SENSITIVE\b"#,
        #"\bCONTROLLED UNCLASSIFIED INFORMATION\b"#, #"\bTOP SECRET\b"#, #"\bSTRENG (?:GEHEIM|VERTRAULICH)\b"#,
        #"\bNUR F(?:ÜR|UER) DEN (?:DIENSTGEBRAUCH|INTERNEN GEBRAUCH)\b"#, #"\bDIFFUSION RESTREINTE\b"#, #"\bCONFIDENTIEL D(?:É|E)FENSE\b"#,
    ]

    private static let words = #"\b(?:CONFIDENTIAL|RESTRICTED|CLASSIFIED|PROPRIETARY|SECRET|VERTRAULICH|GEHEIM|CONFIDENTIEL)\b"#
}
