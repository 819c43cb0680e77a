internal import Exchange
internal import Patterns

/// Makes a `JSONSchema` of its document.
struct JSONSchemaCompiler {
    private typealias Fault = JSONSchema.Fault

    private var nodes: [JSONSchema.Node] = []
    /// Number of each schema of `$defs`, by its reference.
    private var definitions: [String: Int] = [:]
    private var depth = 0
    private static let depthMax = 64

    /// Say nothing about values.
    private static let annotations: Set<String> = [
        "$schema", "$id", "$comment", "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "format",
    ]

    /// The names of all that is checked.
    static let keywords = [
        "$ref", "$defs", "type", "enum", "const", "properties", "required", "additionalProperties", "minProperties", "maxProperties", "prefixItems", "items",
        "minItems", "maxItems", "uniqueItems", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern",
        "anyOf", "allOf", "oneOf", "not",
    ]

    mutating func compile(_ root: JSONNode) throws(JSONSchema.Fault) -> [JSONSchema.Node] {
        self.nodes = [JSONSchema.Node()]
        self.definitions = ["#": 0]
        if case .object(let members) = root {
            // Numbers first, so that a definition may refer to a later one.
            for (place, schema) in try self.definitionList(members) { self.definitions[place] = self.reserve(schema) }
            for (place, schema) in try self.definitionList(members) {
                guard let number = self.definitions[place] else { continue }
                self.nodes[number] = try self.node(schema, place.split(separator: "/").dropFirst().map(String.init))
            }
        }
        self.nodes[0] = try self.node(root, [])
        try self.refuseCycles()
        return self.nodes
    }

    private func definitionList(_ members: [JSONNode.Member]) throws(JSONSchema.Fault) -> [(place: String, schema: JSONNode)] {
        var list: [(String, JSONNode)] = []
        for key in ["$defs", "definitions"] {
            guard let value = members.first(where: { $0.key == Array(key.utf8) })?.value else { continue }
            guard case .object(let definitions) = value else { throw Fault(path: [key], message: "accepts schemas by their names") }
            for definition in definitions {
                let name = String(decoding: definition.key, as: UTF8.self)
                if name.contains("/") || name.contains("~") { throw Fault(path: [key, name], message: "a name has no / and no ~ here") }
                list.append(("#/\(key)/\(name)", definition.value))
            }
        }
        return list
    }

    private mutating func reserve(_ schema: JSONNode) -> Int {
        self.nodes.append(JSONSchema.Node())
        return self.nodes.count - 1
    }

    private mutating func add(_ schema: JSONNode, _ path: [String]) throws(JSONSchema.Fault) -> Int {
        let number = self.reserve(schema)
        if number >= JSONSchema.nodesMax { throw Fault(path: path, message: "more than \(JSONSchema.nodesMax) schemas in one") }
        self.nodes[number] = try self.node(schema, path)
        return number
    }

    private mutating func node(_ schema: JSONNode, _ path: [String]) throws(JSONSchema.Fault) -> JSONSchema.Node {
        var node = JSONSchema.Node()
        if case .bool(let constant) = schema {
            node.constant = constant
            return node
        }
        guard case .object(let members) = schema else { throw Fault(path: path, message: "accepts a schema: an object, true or false") }
        if self.depth == Self.depthMax { throw Fault(path: path, message: "is nested more than \(Self.depthMax) deep") }
        self.depth += 1
        defer { self.depth -= 1 }
        var keys: Set<[UInt8]> = []
        for member in members {
            let key = String(decoding: member.key, as: UTF8.self)
            let place = path + [key]
            if !keys.insert(member.key).inserted { throw Fault(path: place, message: "stands twice") }
            try self.read(key, member.value, place, isRoot: path.isEmpty, into: &node)
        }
        return node
    }

    private mutating func read(
        _ key: String, _ value: JSONNode, _ place: [String], isRoot: Bool, into node: inout JSONSchema.Node
    ) throws(JSONSchema.Fault) {
        switch key {
        case "$ref": node.reference = try self.reference(value, place)
        case "type": node.types = try self.types(value, place)
        case "enum":
            guard case .array(let items) = value, !items.isEmpty else { throw Fault(path: place, message: "accepts a list of values") }
            node.accepted = items.map(\.sorted)
        case "const": node.constantValue = value.sorted
        case "properties":
            guard case .object(let members) = value else { throw Fault(path: place, message: "accepts schemas by the names of members") }
            for member in members {
                let name = String(decoding: member.key, as: UTF8.self)
                if node.properties[member.key] != nil { throw Fault(path: place + [name], message: "stands twice") }
                node.properties[member.key] = try self.add(member.value, place + [name])
            }
        case "required": node.required = try self.texts(value, place)
        case "additionalProperties": node.additional = try self.add(value, place)
        case "minProperties": node.propertiesMin = try self.count(value, place)
        case "maxProperties": node.propertiesMax = try self.count(value, place)
        case "prefixItems": node.prefixItems = try self.schemas(value, place)
        case "items": node.items = try self.add(value, place)
        case "minItems": node.itemsMin = try self.count(value, place)
        case "maxItems": node.itemsMax = try self.count(value, place)
        case "uniqueItems":
            guard case .bool(let flag) = value else { throw Fault(path: place, message: "accepts true or false") }
            node.itemsAreUnique = flag
        case "minimum": node.minimum = try self.number(value, place)
        case "maximum": node.maximum = try self.number(value, place)
        case "exclusiveMinimum": node.exclusiveMinimum = try self.number(value, place)
        case "exclusiveMaximum": node.exclusiveMaximum = try self.number(value, place)
        case "multipleOf":
            let step = try self.number(value, place)
            guard step > 0 else { throw Fault(path: place, message: "accepts a number above 0") }
            node.multipleOf = step
        case "minLength": node.lengthMin = try self.count(value, place)
        case "maxLength": node.lengthMax = try self.count(value, place)
        case "pattern": node.pattern = try self.pattern(value, place)
        case "anyOf": node.anyOf = try self.schemas(value, place)
        case "allOf": node.allOf = try self.schemas(value, place)
        case "oneOf": node.oneOf = try self.schemas(value, place)
        case "not": node.not = try self.add(value, place)
        case "$defs" where isRoot, "definitions" where isRoot: break
        case "$defs", "definitions": throw Fault(path: place, message: "stands at the top of a schema only")
        case _ where Self.annotations.contains(key): break
        default: throw Fault(path: place, message: "unknown keyword", unknown: key)
        }
    }

