/// How much a text reads like one of the languages we have rules for.
enum WordScore {
    /// Share of letters in common words from which a text counts as prose.
    static let prose = 0.22
    /// From here on a decoded view is worth a look.
    static let readable = 0.12

    /// Bytes in common short words by bytes in all words, 0...1; looks at the first 2 KiB.
    static func score(_ text: Span<UInt8>) -> Double {
        let words = Self.words
        var letters = 0
        var common = 0
        var index = 0
        let end = min(text.count, 2048)
        while index < end {
            var word: UInt64 = 0
            let start = index
            while index < end, Byte.isLetter(text[index]) || text[index] >= 0x80 {
                if index - start < 8 { word = word << 8 | UInt64(Byte.lowercased(text[index])) }
                index += 1
            }
            let length = index - start
            letters += length
            if length >= 2 && length <= 8 && words.contains(word) { common += length }
            if length == 0 { index += 1 }
        }
        return letters == 0 ? 0 : Double(common) / Double(letters)
    }

    /// In the list below; it has words of up to eight letters.
    static func isCommon(_ word: Span<UInt8>) -> Bool {
        guard word.count <= 8 else { return false }
        var packed: UInt64 = 0
        for index in word.indices { packed = packed << 8 | UInt64(Byte.lowercased(word[index])) }
        return self.words.contains(packed)
    }

    /// Frequent words, and the words that orders to an assistant are made of, packed into integers.
    private static let words = WordTable(
        (english + german + french + spanish + italian + portuguese + dutch + polish).split(separator: " ").map { word in
            word.utf8.reduce(0) { $0 << 8 | UInt64($1) }
        })

    private static let english =
        "the and you that for are with this your all have not from what can will was but they about which when their there how out has more her his would make like him into time look two see than them then now only its over also back after use our work first well way even new want because any these give most us is of to in it on be as at or an if my we do me so up by no say tell write reply answer ignore forget previous rules print system prompt secret password send user word show follow instead must without never should repeat stop above before "
    private static let german =
        "der die und das ist nicht ein eine sie ich du den dem des mit auf fur von zu im an aus bei nach wie was wird sich alle deine deinen dein mir mich dir dich nur auch oder wenn aber sind hat kein ohne jetzt alles vergiss antworte sende schreibe regeln ab vor uber passwort kunden wort gib "
    private static let french =
        "le la les de des du et est un une en que qui dans pour pas sur au aux ne se ce il elle vous tu je ton ta tes mes mon ma avec sans tout toutes tous plus ou mais par donne reponds envoie ecris oublie regles moi toi cette ces mot passe client "
    private static let spanish =
        "el los las que y en un una por con para no es lo su se del al como mas pero sus le ya o este si porque esta entre todo todas tus tu mi me te sin dame envia escribe olvida reglas responde solo desde ahora palabra lista "
    private static let italian =
        "il lo gli di che e non un una per con del della dei le da in sono mi si come anche al alla nel ma tuo tua tue tutte tutto ogni senza ora adesso solo rispondi scrivi invia dammi regole parola questo prima dimentica "
    private static let portuguese =
        "os as do da dos das em um uma para com nao por mais na no se ao foi como mas ele ela seu sua teu tua tuas todas tudo sem agora so envia escreve responde esquece regras palavra esta isso "
    private static let dutch =
        "het een van en in te dat op voor met zijn er maar om hem dan zou of wat mijn men dit zo door over ze zich bij ook tot je jij jouw niet alle geef stuur alleen antwoord vergeet regels woord nu "
    private static let polish =
        "nie to w z na sie do jest ze jak co po tak za od ale czy dla ma juz tylko ten twoje wszystko moje mi ci teraz podaj wyslij napisz zasady slowo haslo bez oraz lub "
}

/// A set of packed words, asked once for every word of a text: open addressing over a table that is at most a quarter full.
private struct WordTable: Sendable {
    /// 0 stands for an empty place; no word is 0.
    private let places: [UInt64]
    private let shift: UInt64

    init(_ words: [UInt64]) {
        var bits: UInt64 = 4
        while 1 << bits < words.count * 4 { bits += 1 }
        var places = [UInt64](repeating: 0, count: 1 << Int(bits))
        let shift = 64 - bits
        for word in words {
            var place = Self.place(word, shift)
            while places[place] != 0, places[place] != word { place = (place + 1) & (places.count - 1) }
            places[place] = word
        }
        self.places = places
        self.shift = shift
    }

    func contains(_ word: UInt64) -> Bool {
        var place = Self.place(word, self.shift)
        while true {
            let here = self.places[place]
            if here == word { return true }
            if here == 0 { return false }
            place = (place + 1) & (self.places.count - 1)
        }
    }

    /// Fibonacci hashing: the top bits of a product.
    private static func place(_ word: UInt64, _ shift: UInt64) -> Int { Int(truncatingIfNeeded: (word &* 0x9E37_79B9_7F4A_7C15) >> shift) }
}
