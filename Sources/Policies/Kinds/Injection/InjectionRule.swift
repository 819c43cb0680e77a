/// One row of a rule table.
struct InjectionRule {
    /// `family.what`, for good: learnt weights go by it.
    var name: String
    var weight: Double
    var expression: String
    var isCased = false

    init(_ name: String, _ weight: Double, _ expression: String, isCased: Bool = false) {
        self.name = name
        self.weight = weight
        self.expression = Self.folded(expression)
        self.isCased = isCased
    }

    var family: String { self.name.split(separator: ".").first.map(String.init) ?? "" }

    /// The first, then within `gap` bytes of the same sentence the second.
    static func near(_ first: String, _ gap: Int = 40, _ second: String) -> String {
        #"\b(?:"# + first + #")\b[^.!?]{0,"# + String(gap) + #"}\b(?:"# + second + #")"#
    }

    /// As the texts are that it is looked for in: Cyrillic letters are found by what they look like.
    private static func folded(_ expression: String) -> String {
        var bytes: [UInt8] = []
        var map: [Int32] = []
        let source = Array(expression.utf8)
        return NormalizedText.fold(source.span, accents: .folded, into: &bytes, map: &map) ? String(decoding: bytes, as: UTF8.self) : expression
    }
}
