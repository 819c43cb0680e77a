import Testing

@testable import Exchange

@Suite("JSON document")
struct JSONDocumentTests {
    @Test func `members and nested values are found`() {
        let document = bytes(#" {"a":{"b\u0063":[1, 2]},"s":"x\n","n":null} "#)
        #expect(JSONDocument.members(of: document.span)?.map(\.key) == ["a", "s", "n"])
        #expect(JSONDocument.value(at: ["a", "bc"], in: document.span).map { string(document[$0]) } == "[1, 2]")
        #expect(JSONDocument.value(at: ["a", "x"], in: document.span) == nil)
        #expect(JSONDocument.value(at: ["s", "x"], in: document.span) == nil)
        #expect(JSONDocument.value(at: ["s"], in: document.span) == 29..<34)
        #expect(JSONDocument.text(bytes("1").span) == nil)
        #expect(JSONDocument.text(bytes(#""x\n""#).span) == "x\n")
    }

    @Test(arguments: ["", "[]", "{", "{} x", #"{"a"}"#])
    func `what is no object has no members`(text: String) { #expect(JSONDocument.members(of: bytes(text).span) == nil) }

    @Test func `elements are found in their order`() {
        let document = bytes(#" [1, {"a":[2]} ,"x"] "#)
        #expect(JSONDocument.elements(of: document.span)?.map { string(document[$0]) } == ["1", #"{"a":[2]}"#, #""x""#])
        #expect(JSONDocument.elements(of: bytes("[]").span) == [])
        for text in ["", "{}", "[1", "[1] x", "[1,]"] { #expect(JSONDocument.elements(of: bytes(text).span) == nil) }
    }
}
