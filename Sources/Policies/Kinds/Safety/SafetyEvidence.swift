/// What the hits of a text come to, by category. Linear in their number.
enum SafetyEvidence {
    /// Evidence of one category within a window, and how much of it there is.
    struct Sum: Equatable {
        var category: SafetyCategory
        var weight: Double
        var count: Int
    }

    /// Bytes within which evidence adds up and mentions take back.
    private static let windowBytes = 400
    /// More than all that can count together: a window, two pairs before it, and the longest expressions.
    static let reach = 1024
    /// By rule: mentions take back, and some cues only prepare what comes after them.
    static let neverRaises: [Bool] = SafetyRules.rules.map { rule in
        switch rule.role {
        case .mention: true
        case .cue(let cue): pairs[cue.rawValue].isEmpty
        case .evidence: false
        }
    }

    private static let categoryCount = SafetyCategory.allCases.count
    private static let languageCount = SafetyLanguage.allCases.count

    /// The largest sum of each category within a window and of one language. `hits` are those of the built-in rules.
    static func sums(_ hits: [SafetyHit]) -> [Sum] {
        let found = self.findings(inOrder(hits))
        guard found.contains(where: { !ranked[ranks[$0.id]].isMention }) else { return [] }
        var best = [Sum?](repeating: nil, count: self.categoryCount)
        var mentions = [Double](repeating: 0, count: self.categoryCount)
        HitWindow.eachWidest(found, self.windowBytes, self.ranks) { window in
            var (sum, place, kind, language) = (0.0, 0, -1, -1)
            window.forEachRank { rank in
                let entry = ranked[rank]
                if entry.language != language {
                    for index in mentions.indices { mentions[index] = 0 }
                    language = entry.language
                }
                if entry.isMention {
                    for index in mentions.indices where entry.mentioned & (1 << UInt64(index)) != 0 {
                        mentions[index] = min(mentions[index], entry.weight)
                    }
                    return
                }
                if entry.kind != kind {
                    Self.keep(sum, place, kind, &best)
                    (kind, sum, place) = (entry.kind, mentions[entry.category], 0)
                }
                sum += entry.weight * (place == 0 ? 1 : place == 1 ? 0.6 : place == 2 ? 0.4 : 0.2)
                place += 1
            }
            Self.keep(sum, place, kind, &best)
        }
        return best.compactMap(\.self)
    }

    /// `kind`: `Entry.kind`.
    private static func keep(_ weight: Double, _ count: Int, _ kind: Int, _ best: inout [Sum?]) {
        guard count > 0 else { return }
        let category = kind % self.categoryCount
        guard weight > (best[category]?.weight ?? 0) else { return }
        best[category] = Sum(category: SafetyCategory.allCases[category], weight: weight, count: count)
    }

    // MARK: What counts

    /// Evidence and mentions, by their ends; ids beyond those of the rules are pairs, each in each language.
    private static func findings(_ ordered: [SafetyHit]) -> [IndicatorHit] {
        var cues = SeenCues()
        var found: [IndicatorHit] = []
        for hit in ordered {
            let rule = SafetyRules.rules[hit.id]
            switch rule.role {
            case .cue(let cue): self.note(cue, rule.language, hit.range, &cues, &found)
            case .evidence(_, let after):
                if let after, !cues.has(after.cue, rule.language, before: hit.range.lowerBound, within: after.reach) { continue }
                found.append(IndicatorHit(id: hit.id, end: hit.range.upperBound))
            case .mention: found.append(IndicatorHit(id: hit.id, end: hit.range.upperBound))
            }
        }
        return found
    }

    /// Pairs that a cue completes may be cues themselves: the tables are without circles.
    private static func note(
        _ cue: SafetyCue, _ language: SafetyLanguage, _ range: Range<Int>, _ cues: inout SeenCues, _ found: inout [IndicatorHit]
    ) {
        for number in self.pairs[cue.rawValue] {
            let pair = SafetyPairs.all[number]
            guard pair.languages.contains(language), let first = cues.last(pair.first, language, before: range.lowerBound),
                range.lowerBound - first.upperBound <= pair.reach
            else { continue }
            switch pair.meaning {
            case .evidence:
                let id = SafetyRules.rules.count + number * self.languageCount + language.rawValue
                found.append(IndicatorHit(id: id, end: range.upperBound))
            case .cue(let made): self.note(made, language, first.lowerBound..<range.upperBound, &cues, &found)
            }
        }
        cues.add(cue, language, range)
    }

