import Policies
import Testing

@testable import PolicyTesting

@Suite("Golden reader")
struct GoldenReaderTests {
    private static func read(_ text: String) throws -> GoldenCase {
        try GoldenReader.golden(try JSONValue.parse(Array(text.utf8)), defaultName: "file")
    }

    @Test func `a documented golden file is read`() throws {
        let one = try Self.read(
            #"""
            {"name": "n", "input": {"messages": [{"role": "user", "content": "hi"}], "headers": {"X-Team": "a"}, "team_slugs": ["a"]},
             "expected": {"verdict": "block", "reason_code": "prompt_injection.detected"}}
            """#)
        #expect(one.name == "n")
        #expect(String(decoding: one.request.body, as: UTF8.self) == #"{"model":"test","messages":[{"role":"user","content":"hi"}]}"#)
        #expect(one.request.headers == [.init(name: "X-Team", value: "a")])
        #expect(one.expected.verdict == .block)
        #expect(one.expected.reasonCode == "prompt_injection.detected")
        #expect(one.answer == nil)
    }

    @Test(arguments: [
        (#""plain""#, GoldenCase.Answer.text("plain")), (#"{"text": "plain"}"#, .text("plain")),
        (#"{"text": "plain", "cuts": [1, 3]}"#, .pieces("plain", .places([1, 3]))),
        (#"{"text": "plain", "cuts": 50, "seed": 2}"#, .pieces("plain", .random(count: 50, seed: 2))),
        (#"{"choices": []}"#, .body(Array(#"{"choices":[]}"#.utf8))), (#"{"events": [{"choices": []}]}"#, .events([Array(#"{"choices":[]}"#.utf8)])),
        (#"["a"]"#, .events([Array(#"{"object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"a"}}]}"#.utf8)])),
    ])
    func `an answer is a text, a document or a stream`(response: String, answer: GoldenCase.Answer) throws {
        let outside = try Self.read(#"{"input": "x", "upstream_response": \#(response), "expected": {"verdict": "allow"}}"#)
        #expect(outside.answer == answer)
        let inside = try Self.read(#"{"input": {"text": "x", "upstream_response": \#(response)}, "expected": {"verdict": "allow"}}"#)
        #expect(inside.answer == answer)
        #expect(outside.name == "file")
    }

    @Test(arguments: [
        (#"[]"#, "accepts an object, found a list"), (#"{"expected": {"verdict": "allow"}}"#, #"input: missing: write {"text": "…"} or {"messages": […]}"#),
        (#"{"input": "x"}"#, #"expected: missing: write {"verdict": "block"}"#),
        (#"{"input": "x", "expected": {"verdict": "deny"}}"#, "expected.verdict: expected one of [allow, redact, block, escalate]"),
        (#"{"input": {}, "expected": {"verdict": "allow"}}"#, #"input: needs one of "text", "messages" and "request""#),
        (#"{"input": {"text": "x", "endpoint": "e"}, "expected": {"verdict": "allow"}}"#, "input.endpoint: expected one of [chat/completions, completions, embeddings, fim/completions, moderations]"),
        (#"{"input": "x", "upstream_response": {"text": "abc", "cuts": [3]}, "expected": {"verdict": "allow"}}"#, "upstream_response.cuts: accepts ascending places inside of the text, in characters, 1 to 2"),
        (#"{"input": "x", "upstream_response": [1], "expected": {"verdict": "allow"}}"#, "upstream_response[0]: accepts a chunk or a text, found a number"),
        (#"{"input": "x", "headers": {"a": 1}, "expected": {"verdict": "allow"}}"#, "headers.a: accepts a text, found a number"),
        (#"{"input": {"text": "x", "upstream_response": "a"}, "upstream_response": "a", "expected": {"verdict": "allow"}}"#, #"upstream_response: stands in "input" too; keep one of the two"#),
        (#"{"input": "x", "expected": {"verdict": "allow"}, "assertions": [{"type": "like", "value": ""}]}"#, "assertions[0].type: expected one of [contains, not-contains, equals]"),
    ])
    func `a mistake is told with its place`(file: String, message: String) throws {
        let value = try JSONValue.parse(Array(file.utf8))
        do throws(GoldenFault) {
            _ = try GoldenReader.golden(value, defaultName: "file")
            Issue.record("accepted")
        } catch {
            #expect(error.description == message)
        }
    }

    @Test func `unknown keys are mistakes`() throws {
        let value = try JSONValue.parse(Array(#"{"input": "x", "expectd": {}, "expected": {"verdict": "allow"}}"#.utf8))
        #expect(throws: GoldenFault.self) { try GoldenReader.golden(value, defaultName: "file") }
    }

    @Test func `suites have names, and assertions for all of their cases`() throws {
        let testing = try JSONValue.parse(
            Array(
                #"""
                {"suites": [{"name": "s", "target": "pii-detector", "assertions": [{"type": "not-contains", "value": "@"}],
                  "cases": [{"input": "a", "expected": {"verdict": "allow"}},
                            {"name": "b", "input": "b", "expected": {"verdict": "allow"}, "assertions": [{"type": "contains", "value": "b"}]}]}]}
                """#.utf8))
        let cases = try GoldenReader.suites(testing)
        #expect(cases.map(\.name) == ["s: case 1", "s: b"])
        #expect(cases.map(\.assertions.count) == [1, 2])
    }
}
