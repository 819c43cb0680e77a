internal import Platform

/// The first minute of a generation: when its workers keep ending, the last good program takes its place.
struct Probation: Equatable {
    static let length = Duration.seconds(60)
    /// Ends that nobody asked for.
    static let endsOfSlotMax = 3
    static let endsMax = 5

    enum Verdict: Equatable { case open, passed, failed }

    let end: Instant
    private(set) var ends: [Int]
    private(set) var hasFailed = false

    init(slotCount: Int, at now: Instant) {
        self.end = now + Self.length
        self.ends = [Int](repeating: 0, count: slotCount)
    }

    init(_ handOver: HandOver.Probation) {
        self.end = handOver.end
        self.ends = handOver.ends.map { Int($0) }
        self.hasFailed = handOver.hasFailed
    }

    /// A worker of `slot` ended unasked; `isPermanent`: and would do so again.
    mutating func ended(slot: Int, isPermanent: Bool = false, at now: Instant) {
        guard now < self.end, self.ends.indices.contains(slot) else { return }
        self.ends[slot] += 1
        if isPermanent || self.ends[slot] >= Self.endsOfSlotMax || self.endsCount >= Self.endsMax { self.hasFailed = true }
    }

    /// A failure stays one when the minute is over.
    func verdict(at now: Instant) -> Verdict { self.hasFailed ? .failed : now >= self.end ? .passed : .open }

    var nextWake: Instant { self.hasFailed ? .distantFuture : self.end }

    /// Ends counted so far.
    var endsCount: Int { self.ends.reduce(0, +) }
}
