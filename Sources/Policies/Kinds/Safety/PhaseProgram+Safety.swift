internal import Settings

extension PhaseProgram {
    mutating func addSafety(_ options: SafetyFilterOptions, _ content: PolicyContent) {
        self.addIndicators(.safetyFilter, options.action, rules: content.safety(options), content)
    }
}
