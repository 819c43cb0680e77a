internal import Settings

extension PhaseProgram {
    mutating func addQuality(_ options: QualityScorerOptions) {
        let action: PolicyAction = options.failureAction == .log ? .log : .block
        self.add(Policy(kind: .qualityScorer, action: action, reasonCode: Self.code(.qualityScorer, "failed")))
        do {
            self.add(try QualityScorer(options))
        } catch {
            self.note(error)
        }
    }
}
