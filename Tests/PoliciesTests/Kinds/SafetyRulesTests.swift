import Settings
import Testing

@testable import Policies

@Suite("Safety rules")
struct SafetyRulesTests {
    private func cue(_ cue: SafetyCue, _ language: SafetyLanguage, _ range: Range<Int>) -> SafetyHit {
        let place = SafetyRules.rules.firstIndex { rule in
            if case .cue(cue) = rule.role { return rule.language == language }
            return false
        }
        return SafetyHit(id: place ?? -1, range: range)
    }

    private func evidence(_ category: SafetyCategory, from weight: Double, _ range: Range<Int> = 5..<9) -> SafetyHit {
        let place = SafetyRules.rules.firstIndex { rule in
            guard case .evidence(category, after: .none) = rule.role else { return false }
            return (weight...(weight + 0.1)).contains(rule.weight)
        }
        return SafetyHit(id: place ?? -1, range: range)
    }

    private func categories(_ hits: [SafetyHit], _ options: SafetyFilterOptions = SafetyFilterOptions()) -> [SafetyCategory] {
        SafetyRules.findings(hits, options: options).map(\.category)
    }

    @Test func `a deed counts only after a word of asking, and not too far from it`() throws {
        let place = try #require(
            SafetyRules.rules.firstIndex { rule in
                if case .evidence(.cyber, after: .some) = rule.role { return rule.language == .english }
                return false
            })
        guard case .evidence(_, after: .some(let after)) = SafetyRules.rules[place].role else { return }
        func deed(at start: Int) -> SafetyHit { SafetyHit(id: place, range: start..<(start + 5)) }
        let asking = self.cue(.asking, .english, 0..<9)
        #expect(self.categories([deed(at: 20)]).isEmpty)
        #expect(self.categories([asking, deed(at: 9 + after.reach)]) == [.cyber])
        #expect(self.categories([asking, deed(at: 10 + after.reach)]).isEmpty)
        #expect(self.categories([self.cue(.asking, .english, 30..<39), deed(at: 20)]).isEmpty)
        #expect(self.categories([self.cue(.asking, .german, 0..<9), deed(at: 20)]).isEmpty, "in another language")
    }

    @Test func `two cues are a pair within reach and in one language`() {
        let group = self.cue(.group, .german, 0..<6)
        #expect(self.categories([group, self.cue(.contempt, .german, 61..<65)]) == [.hate])
        #expect(self.categories([group, self.cue(.contempt, .german, 62..<66)]).isEmpty)
        #expect(self.categories([group, self.cue(.contempt, .dutch, 10..<14)]).isEmpty)
        #expect(self.categories([group, self.cue(.contempt, .german, 5..<9)]).isEmpty, "they overlap")
    }

    @Test func `a pair may be a cue of the next`() {
        let (asking, assault, person) = (
            self.cue(.asking, .english, 0..<6), self.cue(.assault, .english, 9..<13), self.cue(.person, .english, 14..<20)
        )
        #expect(self.categories([asking, assault, person]) == [.violence])
        #expect(self.categories([asking, assault]).isEmpty)
        #expect(self.categories([assault, person]).isEmpty)
    }

    @Test func `hits are taken in any order`() {
        let hits = [self.cue(.person, .english, 14..<20), self.cue(.asking, .english, 0..<6), self.cue(.assault, .english, 9..<13)]
        #expect(self.categories(hits) == [.violence])
    }

    @Test func `what one language says does not add up with another`() {
        let half = SafetyRules.rules.enumerated().filter { _, rule in
            guard case .evidence(.hate, after: .none) = rule.role else { return false }
            return rule.weight == 0.45
        }
        let english = half.first { $0.element.language == .english }?.offset ?? -1
        let spanish = half.first { $0.element.language == .spanish }?.offset ?? -1
        #expect(self.categories([SafetyHit(id: english, range: 0..<4), SafetyHit(id: spanish, range: 6..<9)]).isEmpty)
    }

    @Test func `a mention takes back what its language says, for its categories`() throws {
        func mention(_ language: SafetyLanguage, of category: SafetyCategory, not other: SafetyCategory? = nil) -> SafetyHit {
            let place = SafetyRules.rules.firstIndex { rule in
                guard case .mention(let categories) = rule.role, rule.weight <= -1 else { return false }
                return rule.language == language && categories.contains(category) && !(other.map(categories.contains) ?? false)
            }
            return SafetyHit(id: place ?? -1, range: 12..<20)
        }
        let slur = self.evidence(.hate, from: 0.85)
        #expect(self.categories([slur]) == [.hate])
        #expect(self.categories([slur, mention(.english, of: .hate)]).isEmpty)
        #expect(self.categories([slur, mention(.french, of: .hate)]) == [.hate])
        #expect(self.categories([self.evidence(.selfHarm, from: 1), mention(.english, of: .hate, not: .selfHarm)]) == [.selfHarm])
    }

    @Test func `the categories over their thresholds are told with their count, the strongest first`() {
        let options = SafetyFilterOptions()
        let findings = SafetyRules.findings([self.evidence(.selfHarm, from: 1), self.evidence(.hate, from: 0.85)], options: options)
        #expect(findings.map(\.category) == [.selfHarm, .hate])
        #expect(findings.map(\.count) == [1, 1])
        #expect(SafetyRules.findings([], options: options).isEmpty)
    }

    @Test func `phrases are literal, whole words, and folded`() {
        var options = SafetyFilterOptions()
        options.blockIf = ["stop (now)", "Café noir"]
        let added = SafetyRules.indicators(for: options).suffix(2)
        #expect(added.map(\.expression) == [#"\bstop\s{1,4}\x28now\x29"#, #"\bCafe\s{1,4}noir\b"#])
        #expect(added.map(\.id) == [SafetyRules.indicators.count, SafetyRules.indicators.count + 1])
        let finding = SafetyRules.findings([SafetyHit(id: SafetyRules.indicators.count, range: 0..<3)], options: options)
        #expect(finding == [SafetyFinding(category: .phrase, score: 1, count: 1)])
    }

    // MARK: Thresholds

    @Test func `modes differ in what is enough`() {
        func least(_ category: SafetyCategory, _ mode: SafetyFilterOptions.Mode) -> Double { SafetyThresholds.least(category, mode) }
        for category in SafetyCategory.allCases where category != .phrase {
            #expect(least(category, .strict) < least(category, .standard))
        }
        #expect(least(.weapons, .lawEnforcement) > least(.weapons, .standard))
        #expect(least(.sexual, .lawEnforcement) == least(.sexual, .strict))
        #expect(least(.cyber, .criticalInfrastructure) < least(.cyber, .strict))
        #expect(least(.violence, .automotive) < least(.violence, .strict))
        #expect(least(.hate, .education) < least(.hate, .strict))
    }

    @Test(arguments: [(0, 0.85), (12, 0.5), (13, 0.65), (17, 0.65), (18, 0.85), (150, 0.85)])
    func `the younger the reader, the less violence is enough`(ageMax: Int, least: Double) {
        var options = SafetyFilterOptions()
        options.ageMax = ageMax
        #expect(SafetyThresholds.least(.violence, options) == least)
        options.mode = .lawEnforcement
        #expect(SafetyThresholds.least(.violence, options) == (least == 0.85 ? 2.2 : least))
    }
}
