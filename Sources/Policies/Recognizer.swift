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
    /// Longest match, where the expression has none or counting would cost too much.
    var lengthMax: Int?
    /// Bytes after a match with which `confirm` refuses it wherever it starts: such an end is not followed back.
    var refusesNext: (@Sendable (_ next: UInt8) -> Bool)?
    /// What stands before `text[start]`, `leftContextMax` bytes of it, without which `confirm` refuses every match from there. Asked once per
    /// start, however many ends it has.
    var allowsStart: (@Sendable (_ text: Span<UInt8>, _ start: Int) -> Bool)?
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

    func limited(to lengthMax: Int) -> Recognizer {
        var recognizer = self
        recognizer.lengthMax = lengthMax
        return recognizer
    }

    func refusing(_ refusesNext: @escaping @Sendable (_ next: UInt8) -> Bool) -> Recognizer {
        var recognizer = self
        recognizer.refusesNext = refusesNext
        return recognizer
    }

    func allowing(_ allowsStart: @escaping @Sendable (_ text: Span<UInt8>, _ start: Int) -> Bool) -> Recognizer {
        var recognizer = self
        recognizer.allowsStart = allowsStart
        return recognizer
    }
}
/// A weighted indicator of injection or harm.
public struct Indicator: Sendable {
    public var id: Int
    /// What it is called wherever its number may change; empty for the user's own.
    public var name: String
    public var expression: String
    public var isCaseless: Bool
    public var weight: Double
    public var family: String
    /// Not nil: `expression` is a user's own phrase, of which a match may differ by so many characters.
    public var edits: Int?
    public init(id: Int, name: String = "", expression: String, isCaseless: Bool, weight: Double, family: String) {
        self.id = id
        self.name = name
        self.expression = expression
        self.isCaseless = isCaseless
        self.weight = weight
        self.family = family
    }

    init(id: Int, phrase: String, edits: Int, weight: Double, family: String) {
        self.init(id: id, expression: phrase, isCaseless: true, weight: weight, family: family)
        self.edits = edits
    }
}
