internal import Patterns
internal import Settings

extension PhaseProgram {
    mutating func addDLP(_ options: DLPFilterOptions, _ content: PolicyContent) {
        self.add(Policy(kind: .dlpFilter, action: options.action, reasonCode: Self.code(.dlpFilter, "detected")))
        for pattern in options.detectPatterns {
            self.addTerm(pattern.name ?? "CUSTOM", Pattern(expression: pattern.pattern, lengthMax: pattern.lengthMax), options.action)
        }
        for term in options.blockedTerms {
            let edits = TermMatching.edits(term, isFuzzy: options.fuzzyMatching, distanceMax: options.distanceMax)
            self.addTerm("TERM", self.pattern(ofTerm: term, edits: edits, content), options.action)
        }
        // A marking is about the text around it. Without it the rest would only look harmless, so it is never redacted.
        for marking in ClassificationMarkings.all(for: options.sensitivityLevel) {
            self.addTerm(
                ClassificationMarkings.type, Pattern(expression: marking.expression, isCaseless: marking.isCaseless), .block)
        }
    }

    mutating func addEntityList(_ options: EntityListOptions, _ content: PolicyContent) {
        self.add(Policy(kind: .entityListFilter, action: .block, reasonCode: Self.code(.entityListFilter, "detected")))
        for entity in options.blockedEntities {
            let edits = TermMatching.edits(entity, isFuzzy: options.fuzzyMatching, distanceMax: options.distanceMax)
            self.addTerm("ENTITY", self.pattern(ofTerm: entity, edits: edits, content), .block)
        }
    }

    /// The term as recognisers read texts.
    private func pattern(ofTerm term: String, edits: Int, _ content: PolicyContent) -> Pattern {
        Pattern(term: TermMatching.folded(term, by: content.recognizerFold), edits: edits)
    }

    /// The user's phrase as this phase's indicators read texts: requests without accents, answers with them.
    func pattern(ofPhrase phrase: String, edits: Int, _ content: PolicyContent) -> Pattern {
        Pattern(term: TermMatching.folded(phrase, by: self.phase == .input ? self.indicatorFold : content.recognizerFold), edits: edits)
    }
}
