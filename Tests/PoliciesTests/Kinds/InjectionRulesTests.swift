import Testing

@testable import Policies

@Suite("Injection rules")
struct InjectionRulesTests {
    private func id(_ family: String, _ weight: Double) -> Int {
        InjectionRules.indicators.first { $0.family == family && $0.weight == weight }?.id ?? -1
    }

    @Test func `ids are places and weights are in range`() {
        for (place, indicator) in InjectionRules.indicators.enumerated() {
            #expect(indicator.id == place)
            #expect((-1...1.2).contains(indicator.weight) && indicator.weight != 0)
        }
    }

    @Test func `no hit is 0, one strong rule blocks, one weak does not`() {
        #expect(InjectionRules.score([]) == 0)
        #expect(InjectionRules.score([IndicatorHit(id: id("override", 1.1), end: 10)]) >= 0.8)
        #expect(InjectionRules.score([IndicatorHit(id: id("demand", 0.45), end: 10)]) < 0.6)
    }

    @Test func `mentions take back, and the score stays in 0...1`() {
        let hits = [IndicatorHit(id: id("override", 1.1), end: 10), IndicatorHit(id: id("mention", -0.5), end: 20)]
        #expect(InjectionRules.score(hits) < 0.8)
        #expect(InjectionRules.score([IndicatorHit(id: id("mention", -0.5), end: 20)]) == 0)
        let all = InjectionRules.indicators.map { IndicatorHit(id: $0.id, end: 5) }
        #expect((0...1).contains(InjectionRules.score(all)))
    }

    @Test func `hits far apart do not add up, repeated ones count once`() {
        let (first, second) = (id("override", 0.6), id("demand", 0.45))
        let near = InjectionRules.score([IndicatorHit(id: first, end: 10), IndicatorHit(id: second, end: 90)])
        let far = InjectionRules.score([IndicatorHit(id: first, end: 10), IndicatorHit(id: second, end: 9000)])
        #expect(near > 0.8 && far < 0.8)
        let repeated = (0..<50).map { IndicatorHit(id: second, end: $0) }
        #expect(InjectionRules.score(repeated) == InjectionRules.score([IndicatorHit(id: second, end: 0)]))
    }

    @Test func `tool results and hidden texts weigh more`() {
        let hits = [IndicatorHit(id: id("indirect", 0.7), end: 10)]
        #expect(InjectionRules.score(hits, isFromTool: true) > InjectionRules.score(hits))
        #expect(InjectionRules.score(hits, isDecoded: true) > InjectionRules.score(hits))
    }
}
