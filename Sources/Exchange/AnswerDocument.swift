/// A whole JSON answer of an upstream. The bytes stay with the caller; every range points into them.
public struct AnswerDocument: Sendable, Equatable {
    /// Values; nil when absent or `null`.
    public let id: Range<Int>?
    public let created: Range<Int>?
    public let model: Range<Int>?
    /// All texts in the order of the document; the messages of errors are among them.
    public let texts: [TextPlace]
    public let choices: [ChoicePlace]
    public let usage: TokenUsage?
    /// The value of `error`; nil when absent or `null`.
    public let error: Range<Int>?
    /// `error.message`, `error` itself when it is a string, else the first text of Mistral's `message` or of `detail`.
    public let errorMessage: TextPlace?
    /// The document is an error in OpenAI's form.
    public var isError: Bool { self.error != nil }

    /// nil when the bytes are no JSON object, or when a key that we read stands twice. Choices are read where the endpoint has
    /// any.
    public static func decode(_ answer: Span<UInt8>, endpoint: Endpoint) -> AnswerDocument? {
        var reader = AnswerReader(answer, texts: [], choices: [], isChunk: false)
        let hasChoices = endpoint != .embeddings && endpoint != .moderations
        guard reader.read(hasChoices: hasChoices) else { return nil }
        return AnswerDocument(
            id: reader.id, created: reader.created, model: reader.model, texts: reader.texts.texts, choices: reader.choices,
            usage: reader.usage, error: reader.error, errorMessage: reader.errorMessage)
    }
}
