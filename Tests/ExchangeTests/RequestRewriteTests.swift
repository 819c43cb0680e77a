import Testing

@testable import Exchange

@Suite("Request rewrite")
struct RequestRewriteTests {
    @Test(arguments: [
        (#"{ "model" : "a" ,"messages":[]}"#, #"{ "model" : "b\"c" ,"messages":[]}"#),
        (#" {"messages":[]}"#, #" {"model":"b\"c","messages":[]}"#),
    ])
    func `the model is replaced or added`(body: String, expected: String) throws {
        #expect(try rewritten(body, RequestRewrite(model: "b\"c")) == expected)
    }

    @Test(arguments: [
        (#"{"messages":[]}"#, #"{"stream_options":{"include_usage":true},"messages":[]}"#),
        (#"{"messages":[],"stream_options":null}"#, #"{"messages":[],"stream_options":{"include_usage":true}}"#),
        (#"{"messages":[],"stream_options":{}}"#, #"{"messages":[],"stream_options":{"include_usage":true}}"#),
        (#"{"messages":[],"stream_options":{ }}"#, #"{"messages":[],"stream_options":{"include_usage":true }}"#),
        (#"{"messages":[],"stream_options":{"x":1}}"#, #"{"messages":[],"stream_options":{"include_usage":true,"x":1}}"#),
        (#"{"messages":[],"stream_options":{"include_usage": false}}"#, #"{"messages":[],"stream_options":{"include_usage": true}}"#),
        (#"{"messages":[],"stream_options":{"include_usage":null,"x":1}}"#, #"{"messages":[],"stream_options":{"include_usage":true,"x":1}}"#),
        (#"{"messages":[],"stream_options":{"include_usage":true}}"#, #"{"messages":[],"stream_options":{"include_usage":true}}"#),
    ])
    func `usage is asked for`(body: String, expected: String) throws {
        #expect(try rewritten(body, RequestRewrite(streamOptions: .includeUsage)) == expected)
    }

    @Test(arguments: [
        (#"{"stream_options":{},"messages":[]}"#, #"{"messages":[]}"#),
        (#"{"messages":[] , "stream_options":null }"#, #"{"messages":[]  }"#),
        (#"{"messages":[],"stream_options":{} ,"a":1}"#, #"{"messages":[],"a":1}"#),
        (#"{"messages":[]}"#, #"{"messages":[]}"#),
    ])
    func `stream options are taken out`(body: String, expected: String) throws {
        #expect(try rewritten(body, RequestRewrite(streamOptions: .remove)) == expected)
    }

    @Test(arguments: [
        (#"{"stream": true,"stream_options":{"include_usage":true},"messages":[]}"#, #"{"stream": false,"messages":[]}"#),
        (#"{"messages":[],"stream":true}"#, #"{"messages":[],"stream":false}"#), (#"{"messages":[],"stream":false}"#, #"{"messages":[],"stream":false}"#),
        (#"{"messages":[],"stream":null}"#, #"{"messages":[],"stream":null}"#), (#"{"messages":[]}"#, #"{"messages":[]}"#),
    ])
    func `a stream is asked for as a whole`(body: String, expected: String) throws {
        #expect(try rewritten(body, RequestRewrite(streamOptions: .remove, isWhole: true)) == expected)
    }

    @Test func `a text edit, a model and an option go together`() throws {
        let body = #"{"messages":[{"content":"caf\u00e9 of ann@x.org\n"}],"stream_options":{},"model":"a"}"#
        let raw = bytes(body)
        let document = try RequestDocument.decode(raw.span, endpoint: .chatCompletions)
        let place = document.texts[0]
        var text: [UInt8] = []
        var map: [Int32] = []
        JSONText.decode(raw[place.range].span, into: &text, map: &map)
        #expect(string(text) == "café of ann@x.org\n")
        let edit = place.splice(9..<18, map: map, replacement: bytes("[\"E\"]").span)
        let rewrite = RequestRewrite(model: "b", streamOptions: .remove, texts: [edit])
        #expect(
            string(rewrite.apply(to: document, body: raw.span))
                == #"{"messages":[{"content":"caf\u00e9 of [\"E\"]\n"}],"model":"b"}"#)
    }

    // MARK: Properties

    @Test func `no change leaves every byte`() throws {
        for seed in 0..<2_000 as Range<UInt64> {
            var generator = JSONGenerator(seed: seed)
            let body = generator.chatRequest()
            #expect(try rewritten(body, RequestRewrite()) == body, "seed \(seed)")
        }
    }

    @Test func `a replaced model changes its own range only`() throws {
        for seed in 0..<2_000 as Range<UInt64> {
            var generator = JSONGenerator(seed: seed)
            let body = generator.chatRequest()
            let before = try decode(body)
            let after = try rewritten(body, RequestRewrite(model: "target"))
            #expect(try decode(after).modelName == "target", "seed \(seed)")
            if let model = before.model {
                #expect(after == string(bytes(body)[..<model.lowerBound]) + "\"target\"" + string(bytes(body)[model.upperBound...]))
            } else {
                let start = before.objectStart
                #expect(after == string(bytes(body)[..<start]) + #""model":"target","# + string(bytes(body)[start...]))
            }
        }
    }

    @Test func `whatever is rewritten stays valid`() throws {
        for seed in 0..<2_000 as Range<UInt64> {
            var generator = JSONGenerator(seed: seed)
            let body = generator.chatRequest()
            let asked = try decode(rewritten(body, RequestRewrite(model: "m", streamOptions: .includeUsage)))
            #expect(asked.includeUsage, "seed \(seed)")
            let removed = try decode(rewritten(body, RequestRewrite(model: "m", streamOptions: .remove)))
            #expect(removed.streamOptionsMember == nil, "seed \(seed)")
            #expect(removed.texts.count == asked.texts.count)
        }
    }

    @Test func `a request that is cut anywhere is refused`() {
        for seed in 0..<150 as Range<UInt64> {
            var generator = JSONGenerator(seed: seed)
            var body = bytes(generator.chatRequest())
            while body.last != UInt8(ascii: "}") { body.removeLast() }
            for end in 0..<body.count {
                #expect(fault(Array(body[..<end]))?.code == .invalidJSON, "seed \(seed) at \(end)")
            }
        }
    }

    @Test func `a request with a damaged byte never crashes`() {
        var random = SeededGenerator(seed: 7)
        for seed in 0..<500 as Range<UInt64> {
            var generator = JSONGenerator(seed: seed)
            var body = bytes(generator.chatRequest())
            for _ in 0..<20 {
                body[random.below(body.count)] = UInt8(random.below(256))
                _ = fault(body)
                var chunk = ChunkDocument()
                _ = chunk.scan(body.span)
            }
        }
    }
}
