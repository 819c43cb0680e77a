import Settings
import Testing

@testable import Policies

@Suite("Safety rules")
struct SafetyRulesTests {
    private func hit(_ category: SafetyCategory, from weight: Double) -> IndicatorHit {
        let place = SafetyRules.rules.firstIndex { $0.family == category.rawValue && $0.weight >= weight && $0.needs == nil }
        return IndicatorHit(id: place ?? -1, end: 9)
    }

    @Test func `a deed counts only shortly after a word of asking`() {
        let asking = SafetyRules.rules.firstIndex { $0.cue == .asking } ?? -1
        let deed = SafetyRules.rules.firstIndex { $0.needs?.cue == .asking } ?? -1
        let options = SafetyFilterOptions()
        #expect(SafetyRules.findings([IndicatorHit(id: deed, end: 90)], options: options).isEmpty)
        #expect(!SafetyRules.findings([IndicatorHit(id: asking, end: 9), IndicatorHit(id: deed, end: 90)], options: options).isEmpty)
        #expect(SafetyRules.findings([IndicatorHit(id: asking, end: 9), IndicatorHit(id: deed, end: 290)], options: options).isEmpty)
        #expect(SafetyRules.findings([IndicatorHit(id: asking, end: 95), IndicatorHit(id: deed, end: 90)], options: options).isEmpty)
    }

    @Test func `one strong rule is a finding of its category`() {
        let options = SafetyFilterOptions()
        #expect(SafetyRules.findings([hit(.weapons, from: 1)], options: options).map(\.category) == [.weapons])
        #expect(SafetyRules.findings([], options: options).isEmpty)
    }

    @Test func `investigators may write about crime, and nobody about children`() {
        var options = SafetyFilterOptions()
        options.mode = .lawEnforcement
        #expect(SafetyRules.findings([hit(.weapons, from: 1)], options: options).isEmpty)
        #expect(SafetyRules.findings([hit(.sexual, from: 1.5)], options: options).map(\.category) == [.sexual])
    }

    @Test func `phrases are literal, whole words, and folded`() {
        var options = SafetyFilterOptions()
        options.blockIf = ["stop (now)", "Café noir"]
        let added = SafetyRules.indicators(for: options).suffix(2)
        #expect(added.map(\.expression) == [#"\bstop\s{1,4}\x28now\x29"#, #"\bCafe\s{1,4}noir\b"#])
        #expect(added.map(\.id) == [SafetyRules.indicators.count, SafetyRules.indicators.count + 1])
        let finding = SafetyRules.findings([IndicatorHit(id: SafetyRules.indicators.count, end: 3)], options: options)
        #expect(finding == [SafetyFinding(category: .phrase, score: 1)])
    }

    @Test func `a mention takes back`() {
        let mention = SafetyRules.indicators.first { $0.family == "mention" }?.id ?? -1
        let hits = [hit(.dangerous, from: 0.9), IndicatorHit(id: mention, end: 12)]
        #expect(SafetyRules.findings(hits, options: SafetyFilterOptions()).isEmpty)
    }
}
