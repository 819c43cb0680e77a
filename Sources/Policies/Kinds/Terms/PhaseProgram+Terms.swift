internal import Patterns
internal import Settings

extension PhaseProgram {
    mutating func addDLP(_ options: DLPFilterOptions) {
        self.add(Policy(kind: .dlpFilter, action: options.action, reasonCode: Self.code(.dlpFilter, "detected")))
        for pattern in options.detectPatterns {
            self.addTerm(pattern.name ?? "CUSTOM", Pattern(expression: pattern.pattern, lengthMax: pattern.lengthMax), options.action)
        }
        for term in options.blockedTerms {
            self.addTerm("TERM", Pattern(expression: PolicyContent.phraseExpression(term), isCaseless: true), options.action)
        }
    }

    mutating func addEntityList(_ options: EntityListOptions) {
        self.add(Policy(kind: .entityListFilter, action: .block, reasonCode: Self.code(.entityListFilter, "detected")))
        for entity in options.blockedEntities {
            self.addTerm("ENTITY", Pattern(expression: PolicyContent.phraseExpression(entity), isCaseless: true), .block)
        }
    }
}
