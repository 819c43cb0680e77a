/// Upper bounds of a histogram's buckets, in nanoseconds and ascending; one bucket more takes what is above the last.
public struct MetricBuckets: Equatable, Sendable {
    public let bounds: [UInt64]

    /// From a request's head to the end of its answer.
    public static let duration = MetricBuckets(bounds: [
        1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000, 250_000_000, 500_000_000, 1_000_000_000,
        2_500_000_000, 5_000_000_000, 10_000_000_000, 30_000_000_000, 60_000_000_000,
    ])

    /// For what we do ourselves: 50 µs to 1 s.
    public static let own = MetricBuckets(bounds: [
        50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000, 250_000_000,
        500_000_000, 1_000_000_000,
    ])

    /// Buckets with the one above the last bound.
    var count: Int { self.bounds.count + 1 }

    /// The bucket of a value: a bound belongs to its bucket, as Prometheus has it.
    func index(of nanoseconds: UInt64) -> Int {
        var index = 0
        while index < self.bounds.count, nanoseconds > self.bounds[index] { index += 1 }
        return index
    }
}
