import Testing

@testable import Exchange

@Suite("Answer events")
struct AnswerEventsTests {
    private func events(_ answer: String, _ endpoint: Endpoint = .chatCompletions, includesUsage: Bool = false) throws -> [String] {
        let bytes = Array(answer.utf8)
        let decoded = AnswerDocument.decode(bytes.span, endpoint: endpoint)
        let document = try #require(decoded)
        let made = AnswerEvents.make(from: bytes.span, document: document, endpoint: endpoint, includesUsage: includesUsage)
        return try #require(made).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func `a choice becomes a delta and an end, log probabilities with the text`() throws {
        let answer = #"""
            {"id":"a","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"logprobs":{"content":[{"token":"hi"}]},"finish_reason":"length"}],
            "usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}
            """#
        let head = #"{"id":"a","object":"chat.completion.chunk","created":1,"model":"m","choices":"#
        #expect(
            try self.events(answer, includesUsage: true) == [
                head + #"[{"index":0,"delta":{"role":"assistant","content":"hi"},"logprobs":{"content":[{"token":"hi"}]},"finish_reason":null}]}"#,
                head + #"[{"index":0,"delta":{},"finish_reason":"length"}]}"#,
                head + #"[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}"#,
            ])
        #expect(try self.events(answer.replacing("\"logprobs\":{\"content\":[{\"token\":\"hi\"}]}", with: "\"logprobs\":null")).first?.contains("logprobs") == false)
    }
}