    // MARK: Values of keywords

    private func reference(_ value: JSONNode, _ place: [String]) throws(JSONSchema.Fault) -> Int {
        guard case .string(let bytes) = value else { throw Fault(path: place, message: "accepts a text") }
        guard let number = self.definitions[String(decoding: bytes, as: UTF8.self)] else {
            throw Fault(path: place, message: "accepts \"#\" and \"#/$defs/NAME\" of this schema")
        }
        return number
    }

    private func types(_ value: JSONNode, _ place: [String]) throws(JSONSchema.Fault) -> JSONSchema.Types {
        var names: [JSONNode] = [value]
        if case .array(let items) = value { names = items }
        var types: JSONSchema.Types = []
        for name in names {
            guard case .string(let bytes) = name, let type = JSONSchema.Types.names[String(decoding: bytes, as: UTF8.self)] else {
                throw Fault(path: place, message: "accepts \(JSONSchema.Types.names.keys.sorted().joined(separator: ", ")), or a list of these")
            }
            types.formUnion(type)
        }
        return types
    }

    private func texts(_ value: JSONNode, _ place: [String]) throws(JSONSchema.Fault) -> [[UInt8]] {
        guard case .array(let items) = value else { throw Fault(path: place, message: "accepts a list of texts") }
        var texts: [[UInt8]] = []
        for item in items {
            guard case .string(let text) = item else { throw Fault(path: place, message: "accepts a list of texts") }
            texts.append(text)
        }
        return texts
    }

    private func number(_ value: JSONNode, _ place: [String]) throws(JSONSchema.Fault) -> Double {
        guard case .number(let number) = value, number.isFinite else { throw Fault(path: place, message: "accepts a number") }
        return number
    }

    private func count(_ value: JSONNode, _ place: [String]) throws(JSONSchema.Fault) -> Int {
        guard case .number(let number) = value, let count = Int(exactly: number), count >= 0 else {
            throw Fault(path: place, message: "accepts a whole number from 0 on")
        }
        return count
    }

    private func pattern(_ value: JSONNode, _ place: [String]) throws(JSONSchema.Fault) -> ExpressionMatcher {
        guard case .string(let bytes) = value else { throw Fault(path: place, message: "accepts a text") }
        do {
            return try ExpressionMatcher(String(decoding: bytes, as: UTF8.self))
        } catch {
            throw Fault(path: place, message: error.description)
        }
    }

    private mutating func schemas(_ value: JSONNode, _ place: [String]) throws(JSONSchema.Fault) -> [Int] {
        guard case .array(let items) = value, !items.isEmpty else { throw Fault(path: place, message: "accepts a list of schemas") }
        var numbers: [Int] = []
        for (index, item) in items.enumerated() { numbers.append(try self.add(item, place + ["\(index)"])) }
        return numbers
    }

    // MARK: Cycles

    /// A schema that comes back to itself without going into the value would never end.
    private func refuseCycles() throws(JSONSchema.Fault) {
        enum Mark { case open, done }
        var marks: [Int: Mark] = [:]
        var stack: [(number: Int, next: [Int])] = []
        for start in self.nodes.indices where marks[start] == nil {
            marks[start] = .open
            stack.append((start, self.appliedInPlace(start)))
            while var top = stack.popLast() {
                guard let next = top.next.popLast() else {
                    marks[top.number] = .done
                    continue
                }
                stack.append(top)
                switch marks[next] {
                case .done: continue
                case .open: throw Fault(path: ["$ref"], message: "leads back to itself")
                case nil:
                    marks[next] = .open
                    stack.append((next, self.appliedInPlace(next)))
                }
            }
        }
    }

    private func appliedInPlace(_ number: Int) -> [Int] {
        let node = self.nodes[number]
        return [node.reference, node.not].compactMap { $0 } + (node.anyOf ?? []) + node.allOf + (node.oneOf ?? [])
    }
}
