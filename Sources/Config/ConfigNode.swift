/// One node of a YAML document, with the place it stands at.
struct ConfigNode {
    enum Content {
        case scalar(Scalar)
        case list([ConfigNode])
        case mapping([Entry])
        /// Something that was refused already; readers say nothing more about it.
        case refused
    }
    struct Scalar {
        var text: String
        /// Neither quoted nor a block scalar: the only style in which `true`, `12` and nothing are not texts.
        var isPlain: Bool
        /// One line without escapes, so that a place inside the text is a column in the file.
        var isVerbatim: Bool
        var isQuoted: Bool
    }
    struct Entry {
        var key: String
        var keyPlace: Place
        var value: ConfigNode
    }
    /// What a scalar means under the JSON schema of YAML 1.2 (section 10.2), except that numbers are decimal.
    enum Meaning: Equatable {
        case null
        case bool(Bool)
        case int(Int)
        case double(Double)
        case string(String)
    }

    var content: Content
    var place: Place

    var isRefused: Bool {
        if case .refused = self.content { return true }
        return false
    }
    var isNull: Bool { self.meaning == .null }

    /// nil when the node is no scalar.
    var meaning: Meaning? {
        guard case .scalar(let scalar) = self.content else { return nil }
        guard scalar.isPlain else { return .string(scalar.text) }
        switch scalar.text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        default: return Self.number(scalar.text) ?? .string(scalar.text)
        }
    }

    /// `yes`, `on` and the like, which YAML 1.1 took for booleans.
    static func looksBoolean(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "yes", "on", "y": true
        case "false", "no", "off", "n": false
        default: nil
        }
    }

    private static func number(_ text: String) -> Meaning? {
        var digits = Substring(text)
        if digits.hasPrefix("-") || digits.hasPrefix("+") { digits.removeFirst() }
        guard let first = digits.utf8.first, Self.isDigit(first) else { return nil }
        // `010` is eight in YAML 1.1 and ten in 1.2: a text, so that whoever wants a number hears of it.
        if first == 0x30, digits.utf8.count > 1, digits.utf8.dropFirst().allSatisfy(Self.isDigit) { return nil }
        if digits.utf8.allSatisfy(Self.isDigit) { return Int(text).map { .int($0) } ?? Double(text).map { .double($0) } }
        guard digits.utf8.allSatisfy({ Self.isDigit($0) || $0 == 0x2E || $0 == 0x65 || $0 == 0x45 || $0 == 0x2B || $0 == 0x2D }) else {
            return nil
        }
        return Double(text).flatMap { $0.isFinite ? .double($0) : nil }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    /// What the node is, for a message. Texts are cut, and left out where they may be a secret.
    func described(secret: Bool = false) -> String {
        switch self.content {
        case .list: return "a list"
        case .mapping: return "a block of keys"
        case .refused: return "something refused"
        case .scalar(let scalar):
            if self.isNull { return "nothing" }
            if secret {
                switch self.meaning {
                case .int, .double: return "a number"
                case .bool: return "true or false"
                default: return "a text"
                }
            }
            return scalar.isPlain && self.meaning != .string(scalar.text) ? Self.cut(scalar.text) : "\"\(Self.cut(scalar.text))\""
        }
    }

    static func cut(_ text: String) -> String {
        let line = text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : String($0) }.joined()
        return line.count > 60 ? line.prefix(57) + "..." : line
    }
}
