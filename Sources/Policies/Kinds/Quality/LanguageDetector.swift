/// Says in which language a text is written: by its script, and among languages of one script by the little words that they do not share.
///
/// Where it is not sure it says nothing: short texts, lists of names, code, two languages at once.
public enum LanguageDetector {
    /// Of a longer text its beginning counts.
    static let bytesMax = 16_384
    static let lettersMin = 20
    /// Of scripts in which a character is a syllable or a word.
    static let signsMin = 8
    static let wordsMin = 5
    /// Least share of little words among all, and by how much of all the language must be ahead of the next one.
    private static let shareMin = 0.12
    private static let leadMin = 0.04

    /// ISO 639-1, those that can be told apart.
    public static let languages: [String] = (LittleWords.tables.map(\.language) + ["el", "he", "ar", "fa", "ur", "hi", "th", "ja", "zh", "ko"]).sorted()

    /// An ISO 639-1 code; nil: undecided.
    static func language(of text: Span<UInt8>) -> String? {
        let cut = completeUTF8Prefix(text.extracting(0..<min(text.count, Self.bytesMax)))
        let text = text.extracting(0..<cut)
        var scripts = ScriptCounts()
        var index = 0
        while index < text.count {
            let (scalar, length) = UTF8Scalar.decode(text, at: index)
            if length > 0 { scripts.add(scalar) }
            index += max(1, length)
        }
        guard let script = scripts.dominant else { return nil }
        switch script {
        case .greek: return "el"
        case .hebrew: return "he"
        case .devanagari: return "hi"
        case .thai: return "th"
        case .hangul: return "ko"
        case .kanaOrHan: return scripts.kana * 10 >= scripts.kana + scripts.han ? "ja" : "zh"
        case .arabic: return scripts.urduLetters * 40 > scripts.arabic ? "ur" : scripts.persianLetters * 60 > scripts.arabic ? "fa" : "ar"
        case .latin, .cyrillic: return self.byWords(text, script)
        }
    }

    private static func byWords(_ text: Span<UInt8>, _ script: ScriptCounts.Script) -> String? {
        let lowered = LoweredText.bytes(text, straightApostrophes: true)
        var words = WordReader(lowered.span)
        var scores = [Double](repeating: 0, count: LittleWords.tables.count)
        var count = 0
        while let word = words.next() {
            if lowered[word.lowerBound] < 0x3A, lowered[word.lowerBound] >= 0x30 { continue }
            if self.isPartOfName(lowered, word) { continue }
            count += 1
            self.look(lowered, word, &scores)
            // In l'homme and don't both parts count.
            if let apostrophe = word.first(where: { lowered[$0] == 0x27 }) {
                self.look(lowered, word.lowerBound..<apostrophe, &scores)
                self.look(lowered, apostrophe + 1..<word.upperBound, &scores)
            }
        }
        guard count >= Self.wordsMin else { return nil }
        self.addLetters(lowered, &scores)
        var best = 0
        for number in scores.indices where scores[number] > scores[best] { best = number }
        let second = scores.indices.filter { $0 != best }.map { scores[$0] }.max() ?? 0
        guard LittleWords.tables[best].isCyrillic == (script == .cyrillic), scores[best] >= max(1.5, Self.shareMin * Double(count)),
            scores[best] - second >= max(1, Self.leadMin * Double(count))
        else { return nil }
        return LittleWords.tables[best].language
    }

    private static func look(_ text: [UInt8], _ word: Range<Int>, _ scores: inout [Double]) {
        guard word.count <= LittleWords.bytesMax, let languages = LittleWords.index[Array(text[word])] else { return }
        // A word that several languages have says less, and so does a letter by itself.
        let share = (word.count == 1 ? 0.5 : 1) / Double(languages.count)
        for language in languages { scores[language] += share }
    }

    /// Of an address of mail or in the net: `com` is a word of Portuguese only elsewhere.
    private static func isPartOfName(_ text: [UInt8], _ word: Range<Int>) -> Bool {
        func joins(_ mark: Int, _ beyond: Int) -> Bool {
            guard text.indices.contains(mark), text.indices.contains(beyond), text[beyond] > 0x2F else { return false }
            return text[mark] == UInt8(ascii: "@") || text[mark] == UInt8(ascii: ".") || text[mark] == UInt8(ascii: "/")
        }
        return joins(word.lowerBound - 1, word.lowerBound - 2) || joins(word.upperBound, word.upperBound + 1)
    }

    /// Letters that only a few languages write.
    private static func addLetters(_ text: [UInt8], _ scores: inout [Double]) {
        var index = 0
        while index < text.count {
            let (scalar, length) = UTF8Scalar.decode(text.span, at: index)
            if length > 1, let languages = LittleWords.letters[scalar] {
                for language in languages { scores[language] += 0.5 / Double(languages.count) }
            }
            index += max(1, length)
        }
    }
}

/// How many letters of each script a text has.
struct ScriptCounts {
    enum Script: Int, CaseIterable { case latin, cyrillic, greek, hebrew, arabic, devanagari, thai, hangul, kanaOrHan }

    private(set) var kana = 0
    private(set) var han = 0
    private(set) var arabic = 0
    private(set) var persianLetters = 0
    private(set) var urduLetters = 0
    private var counts = [Int](repeating: 0, count: Script.allCases.count)

    mutating func add(_ scalar: UInt32) {
        switch scalar {
        case 0x41...0x5A, 0x61...0x7A, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x24F, 0x1E00...0x1EFF: self.count(.latin)
        case 0x400...0x52F: self.count(.cyrillic)
        case 0x370...0x3FF, 0x1F00...0x1FFF: self.count(.greek)
        case 0x5D0...0x5EA: self.count(.hebrew)
        case 0x620...0x64A, 0x66E...0x6D3, 0x6FA...0x6FF:
            self.count(.arabic)
            self.arabic += 1
            switch scalar {
            case 0x67E, 0x686, 0x698, 0x6AF, 0x6CC, 0x6A9: self.persianLetters += 1
            case 0x679, 0x688, 0x691, 0x6D2, 0x6BA, 0x6BE, 0x6C1: self.urduLetters += 1
            default: break
            }
        case 0x900...0x963: self.count(.devanagari)
        case 0xE01...0xE4E: self.count(.thai)
        case 0xAC00...0xD7A3, 0x1100...0x11FF: self.count(.hangul)
        case 0x3041...0x30FF:
            self.kana += 1
            self.count(.kanaOrHan)
        case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF:
            self.han += 1
            self.count(.kanaOrHan)
        default: break
        }
    }

    private mutating func count(_ script: Script) { self.counts[script.rawValue] += 1 }

    /// The script of more than three fifths of the letters, where there are enough of them. A sign stands for two letters and a half.
    var dominant: Script? {
        func weight(_ script: Script) -> Double {
            Double(self.counts[script.rawValue]) * (script == .kanaOrHan || script == .hangul ? 2.5 : 1)
        }
        let all = Script.allCases.reduce(0) { $0 + weight($1) }
        guard all >= Double(LanguageDetector.lettersMin) else { return nil }
        return Script.allCases.first { weight($0) > 0.6 * all }
    }
}
