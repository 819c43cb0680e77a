/// A JSON document as a tree, for files that people write: what stands in requests is read in place, by `Exchange`.
public indirect enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// As written.
    case number(String)
    case string(String)
    case array([JSONValue])
    /// In the order of the file; no key twice.
    case object([Member])

    public struct Member: Sendable, Equatable {
        public var key: String
        public var value: JSONValue
        public init(_ key: String, _ value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    public subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    public var string: String? {
        if case .string(let text) = self { text } else { nil }
    }
    public var array: [JSONValue]? {
        if case .array(let items) = self { items } else { nil }
    }
    public var members: [Member]? {
        if case .object(let members) = self { members } else { nil }
    }
    public var bool: Bool? {
        if case .bool(let flag) = self { flag } else { nil }
    }
    public var int: Int? {
        if case .number(let text) = self { Int(text) } else { nil }
    }
    public var double: Double? {
        if case .number(let text) = self { Double(text) } else { nil }
    }

    /// What it is, for messages.
    public var name: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a text"
        case .array: "a list"
        case .object: "an object"
        }
    }
}
