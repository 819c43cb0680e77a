/// One expression to look for.
public struct Pattern: Codable, Sendable, Equatable {
    /// In the pattern engine's syntax, as far as docs/design/streams.md lists it; the term itself where `edits` is set.
    public var expression: String
    public var isCaseless: Bool
    /// Longest match in bytes that counts; needed where the expression itself has no upper bound.
    public var lengthMax: Int?
    /// Not nil: a term, whose matches may differ from it by so many characters. docs/design/fuzzy.md says what matches.
    public private(set) var edits: Int?

    public init(expression: String, isCaseless: Bool = false, lengthMax: Int? = nil) {
        self.expression = expression
        self.isCaseless = isCaseless
        self.lengthMax = lengthMax
    }

    /// A word or phrase, whatever its case, as whole words. `edits`: 0 to `Term.editsMax`, fewer than half of its characters.
    public init(term: String, edits: Int) {
        self.init(expression: term, isCaseless: true)
        self.edits = edits
    }

    /// An expression that matches exactly `text`.
    public static func literalExpression(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if scalar.isASCII, !isWordByte(UInt8(truncatingIfNeeded: scalar.value)), scalar != " " { result += "\\" }
            switch scalar {
            case "\n": result += "n"
            case "\r": result += "r"
            case "\t": result += "t"
            case "\u{0}"..."\u{1F}", "\u{7F}":
                result += "x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

/// A pattern that cannot be used, and why. `expression` is the user's own text.
public struct PatternError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Reason: Sendable, Equatable {
        /// What is wrong and at which character.
        case syntax(String, offset: Int)
        case matchesEmptyText
        /// Has no longest match and no `lengthMax`.
        case unbounded
        /// Is longer than `PatternSet.widthLimit`.
        case tooLong(Int)
        case tooLarge
        /// Allows so many edits that it would hardly have to be there.
        case tooManyEdits
        /// All terms together are more than can be compared in time.
        case tooManyTerms
        /// The pattern engine refused it.
        case engine(String)
        /// The image is not one that this build of the pattern engine can use.
        case image(String)
    }
    /// Number of the pattern in the list that was compiled; nil: the set as a whole.
    public var pattern: Int?
    public var expression: String
    public var reason: Reason

    public var description: String {
        let what =
            switch self.reason {
            case .syntax(let reason, let offset): "\(reason) (at character \(offset + 1))"
            case .matchesEmptyText: "matches empty text"
            case .unbounded: "has no longest match; give it max_length"
            case .tooLong(let width): "can match \(width) bytes, more than \(PatternSet.widthLimit); give it max_length"
            case .tooLarge: "is too large"
            case .tooManyEdits: "allows too many edits for its length"
            case .tooManyTerms: "all terms together allow too many edits"
            case .engine(let message): message
            case .image(let message): message
            }
        return self.pattern == nil ? what : "pattern \"\(self.expression)\": \(what)"
    }
}

/// A match found by the pattern engine: which pattern, and where it ends.
public struct PatternHit: Sendable, Equatable {
    public var pattern: Int
    public var end: Int
    public init(pattern: Int, end: Int) {
        self.pattern = pattern
        self.end = end
    }
}
