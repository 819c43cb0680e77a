/// Who wrote a text, as the message that holds it says. `none` stands for texts outside of messages and for roles that
/// we do not know: treat it as a stranger's.
public enum TextRole: UInt8, Sendable {
    case none, system, developer, user, assistant, tool, function
}

/// What a text is for.
public enum TextField: UInt8, Sendable {
    case content, reasoning, refusal
    /// JSON inside a string.
    case toolArguments
    case toolName, toolDescription, name, user, metadata, prompt, suffix, input
    /// Plain text elsewhere: `text` of completions, the input of a custom tool call, strings of tool-call arguments that
    /// are written as an object, a prediction.
    case text
    case errorMessage
}

/// Whose text and where. In a stream it names the channel: the pieces of one text share it.
public struct TextOrigin: Hashable, Sendable {
    public var role: TextRole
    public var field: TextField
    /// The message of a request, the choice of an answer, else the element of the array that holds the text.
    public var index: Int
    /// The tool call, the content part or the description; -1 for the arguments of the outdated `function_call`.
    public var subIndex: Int

    public init(role: TextRole, field: TextField, index: Int, subIndex: Int) {
        self.role = role
        self.field = field
        self.index = index
        self.subIndex = subIndex
    }
}

/// A JSON string in a document.
public struct TextPlace: Sendable, Equatable {
    /// What stands between its quotes, in bytes of the document.
    public var range: Range<Int>
    public var hasEscapes: Bool
    public var origin: TextOrigin

    public init(range: Range<Int>, hasEscapes: Bool, origin: TextOrigin) {
        self.range = range
        self.hasEscapes = hasEscapes
        self.origin = origin
    }
}
