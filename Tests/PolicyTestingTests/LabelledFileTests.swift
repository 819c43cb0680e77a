import Testing

@testable import PolicyTesting

@Suite("Labelled files")
struct LabelledFileTests {
    private static func parse(_ text: String) throws(LabelledFile.Fault) -> LabelledFile { try LabelledFile.parse(Array(text.utf8), name: "f.jsonl") }

    @Test(arguments: [
        (#"{"id":"1","text":"a","label":1}"#, EvaluationTask.injection), (#"{"id":"1","text":"a","label":0,"categories":[]}"#, .safety),
        (#"{"id":"1","text":"a","spans":[]}"#, .pii), (#"{"id":"1","text":"a","kind":"k"}"#, .benign),
    ])
    func `the fields say what a file is for`(line: String, task: EvaluationTask) throws { #expect(try Self.parse(line).task == task) }

    @Test func `all fields are read, and empty lines are none`() throws {
        let line = #"{"id":"x","text":"\u00e9 b@c.de","spans":[{"start":2,"end":8,"type":"EMAIL_ADDRESS"}],"types":["EMAIL_ADDRESS"],"kind":"k","lang":"de","source":"s"}"#
        let text = try #require(try Self.parse("\n\(line)\r\n\n").texts.first)
        #expect(text.spans == [EntitySpan(start: 2, end: 8, type: "EMAIL_ADDRESS")])
        #expect(text.types == ["EMAIL_ADDRESS"])
        #expect((text.kind, text.language, text.source) == ("k", "de", "s"))
        #expect(text.text == Array("é b@c.de".utf8))
    }

    @Test(arguments: [
        ("", "f.jsonl: there is no text in it"), ("{\"id\":\"1\"", "f.jsonl:1:10: ends too early"),
        ("{\"id\":\"1\"}", "f.jsonl:1: needs the texts \"id\" and \"text\""),
        ("{\"id\":\"1\",\"text\":\"a\",\"label\":2}", "f.jsonl:1: \"label\" accepts 0 or 1"),
        ("{\"id\":\"1\",\"text\":\"é\",\"spans\":[{\"start\":0,\"end\":2,\"type\":\"A\"}]}", "f.jsonl:1: the span 0..2 is not in the text"),
        ("{\"id\":\"1\",\"text\":\"a\"}\n{\"id\":\"2\",\"text\":\"a\",\"label\":1}", "f.jsonl:2: a text for injection in a file for benign"),
    ])
    func `a mistake is told with its place, never with the text`(file: String, message: String) {
        #expect(throws: LabelledFile.Fault.self) { try Self.parse(file) }
        do throws(LabelledFile.Fault) { _ = try Self.parse(file) } catch { #expect(error.description == message) }
    }
}
