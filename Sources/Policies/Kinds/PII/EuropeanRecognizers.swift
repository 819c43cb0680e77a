/// Personal numbers of the smaller countries of Europe. Check digits decide; where they are weak, a word before the number must.
enum EuropeanRecognizers {
    static let all: [Recognizer] = [
        make("AT_SVNR", #"\d{4}[ \-]?\d{2}[ .]?\d{2}[ .]?\d{2}"#, ["sozialversicherung", "svnr", "sv-nr", "sv-nummer", "svnummer", "versicherungsnummer"]) { value, _ in
            isSocialAustrian(value) ? .named : .no
        },
        make("BG_EGN", #"\d{10}"#, ["egn", "e h", "edinen", "civil number", "personal number"]) { value, _ in
            isDay(value, century: true) && Checksum.weighted(value, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10 == value.digit(9) ? .named : .no
        },
        make("CZ_RODNE_CISLO", #"\d{6}[ \/]{0,3}\d{3,4}"#, ["rodne", "rodneho", "rodnym", "rc", "r.c", "r. c", "birth number", "personal number"]) { value, separators in
            guard isDay(value, century: true) else { return .no }
            if value.count == 9 { return .named }
            let isRight = value.number(0..<10) % 11 == 0 || value.number(0..<9) % 11 == 10 && value.digit(9) == 0
            return isRight ? (separators.slashes == 1 ? .always : .named) : .no
        },
        make("DK_CPR", #"\d{6}[ \-]?\d{4}"#, ["cpr", "cpr-nr", "cpr-nummer", "cprnummer", "personnummer", "personal number"]) { value, separators in
            guard isCalendarDay(value, day: 0, month: 2) else { return .no }
            // Numbers given since 2007 may have no check digit.
            let isRight = Checksum.weighted(value, [4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0
            return isRight && separators.hyphens == 1 ? .always : .named
        },
        make("EE_ISIKUKOOD", #"[1-8]\d{10}"#, ["isikukood", "isikukoodi", "ik", "personal code", "personal identification"]) { value, _ in
            isBaltic(value) ? .named : .no
        },
        make("FI_HETU", #"\d{6}[\-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]"#, ["hetu", "henkilotunnus", "personal identity"]) { value, _ in
            isFinnish(value) ? .always : .no
        },
        make("GR_AMKA", #"\d{11}"#, ["amka", "social security", "a.m.k.a"]) { value, _ in
            isCalendarDay(value, day: 0, month: 2) && Checksum.luhn(value) ? .named : .no
        },
        make("GR_AFM", #"\d{9}"#, ["afm", "a.f.m", "a m", "tax number", "tin"]) { value, _ in
            Checksum.weighted(value, [256, 128, 64, 32, 16, 8, 4, 2]) % 11 % 10 == value.digit(8) ? .named : .no
        },
        make("HR_OIB", #"\d{11}"#, ["oib", "osobni identifikacijski", "personal identification"]) { value, _ in
            Checksum.mod11And10(value, 0..<11) ? .named : .no
        },
        make("HU_TAJ", #"\d{3}[ \-]?\d{3}[ \-]?\d{3}"#, ["taj", "taj-szam", "tajszam", "tarsadalombiztositas"]) { value, _ in
            Checksum.weighted(value, [3, 7, 3, 7, 3, 7, 3, 7]) % 10 == value.digit(8) ? .named : .no
        },
        make("HU_TAX_ID", #"8\d{9}"#, ["adoazonosito", "adojel", "ado", "tax"]) { value, _ in
            Checksum.weighted(value, [1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11 == value.digit(9) ? .named : .no
        },
        make("IE_PPS", #"\d{7}[ \-]?[A-W][A-IW]?"#, ["pps", "ppsn", "personal public"]) { value, _ in
            VATChecks.irish(value, from: 0) ? .named : .no
        },
        make("LT_ASMENS_KODAS", #"[3-6]\d{10}"#, ["asmens", "a.k", "personal code", "ak"]) { value, _ in isBaltic(value) ? .named : .no },
        make("LU_NIN", #"(?:18|19|20)\d{2}[ ]?\d{4}[ ]?\d{5}"#, ["matricule", "cns", "nin", "identifiant", "national"]) { value, _ in
            isCalendarDay(value, day: 6, month: 4) && Checksum.luhn(value, 0..<12) && Checksum.verhoeff(value, skipping: 11) ? .always : .no
        },
        make("LV_PERSONAS_KODS", #"\d{6}-?\d{5}"#, ["personas", "p.k", "pk", "personal code"]) { value, separators in
            if value.number(0..<2) == 32 { return .named }
            let sum = 1 + Checksum.weighted(value, [10, 5, 8, 4, 2, 1, 6, 3, 7, 9])
            guard isCalendarDay(value, day: 0, month: 2), value.digit(6) <= 2, sum % 11 % 10 == value.digit(10) else { return .no }
            return separators.hyphens == 1 ? .always : .named
        },
        make("NO_FNR", #"\d{6} ?\d{5}"#, ["fodselsnummer", "fnr", "personnummer", "d-nummer", "fodselsnr", "national id"]) { value, _ in
            isNorwegian(value) ? .always : .no
        },
        make("RO_CNP", #"[1-9]\d{12}"#, ["cnp", "cod numeric", "personal code"]) { value, _ in
            var check = Checksum.weighted(value, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11
            if check == 10 { check = 1 }
            return check == value.digit(12) && isCalendarDay(value, day: 5, month: 3) ? .named : .no
        },
        make("SE_PERSONNUMMER", #"(?:19|20)?\d{6}[ \-+]?\d{4}"#, ["personnummer", "personnr", "pnr", "samordningsnummer", "personal number"]) { value, separators in
            let start = value.count - 10
            let day = value.number((start + 4)..<(start + 6))
            guard start == 0 || start == 2, (1...12).contains(value.number((start + 2)..<(start + 4))), (1...31).contains(day > 60 ? day - 60 : day),
                Checksum.luhn(value, start..<(start + 10))
            else { return .no }
            return separators.hyphens == 1 ? .always : .named
        },
        make("SI_EMSO", #"\d{13}"#, ["emso", "jmbg", "maticna"]) { value, _ in
            let check = (11 - Checksum.weighted(value, [7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11
            let year = value.number(4..<7)
            return check == value.digit(12) && isCalendarDay(value, day: 0, month: 2) && (year >= 900 || year <= 40) ? .always : .no
        },
        make("DE_RVNR", #"\d{2}[ \-]?\d{6}[ \-]?[A-Z][ \-]?\d{3}"#, ["rentenversicherung", "sozialversicherung", "versicherungsnummer", "rvnr", "sv-nummer", "svnr"]) { value, _ in
            isPensionNumber(value) ? .named : .no
        },
    ]

    /// Whether a number may be taken: wherever it stands, only when it is named, not at all.
    private enum Trust { case always, named, no }

    private struct Separators {
        var hyphens = 0
        var slashes = 0
    }

    private static func make(
        _ type: String, _ expression: String, _ words: [String], _ judge: @escaping @Sendable (CompactValue, Separators) -> Trust
    ) -> Recognizer {
        let words = ContextWords(words)
        return Recognizer(
            type: type, expression: #"\b"# + expression + #"\b"#, isCaseless: false, leftContextMax: 64,
            confirm: { text, match, _ in
                guard !text.continuesNumber(match) else { return false }
                let value = CompactValue(text, match)
                let separators = Separators(
                    hyphens: text.count(of: 0x2D, in: match) + text.count(of: 0x2B, in: match), slashes: text.count(of: 0x2F, in: match))
                switch judge(value, separators) {
                case .no: return false
                case .always: return words.precede(match, in: text) || !PhoneContext.namesOther(text, match.lowerBound)
                case .named: return !value.isMonotone && words.precede(match, in: text)
                }
            }, priority: 53)
    }

    private static func isCalendarDay(_ value: CompactValue, day: Int, month: Int) -> Bool {
        (1...12).contains(value.number(month..<(month + 2))) && (1...31).contains(value.number(day..<(day + 2)))
    }

    /// YYMMDD; `century`: months also tell the century or the sex.
    private static func isDay(_ value: CompactValue, century: Bool) -> Bool {
        var month = value.number(2..<4)
        for offset in [70, 50, 40, 20] where century && month > offset {
            month -= offset
            break
        }
        return (1...12).contains(month) && (1...31).contains(value.number(4..<6))
    }

    private static func isSocialAustrian(_ value: CompactValue) -> Bool {
        let sum = Checksum.weighted(value, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6])
        return value.digit(0) > 0 && sum % 11 == value.digit(3) && (1...31).contains(value.number(4..<6)) && (1...15).contains(value.number(6..<8))
    }

    /// Estonia and Lithuania have the same form.
    private static func isBaltic(_ value: CompactValue) -> Bool {
        guard isCalendarDay(value, day: 5, month: 3) else { return false }
        var check = Checksum.weighted(value, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11
        if check == 10 { check = Checksum.weighted(value, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11 % 10 }
        return check == value.digit(10)
    }

    private static func isFinnish(_ value: CompactValue) -> Bool {
        // A hyphen or plus between date and number is no part of the value, a letter is.
        let start = value.count == 11 ? 7 : 6
        guard value.count == 10 || value.count == 11, isCalendarDay(value, day: 0, month: 2) else { return false }
        let number = value.number(0..<6) * 1000 + value.number(start..<(start + 3))
        return self.finnishLetters[number % 31] == value[start + 3]
    }
    private static let finnishLetters = Array("0123456789ABCDEFHJKLMNPRSTUVWXY".utf8)

    private static func isNorwegian(_ value: CompactValue) -> Bool {
        let day = value.number(0..<2)
        guard (1...31).contains(day > 40 ? day - 40 : day), (1...12).contains(value.number(2..<4) % 40) else { return false }
        let first = (11 - Checksum.weighted(value, [3, 7, 6, 1, 8, 9, 4, 5, 2]) % 11) % 11
        let second = (11 - Checksum.weighted(value, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11
        return first == value.digit(9) && second == value.digit(10)
    }

    /// Deutsche Rentenversicherung: the letter counts as two digits, products as their digits' sums.
    private static func isPensionNumber(_ value: CompactValue) -> Bool {
        guard value.count == 12, value[8] >= 0x41, isCalendarDay(value, day: 2, month: 4) else { return false }
        let letter = Int(value[8]) - 0x40
        let digits = (0..<8).map { value.digit($0) } + [letter / 10, letter % 10, value.digit(9), value.digit(10)]
        let weights = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1]
        var sum = 0
        for (digit, weight) in zip(digits, weights) {
            let product = digit * weight
            sum += product / 10 + product % 10
        }
        return sum % 10 == value.digit(11)
    }
}
