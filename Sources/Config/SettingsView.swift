public import Settings

/// The effective configuration in the document's own keys: for `kt config show`, `/keeptrusts/config` and the hash. Secrets are `env:NAME`, never values.
public struct SettingsView {
    /// Keys stand in the order of the documentation.
    indirect enum Value: Equatable {
        case null
        case bool(Bool)
        case int(Int)
        case double(Double)
        case string(String)
        case list([Value])
        case object([Member])
    }
    struct Member: Equatable {
        var key: String
        var value: Value
    }

    let root: Value

    /// Values of targets' headers may be secrets: they are `***` unless `showsHeaderValues`.
    public init(_ settings: GatewaySettings, showsHeaderValues: Bool = false) {
        self.root = SettingsViewBuilder(showsHeaderValues: showsHeaderValues).view(settings)
    }

    init(_ root: Value) { self.root = root }

    public func json(pretty: Bool) -> String {
        var text = ""
        Self.json(self.root, pretty: pretty, indent: 0, into: &text)
        if pretty { text += "\n" }
        return text
    }

    /// For people: the document's form, with every default written out.
    public func yaml() -> String {
        var text = ""
        Self.yaml(self.root, indent: 0, into: &text)
        return text
    }

    private static func json(_ value: Value, pretty: Bool, indent: Int, into text: inout String) {
        let isFlat = !pretty || Self.isFlat(value)
        func newline(_ depth: Int) { text += isFlat ? "" : "\n" + String(repeating: "  ", count: depth) }
        switch value {
        case .null: text += "null"
        case .bool(let flag): text += flag ? "true" : "false"
        case .int(let number): text += "\(number)"
        case .double(let number): text += "\(number)"
        case .string(let string): text += JSONString.quoted(string)
        case .list(let items):
            text += "["
            for (index, item) in items.enumerated() {
                if index > 0 { text += isFlat && pretty ? ", " : "," }
                newline(indent + 1)
                Self.json(item, pretty: pretty, indent: indent + 1, into: &text)
            }
            if !items.isEmpty { newline(indent) }
            text += "]"
        case .object(let members):
            text += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { text += isFlat && pretty ? ", " : "," }
                newline(indent + 1)
                text += JSONString.quoted(member.key) + (pretty ? ": " : ":")
                Self.json(member.value, pretty: pretty, indent: indent + 1, into: &text)
            }
            if !members.isEmpty { newline(indent) }
            text += "}"
        }
    }

    /// Short lists of plain values stay on one line.
    private static func isFlat(_ value: Value) -> Bool {
        switch value {
        case .list(let items): items.allSatisfy { !Self.isNested($0) }
        case .object(let members): members.isEmpty
        default: true
        }
    }

    private static func isNested(_ value: Value) -> Bool {
        switch value {
        case .list, .object: true
        default: false
        }
    }

    private static func yaml(_ value: Value, indent: Int, into text: inout String) {
        let margin = String(repeating: " ", count: indent)
        switch value {
        case .object(let members):
            for (index, member) in members.enumerated() {
                // The first key of a list item stands behind its dash.
                if !(index == 0 && text.hasSuffix("- ")) { text += margin }
                text += Self.scalar(.string(member.key)) + ":"
                Self.yamlBehind(member.value, indent: indent + 2, into: &text)
            }
        case .list(let items):
            for item in items {
                text += margin + "- "
                if case .object(let members) = item, !members.isEmpty {
                    Self.yaml(item, indent: indent + 2, into: &text)
                } else {
                    text += Self.scalar(item) + "\n"
                }
            }
        default: text += Self.scalar(value) + "\n"
        }
    }

    private static func yamlBehind(_ value: Value, indent: Int, into text: inout String) {
        switch value {
        case .object(let members) where !members.isEmpty:
            text += "\n"
            Self.yaml(value, indent: indent, into: &text)
        case .list(let items) where items.contains(where: Self.isNested):
            text += "\n"
            Self.yaml(value, indent: indent, into: &text)
        default: text += " " + Self.scalar(value) + "\n"
        }
    }

    private static func scalar(_ value: Value) -> String {
        switch value {
        case .string(let string):
            let node = ConfigNode(content: .scalar(.init(text: string, isPlain: true, isVerbatim: true, isQuoted: false)), place: .commandLine)
            let isPlain =
                !string.isEmpty && node.meaning == .string(string) && ConfigNode.looksBoolean(string) == nil && Words.isLetter(string.utf8.first ?? 0)
                && string.utf8.allSatisfy { Words.isLetter($0) || Words.isDigit($0) || "._/-+@".utf8.contains($0) }
            // JSON's strings are YAML's double-quoted ones.
            return isPlain || Words.isSemanticVersion(string) ? string : JSONString.quoted(string)
        case .list(let items): return "[" + items.map(Self.scalar).joined(separator: ", ") + "]"
        case .object: return "{}"
        default:
            var text = ""
            Self.json(value, pretty: false, indent: 0, into: &text)
            return text
        }
    }
}

/// JSON strings, RFC 8259 section 7.
public enum JSONString {
    public static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || (scalar.value >= 0x7F && scalar.value < 0xA0) || scalar.value == 0x2028 || scalar.value == 0x2029
                || scalar.value == 0xFEFF:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
