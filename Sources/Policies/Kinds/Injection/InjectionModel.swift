internal import CInjectionModel

/// A linear model over `InjectionFeatures` with a small share of `WordGrams`, and the way from its sums to scores.
///
/// docs/design/injection-model.md says how the weights came about and how their file is laid out.
public struct InjectionModel: Sendable {
    /// By feature number.
    private(set) var weights: [Double]
    /// What `WordGrams` say is kept within: words alone decide nothing.
    private(set) var wordLimits: ClosedRange<Double> = 0...0
    /// Of one unit of `words`.
    private var wordScale = 0.0
    /// By bucket; empty: words say nothing.
    private var words: [Int8] = []
    private var intercept = 0.0
    /// Ascending by sum and by score.
    private(set) var knots: [Knot]
    /// How many rules of the table the file has a weight for; the others count as they were weighted by hand.
    public private(set) var ruleCountKnown = 0
    /// Of the rules that the weights were learnt with.
    public private(set) var rulesFingerprint: UInt64 = 0

    struct Knot: Sendable, Equatable {
        var sum: Double
        var score: Double
    }

    /// The one that is part of the program.
    public static let shipped: InjectionModel = {
        var count = 0
        guard let start = unsafe kt_injection_model(&count) else { return .untrained }
        let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
        return InjectionModel(file: bytes) ?? .untrained
    }()

    /// The rules as they were weighted by hand: a sum of 0.88 is evidence enough for 0.8.
    static let untrained = InjectionModel(
        handScale: 1,
        knots: [(0, 0), (0.25, 0.37), (0.5, 0.6), (0.88, 0.8), (1.2, 0.89), (2, 0.97), (4, 1)].map { Knot(sum: $0, score: $1) })

    /// Each rule as weighted by hand, times `handScale`.
    private init(handScale: Double, knots: [Knot]) {
        self.weights = InjectionFeatures.rules.map { $0.weight * handScale }
        self.weights += [Double](repeating: 0, count: InjectionFeatures.count - self.weights.count)
        self.knots = knots
    }

    /// Differs when a rule, its expression or its weight by hand differs.
    public static let rulesFingerprint: UInt64 = {
        var hash = StableHash()
        for indicator in InjectionRules.indicators.sorted(by: { $0.name < $1.name }) {
            hash.add("\(indicator.name) \(indicator.weight) \(indicator.isCaseless) \(indicator.expression)")
            hash.add(0xFF)
        }
        return hash.value
    }()

    // MARK: Sums and scores

    /// What the features of a window come to, without its words.
    func sum(_ features: InjectionFeatures) -> Double {
        var sum = self.intercept
        for feature in features.list { sum += self.weights[feature.number] * feature.value }
        return sum
    }

    /// What the words of a text add; 0 when the model knows no words.
    func wordSum(_ text: Span<UInt8>) -> Double {
        guard !self.words.isEmpty, !text.isEmpty else { return 0 }
        var sum = 0
        let count = WordGrams.forEachBucket(of: text) { sum += Int(self.words[$0]) }
        guard count > 0 else { return 0 }
        let value = Double(sum) * self.wordScale / Double(count).squareRoot()
        return min(max(value, self.wordLimits.lowerBound), self.wordLimits.upperBound)
    }

    /// 0...1, in straight lines between the knots.
    func score(ofSum sum: Double) -> Double {
        guard let first = self.knots.first, let last = self.knots.last, sum > first.sum else { return self.knots.first?.score ?? 0 }
        if sum >= last.sum { return last.score }
        let next = self.knots.firstIndex { sum < $0.sum } ?? self.knots.count - 1
        let (low, high) = (self.knots[next - 1], self.knots[next])
        return low.score + (high.score - low.score) * (sum - low.sum) / (high.sum - low.sum)
    }
}

// MARK: The file

extension InjectionModel {
    /// "KTINJMD" and the version of the layout.
    static let magic: [UInt8] = Array("KTINJMD".utf8) + [1]
    /// More is not a file of ours.
    private static let featuresMax = 1 << 16
    private static let knotsMax = 64

    /// nil when `bytes` are not such a file: cut, of another version, or with a number in it that cannot be.
    init?(file bytes: [UInt8]) {
        var reader = Reader(bytes: bytes)
        for byte in Self.magic { guard reader.byte() == byte else { return nil } }
        guard let bits = reader.integer(4), bits == 0 || bits == UInt64(WordGrams.bits), let featureCount = reader.integer(4),
            featureCount <= Self.featuresMax, let knotCount = reader.integer(4), (2...Self.knotsMax).contains(Int(knotCount)),
            let fingerprint = reader.integer(8), let intercept = reader.number(), let handScale = reader.number(), handScale > 0,
            let wordScale = reader.number(), let wordMin = reader.number(), let wordMax = reader.number(), wordMin <= 0, wordMax >= 0
        else { return nil }
        var knots: [Knot] = []
        for _ in 0..<knotCount {
            guard let sum = reader.number(), let score = reader.number(), (0...1).contains(score) else { return nil }
            if let last = knots.last, sum <= last.sum || score < last.score { return nil }
            knots.append(Knot(sum: sum, score: score))
        }
        var known: [UInt64: Double] = [:]
        for _ in 0..<featureCount {
            guard let name = reader.integer(8), let weight = reader.number() else { return nil }
            known[name] = weight
        }
        self.init(handScale: handScale, knots: knots)
        if bits > 0 {
            guard let words = reader.rest(exactly: WordGrams.bucketCount) else { return nil }
            self.words = words.map { Int8(bitPattern: $0) }
        } else {
            guard reader.rest(exactly: 0) != nil else { return nil }
        }
        for (number, name) in InjectionFeatures.names.enumerated() {
            guard let weight = known[StableHash.of(name)] else { continue }
            self.weights[number] = weight
            if number < InjectionFeatures.rules.count { self.ruleCountKnown += 1 }
        }
        self.intercept = intercept
        self.wordScale = wordScale
        self.wordLimits = wordMin...wordMax
        self.rulesFingerprint = fingerprint
    }

    /// Little-endian; every read may be the one beyond the end.
    private struct Reader {
        let bytes: [UInt8]
        var place = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        mutating func byte() -> UInt8? {
            guard self.place < self.bytes.count else { return nil }
            self.place += 1
            return self.bytes[self.place - 1]
        }

        mutating func integer(_ byteCount: Int) -> UInt64? {
            guard self.bytes.count - self.place >= byteCount else { return nil }
            var value: UInt64 = 0
            for index in 0..<byteCount { value |= UInt64(self.bytes[self.place + index]) << UInt64(8 * index) }
            self.place += byteCount
            return value
        }

        /// Single precision, finite.
        mutating func number() -> Double? {
            guard let bits = self.integer(4) else { return nil }
            let value = Float(bitPattern: UInt32(truncatingIfNeeded: bits))
            return value.isFinite ? Double(value) : nil
        }

        /// All that is left, when it is that many.
        mutating func rest(exactly count: Int) -> ArraySlice<UInt8>? {
            guard self.bytes.count - self.place == count else { return nil }
            defer { self.place = self.bytes.count }
            return self.bytes[self.place...]
        }
    }
}
