/// The languages of the tables. What stands in one counts only together with what stands in the same one.
enum SafetyLanguage: Int, Sendable, CaseIterable {
    case english, german, french, spanish, italian, portuguese, dutch, polish

    func rules(_ rules: [SafetyRule]) -> [SafetyRule] {
        rules.map { rule in
            var rule = rule
            rule.language = self
            return rule
        }
    }
}

/// What is no evidence alone, but may be together with what stands before or after it.
enum SafetyCue: Int, Sendable, CaseIterable {
    /// Asking for something to be written, made or explained.
    case asking
    /// People named by what they are.
    case group
    /// Insults, comparisons with animals or dirt.
    case contempt
    /// That someone shall not live, live here, or have rights.
    case exclusion
    case loathing
    /// Violence against whoever is named next.
    case violating
    /// Harm that needs a victim to be one: programs are killed too.
    case assault
    case person
    /// Harm to what stands, runs or supplies, and such things.
    case destroying, place
    /// An assault and a person, or a place and its destruction.
    case victim
    /// Getting, making or using.
    case making
    case weapon, drug
    case madeWeapon, madeDrug
    /// Not being caught.
    case evading
}

/// One row of a table: an expression over texts in ASCII without accents.
struct SafetyRule: Sendable {
    enum Role: Sendable {
        case cue(SafetyCue)
        /// Evidence of a category; `after`: only at most so many bytes after the end of a cue.
        case evidence(SafetyCategory, after: (cue: SafetyCue, reach: Int)?)
        /// Wording that takes evidence of these categories back: the same words said about harm, against it, or in jest.
        case mention(of: Set<SafetyCategory>)
    }

    var role: Role
    /// At most 0 for mentions.
    var weight: Double
    var expression: String
    var language = SafetyLanguage.english

    /// `words`: alternatives, each whole words.
    static func cue(_ cue: SafetyCue, _ words: String) -> SafetyRule {
        SafetyRule(role: .cue(cue), weight: 0, expression: #"\b(?:"# + words + #")\b"#)
    }

    static func evidence(
        _ category: SafetyCategory, _ weight: Double, _ expression: String, after cue: SafetyCue? = nil, within reach: Int = 0
    ) -> SafetyRule {
        SafetyRule(role: .evidence(category, after: cue.map { ($0, reach) }), weight: weight, expression: expression)
    }

    static func mention(
        _ weight: Double, of categories: Set<SafetyCategory> = Set(SafetyCategory.allCases), _ expression: String
    ) -> SafetyRule {
        SafetyRule(role: .mention(of: categories), weight: weight, expression: expression)
    }

    /// The name of what it is in the program; only categories are ever reported.
    var family: String {
        switch self.role {
        case .cue: "cue"
        case .evidence(let category, _): category.rawValue
        case .mention: "mention"
        }
    }
}

/// Two cues of one language, the second beginning at most `reach` bytes after the end of the first.
struct SafetyPair: Sendable {
    enum Meaning: Sendable {
        case evidence(SafetyCategory, weight: Double)
        case cue(SafetyCue)
    }

    var meaning: Meaning
    var first: SafetyCue
    var second: SafetyCue
    var reach: Int
    var languages = Set(SafetyLanguage.allCases)

    init(_ category: SafetyCategory, _ weight: Double, _ first: SafetyCue, _ second: SafetyCue, within reach: Int) {
        self.meaning = .evidence(category, weight: weight)
        self.first = first
        self.second = second
        self.reach = reach
    }

    init(
        makes cue: SafetyCue, _ first: SafetyCue, _ second: SafetyCue, within reach: Int,
        in languages: Set<SafetyLanguage> = Set(SafetyLanguage.allCases)
    ) {
        self.meaning = .cue(cue)
        self.first = first
        self.second = second
        self.reach = reach
        self.languages = languages
    }
}
