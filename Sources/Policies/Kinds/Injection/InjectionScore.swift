/// How sightings of the rules become one score, and why.
public struct InjectionScore: Sendable, Equatable {
    /// 0...1.
    public var value = 0.0
    /// What the families of rules, rules seen together, the context and the words add to the sum of the window that decided, the weightiest
    /// first. Empty without an indicator of an attack.
    public var parts: [Part] = []
    /// The reading that decided: 0 for the text itself.
    public var view = 0

    public init() {}

    public struct Part: Sendable, Equatable {
        public var name: String
        public var sum: Double
    }

    /// The window in which an attack shows most, of any reading of any text. `texts`: what `IndicatorSighting.text` is a range of.
    public static func of(
        _ sightings: [IndicatorSighting], in texts: [UInt8], model: InjectionModel = .shipped
    ) -> InjectionScore {
        var result = InjectionScore()
        for reading in InjectionReading.all(in: sightings) {
            guard let best = self.best(of: reading, texts, model) else { continue }
            let words = self.words(best.words, of: reading, texts, model)
            let value = model.score(ofSum: best.sum + words)
            guard result.parts.isEmpty || value > result.value else { continue }
            (result.value, result.view) = (value, reading.view)
            result.parts = self.parts(best.features, words, model)
        }
        return result
    }

    /// As `of`, without the reasons.
    static func value(_ sightings: [IndicatorSighting], in texts: [UInt8], model: InjectionModel = .shipped) -> Double {
        var value = 0.0
        for reading in InjectionReading.all(in: sightings) {
            guard let best = self.best(of: reading, texts, model), model.score(ofSum: best.sum + model.wordLimits.upperBound) > value
            else { continue }
            value = max(value, model.score(ofSum: best.sum + self.words(best.words, of: reading, texts, model)))
        }
        return value
    }

    private static func best(
        of reading: InjectionReading, _ texts: [UInt8], _ model: InjectionModel
    ) -> (sum: Double, words: Range<Int>, features: [InjectionFeatures.Feature])? {
        var best: (sum: Double, words: Range<Int>, features: [InjectionFeatures.Feature])?
        InjectionFeatures.eachWindow(of: reading, in: texts) { features in
            guard features.hasAttack else { return }
            let sum = model.sum(features)
            if let known = best, known.sum >= sum { return }
            best = (sum, features.words, features.list)
        }
        return best
    }

    private static func words(_ words: Range<Int>, of reading: InjectionReading, _ texts: [UInt8], _ model: InjectionModel) -> Double {
        guard reading.text.upperBound <= texts.count, words.upperBound <= reading.text.count else { return 0 }
        let start = reading.text.lowerBound
        return model.wordSum(texts.span.extracting((start + words.lowerBound)..<(start + words.upperBound)))
    }

    private static func parts(_ features: [InjectionFeatures.Feature], _ words: Double, _ model: InjectionModel) -> [Part] {
        var sums: [String: Double] = ["words": words]
        for feature in features {
            sums[InjectionFeatures.group(of: feature.number), default: 0] += model.weights[feature.number] * feature.value
        }
        return sums.map { Part(name: $0.key, sum: $0.value) }.filter { $0.sum != 0 }
            .sorted { (-abs($0.sum), $0.name) < (-abs($1.sum), $1.name) }
    }
}
