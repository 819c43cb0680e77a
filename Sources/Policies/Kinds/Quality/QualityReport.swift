public import Settings

/// What is known of a whole answer besides its texts. Without it an answer has not come to its end and is not scored.
public struct AnswerFacts: Sendable, Equatable {
    /// The `index` of each choice. Empty for answers that have none, such as embeddings.
    public var choices: [Int]
    /// From the sending of the request to the end of the answer; nil: unknown.
    public var latencyMilliseconds: Int?
    /// In hundred-millionths of a US dollar; nil: unknown.
    public var costMicrocents: Int64?

    public init(choices: [Int], latencyMilliseconds: Int? = nil, costMicrocents: Int64? = nil) {
        self.choices = choices
        self.latencyMilliseconds = latencyMilliseconds
        self.costMicrocents = costMicrocents
    }
}

/// What one assertion made of an answer: of its worst choice.
public struct AssertionReport: Sendable, Equatable {
    public var name: String
    /// As in the configuration; `min_output_chars` and `min_sentences` are types of their own.
    public var type: String
    public var mode: QualityScorerOptions.Assertion.Mode
    /// 0 to 1; nil: undecided, which passes and does not count.
    public var score: Double?
    /// How many choices fail it.
    public var failures: Int
    public var isPassed: Bool { self.failures == 0 }

    public init(name: String, type: String, mode: QualityScorerOptions.Assertion.Mode, score: Double?, failures: Int) {
        self.name = name
        self.type = type
        self.mode = mode
        self.score = score
        self.failures = failures
    }
}

/// What the scorer made of a whole answer.
struct QualityReport: Equatable {
    var assertions: [AssertionReport]
    /// The weighted mean of the worst choice; nil: nothing was decided.
    var aggregate: Double?
    /// Something that is enforced failed, or the mean is too low.
    var isFailed: Bool
}
