/// One choice of an answer or chunk. Ranges are of whole JSON values, nil when absent or `null`.
public struct ChoicePlace: Sendable, Equatable {
    /// What its `index` says, else its place in the array.
    public var index: Int
    public var finishReason: Range<Int>?
    public var logprobs: Range<Int>?
    /// `message` of an answer, `delta` of a chunk.
    public var message: Range<Int>?
    /// The whole choice, braces included.
    public var range: Range<Int>

    public init(
        index: Int, finishReason: Range<Int>? = nil, logprobs: Range<Int>? = nil, message: Range<Int>? = nil, range: Range<Int>
    ) {
        self.index = index
        self.finishReason = finishReason
        self.logprobs = logprobs
        self.message = message
        self.range = range
    }
}
