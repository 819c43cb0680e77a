/// Makes a value that fits a JSON schema, the same for the same schema and prompt.
struct SchemaSample {
    let root: JSONValue
    /// Words for strings that the schema leaves open.
    let prompt: String

    private static let depthMax = 16

    func value() -> JSONValue { self.value(for: self.root, name: "", depth: 0) }

    private func value(for schema: JSONValue, name: String, depth: Int) -> JSONValue {
        guard depth < Self.depthMax else { return .null }
        if let fixed = schema["const"] ?? schema["enum"]?.array?.first ?? schema["default"] { return fixed }
        if let reference = schema["$ref"]?.text, let target = self.resolve(reference) {
            return self.value(for: target, name: name, depth: depth + 1)
        }
        if let first = (schema["anyOf"] ?? schema["oneOf"] ?? schema["allOf"])?.array?.first {
            return self.value(for: first, name: name, depth: depth + 1)
        }
        switch self.type(of: schema) {
        case "string": return .string(JSONString(self.string(for: schema, name: name)))
        case "integer": return .number(Array(String(schema["minimum"]?.integer ?? 1).utf8))
        case "number":
            if case .number(let digits) = schema["minimum"] { return .number(digits) }
            return .number(Array("1.5".utf8))
        case "boolean": return .bool(true)
        case "array":
            let item = self.value(for: schema["items"] ?? .object([]), name: name, depth: depth + 1)
            return .array(Array(repeating: item, count: min(16, max(1, schema["minItems"]?.integer ?? 1))))
        case "object":
            let members = (schema["properties"]?.members ?? []).map { property in
                JSONValue.Member(
                    name: property.name, value: self.value(for: property.value, name: property.name.text, depth: depth + 1))
            }
            return .object(members)
        default: return .null
        }
    }

    private func type(of schema: JSONValue) -> String {
        if let name = schema["type"]?.text { return name }
        if let names = schema["type"]?.array { return names.lazy.compactMap(\.text).first { $0 != "null" } ?? "null" }
        if schema["properties"] != nil { return "object" }
        return schema["items"] != nil ? "array" : "string"
    }

    private func resolve(_ reference: String) -> JSONValue? {
        guard reference.hasPrefix("#/") else { return nil }
        var place: JSONValue? = self.root
        for name in reference.dropFirst(2).split(separator: "/") { place = place?[String(name)] }
        return place
    }

    private func string(for schema: JSONValue, name: String) -> String {
        let text: String =
            switch schema["format"]?.text {
            case "date": "2026-01-31"
            case "date-time": "2026-01-31T12:00:00Z"
            case "time": "12:00:00Z"
            case "email": "someone@example.org"
            case "uri": "https://example.org/"
            case "uuid": "00000000-0000-4000-8000-000000000000"
            default: self.properName ?? (name.isEmpty ? "demo" : "demo \(name)")
            }
        let lengthMin = schema["minLength"]?.integer ?? 0
        return text + String(repeating: "x", count: max(0, min(1024, lengthMin) - text.unicodeScalars.count))
    }

    /// A capitalised word inside the prompt, as in "the weather in Paris".
    private var properName: String? {
        let words = self.prompt.split { !$0.isLetter }
        return words.dropFirst().first { $0.first?.isUppercase == true && $0.utf8.count > 2 }.map(String.init)
    }
}
