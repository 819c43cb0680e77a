import Testing

@testable import Exchange

@Suite("Answer document")
struct AnswerDocumentTests {
    private func answer(_ body: String, _ endpoint: Endpoint = .chatCompletions) -> AnswerDocument? {
        AnswerDocument.decode(bytes(body).span, endpoint: endpoint)
    }

    @Test func `a chat answer has its texts, choices and usage`() throws {
        let body = #"""
            {"id":"c1","created":7,"model":"mistral-large-2","choices":[
              {"index":1,"message":{"role":"assistant","content":"hi","reasoning_content":"r","refusal":null,
                "tool_calls":[{"id":"t","function":{"name":"f","arguments":"{}"}}]},"logprobs":{"content":[]},"finish_reason":"stop"},
              {"message":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"t"}]},{"type":"text","text":"u"}],
                "function_call":{"name":"g","arguments":"[]"}},"logprobs":null,"finish_reason":null,"index":0}],
             "usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7,"details":{"total_tokens":1}}}
            """#
        let document = try #require(self.answer(body))
        #expect(raw(document.id, in: body) == #""c1""#)
        #expect(raw(document.created, in: body) == "7")
        #expect(raw(document.model, in: body) == #""mistral-large-2""#)
        #expect(
            listed(document.texts, in: body) == [
                "assistant.content[1.0] hi", "assistant.reasoning[1.0] r", "assistant.toolName[1.0] f",
                "assistant.toolArguments[1.0] {}", "assistant.reasoning[0.0] t", "assistant.content[0.1] u",
                "assistant.toolName[0.-1] g", "assistant.toolArguments[0.-1] []",
            ])
        #expect(document.choices.map(\.index) == [1, 0])
        #expect(document.choices.map { raw($0.finishReason, in: body) } == [#""stop""#, nil])
        #expect(document.choices.map { raw($0.logprobs, in: body) } == [#"{"content":[]}"#, nil])
        #expect(raw(document.choices[0].message, in: body)?.hasPrefix(#"{"role""#) == true)
        #expect(document.usage == TokenUsage(prompt: 3, completion: 4, total: 7))
        #expect(!document.isError)
    }

    @Test func `completions answer with text`() throws {
        let body = #"{"choices":[{"text":"a","index":0},{"text":"b"}],"usage":{"prompt_tokens":1,"completion_tokens":2}}"#
        let document = try #require(self.answer(body, .completions))
        #expect(listed(document.texts, in: body) == ["assistant.text[0.0] a", "assistant.text[1.0] b"])
        #expect(document.usage == TokenUsage(prompt: 1, completion: 2, total: 3))
    }

    @Test func `embeddings have usage and no texts`() throws {
        let document = try #require(self.answer(#"{"data":[{"embedding":[0.1,-2e-3]}],"model":"e","usage":{"prompt_tokens":1,"total_tokens":1}}"#, .embeddings))
        #expect(document.texts.isEmpty)
        #expect(document.usage == TokenUsage(prompt: 1, completion: 0, total: 1))
    }

    @Test(arguments: [
        (#"{"error":{"message":"m","code":"c"}}"#, true, ["m"]), (#"{"error":"m"}"#, true, ["m"]), (#"{"error":null,"choices":[]}"#, false, []),
        (#"{"object":"error","message":"m","type":"t"}"#, false, ["m"]), (#"{"object":"error","message":{"detail":[{"msg":"m"}]}}"#, false, ["m"]),
        (#"{"detail":[{"loc":["body"],"msg":"m"}]}"#, false, ["body", "m"]), (#"{"detail":"m"}"#, false, ["m"]),
        (#"{"error":{"message":{"a":"m"}}}"#, true, ["m"]),
    ])
    func `errors give their messages`(body: String, isError: Bool, messages: [String]) throws {
        let document = try #require(self.answer(body))
        #expect(document.isError == isError)
        #expect(listed(document.texts, in: body) == messages.map { "none.errorMessage[0.0] \($0)" })
        #expect(document.errorMessage?.range == document.texts.first?.range)
    }

    @Test func `strings below an unexpected shape are texts`() throws {
        let body = #"{"choices":[{"message":{"content":{"text":"a"}}},{"message":["b"]},"c",{"message":{"content":[["d"]],"refusal":["e"]}}]}"#
        let document = try #require(self.answer(body))
        #expect(listed(document.texts, in: body).map { String($0.suffix(1)) } == ["a", "b", "c", "d", "e"])
    }

    @Test(arguments: ["", "[]", "null", "<html>", "{", #"{"a":1"#, #"{"choices":[],"choices":[]}"#, #"{"choices":[{"message":{"content":"a","content":"b"}}]}"#, "{}x"])
    func `what is no JSON object is no answer`(body: String) {
        #expect(self.answer(body) == nil)
    }
}

private func scan(_ event: String, _ chunk: inout ChunkDocument) -> Bool { chunk.scan(bytes(event).span) }

@Suite("Chunk document")
struct ChunkDocumentTests {
    @Test func `deltas name their channels`() {
        let body = #"""
            {"id":"x","created":1,"model":"m","choices":[{"delta":{"role":"assistant","content":"a","reasoning_content":"b",
              "tool_calls":[{"function":{"name":"f","arguments":"c"},"index":3}]},"finish_reason":"stop","logprobs":{},"index":2},
              {"index":0,"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"d"}]},{"type":"text","text":"e"}]}}]}
            """#
        var chunk = ChunkDocument()
        #expect(scan(body, &chunk))
        #expect(
            listed(chunk.texts, in: body) == [
                "assistant.content[2.0] a", "assistant.reasoning[2.0] b", "assistant.toolName[2.3] f",
                "assistant.toolArguments[2.3] c", "assistant.reasoning[0.0] d", "assistant.content[0.0] e",
            ])
        #expect(chunk.choices.map(\.index) == [2, 0])
        #expect(raw(chunk.choices[0].finishReason, in: body) == #""stop""#)
        #expect(raw(chunk.choicesRange, in: body)?.last == "]")
        #expect(!chunk.choicesAreEmpty)
        #expect(chunk.usage == nil)
        #expect(chunk.usageMember == nil)
    }

    @Test(arguments: [
        (#"{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}"#, #"{"choices":[]}"#),
        (#"{"usage":null,"choices":[]}"#, #"{"choices":[]}"#), (#"{"a":1 , "usage" : null , "choices":[]}"#, #"{"a":1 ,  "choices":[]}"#),
        (#"{"usage":null}"#, "{}"), (#"{"choices":[] , "usage":null }"#, #"{"choices":[]  }"#),
    ])
    func `the usage member can be taken out`(body: String, expected: String) throws {
        var chunk = ChunkDocument()
        #expect(scan(body, &chunk))
        let member = try #require(chunk.usageMember)
        let without = spliced(bytes(body).span, [Splice(range: member, replacement: [])])
        #expect(string(without) == expected)
        #expect(scan(string(without), &chunk))
        #expect(chunk.usageMember == nil)
        #expect(chunk.choicesAreEmpty)
    }

    @Test func `a chunk is used again and a bad event leaves it empty`() {
        var chunk = ChunkDocument()
        #expect(scan(#"{"choices":[{"delta":{"content":"a"}}],"usage":{"total_tokens":1}}"#, &chunk))
        #expect(scan(#"{"error":{"message":"m"}}"#, &chunk))
        #expect(chunk.isError)
        #expect(chunk.texts.map(\.origin.field) == [.errorMessage])
        #expect(chunk.choices.isEmpty && chunk.usage == nil)
        for event in ["[DONE]", "", "1", #"{"choices":["#] {
            #expect(!scan(event, &chunk))
            #expect(chunk == ChunkDocument())
        }
    }
}
