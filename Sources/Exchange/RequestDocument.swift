/// A decoded request body. The bytes stay with the caller; every range points into them.
public struct RequestDocument: Sendable, Equatable {
    /// The value of `model` with its quotes.
    public internal(set) var model: Range<Int>?
    public internal(set) var modelName: String?
    public internal(set) var stream = false
    /// The value of `stream`, `null` included.
    public internal(set) var streamValue: Range<Int>?
    /// The value of `stream_options`; nil when absent or `null`.
    public internal(set) var streamOptions: Range<Int>?
    public internal(set) var includeUsage = false
    /// `max_completion_tokens`, else `max_tokens`.
    public internal(set) var tokensMax: Int?
    /// `n`, 1 when absent.
    public internal(set) var choices = 1
    public internal(set) var user: String?
    /// The names of the declared tools, of those without a name (a provider's own) the `type`; `origin.index` is the tool's place. One with
    /// escapes must be decoded before it is compared.
    public internal(set) var toolNames: [TextPlace] = []
    /// All texts in the order of the document.
    public internal(set) var texts: [TextPlace] = []
    /// Just after the opening brace.
    public internal(set) var objectStart = 0
    /// How many members the body's object has.
    public internal(set) var memberCount = 0
    public var isEmptyObject: Bool { self.memberCount == 0 }
    /// What to take out for the body to have no `stream_options`: key to value, with one adjoining comma.
    public internal(set) var streamOptionsMember: Range<Int>?

    /// The value of `stream_options`, `null` included.
    var streamOptionsValue: Range<Int>?
    /// The value of `stream_options.include_usage`.
    var includeUsageValue: Range<Int>?
    var streamOptionsAreEmpty = false

    init() {}

    /// Decodes a body. Checks that all of it is strict JSON, and the shape of the places that we read.
    public static func decode(_ body: Span<UInt8>, endpoint: Endpoint) throws(RequestFault) -> RequestDocument {
        var reader = RequestReader(body, endpoint: endpoint)
        do {
            try reader.read()
        } catch {
            throw reader.requestFault(error)
        }
        return reader.finished()
    }
}
