import Testing

@testable internal import DemoProvider

@Suite("JSON of the demo")
struct JSONTests {
    @Test(arguments: [
        "{}", "[]", "null", "true", "-1.5e+3", "\"\"", "{\"a\":[1,{\"b\":\"\\u00e9\\n\"}],\"c\":null}", "\"\\\"\\\\\"", "\"é😀\"",
    ])
    func `what was read is written back as it was`(_ text: String) throws {
        #expect(String(decoding: try #require(JSONReader.read(Array(text.utf8))).encoded, as: UTF8.self) == text)
    }

    @Test(arguments: ["", "{", "[1,]", "{\"a\"}", "{\"a\":}", "\"a", "tru", "1 2", "\"\u{1}\"", "{,}", "]"])
    func `what is not JSON is refused`(_ text: String) { #expect(JSONReader.read(Array(text.utf8)) == nil) }

    @Test func `nesting without end is refused`() { #expect(JSONReader.read(Array(repeating: UInt8(ascii: "["), count: 100_000)) == nil) }

    @Test func `escapes are undone`() {
        #expect(JSONString(escaped: Array("a\\n\\u00e9\\ud83d\\ude00\\/\\\"".utf8)).text == "a\né😀/\"")
        #expect(JSONString(escaped: Array("\\ud83d.".utf8)).text == "\u{FFFD}.")
    }

    @Test func `what is escaped comes back`() {
        let text = "\u{1}\n\t\"\\ é 😀"
        #expect(JSONString(text).text == text)
        #expect(JSONReader.read(JSONValue.string(JSONString(text)).encoded)?.text == text)
    }

    @Test(arguments: [1, 2, 3, 5, 8])
    func `pieces split no escape and no character`(_ size: Int) {
        let string = JSONString(escaped: Array("a\\n\\\\é😀\\u00e9\\ud83d\\ude00z".utf8))
        var pieces: [String] = []
        var start = 0
        while start < string.escaped.count {
            let length = string.pieceLength(from: start, wanted: size)
            pieces.append(JSONString(escaped: Array(string.escaped[start..<(start + length)])).text)
            start += length
        }
        #expect(pieces.joined() == string.text)
        #expect(!pieces.contains { $0.contains("\u{FFFD}") })
    }
}
