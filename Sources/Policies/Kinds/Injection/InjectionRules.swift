/// A place where an indicator was found.
public struct IndicatorHit: Sendable, Equatable {
    /// The indicator's `id`.
    public var id: Int
    /// Offset just after the hit.
    public var end: Int
    public init(id: Int, end: Int) {
        self.id = id
        self.end = end
    }
}

/// The rules of `prompt-injection`: weighted indicators over folded text (accents too), and what their hits add up to.
///
/// A weight of 0.9 is as much evidence as the default threshold asks for; most rules say less and need company.
public enum InjectionRules {
    /// Ids are places in this list.
    public static let indicators: [Indicator] = {
        let rules =
            OverrideRules.all + LeakRules.all + SecretRules.all + PersonaRules.all + BoundaryRules.all + IndirectRules.all
            + LanguageRules.all + FarLanguageRules.all + MentionRules.all
        return rules.enumerated().map { place, rule in
            Indicator(
                id: place, name: rule.name, expression: rule.expression, isCaseless: !rule.isCased, weight: rule.weight, family: rule.family)
        }
    }()

    /// Hits further apart than this do not add up.
    static let windowBytes = 2048

    /// 0...1 for the hits of one view of one text. 0.8 is evidence of 0.88, 0.5 of 0.38.
    ///
    /// `isFromTool`: the text is a tool's result or a retrieved document, where nobody gives orders.
    /// `isDecoded`: the text was hidden in an encoding; whoever hides an order means it.
    public static func score(_ hits: [IndicatorHit], isFromTool: Bool = false, isDecoded: Bool = false) -> Double {
        var evidence = self.evidence(hits, isFromTool: isFromTool)
        if isDecoded { evidence *= 1.3 }
        guard evidence > 0 else { return 0 }
        return 1 - self.power(evidence * 1.14)
    }

    /// The largest sum of weights within a window.
    static func evidence(_ hits: [IndicatorHit], isFromTool: Bool) -> Double {
        var best = 0.0
        HitWindow.eachWidest(inOrder(hits.filter { self.indicators.indices.contains($0.id) }), self.windowBytes, self.ranks) { window in
            best = max(best, self.sum(window, isFromTool: isFromTool))
        }
        return best
    }

    /// Within a family each further rule counts for less: many words for one thing are still one thing.
    private static func sum(_ window: borrowing HitWindow, isFromTool: Bool) -> Double {
        var (total, sum, place, family) = (0.0, 0.0, 0, -1)
        func close() {
            total += sum * (isFromTool && family >= 0 && self.countsMoreFromTools[family] && sum > 0 ? 1.25 : 1)
            (sum, place) = (0, 0)
        }
        window.forEachRank { rank in
            let entry = self.ranked[rank]
            if entry.family != family {
                close()
                family = entry.family
            }
            let share =
                switch place {
                case 0: 1.0
                case 1: 0.7
                case 2: 0.5
                case 3: 0.35
                case 4: 0.25
                default: 0.15
                }
            sum += entry.weight * share
            place += 1
        }
        close()
        return total
    }

    private static let families: [String] = Set(indicators.map(\.family)).sorted()
    private static let countsMoreFromTools: [Bool] = families.map { $0 != "persona" }
    /// The rules by family, and in each the weightiest first.
    private static let ranked: [(id: Int, family: Int, weight: Double)] = indicators.map { indicator in
        (indicator.id, families.firstIndex(of: indicator.family) ?? 0, indicator.weight)
    }.sorted { ($0.family, -abs($0.weight), $0.id) < ($1.family, -abs($1.weight), $1.id) }
    /// Place in `ranked` of each id.
    private static let ranks: [Int] = ranked.enumerated().reduce(into: [Int](repeating: 0, count: ranked.count)) {
        $0[$1.element.id] = $1.offset
    }

    /// 5 to the power of minus `exponent`.
    private static func power(_ exponent: Double) -> Double {
        // e^-x by its series on a small argument, squared back.
        let argument = min(exponent, 20) * 1.6094379124341003 / 64
        var term = 1.0
        var series = 1.0
        for place in 1...8 {
            term *= -argument / Double(place)
            series += term
        }
        for _ in 0..<6 { series *= series }
        return series
    }
}