    /// Numbers of the pairs by their second cue.
    private static let pairs: [[Int]] = SafetyCue.allCases.map { cue in
        SafetyPairs.all.indices.filter { SafetyPairs.all[$0].second == cue }
    }

    // MARK: Ranks

    private struct Entry {
        var id: Int
        var language: Int
        var isMention = false
        /// Of evidence.
        var category = 0
        var weight: Double
        /// A bit for each category whose evidence a mention takes back.
        var mentioned: UInt64 = 0

        var kind: Int { self.language * SafetyCategory.allCases.count + self.category }
    }

    /// By language; in each mentions first, then by category, in each the weightiest first. Cues are among the mentions, with no weight: they
    /// never get into a window.
    private static let ranked: [Entry] = {
        func place(_ category: SafetyCategory) -> Int { SafetyCategory.allCases.firstIndex(of: category) ?? 0 }
        var entries: [Entry] = []
        for rule in SafetyRules.rules {
            var entry = Entry(id: entries.count, language: rule.language.rawValue, weight: rule.weight)
            switch rule.role {
            case .cue: entry.isMention = true
            case .evidence(let category, _): entry.category = place(category)
            case .mention(let categories):
                entry.isMention = true
                entry.mentioned = categories.reduce(into: UInt64(0)) { $0 |= 1 << UInt64(place($1)) }
            }
            entries.append(entry)
        }
        for pair in SafetyPairs.all {
            for language in SafetyLanguage.allCases {
                var entry = Entry(id: entries.count, language: language.rawValue, weight: 0)
                switch pair.meaning {
                case .evidence(let category, let weight): (entry.category, entry.weight) = (place(category), weight)
                case .cue: entry.isMention = true
                }
                entries.append(entry)
            }
        }
        func order(_ entry: Entry) -> (Int, Int, Int, Double, Int) {
            (entry.language, entry.isMention ? 0 : 1, entry.category, -entry.weight, entry.id)
        }
        return entries.sorted { order($0) < order($1) }
    }()

    /// Place in `ranked` of each id.
    private static let ranks: [Int] = ranked.enumerated().reduce(into: [Int](repeating: 0, count: ranked.count)) {
        $0[$1.element.id] = $1.offset
    }
}

/// The last places of each cue in each language.
private struct SeenCues {
    /// Places of one cue overlap at most so often before one is forgotten.
    private static let placesMax = 4
    private var places: [[Range<Int>]] = Array(repeating: [], count: SafetyCue.allCases.count * SafetyLanguage.allCases.count)

    private static func index(_ cue: SafetyCue, _ language: SafetyLanguage) -> Int {
        cue.rawValue * SafetyLanguage.allCases.count + language.rawValue
    }

    mutating func add(_ cue: SafetyCue, _ language: SafetyLanguage, _ range: Range<Int>) {
        let index = Self.index(cue, language)
        if self.places[index].count == Self.placesMax { self.places[index].removeFirst() }
        self.places[index].append(range)
    }

    /// The last one that ends at or before `start`.
    func last(_ cue: SafetyCue, _ language: SafetyLanguage, before start: Int) -> Range<Int>? {
        self.places[Self.index(cue, language)].last { $0.upperBound <= start }
    }

    func has(_ cue: SafetyCue, _ language: SafetyLanguage, before start: Int, within reach: Int) -> Bool {
        self.last(cue, language, before: start).map { start - $0.upperBound <= reach } ?? false
    }
}

/// A rule's match in one text.
struct SafetyHit: Equatable {
    /// Place in `SafetyRules.rules`, or beyond them a phrase.
    var id: Int
    var range: Range<Int>
}

/// Ascending by end, then by id.
private func inOrder(_ hits: [SafetyHit]) -> [SafetyHit] {
    func key(_ hit: SafetyHit) -> (Int, Int) { (hit.range.upperBound, hit.id) }
    for index in hits.indices.dropFirst() where key(hits[index - 1]) > key(hits[index]) { return hits.sorted { key($0) < key($1) } }
    return hits
}
