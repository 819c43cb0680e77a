import Exchange
import Testing

@testable import Policies

@Suite("JSON Schema")
struct JSONSchemaTests {
    private func accepts(_ schema: String, _ value: String) throws -> Bool {
        let parsed = JSONNode.parse(Array(value.utf8).span)
        let node = try #require(parsed, "\(value) is no JSON")
        return try JSONSchema(schema).accepts(node)
    }

    @Test(arguments: [
        (#"{"type":"object"}"#, ["{}", #"{"a":1}"#], ["[]", "1", "null", #""a""#]),
        (#"{"type":["string","null"]}"#, [#""a""#, "null"], ["1", "true", "{}"]),
        (#"{"type":"integer"}"#, ["1", "-3", "2.0", "1e3"], ["1.5", #""1""#]),
        (#"{"type":"number"}"#, ["1", "1.5"], ["true"]),
        (#"{"type":"boolean"}"#, ["true", "false"], ["0", "null"]),
        (#"{"enum":["a",1,{"x":1,"y":2}]}"#, [#""a""#, "1", "1.0", #"{"y":2,"x":1}"#], [#""b""#, "2", #"{"x":1}"#]),
        (#"{"const":null}"#, ["null"], ["0", "false", #""""#]),
        (#"{"properties":{"a":{"type":"string"}}}"#, ["{}", #"{"a":"x"}"#, #"{"b":1}"#, "[]"], [#"{"a":1}"#]),
        (#"{"required":["a","b"]}"#, [#"{"a":1,"b":2}"#, "1"], [#"{"a":1}"#, "{}"]),
        (#"{"properties":{"a":true},"additionalProperties":false}"#, ["{}", #"{"a":1}"#], [#"{"b":1}"#]),
        (#"{"additionalProperties":{"type":"integer"}}"#, [#"{"x":1,"y":2}"#], [#"{"x":"1"}"#]),
        (#"{"minProperties":1,"maxProperties":2}"#, [#"{"a":1}"#, #"{"a":1,"b":2}"#], ["{}", #"{"a":1,"b":2,"c":3}"#]),
        (#"{"items":{"type":"integer"}}"#, ["[]", "[1,2]", "{}"], [#"[1,"2"]"#]),
        (#"{"prefixItems":[{"type":"string"},{"type":"integer"}],"items":false}"#, ["[]", #"["a"]"#, #"["a",1]"#], [#"[1]"#, #"["a",1,2]"#]),
        (#"{"minItems":1,"maxItems":2}"#, ["[1]", "[1,2]"], ["[]", "[1,2,3]"]),
        (#"{"uniqueItems":true}"#, ["[1,2]", #"[{"a":1},{"a":2}]"#], ["[1,1.0]", #"[{"a":1,"b":2},{"b":2,"a":1}]"#]),
        (#"{"minimum":1,"maximum":3}"#, ["1", "3", #""x""#], ["0.99", "3.01"]),
        (#"{"exclusiveMinimum":1,"exclusiveMaximum":3}"#, ["2"], ["1", "3"]),
        (#"{"multipleOf":0.1}"#, ["0.3", "7", "-0.7"], ["0.35"]),
        (#"{"minLength":2,"maxLength":3}"#, [#""äö""#, #""abc""#, "1"], [#""a""#, #""😀""#, #""abcd""#]),
        (#"{"pattern":"^[a-z]+-\\d+$"}"#, [#""ab-12""#, "5"], [#""ab-""#, #""x ab-12""#]),
        (#"{"anyOf":[{"type":"integer"},{"minLength":2}]}"#, ["1", #""ab""#], [#""a""#]),
        (#"{"allOf":[{"minimum":1},{"maximum":2}]}"#, ["1", "2"], ["0", "3"]),
        (#"{"oneOf":[{"multipleOf":2},{"multipleOf":3}]}"#, ["2", "3"], ["6", "5"]),
        (#"{"not":{"type":"string"}}"#, ["1"], [#""a""#]),
        (##"{"$ref":"#/$defs/n","$defs":{"n":{"type":"integer"}}}"##, ["1"], [#""a""#]),
        (##"{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"minimum":3}},"$ref":"#/$defs/a"}"##, ["3"], ["2"]),
        (
            ##"{"type":"object","properties":{"v":{"type":"integer"},"next":{"$ref":"#"}},"required":["v"]}"##,
            [#"{"v":1,"next":{"v":2,"next":{"v":3}}}"#], [#"{"v":1,"next":{"v":2,"next":{}}}"#]
        ),
        ("true", ["1", "{}"], []), ("false", [], ["1", "{}"]),
        (#"{"title":"t","description":"d","default":1,"format":"email","$schema":"https://json-schema.org/draft/2020-12/schema"}"#, ["1"], []),
    ])
    func `a keyword accepts what draft 2020-12 says`(schema: String, right: [String], wrong: [String]) throws {
        for value in right { #expect(try self.accepts(schema, value), "\(value)") }
        for value in wrong { #expect(try !self.accepts(schema, value), "\(value)") }
    }

    @Test(arguments: [
        (#"{"typ":"object"}"#, ["typ"]), (#"{"type":"text"}"#, ["type"]), (#"{"properties":{"a":{"minimum":"1"}}}"#, ["properties", "a", "minimum"]),
        (##"{"items":{"anyOf":[true,{"pattern":"a(?=b)"}]}}"##, ["items", "anyOf", "1", "pattern"]), (##"{"$ref":"#/$defs/x"}"##, ["$ref"]),
        (#"{"$ref":"https://example.com/s"}"#, ["$ref"]), (#"{"items":{"$defs":{}}}"#, ["items", "$defs"]), (#"{"required":"a"}"#, ["required"]),
        (#"{"enum":[]}"#, ["enum"]), (#"{"anyOf":[]}"#, ["anyOf"]), (#"{"minLength":-1}"#, ["minLength"]), (#"{"minLength":1.5}"#, ["minLength"]),
        (#"{"multipleOf":0}"#, ["multipleOf"]), (#"{"type":"object","type":"array"}"#, ["type"]), ("[]", []), ("{", []), (#""object""#, []),
        (##"{"patternProperties":{}}"##, ["patternProperties"]), (##"{"$ref":"#"}"##, ["$ref"]),
        (##"{"$defs":{"a":{"anyOf":[{"$ref":"#/$defs/b"}]},"b":{"not":{"$ref":"#/$defs/a"}}}}"##, ["$ref"]),
    ])
    func `what is not known is refused with its place`(schema: String, path: [String]) {
        let fault = #expect(throws: JSONSchema.Fault.self) { try JSONSchema(schema) }
        #expect(fault?.path == path)
        #expect(fault?.message.isEmpty == false)
    }

    @Test func `a schema may be nested 64 deep`() throws {
        func nested(_ depth: Int) -> String { String(repeating: #"{"items":"#, count: depth - 1) + "{}" + String(repeating: "}", count: depth - 1) }
        _ = try JSONSchema(nested(64))
        #expect(throws: JSONSchema.Fault.self) { try JSONSchema(nested(65)) }
    }

    /// Each level asks its child twice: two to the power of a hundred without a bound.
    @Test func `the work is bounded, and what was not looked at is not accepted`() throws {
        let definitions = ##""$defs":{"n":{"allOf":[{"items":{"$ref":"#/$defs/n"}},{"items":{"$ref":"#/$defs/n"}}]}}"##
        let schema = ##"{"$ref":"#/$defs/n",\##(definitions)}"##
        let deep = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
        #expect(try !self.accepts(schema, deep))
        #expect(try !self.accepts(##"{"not":{"$ref":"#/$defs/n"},\##(definitions)}"##, deep))
        #expect(try self.accepts(schema, "[[[]]]"))
    }
}
