internal import Settings

extension PhaseProgram {
    mutating func addSafety(_ options: SafetyFilterOptions, _ content: PolicyContent) {
        self.addIndicators(.safetyFilter, options.action, rules: content.safety(options), content)
    }
}

extension IndicatorRules {
    /// The rules of the tables and the user's phrases, as findings above their mode's thresholds: any is one.
    static func safety(_ options: SafetyFilterOptions) -> IndicatorRules {
        @Sendable func findings(_ sightings: [IndicatorSighting]) -> [SafetyFinding] {
            self.byText(sightings).flatMap { SafetyRules.findings($0, options: options) }
        }
        var rules = IndicatorRules(indicators: SafetyRules.indicators(for: options), threshold: 0.0001) { sightings in
            findings(sightings).map(\.score).max() ?? 0
        }
        rules.reach = SafetyEvidence.reach
        rules.neverRaises = SafetyEvidence.neverRaises
        rules.requestsOnly = Set(SafetyRules.rules.indices.filter { SafetyRules.rules[$0].isForRequestsOnly })
        rules.findings = { sightings in
            let all = findings(sightings)
            return SafetyCategory.allCases.compactMap { category in
                let count = all.reduce(0) { $0 + ($1.category == category ? $1.count : 0) }
                return count == 0 ? nil : PolicyFinding(type: category.rawValue, count: count)
            }
        }
        return rules
    }

    /// The hits of each view of each text: what stands in different texts does not add up.
    private static func byText(_ sightings: [IndicatorSighting]) -> [[SafetyHit]] {
        var texts: [[SafetyHit]] = []
        for (place, sighting) in sightings.enumerated() {
            let isNew = place == 0 || sightings[place - 1].segment != sighting.segment || sightings[place - 1].view != sighting.view
            if isNew { texts.append([]) }
            texts[texts.count - 1].append(SafetyHit(id: sighting.id, range: sighting.range))
        }
        return texts
    }
}
