/// Which of a worker's metric words counts what. The numbers are frozen: whoever reads a dead worker's words may be a newer build.
///
///     0      version of this layout                       64    policies: 32 of 24 words each
///     8      histogram of durations                       1024  targets: 128 and one for all others, 8 words each
///     28     histogram of first bytes                     3072  table of requests: 2048 slots of key and count
///     48     histogram of our own time                    7168  requests that the table has no slot for
///
/// A histogram is its sum in nanoseconds, then one word for each bucket, not cumulated.
enum MetricsLayout {
    static let version: UInt64 = 1
    /// Words a worker's memory must have for them.
    static let wordCount = 7169

    static let versionWord = 0
    static let duration = 8
    static let firstByte = 28
    static let own = 48

    static let policies = 64
    static let policyWords = 24
    static let policiesMax = 32
    /// Within a policy: evaluations by verdict, then its histogram.
    static let policyTime = 4

    static let targets = 1024
    static let targetWords = 8
    static let targetsMax = 128
    /// Within a target.
    static let promptTokens = 0
    static let completionTokens = 1
    static let cost = 2

    static let requests = 3072
    static let requestSlots = 2048
    /// Steps from a key's first place to where it is given up; keeps the cost of a full table bounded.
    static let requestStepsMax = 64
    static let requestsOverflow = 7168
}

/// Target, status and verdict of a request in one word, never 0.
struct RequestKey: Equatable {
    /// Index in the generation's list of targets; `MetricsLayout.targetsMax` stands for all behind; nil: none was asked.
    var target: Int?
    /// 0: none that HTTP knows.
    var status: Int
    /// As in `MetricVerdict`.
    var verdict: Int

    init(target: Int?, status: Int, verdict: Int) {
        self.target = target.map { min($0, MetricsLayout.targetsMax) }
        self.status = (100...999).contains(status) ? status : 0
        self.verdict = verdict & 3
    }

    var packed: UInt64 {
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
    static func firstSlot(of packed: UInt64) -> Int {
        Int(truncatingIfNeeded: (packed &* 0x9E37_79B9_7F4A_7C15) >> 53) & (MetricsLayout.requestSlots - 1)
    }
}

/// Verdicts by their number in the words, the order of strictness.
public enum MetricVerdict {
    public static let names = ["allow", "redact", "block", "escalate"]
}
