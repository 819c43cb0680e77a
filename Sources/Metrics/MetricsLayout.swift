/// Which of a worker's metric words counts what. The numbers are frozen: whoever reads a dead worker's words may be a newer build.
///
///     0      version of this layout                       64    policies: 32 of 24 words each
///     8      histogram of durations                       1024  targets: 128 and one for all others, 8 words each
///     28     histogram of first bytes                     3072  table of requests: 2048 slots of key and count
///     48     histogram of our own time                    7168  requests that the table has no slot for
///
/// A histogram is its sum in nanoseconds, then one word for each bucket, not cumulated.
@usableFromInline enum MetricsLayout {
    @inlinable static var version: UInt64 { 1 }
    /// Words a worker's memory must have for them.
    @inlinable static var wordCount: Int { 7169 }

    @inlinable static var versionWord: Int { 0 }
    @inlinable static var duration: Int { 8 }
    @inlinable static var firstByte: Int { 28 }
    @inlinable static var own: Int { 48 }

    @inlinable static var policies: Int { 64 }
    @inlinable static var policyWords: Int { 24 }
    @inlinable static var policiesMax: Int { 32 }
    /// Within a policy: evaluations by verdict, then its histogram.
    @inlinable static var policyTime: Int { 4 }

    @inlinable static var targets: Int { 1024 }
    @inlinable static var targetWords: Int { 8 }
    @inlinable static var targetsMax: Int { 128 }
    /// Within a target.
    @inlinable static var promptTokens: Int { 0 }
    @inlinable static var completionTokens: Int { 1 }
    @inlinable static var cost: Int { 2 }

    @inlinable static var requests: Int { 3072 }
    @inlinable static var requestSlots: Int { 2048 }
    /// Steps from a key's first place to where it is given up; keeps the cost of a full table bounded.
    @inlinable static var requestStepsMax: Int { 64 }
    @inlinable static var requestsOverflow: Int { 7168 }
}

/// Target, status and verdict of a request in one word, never 0.
@usableFromInline struct RequestKey: Equatable {
    /// Index in the generation's list of targets; `MetricsLayout.targetsMax` stands for all behind; nil: none was asked.
    @usableFromInline var target: Int?
    /// 0: none that HTTP knows.
    @usableFromInline var status: Int
    /// As in `MetricVerdict`.
    @usableFromInline var verdict: Int

    @inlinable init(target: Int?, status: Int, verdict: Int) {
        self.target = target.map { min($0, MetricsLayout.targetsMax) }
        self.status = (100...999).contains(status) ? status : 0
        self.verdict = verdict & 3
    }

    @inlinable var packed: UInt64 {
        let target = UInt64(self.target.map { $0 + 1 } ?? 0)
        return 1 << 32 | target << 16 | UInt64(self.status) << 4 | UInt64(self.verdict)
    }

    /// nil: nothing that a worker of this layout writes.
    init?(packed: UInt64) {
        guard packed >> 32 == 1 else { return nil }
        let target = Int(packed >> 16 & 0xFFFF)
        guard target <= MetricsLayout.targetsMax + 1, packed >> 2 & 3 == 0 else { return nil }
        self.init(target: target == 0 ? nil : target - 1, status: Int(packed >> 4 & 0xFFF), verdict: Int(packed & 3))
        guard self.packed == packed else { return nil }
    }

    /// Where the search for the key begins.
    @inlinable static func firstSlot(of packed: UInt64) -> Int {
        Int(truncatingIfNeeded: (packed &* 0x9E37_79B9_7F4A_7C15) >> 53) & (MetricsLayout.requestSlots - 1)
    }
}

/// Verdicts by their number in the words, the order of strictness.
public enum MetricVerdict {
    public static let names = ["allow", "redact", "block", "escalate"]
}
