import Testing

@testable import PolicyTesting

@Suite("Metrics")
struct MetricsTests {
    @Test(arguments: [
        (8, 10, 0.490157, 0.943319), (0, 10, 0.0, 0.277540), (10, 10, 0.722460, 1.0), (1, 200, 0.000883, 0.027774), (500, 1000, 0.469069, 0.530931),
        (0, 0, 0.0, 1.0),
    ])
    func `the interval is Wilson's`(hits: Int, count: Int, low: Double, high: Double) {
        let interval = WilsonInterval(hits, of: count)
        #expect((interval.low - low).magnitude < 1e-6)
        #expect((interval.high - high).magnitude < 1e-6)
    }

    @Test func `shares are what their names say`() {
        let tally = Tally(truePositives: 6, falsePositives: 2, falseNegatives: 4, trueNegatives: 198)
        #expect(tally.recall == 0.6)
        #expect(tally.precision == 0.75)
        #expect(tally.falsePositiveRate == 0.01)
        #expect(tally.f1 == 12.0 / 18.0)
        #expect((tally.positives, tally.negatives) == (10, 200))
    }

    @Test func `nothing to divide by is no figure`() {
        let tally = Tally()
        #expect(tally.recall == nil)
        #expect(tally.precision == nil)
        #expect(tally.falsePositiveRate == nil)
        #expect(tally.f1 == nil)
        #expect(tally.recallInterval == nil)
        #expect(tally.falsePositiveInterval == nil)
    }

    @Test func `texts are counted in the right place`() {
        var tally = Tally()
        for (isPositive, isFound) in [(true, true), (true, false), (true, false), (false, true), (false, false), (false, false), (false, false)] {
            tally.add(isPositive: isPositive, isFound: isFound)
        }
        #expect(tally == Tally(truePositives: 1, falsePositives: 1, falseNegatives: 2, trueNegatives: 3))
    }

    @Test func `a sweep keeps to its rate`() {
        let negatives = (0..<1000).map { Double($0) / 1000 }
        let points = SweepPoint.sweep(positives: [0.5, 0.9955, 0.9995, 1], negatives: negatives, rates: [0.001, 0.005])
        #expect(points.map(\.threshold) == [0.998, 0.994])
        #expect(points.map(\.recall) == [0.5, 0.75])
        #expect(points.map(\.falsePositiveRate) == [0.001, 0.005])
    }

    @Test func `equal scores of negatives are all above or none`() {
        let points = SweepPoint.sweep(positives: [0.5, 0.6], negatives: [0.5, 0.5, 0.5, 0.5], rates: [0.5])
        #expect(points.map(\.falsePositiveRate) == [0])
        #expect(points.map(\.recall) == [0.5])
    }

    @Test func `no sweep without scores on either side`() {
        #expect(SweepPoint.sweep(positives: [], negatives: [1]).isEmpty)
        #expect(SweepPoint.sweep(positives: [1], negatives: []).isEmpty)
    }

    @Test(arguments: [
        (0.0, 2, "0.00"), (99.995, 2, "100.00"), (12.345, 1, "12.3"), (0.0449, 3, "0.045"), (-1.5, 0, "-2"), (-0.001, 2, "0.00"), (7, 0, "7"),
        (1.05, 1, "1.1"),
    ])
    func `decimals are rounded and padded`(value: Double, digits: Int, text: String) { #expect(Decimal.fixed(value, digits) == text) }
}
