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
            OverrideRules.all + LeakRules.all + PersonaRules.all + BoundaryRules.all + IndirectRules.all + MentionRules.all
        return rules.enumerated().map { place, rule in
            Indicator(
                id: place, expression: rule.expression, isCaseless: !rule.isCased, weight: rule.weight, family: rule.family)
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
        let ordered = hits.sorted { ($0.end, $0.id) < ($1.end, $1.id) }
        var best = 0.0
        var first = 0
        for last in ordered.indices {
            while ordered[last].end - ordered[first].end > self.windowBytes { first += 1 }
            // Only a window that cannot grow is worth its sum.
            if last + 1 < ordered.count, ordered[last + 1].end - ordered[first].end <= self.windowBytes { continue }
            best = max(best, self.sum(ordered[first...last], isFromTool: isFromTool))
        }
        return best
    }

    /// Within a family each further rule counts for less: many words for one thing are still one thing.
    private static func sum(_ hits: ArraySlice<IndicatorHit>, isFromTool: Bool) -> Double {
        var families: [String: [Double]] = [:]
        for id in Set(hits.map(\.id)) where self.indicators.indices.contains(id) {
            families[self.indicators[id].family, default: []].append(self.indicators[id].weight)
        }
        var total = 0.0
        for (family, weights) in families {
            let shares = [1, 0.7, 0.5, 0.35, 0.25]
            var sum = 0.0
            for (place, weight) in weights.sorted(by: { abs($0) > abs($1) }).enumerated() {
                sum += weight * (place < shares.count ? shares[place] : 0.15)
            }
            total += sum * (isFromTool && family != "persona" && sum > 0 ? 1.25 : 1)
        }
        return total
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

/// One row of a rule table.
struct InjectionRule {
    var family: String
    var weight: Double
    var expression: String
    var isCased = false

    init(_ family: String, _ weight: Double, _ expression: String, isCased: Bool = false) {
        self.family = family
        self.weight = weight
        self.expression = expression
        self.isCased = isCased
    }

    /// The first, then within `gap` bytes of the same sentence the second.
    static func near(_ first: String, _ gap: Int = 40, _ second: String) -> String {
        #"\b(?:"# + first + #")\b[^.!?]{0,"# + String(gap) + #"}\b(?:"# + second + #")"#
    }
}
