/// The data of one event of a stream. Reused from event to event, so that its arrays keep their storage.
public struct ChunkDocument: Sendable, Equatable {
    /// Values; nil when absent or `null`.
    public private(set) var id: Range<Int>?
    public private(set) var created: Range<Int>?
    public private(set) var model: Range<Int>?
    /// All texts in the order of the event. The origin names the channel: choice, field and tool call by their own `index`.
    public private(set) var texts: [TextPlace] = []
    public private(set) var choices: [ChoicePlace] = []
    /// The value of `choices`; nil when it is absent or no array.
    public private(set) var choicesRange: Range<Int>?
    /// There are no choices, or none in the array.
    public var choicesAreEmpty: Bool { self.choices.isEmpty }
    public private(set) var usage: TokenUsage?
    /// What to take out for the event to have no `usage`, `null` included: key to value, with one adjoining comma.
    public private(set) var usageMember: Range<Int>?
    /// The value of `error`; nil when absent or `null`.
    public private(set) var error: Range<Int>?
    public private(set) var errorMessage: TextPlace?
    public var isError: Bool { self.error != nil }

    public init() {}

    /// Reads an event; false when it is no JSON object, or when a key that we read stands twice. Then the rest is empty.
    public mutating func scan(_ event: Span<UInt8>) -> Bool {
        var texts: [TextPlace] = []
        var choices: [ChoicePlace] = []
        swap(&texts, &self.texts)
        swap(&choices, &self.choices)
        texts.removeAll(keepingCapacity: true)
        choices.removeAll(keepingCapacity: true)
        var reader = AnswerReader(event, texts: texts, choices: choices, isChunk: true)
        texts = []
        choices = []
        guard reader.read(hasChoices: true) else {
            self = ChunkDocument()
            return false
        }
        self.id = reader.id
        self.created = reader.created
        self.model = reader.model
        self.choicesRange = reader.choicesRange
        self.usage = reader.usage
        self.usageMember = reader.usageMember
        self.error = reader.error
        self.errorMessage = reader.errorMessage
        self.texts = reader.texts.texts
        self.choices = reader.choices
        return true
    }
}
