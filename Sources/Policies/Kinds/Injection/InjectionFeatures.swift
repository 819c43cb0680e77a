/// What the model is told of one window of a reading: numbered features with values, and which words to look at.
///
/// Numbers: the rules by their rank, then pairs of families, then `Context`. Names are stable, numbers are not: the file of weights
/// knows features by the hash of their names.
struct InjectionFeatures {
    struct Feature {
        var number: Int
        var value: Double
    }

    enum Context: String, CaseIterable {
        /// Hidden in an encoding.
        case decoded
        case tool
        // Of the reading, in bytes.
        case below100, below300, below1000, below3000, longer
        // Of a long reading, where the hits are.
        case atStart, atEnd, amidst
        /// Whatever speaks for an attack stands in quotation marks inside of a line that says more: somebody talks about it.
        case quoted
    }

    private(set) var list: [Feature] = []
    /// A rule of the window speaks for an attack.
    private(set) var hasAttack = false
    /// Offsets in the reading: the hits and what is around them.
    let words: Range<Int>

    /// Hits further apart than this do not add up, so that a buried order is not diluted.
    static let windowBytes = 2048
    /// Words this close to a hit count.
    private static let wordsAround = 256
    private static let longBytes = 600
    /// Within a family each further rule counts for less: many words for one thing are still one thing.
    private static let shares = [1.0, 0.7, 0.5, 0.35, 0.25, 0.15]
    /// Who hides an order in an encoding means it.
    private static let decodedFactor = 1.3
    /// An order to the assistant means more where nobody gives orders.
    private static let toolFactor = 1.25

    /// Calls `body` for each widest window of a reading, from left to right.
    /// `texts`: what `reading.text` is a range of.
    static func eachWindow(of reading: InjectionReading, in texts: [UInt8], _ body: (InjectionFeatures) -> Void) {
        HitWindow.eachWidest(reading.hits, self.windowBytes, self.ranks) { window in
            body(InjectionFeatures(window, reading, texts))
        }
    }

    private init(_ window: borrowing HitWindow, _ reading: InjectionReading, _ texts: [UInt8]) {
        let (first, last) = (reading.hits[window.hits.lowerBound].end, reading.hits[window.hits.upperBound - 1].end)
        let count = reading.text.count
        self.words = min(max(0, first - Self.wordsAround), count)..<min(count, max(first, last) + Self.wordsAround)
        var features: [Feature] = []
        var families: UInt64 = 0
        var (family, place, hasAttack) = (-1, 0, false)
        window.forEachRank { rank in
            let rule = Self.rules[rank]
            place = rule.family == family ? place + 1 : 0
            family = rule.family
            families |= 1 << UInt64(family)
            var value = Self.shares[min(place, Self.shares.count - 1)]
            if rule.weight > 0 {
                hasAttack = true
                if reading.view > 0 { value *= Self.decodedFactor }
                if reading.isFromTool, Self.families[family] != "persona" { value *= Self.toolFactor }
            }
            features.append(Feature(number: rank, value: value))
        }
        Self.addPairs(families, to: &features)
        func add(_ context: Context) { features.append(Feature(number: Self.number(of: context), value: 1)) }
        if reading.view > 0 { add(.decoded) }
        if reading.isFromTool { add(.tool) }
        switch count {
        case ..<100: add(.below100)
        case ..<300: add(.below300)
        case ..<1000: add(.below1000)
        case ..<3000: add(.below3000)
        default: add(.longer)
        }
        if count > Self.longBytes {
            let (isAtStart, isAtEnd) = (first < count / 5, last > count - count / 5)
            if isAtStart { add(.atStart) }
            if isAtEnd { add(.atEnd) }
            if !isAtStart, !isAtEnd { add(.amidst) }
        }
        if hasAttack, reading.text.upperBound <= texts.count {
            let text = texts.span.extracting(reading.text)
            let isQuoted = window.hits.allSatisfy { place in
                InjectionRules.indicators[reading.hits[place].id].weight < 0
                    || Quotation.holds(reading.starts[place]..<reading.hits[place].end, in: text)
            }
            if isQuoted { add(.quoted) }
        }
        self.list = features
        self.hasAttack = hasAttack
    }

    private static func addPairs(_ families: UInt64, to features: inout [Feature]) {
        var left = families
        while left != 0 {
            let first = left.trailingZeroBitCount
            left &= left - 1
            var right = left
            while right != 0 {
                let second = right.trailingZeroBitCount
                right &= right - 1
                features.append(Feature(number: Self.rules.count + first * Self.families.count + second, value: 1))
            }
        }
    }
}

// MARK: Names and numbers

extension InjectionFeatures {
    struct Rule {
        var id: Int
        var family: Int
        /// By hand.
        var weight: Double
    }

    /// At most 64: `InjectionRulesTests` counts them.
    static let families: [String] = Set(InjectionRules.indicators.map(\.family)).sorted()

    /// The rules by family, and in each the weightiest first: a rank is a place in this list.
    static let rules: [Rule] = InjectionRules.indicators.map { indicator in
        Rule(id: indicator.id, family: families.firstIndex(of: indicator.family) ?? 0, weight: indicator.weight)
    }.sorted { ($0.family, -abs($0.weight), $0.id) < ($1.family, -abs($1.weight), $1.id) }

    /// Place in `rules` of each id.
    private static let ranks: [Int] = rules.enumerated().reduce(into: [Int](repeating: 0, count: rules.count)) {
        $0[$1.element.id] = $1.offset
    }

    static let count = rules.count + families.count * families.count + Context.allCases.count

    private static let contextNumbers: [Context: Int] = Dictionary(
        uniqueKeysWithValues: Context.allCases.enumerated().map { ($1, rules.count + families.count * families.count + $0) })

    static func number(of context: Context) -> Int { self.contextNumbers[context] ?? 0 }

    /// `rule:` and the rule's name, `pair:` and two families, `context:` and its name.
    static let names: [String] = {
        var names = rules.map { "rule:\(InjectionRules.indicators[$0.id].name)" }
        for first in families { names += families.map { "pair:\(first)+\($0)" } }
        return names + Context.allCases.map { "context:\($0.rawValue)" }
    }()

    /// What a feature belongs to, for people.
    static func group(of number: Int) -> String {
        if number < self.rules.count { return self.families[self.rules[number].family] }
        return number < self.rules.count + self.families.count * self.families.count ? "together" : "context"
    }
}
