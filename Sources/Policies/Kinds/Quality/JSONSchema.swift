internal import Exchange
internal import Patterns

/// A JSON Schema: the part of draft 2020-12 that `docs/policies/quality-scorer.md` lists. What it does not know is refused when it is compiled.
public struct JSONSchema: Sendable {
    /// Nested schemas and references that one value may pass through.
    static let depthMax = 256
    /// Applications of a schema to a value, all together.
    static let stepsMax = 2_000_000
    public static let bytesMax = 65_536
    static let nodesMax = 4_096

    struct Types: OptionSet, Sendable {
        let rawValue: UInt8
        static let null = Types(rawValue: 1)
        static let boolean = Types(rawValue: 2)
        static let object = Types(rawValue: 4)
        static let array = Types(rawValue: 8)
        static let number = Types(rawValue: 16)
        static let integer = Types(rawValue: 32)
        static let string = Types(rawValue: 64)

        static let names: [String: Types] = [
            "null": .null, "boolean": .boolean, "object": .object, "array": .array, "number": .number, "integer": .integer, "string": .string,
        ]
    }

    /// One schema. Numbers are those of other schemas in `nodes`; nil: nothing is asked.
    struct Node: Sendable {
        /// The schemas `true` and `false`.
        var constant: Bool?
        var reference: Int?
        var types: Types?
        /// `enum` and `const`, members in the order of their keys.
        var accepted: [JSONNode]?
        var constantValue: JSONNode?

        var properties: [[UInt8]: Int] = [:]
        var required: [[UInt8]] = []
        var additional: Int?
        var propertiesMin: Int?
        var propertiesMax: Int?

        var prefixItems: [Int] = []
        var items: Int?
        var itemsMin: Int?
        var itemsMax: Int?
        var itemsAreUnique = false

        var minimum: Double?
        var maximum: Double?
        var exclusiveMinimum: Double?
        var exclusiveMaximum: Double?
        var multipleOf: Double?

        var lengthMin: Int?
        var lengthMax: Int?
        var pattern: ExpressionMatcher?

        var anyOf: [Int]?
        var allOf: [Int] = []
        var oneOf: [Int]?
        var not: Int?
    }

    /// Why a schema is refused.
    public struct Fault: Error, Sendable, Equatable {
        /// Keys and places on the way to what is wrong.
        public var path: [String]
        public var message: String
        /// A keyword that is none.
        public var unknown: String?
    }

    public static var keywords: [String] { JSONSchemaCompiler.keywords }

    let nodes: [Node]

    /// `text`: the schema as JSON.
    public init(_ text: String) throws(Fault) {
        guard text.utf8.count <= Self.bytesMax else { throw Fault(path: [], message: "is larger than \(Self.bytesMax) bytes") }
        guard let root = JSONNode.parse(Array(text.utf8).span) else { throw Fault(path: [], message: "is no JSON") }
        var compiler = JSONSchemaCompiler()
        self.nodes = try compiler.compile(root)
    }

    func accepts(_ value: JSONNode) -> Bool {
        var validation = JSONSchemaValidation(nodes: self.nodes)
        return validation.accepts(value)
    }
}
