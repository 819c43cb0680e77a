/// A window as the training tool gets it: the features and words that the model would be asked about.
public struct InjectionSample: Sendable {
    /// Of the text: 0 for itself, else the number of the decoded view.
    public var view: Int
    public var features: [(number: Int, value: Double)]
    /// Buckets of `WordGrams`, each once.
    public var buckets: [Int]

    /// A feature by its number.
    public struct Feature: Sendable {
        /// Hash of its name, by which the file knows it.
        public var hash: UInt64
        public var name: String
        /// The family of a rule, else the name.
        public var group: String
        /// By hand; 0 for what is no rule.
        public var weight: Double
        public var isRule: Bool
    }

    public static let bucketBits = WordGrams.bits

    public static let features: [Feature] = InjectionFeatures.names.enumerated().map { number, name in
        let isRule = number < InjectionFeatures.rules.count
        return Feature(
            hash: StableHash.of(name), name: name, group: isRule ? InjectionFeatures.group(of: number) : name,
            weight: isRule ? InjectionFeatures.rules[number].weight : 0, isRule: isRule)
    }

    /// All windows with an indicator of an attack, in their order.
    public static func all(in sightings: [IndicatorSighting], _ texts: [UInt8]) -> [InjectionSample] {
        var samples: [InjectionSample] = []
        for reading in InjectionReading.all(in: sightings) {
            InjectionFeatures.eachWindow(of: reading, in: texts) { features in
                guard features.hasAttack, reading.text.upperBound <= texts.count else { return }
                let start = reading.text.lowerBound
                var buckets: [Int] = []
                _ = WordGrams.forEachBucket(
                    of: texts.span.extracting((start + features.words.lowerBound)..<(start + features.words.upperBound))
                ) { buckets.append($0) }
                samples.append(
                    InjectionSample(view: reading.view, features: features.list.map { ($0.number, $0.value) }, buckets: buckets))
            }
        }
        return samples
    }
}
