import Testing

@testable import PolicyTesting

@Suite("JSON value")
struct JSONValueTests {
    @Test(arguments: [
        "null", "true", "[]", "{}", "-0.5e+3", "\"a\\n\\\"\\\\é👍\"", #"{"b":[1,{"a":null}],"a":"x"}"#, "[[[]],\"\"]",
    ])
    func `what is read is written again`(text: String) throws {
        let value = try JSONValue.parse(Array(text.utf8))
        #expect(String(decoding: value.compact, as: UTF8.self) == text)
        #expect(try JSONValue.parse(Array(value.pretty.utf8)) == value)
    }

    @Test(arguments: [
        "", "{", "[1,]", "{\"a\":1,}", "01", "1.", "+1", "nul", "\"a", "\"\\x\"", "\"\\u12g4\"", "\"\n\"", "{\"a\":1,\"a\":2}", "{} {}", "{a:1}", "[1 2]",
    ])
    func `what is no JSON is refused`(text: String) { #expect(throws: JSONFault.self) { try JSONValue.parse(Array(text.utf8)) } }

    @Test func `bytes that are no UTF-8 are refused`() {
        #expect(throws: JSONFault.self) { try JSONValue.parse([0x22, 0xFF, 0x22]) }
    }

    @Test func `nesting has an end`() {
        let deep = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
        #expect(throws: JSONFault.self) { try JSONValue.parse(deep) }
    }

    @Test func `a mistake has a place`() {
        do throws(JSONFault) {
            _ = try JSONValue.parse(Array("{\n  \"a\": tru\n}".utf8))
        } catch {
            #expect(error.description == "line 2, column 11: a value is expected")
        }
    }

    @Test func `escapes are read`() throws {
        #expect(try JSONValue.parse(Array(#""\u00e9\ud83d\udc4d\/\t""#.utf8)) == .string("é👍/\t"))
        #expect(try JSONValue.parse(Array(#""\ud83d""#.utf8)) == .string("\u{FFFD}"))
    }

    @Test func `long objects take a line for each member`() {
        let value = JSONValue.object([.init("a", JSONValue(String(repeating: "x", count: 100))), .init("b", .array([JSONValue(1), JSONValue(2)]))])
        #expect(value.pretty == "{\n  \"a\": \"\(String(repeating: "x", count: 100))\",\n  \"b\": [1, 2]\n}\n")
    }
}
