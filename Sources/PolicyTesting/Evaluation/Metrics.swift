/// Two-sided 95 % interval of a proportion after Wilson (1927): right also near 0 and 1 and for few texts, where the textbook interval is not.
public struct WilsonInterval: Sendable, Equatable {
    public let low: Double
    public let high: Double

    public init(_ hits: Int, of count: Int, z: Double = 1.96) {
        guard count > 0 else {
            (self.low, self.high) = (0, 1)
            return
        }
        let n = Double(count)
        let p = Double(hits) / n
        let scale = 1 + z * z / n
        let centre = p + z * z / (2 * n)
        let half = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
        self.low = max(0, (centre - half) / scale)
        self.high = min(1, (centre + half) / scale)
    }
}

/// How often a detector was right and wrong.
public struct Tally: Sendable, Equatable {
    public var truePositives: Int
    public var falsePositives: Int
    public var falseNegatives: Int
    public var trueNegatives: Int

    public init(truePositives: Int = 0, falsePositives: Int = 0, falseNegatives: Int = 0, trueNegatives: Int = 0) {
        self.truePositives = truePositives
        self.falsePositives = falsePositives
        self.falseNegatives = falseNegatives
        self.trueNegatives = trueNegatives
    }

    public mutating func add(isPositive: Bool, isFound: Bool) {
        switch (isPositive, isFound) {
        case (true, true): self.truePositives += 1
        case (true, false): self.falseNegatives += 1
        case (false, true): self.falsePositives += 1
        case (false, false): self.trueNegatives += 1
        }
    }

    public var positives: Int { self.truePositives + self.falseNegatives }
    public var negatives: Int { self.falsePositives + self.trueNegatives }
    /// nil without anything to find.
    public var recall: Double? { Self.share(self.truePositives, self.positives) }
    /// nil when nothing was found.
    public var precision: Double? { Self.share(self.truePositives, self.truePositives + self.falsePositives) }
    /// nil without negatives.
    public var falsePositiveRate: Double? { Self.share(self.falsePositives, self.negatives) }
    public var f1: Double? {
        Self.share(2 * self.truePositives, 2 * self.truePositives + self.falsePositives + self.falseNegatives)
    }
    public var recallInterval: WilsonInterval? {
        self.positives > 0 ? WilsonInterval(self.truePositives, of: self.positives) : nil
    }
    public var falsePositiveInterval: WilsonInterval? {
        self.negatives > 0 ? WilsonInterval(self.falsePositives, of: self.negatives) : nil
    }

    static func share(_ part: Int, _ whole: Int) -> Double? { whole > 0 ? Double(part) / Double(whole) : nil }
}

/// Recall where the threshold is set by the scores of the negatives.
public struct SweepPoint: Sendable, Equatable {
    /// The share of negatives that may be found.
    public let rate: Double
    public let threshold: Double
    public let recall: Double
    /// What comes of it: less than `rate` where many negatives have the same score.
    public let falsePositiveRate: Double

    static let rates = [0.001, 0.005, 0.01, 0.02]

    /// Empty without scores on either side.
    static func sweep(positives: [Double], negatives: [Double], rates: [Double] = Self.rates) -> [SweepPoint] {
        guard !positives.isEmpty, let lowest = negatives.min() else { return [] }
        let descending = negatives.sorted(by: >)
        return rates.map { rate in
            let index = Int(rate * Double(descending.count))
            let threshold = index < descending.count ? descending[index] : lowest
            return SweepPoint(
                rate: rate, threshold: threshold, recall: Double(positives.count { $0 > threshold }) / Double(positives.count),
                falsePositiveRate: Double(negatives.count { $0 > threshold }) / Double(negatives.count))
        }
    }
}
