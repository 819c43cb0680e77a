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

/// The rules of `prompt-injection`: weighted indicators over folded text (accents too).
///
/// A weight of 0.9 is as much evidence as the default threshold asks for; most rules say less and need company. `InjectionModel` has learnt
/// weights for the rules that it was trained with; the others count as they stand here.
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
}
