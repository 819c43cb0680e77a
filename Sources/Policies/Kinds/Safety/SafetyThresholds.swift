public import Settings

/// How much evidence blocks. All modes look for the same and differ in this.
public enum SafetyThresholds {
    /// Evidence that a category needs in a mode; lower is stricter. One strong rule is worth about 0.95, two weak ones 0.8.
    public static func least(_ category: SafetyCategory, _ mode: SafetyFilterOptions.Mode) -> Double {
        switch (mode, category) {
        case (_, .phrase): 1
        case (.strict, _): self.strict
        case (.standard, _): self.standard
        // Plants and networks: what breaks them weighs more.
        case (.criticalInfrastructure, .cyber), (.criticalInfrastructure, .weapons), (.criticalInfrastructure, .dangerous): self.strictest
        // A driver is not to be distracted or provoked.
        case (.automotive, .violence), (.automotive, .sexual), (.automotive, .dangerous): self.strictest
        case (.education, .sexual), (.education, .selfHarm), (.education, .violence), (.education, .hate): self.strictest
        // Investigators write about crime all day.
        case (.lawEnforcement, .violence), (.lawEnforcement, .weapons), (.lawEnforcement, .dangerous), (.lawEnforcement, .cyber): self.lenient
        case (.criticalInfrastructure, _), (.automotive, _), (.education, _), (.lawEnforcement, _): self.strict
        }
    }

    /// The same for people who are at most `options.ageMax` years old.
    public static func least(_ category: SafetyCategory, _ options: SafetyFilterOptions) -> Double {
        let threshold = self.least(category, options.mode)
        return min(threshold, self.leastForAge(category, options.ageMax))
    }

    /// 0: of age, or not told.
    private static func leastForAge(_ category: SafetyCategory, _ ageMax: Int) -> Double {
        guard ageMax > 0, ageMax < 18 else { return .infinity }
        switch category {
        case .sexual: return self.forChildren
        case .selfHarm, .violence: return ageMax < 13 ? self.forChildren : self.strictest
        case .hate, .dangerous, .weapons: return ageMax < 13 ? self.strictest : self.strict
        case .cyber, .phrase: return .infinity
        }
    }

    private static let forChildren = 0.5
    private static let strictest = 0.65
    private static let strict = 0.85
    private static let standard = 1.1
    private static let lenient = 2.2
}
