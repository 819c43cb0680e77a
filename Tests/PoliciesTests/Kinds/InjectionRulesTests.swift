import Exchange
import Testing

@testable import Policies

@Suite("Injection rules")
struct InjectionRulesTests {
    /// A rule of this weight by hand.
    static func id(_ family: String, _ weights: ClosedRange<Double>) -> Int {
        InjectionRules.indicators.first { $0.family == family && weights.contains($0.weight) }?.id ?? -1
    }

    /// What hits of rules in one reading of a text come to, by hand weights unless a model is given.
    static func score(
        _ hits: [IndicatorHit], role: TextRole = .user, view: Int = 0, text: [UInt8] = [], model: InjectionModel = .untrained
    ) -> Double {
        let origin = TextOrigin(role: role, field: .content, index: 0, subIndex: 0)
        let sightings = hits.map {
            IndicatorSighting(id: $0.id, origin: origin, segment: 0, view: view, range: 0..<$0.end, text: 0..<text.count)
        }
        let value = InjectionScore.value(sightings, in: text, model: model)
        #expect(InjectionScore.of(sightings, in: text, model: model).value == value)
        return value
    }

    private let strong = IndicatorHit(id: id("override", 1.0...1.2), end: 10)
    private let weak = IndicatorHit(id: id("demand", 0.3...0.5), end: 10)
    private let mention = IndicatorHit(id: id("mention", -0.8 ... -0.5), end: 20)

    @Test func `ids are places, weights are in range, and families fit into a word of bits`() {
        for (place, indicator) in InjectionRules.indicators.enumerated() {
            #expect(indicator.id == place)
            #expect((-1...1.2).contains(indicator.weight) && indicator.weight != 0)
        }
        #expect(InjectionFeatures.families.count <= 64)
        #expect(Set(InjectionFeatures.names).count == InjectionFeatures.count)
    }

    @Test func `no hit is 0, one strong rule blocks, one weak does not`() {
        #expect(Self.score([]) == 0)
        #expect(Self.score([self.strong]) >= 0.8)
        #expect(Self.score([self.weak]) < 0.6)
    }

    @Test func `mentions take back, and the score stays in 0...1`() {
        #expect(Self.score([self.strong, self.mention]) < 0.8)
        #expect(Self.score([self.mention]) == 0)
        let all = InjectionRules.indicators.map { IndicatorHit(id: $0.id, end: 5) }
        for model in [InjectionModel.untrained, .shipped] { #expect((0...1).contains(Self.score(all, model: model))) }
    }

    @Test func `hits far apart do not add up, repeated ones count once`() {
        let first = IndicatorHit(id: Self.id("override", 0.5...0.7), end: 10)
        let near = Self.score([first, IndicatorHit(id: self.weak.id, end: 90)])
        let edge = Self.score([first, IndicatorHit(id: self.weak.id, end: 10 + InjectionFeatures.windowBytes)])
        let far = Self.score([first, IndicatorHit(id: self.weak.id, end: 11 + InjectionFeatures.windowBytes)])
        #expect(near > 0.8 && edge == near && far < 0.8)
        let repeated = (0..<50).map { IndicatorHit(id: self.weak.id, end: $0) }
        #expect(Self.score(repeated) == Self.score([self.weak]))
    }

    @Test func `a buried order scores as it does alone`() {
        let harmless = (0..<20).map { IndicatorHit(id: self.mention.id, end: 3000 * ($0 + 1)) }
        let buried = (harmless + [IndicatorHit(id: self.strong.id, end: 31_500)]).sorted { $0.end < $1.end }
        #expect(Self.score(buried) < Self.score([self.strong]))
        #expect(Self.score(buried + [IndicatorHit(id: self.strong.id, end: 90_000)]) == Self.score([self.strong]))
    }

    @Test func `tool results and hidden texts weigh more`() {
        let hits = [IndicatorHit(id: Self.id("indirect", 0.6...0.75), end: 10)]
        for model in [InjectionModel.untrained, .shipped] {
            #expect(Self.score(hits, role: .tool, model: model) > Self.score(hits, model: model))
            #expect(Self.score(hits, view: 1, model: model) > Self.score(hits, model: model))
        }
    }

    @Test func `what stands in different readings does not add up`() {
        let origin = TextOrigin(role: .user, field: .content, index: 0, subIndex: 0)
        func sightings(_ segments: (Int, Int)) -> [IndicatorSighting] {
            [
                IndicatorSighting(id: Self.id("override", 0.5...0.7), origin: origin, segment: segments.0, view: 0, range: 0..<9),
                IndicatorSighting(id: self.weak.id, origin: origin, segment: segments.1, view: 0, range: 0..<9),
            ]
        }
        let together = InjectionScore.value(sightings((0, 0)), in: [], model: .untrained)
        let apart = InjectionScore.value(sightings((0, 1)), in: [], model: .untrained)
        #expect(together > apart)
        #expect(InjectionScore.of(sightings((0, 1)), in: [], model: .untrained).parts.map(\.name) == ["override"])
    }
}
