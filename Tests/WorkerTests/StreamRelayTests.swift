import Exchange
import Foundation
import HTTP
import Policies
import Settings
import Testing

@testable import Worker

@Suite("Stream relay")
struct StreamRelayTests {
    private let engine: PolicyEngine

    init() throws {
        var settings = PolicySettings()
        settings.chain = [.piiDetector, .auditLogger]
        self.engine = try TestEngine.make(settings)
    }

    /// What a client reads: every channel's text put together, and how the stream ended.
    struct Reading: Equatable {
        var texts: [TextOrigin: [UInt8]] = [:]
        var finishReasons: [Int: String] = [:]
        var isDone = false
        var ending = ""
    }

    /// Runs a stream that arrives in `pieces` through the relay, and reads what comes out as a client would.
    private func relayed(_ pieces: [[UInt8]], engine: PolicyEngine?) -> Reading {
        var relay = StreamRelay(output: engine?.beginOutput(), hidesUsage: false, requestID: Array("req_1".utf8))
        let reader = EventReader()
        var out: [UInt8] = []
        var step = StreamRelay.Step.goOn
        for piece in pieces {
            let isWhole = reader.feed(piece.span) { event in
                guard case .goOn = step else { return }
                step = relay.event(event.data, wire: event.wire, into: &out)
            }
            #expect(isWhole)
        }
        reader.finish { event in if case .goOn = step { step = relay.event(event.data, wire: event.wire, into: &out) } }
        if case .goOn = step { step = relay.upstreamEnded(into: &out) }

        var reading = Reading()
        let client = EventReader()
        var chunk = ChunkDocument()
        _ = client.feed(out.span) { event in
            #expect(!reading.isDone, "nothing follows [DONE]")
            if Array(copying: event.data) == Array("[DONE]".utf8) {
                reading.isDone = true
                return
            }
            let isObject = chunk.scan(event.data)
            #expect(isObject, "every event is a JSON object")
            for place in chunk.texts {
                reading.texts[place.origin, default: []] += JSONText.decoded(event.data.extracting(place.range))
            }
            for choice in chunk.choices {
                if let reason = choice.finishReason { reading.finishReasons[choice.index] = String(decoding: Array(copying: event.data.extracting(reason)), as: UTF8.self) }
            }
        }
        switch step {
        case .goOn: reading.ending = "open"
        case .finished: reading.ending = "finished"
        case .blocked(let block): reading.ending = "blocked by \(block.kind.rawValue)"
        case .failed(let fault): reading.ending = "failed: \(fault.code)"
        }
        reading.texts = reading.texts.filter { !$0.value.isEmpty }
        return reading
    }

    static let fixtures = [
        "words.sse", "letters.sse", "finish-with-text.sse", "no-done.sse", "tool-call.sse", "two-choices.sse", "escapes.sse", "extras.sse",
    ]

    @Test(arguments: fixtures)
    func `the client's text is the same for every cut of the network`(name: String) throws {
        let stream = try TestFixture.bytes(name)
        let whole = self.relayed([stream], engine: self.engine)
        #expect(whole.ending == "finished")
        #expect(whole.isDone)
        for cut in 1..<stream.count {
            let reading = self.relayed([Array(stream[..<cut]), Array(stream[cut...])], engine: self.engine)
            #expect(reading == whole, "cut at byte \(cut)")
            if reading != whole { return }
        }
        #expect(self.relayed(stream.map { [$0] }, engine: self.engine) == whole, "byte by byte")
    }

