public import Settings

/// What a text can be unsafe about.
public enum SafetyCategory: String, Sendable, CaseIterable {
    case violence, weapons
    case selfHarm = "self_harm"
    case sexual, hate
    case dangerous = "dangerous_and_criminal"
    case cyber
    /// A phrase of the configuration.
    case phrase
}

/// One category over its threshold.
struct SafetyFinding: Equatable {
    var category: SafetyCategory
    /// 0...1.
    var score: Double
    /// How much evidence there is where it is densest.
    var count: Int
}

/// The rules of `safety-filter`: weighted indicators over folded text (accents too), by category.
public enum SafetyRules {
    static let rules: [SafetyRule] =
        EnglishSafety.rules + GermanSafety.rules + FrenchSafety.rules + SpanishSafety.rules + ItalianSafety.rules + PortugueseSafety.rules
        + DutchSafety.rules + PolishSafety.rules

    /// The built-in indicators; ids are places in this list, the family is the category's name, `mention` or `cue`.
    public static let indicators: [Indicator] = rules.enumerated().map { place, rule in
        Indicator(id: place, expression: rule.expression, isCaseless: true, weight: rule.weight, family: rule.family)
    }

    /// The built-in indicators and one for each phrase of `block_if`.
    public static func indicators(for options: SafetyFilterOptions) -> [Indicator] {
        self.indicators
            + options.blockIf.enumerated().map { place, phrase in
                if options.fuzzyMatching {
                    let edits = TermMatching.edits(phrase, isFuzzy: true, distanceMax: options.distanceMax)
                    return Indicator(
                        id: self.indicators.count + place, phrase: phrase, edits: edits, weight: 10, family: SafetyCategory.phrase.rawValue)
                }
                return Indicator(
                    id: self.indicators.count + place, expression: self.literal(phrase), isCaseless: true, weight: 10,
                    family: SafetyCategory.phrase.rawValue)
            }
    }

    /// The categories over their thresholds, the strongest first; empty when the text is fine.
    ///
    /// `hits` are those of `indicators(for:)` in one text.
    static func findings(_ hits: [SafetyHit], options: SafetyFilterOptions) -> [SafetyFinding] {
        let count = self.indicators.count
        let builtIn = hits.allSatisfy { $0.id < count } ? hits : hits.filter { $0.id < count }
        var findings: [SafetyFinding] = []
        if builtIn.count < hits.count { findings.append(SafetyFinding(category: .phrase, score: 1, count: hits.count - builtIn.count)) }
        for sum in SafetyEvidence.sums(builtIn) where sum.weight >= SafetyThresholds.least(sum.category, options) - 0.0001 {
            findings.append(SafetyFinding(category: sum.category, score: min(1, sum.weight / (sum.weight + 0.2)), count: sum.count))
        }
        return findings.sorted { ($0.score, $1.category.rawValue) > ($1.score, $0.category.rawValue) }
    }

    /// The phrase as it stands, folded like the texts; spaces match any run of up to four spaces.
    static func literal(_ phrase: String) -> String {
        var folded: [UInt8] = []
        var map: [Int32] = []
        let source = Array(phrase.utf8)
        let bytes = NormalizedText.fold(source.span, accents: .folded, into: &folded, map: &map) ? folded : source
        let digits = Array("0123456789abcdef".utf8)
        var expression: [UInt8] = []
        for byte in bytes {
            if byte == 0x20 {
                expression += Array(#"\s{1,4}"#.utf8)
            } else if Byte.isAlphanumeric(byte) {
                expression.append(byte)
            } else {
                expression += [0x5C, 0x78, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        // Whole words where the phrase begins and ends with one.
        let edge = Array(#"\b"#.utf8)
        if let start = bytes.first, Byte.isAlphanumeric(start) { expression = edge + expression }
        if let end = bytes.last, Byte.isAlphanumeric(end) { expression += edge }
        return String(decoding: expression, as: UTF8.self)
    }
}
