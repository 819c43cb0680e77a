/// One thing that can be found by pattern and confirmed by code.
public struct Recognizer: Sendable {
    public var type: String                    // "EMAIL"
    public var expression: String              // pattern engine's syntax; bounded width
    public var isCaseless: Bool
    /// Bytes before a match that `confirm` may look at, at most 64.
    public var leftContextMax: Int
    /// Pure. Decides whether a candidate is real: checksums, context words. `text[match]` is the candidate, `text[..<match.lowerBound]` the left context that is still known (at most leftContextMax bytes are meaningful), `next` the byte after it or nil at the end of the text.
    public var confirm: @Sendable (_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool
    public var priority: Int                   // larger wins where matches overlap with the same start and end
    public init(
        type: String, expression: String, isCaseless: Bool, leftContextMax: Int,
        confirm: @escaping @Sendable (_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool, priority: Int
    ) {
        self.type = type
        self.expression = expression
        self.isCaseless = isCaseless
        self.leftContextMax = leftContextMax
        self.confirm = confirm
        self.priority = priority
    }
}
/// A weighted indicator of injection or harm.
public struct Indicator: Sendable {
    public var id: Int
    public var expression: String
    public var isCaseless: Bool
    public var weight: Double
    public var family: String
    public init(id: Int, expression: String, isCaseless: Bool, weight: Double, family: String) {
        self.id = id
        self.expression = expression
        self.isCaseless = isCaseless
        self.weight = weight
        self.family = family
    }
}