    @Test(arguments: fixtures)
    func `nothing that was planted can be read, and the rest is there`(name: String) throws {
        let reading = self.relayed([try TestFixture.bytes(name)], engine: self.engine)
        let plain = self.relayed([try TestFixture.bytes(name)], engine: nil)
        #expect(reading.texts.count == plain.texts.count)
        for (channel, bytes) in reading.texts where channel.field != .toolName {
            let text = String(decoding: bytes, as: UTF8.self)
            for secret in ["@example", "4111", "DE8937", "901820"] { #expect(!text.contains(secret), "\(secret) in \(text)") }
            #expect(text.contains("["), "a marker stands in \(text)")
            if channel.field == .toolArguments {
                #expect(RequestDocument.isJSON(bytes), "arguments stay JSON: \(text)")
            }
        }
    }

    @Test func `however the provider cuts the text into events, the client gets what the whole text becomes`() throws {
        let text = "Mail bob@example.org, pay with 4111 1111 1111 1111; IBAN DE89 3704 0044 0532 0130 00. Grüße 你好 a@b.co!"
        func events(_ pieces: [String]) -> [UInt8] {
            var stream: [UInt8] = []
            for piece in pieces {
                EventStreamWriter.append(
                    Array("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\(piece)\"},\"finish_reason\":null}]}".utf8).span, to: &stream)
            }
            stream += Array("data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n".utf8)
            return stream
        }
        let whole = self.relayed([events([text])], engine: self.engine)
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<300 {
            var pieces: [String] = []
            var rest = Substring(text)
            while !rest.isEmpty {
                let count = Int.random(in: 1...9, using: &generator)
                pieces.append(String(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            let reading = self.relayed([events(pieces)], engine: self.engine)
            #expect(reading == whole, "\(pieces)")
            if reading != whole { return }
        }
    }

    @Test func `without policies every byte of an event stays`() throws {
        let stream = try TestFixture.bytes("words.sse")
        var relay = StreamRelay(output: nil, hidesUsage: false, requestID: [])
        let reader = EventReader()
        var out: [UInt8] = []
        _ = reader.feed(stream.span) { event in _ = relay.event(event.data, wire: event.wire, into: &out) }
        #expect(out == stream)
        #expect(relay.usage == TokenUsage(prompt: 9, completion: 30, total: 39))
    }

    @Test func `a stream that breaks off is a fault, one whose choices all ended is not`() {
        let open = Array("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n".utf8)
        #expect(self.relayed([open], engine: self.engine).ending == "failed: upstream_error")
        let ended = Array("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"length\"}]}\n\n".utf8)
        let reading = self.relayed([ended], engine: self.engine)
        #expect(reading.ending == "finished")
        #expect(reading.isDone)
    }

    @Test func `an error in the stream comes after the held text`() {
        let stream = Array(
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"mail bob@example\"}}]}\n\ndata: {\"error\":{\"message\":\"no\",\"type\":\"t\",\"code\":\"c\"}}\n\n"
                .utf8)
        let reading = self.relayed([stream], engine: self.engine)
        #expect(reading.ending == "failed: c")
        #expect(reading.texts.values.map { String(decoding: $0, as: UTF8.self) } == ["mail bob@example"])
    }

    @Test func `usage that only we asked for goes out again`() {
        let stream = Array(
            """
            data: {"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}],"usage":null}

            data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}

            data: [DONE]


            """.utf8)
        var relay = StreamRelay(output: nil, hidesUsage: true, requestID: [])
        let reader = EventReader()
        var out: [UInt8] = []
        _ = reader.feed(stream.span) { event in _ = relay.event(event.data, wire: event.wire, into: &out) }
        #expect(
            String(decoding: out, as: UTF8.self)
                == "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n")
        #expect(relay.usage == TokenUsage(prompt: 1, completion: 2, total: 3))
    }
}

@Suite("Stream relay, what clients put together")
struct StreamRelayFieldTests {
    private let engine: PolicyEngine

    init() throws {
        var settings = PolicySettings()
        settings.chain = [.piiDetector, .auditLogger]
        settings.piiDetector.entities = ["EMAIL"]
        self.engine = try TestEngine.make(settings)
    }

    private func relayed(_ events: [String]) -> [String] {
        var relay = StreamRelay(output: self.engine.beginOutput(), hidesUsage: false, requestID: [])
        var out: [UInt8] = []
        for event in events { _ = relay.event(Array(event.utf8).span, wire: [UInt8]().span, into: &out) }
        return String(decoding: out, as: UTF8.self).split(separator: "\n\n").map { String($0.dropFirst(6)) }
    }

    private func count(_ needle: String, _ events: [String]) -> Int {
        events.reduce(0) { $0 + $1.components(separatedBy: needle).count - 1 }
    }

    @Test func `role, id and name of a tool come once, the name with its first chunk`() {
        let events = self.relayed([
            #"{"id":"c","choices":[{"index":0,"delta":{"role":"assistant","tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"get_weather","arguments":""}}]}}]}"#,
            #"{"id":"c","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"city\":\"Par"}}]}}]}"#,
            #"{"id":"c","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"is\"}"}}]}}]}"#,
            #"{"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#, "[DONE]",
        ])
        #expect(events.first?.contains(#""name":"get_weather""#) == true)
        #expect(self.count("assistant", events) == 1)
        #expect(self.count("call_1", events) == 1)
        #expect(self.count("get_weather", events) == 1)
    }

    @Test func `a role beside held text comes once`() {
        let events = self.relayed([
            #"{"id":"c","x":1,"choices":[{"index":0,"delta":{"role":"assistant","content":"Hello"}}]}"#,
            #"{"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#, "[DONE]",
        ])
        #expect(self.count("assistant", events) == 1)
        #expect(self.count("Hello", events) == 1)
    }

    @Test func `texts under different keys do not mix`() {
        var reasoning = ""
        var details = ""
        let stream = ["The user", " wants bob@exam", "ple.org", " today."].map {
            #"{"choices":[{"index":0,"delta":{"reasoning":"\#($0)","reasoning_details":[{"type":"reasoning.text","text":"\#($0)"}]}}]}"#
        }
        for event in self.relayed(stream + [#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#, "[DONE]"]) {
            var chunk = ChunkDocument()
            guard chunk.scan(Array(event.utf8).span) else { continue }
            for place in chunk.texts {
                let text = String(decoding: JSONText.decoded(Array(event.utf8).span.extracting(place.range)), as: UTF8.self)
                if StreamChunk.key(before: place.range.lowerBound, in: Array(event.utf8).span) == "reasoning" { reasoning += text } else { details += text }
            }
        }
        #expect(reasoning == "The user wants [EMAIL] today.")
        #expect(details == "The user wants [EMAIL] today.")
    }

    @Test(arguments: [#"{"object":"error","message":"no","code":1}"#, #"{"detail":"no"}"#, #"{"error":{"message":"no"}}"#])
    func `an error in any shape is no success`(event: String) {
        var relay = StreamRelay(output: nil, hidesUsage: false, requestID: [])
        var out: [UInt8] = []
        guard case .failed(let fault) = relay.event(Array(event.utf8).span, wire: [UInt8]().span, into: &out) else {
            Issue.record("passed on as data")
            return
        }
        #expect(fault.message == "no")
    }

    @Test func `nothing but DONE is no answer`() {
        var relay = StreamRelay(output: nil, hidesUsage: false, requestID: [])
        var out: [UInt8] = []
        guard case .failed = relay.event(Array("[DONE]".utf8).span, wire: [UInt8]().span, into: &out) else {
            Issue.record("an empty stream looks like success")
            return
        }
        #expect(out.isEmpty)
    }
}
