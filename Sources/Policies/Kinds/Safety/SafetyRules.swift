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

/// One category over its threshold; the score is 0...1.
public struct SafetyFinding: Sendable, Equatable {
    public var category: SafetyCategory
    public var score: Double
    public init(category: SafetyCategory, score: Double) {
        self.category = category
        self.score = score
    }
}

/// The rules of `safety-filter`: weighted indicators over folded text (accents too), by category.
public enum SafetyRules {
    static let rules: [SafetyRule] =
        SafetyCueRules.all + HarmRules.all + PersonalHarmRules.all + HateRules.all + SafetyMentionRules.all

    /// The built-in indicators; ids are places in this list, the family is the category's name, `mention` or `cue`.
    public static let indicators: [Indicator] = rules.enumerated().map { place, rule in
        Indicator(id: place, expression: rule.expression, isCaseless: true, weight: rule.weight, family: rule.family)
    }

    /// The built-in indicators and one for each phrase of `block_if`. All modes scan alike and differ in their thresholds.
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

    /// Evidence that a category needs in a mode; lower is stricter.
    public static func threshold(_ category: SafetyCategory, _ mode: SafetyFilterOptions.Mode) -> Double {
        switch (mode, category) {
        case (_, .phrase): 1
        case (.strict, _): 0.85
        case (.standard, _): 1.1
        // Plants and networks: what breaks them weighs more.
        case (.criticalInfrastructure, .cyber), (.criticalInfrastructure, .weapons), (.criticalInfrastructure, .dangerous): 0.65
        // A driver is not to be distracted or provoked.
        case (.automotive, .violence), (.automotive, .sexual), (.automotive, .dangerous): 0.65
        case (.education, .sexual), (.education, .selfHarm), (.education, .violence), (.education, .hate): 0.65
        // Investigators write about crime all day.
        case (.lawEnforcement, .violence), (.lawEnforcement, .weapons), (.lawEnforcement, .dangerous), (.lawEnforcement, .cyber):
            2.2
        case (.criticalInfrastructure, _), (.automotive, _), (.education, _), (.lawEnforcement, _): 0.85
        }
    }

    /// The categories over their thresholds, the strongest first; empty when the text is fine.
    ///
    /// `hits` are those of `indicators(for:)` in one text.
    public static func findings(_ hits: [IndicatorHit], options: SafetyFilterOptions) -> [SafetyFinding] {
        let count = self.indicators.count
        let builtIn = hits.allSatisfy { $0.id < count } ? hits : hits.filter { $0.id < count }
        var findings: [SafetyFinding] = []
        if builtIn.count < hits.count { findings.append(SafetyFinding(category: .phrase, score: 1)) }
        for (category, evidence) in self.evidence(builtIn)
        where evidence >= self.threshold(category, options.mode) - 0.0001 {
            findings.append(SafetyFinding(category: category, score: min(1, evidence / (evidence + 0.2))))
        }
        return findings.sorted { ($0.score, $1.category.rawValue) > ($1.score, $0.category.rawValue) }
    }

    /// Bytes within which hits add up.
    private static let windowBytes = 400

    /// The largest sum of each category within a window; mentions count against all.
    static func evidence(_ hits: [IndicatorHit]) -> [SafetyCategory: Double] {
        var best = [Double](repeating: 0, count: self.categories.count + 1)
        HitWindow.eachWidest(self.supported(inOrder(hits)), self.windowBytes, self.ranks) { window in
            var (mention, sum, place, category) = (0.0, 0.0, 0, 0)
            window.forEachRank { rank in
                let entry = self.ranked[rank]
                if entry.category == 0 {
                    mention = min(mention, entry.weight)
                    return
                }
                if entry.category != category {
                    if place > 0 { best[category] = max(best[category], sum) }
                    (category, sum, place) = (entry.category, mention, 0)
                }
                sum += entry.weight * (place == 0 ? 1 : place == 1 ? 0.6 : place == 2 ? 0.4 : 0.2)
                place += 1
            }
            if place > 0 { best[category] = max(best[category], sum) }
        }
        var found: [SafetyCategory: Double] = [:]
        for (place, category) in self.categories.enumerated() where best[place + 1] > 0 { found[category] = best[place + 1] }
        return found
    }

    private static let categories = SafetyCategory.allCases
    /// The rules: mentions (category 0) first, then by category, in each the weightiest first; cues last.
    private static let ranked: [(id: Int, category: Int, weight: Double)] = rules.enumerated().map { id, rule in
        let place = categories.firstIndex { $0.rawValue == rule.family }
        return (id, rule.family == "mention" ? 0 : (place ?? categories.count) + 1, rule.weight)
    }.sorted { ($0.category, -$0.weight, $0.id) < ($1.category, -$1.weight, $1.id) }
    /// Place in `ranked` of each id.
    private static let ranks: [Int] = ranked.enumerated().reduce(into: [Int](repeating: 0, count: ranked.count)) {
        $0[$1.element.id] = $1.offset
    }

    /// Leaves out cues, and hits whose rule wants a cue that is not near enough before them.
    private static func supported(_ ordered: [IndicatorHit]) -> [IndicatorHit] {
        var lastEnd = InlineArray<4, Int>(repeating: Int.min)
        var kept: [IndicatorHit] = []
        kept.reserveCapacity(ordered.count)
        for hit in ordered {
            switch self.support[hit.id] {
            case .isCue(let cue): lastEnd[cue.rawValue] = hit.end
            case .needs(let cue, let reach):
                let end = lastEnd[cue.rawValue]
                if end != Int.min, end < hit.end, hit.end - end <= reach { kept.append(hit) }
            case .none: kept.append(hit)
            }
        }
        return kept
    }

    private enum Support {
        case isCue(SafetyCue)
        case needs(SafetyCue, reach: Int)
        case none
    }
    private static let support: [Support] = rules.map { rule in
        if let cue = rule.cue { return .isCue(cue) }
        return rule.needs.map { .needs($0.cue, reach: $0.reach) } ?? .none
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

/// Words that count only together with what follows them; as one pattern the two would be too large.
enum SafetyCue: Int, Sendable {
    /// Asking for something to be written, made or explained.
    case asking
    /// People named by what they are.
    case group
    case killing, hating
}

/// One row of a rule table.
struct SafetyRule: Sendable {
    var family: String
    var weight: Double
    var expression: String
    /// The rule is itself a cue and no evidence.
    var cue: SafetyCue?
    /// Counts only when this cue ended at most so many bytes before the hit's end.
    var needs: (cue: SafetyCue, reach: Int)?

    init(_ category: SafetyCategory, _ weight: Double, _ expression: String, after cue: SafetyCue? = nil, within reach: Int = 0) {
        self.family = category.rawValue
        self.weight = weight
        self.expression = expression
        self.needs = cue.map { ($0, reach) }
    }

    init(cue: SafetyCue, _ expression: String) {
        self.family = "cue"
        self.weight = 0
        self.expression = expression
        self.cue = cue
    }

    init(mention weight: Double, _ expression: String) {
        self.family = "mention"
        self.weight = weight
        self.expression = expression
    }
}
