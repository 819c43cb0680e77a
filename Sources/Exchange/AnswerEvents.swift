/// A whole answer as the events of a stream, for an upstream that answers a request for a stream with plain JSON.
public enum AnswerEvents {
    /// The data of each event, `[DONE]` not included; nil when the answer has no choices.
    ///
    /// Each choice becomes one chunk with its message as the delta (tool calls get the `index` that deltas have) and one with
    /// its `finish_reason`; usage follows in a chunk of its own where it is asked for.
    public static func make(from answer: Span<UInt8>, document: AnswerDocument, endpoint: Endpoint, includesUsage: Bool) -> [[UInt8]]? {
        guard !document.choices.isEmpty else { return nil }
        var events: [[UInt8]] = []
        for choice in document.choices {
            events.append(
                Self.chunk(answer, document, endpoint) { writer in
                    writer.beginObject()
                    writer.member("index", choice.index)
                    if endpoint == .completions {
                        writer.key("text")
                        writer.string(utf8: Self.text(answer, document, choice.index).span)
                    } else {
                        writer.key("delta")
                        if let message = choice.message {
                            writer.raw(Self.delta(answer.extracting(message)).span)
                        } else {
                            writer.raw("{}")
                        }
                    }
                    if let logprobs = choice.logprobs {
                        writer.key("logprobs")
                        writer.raw(answer.extracting(logprobs))
                    }
                    writer.key("finish_reason")
                    writer.null()
                    writer.endObject()
                })
        }
        for choice in document.choices {
            events.append(
                Self.chunk(answer, document, endpoint) { writer in
                    writer.beginObject()
                    writer.member("index", choice.index)
                    if endpoint == .completions { writer.member("text", "") } else {
                        writer.key("delta")
                        writer.raw("{}")
                    }
                    writer.key("finish_reason")
                    if let reason = choice.finishReason { writer.raw(answer.extracting(reason)) } else { writer.raw(#""stop""#) }
                    writer.endObject()
                })
        }
        if includesUsage, let usage = document.usage {
            events.append(
                Self.chunk(answer, document, endpoint, tail: usage) { _ in })
        }
        return events
    }

    private static func chunk(
        _ answer: Span<UInt8>, _ document: AnswerDocument, _ endpoint: Endpoint, tail usage: TokenUsage? = nil,
        _ writeChoice: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        if let id = document.id {
            writer.key("id")
            writer.raw(answer.extracting(id))
        }
        writer.member("object", endpoint == .completions ? "text_completion" : "chat.completion.chunk")
        if let created = document.created {
            writer.key("created")
            writer.raw(answer.extracting(created))
        }
        if let model = document.model {
            writer.key("model")
            writer.raw(answer.extracting(model))
        }
        writer.key("choices")
        writer.beginArray()
        writeChoice(&writer)
        writer.endArray()
        if let usage {
            writer.key("usage")
            writer.beginObject()
            writer.member("prompt_tokens", usage.prompt)
            writer.member("completion_tokens", usage.completion)
            writer.member("total_tokens", usage.total)
            writer.endObject()
        }
        writer.endObject()
        return writer.bytes
    }

    private static func text(_ answer: Span<UInt8>, _ document: AnswerDocument, _ choice: Int) -> [UInt8] {
        for place in document.texts where place.origin.index == choice && place.origin.field == .text {
            return JSONText.decoded(answer.extracting(place.range))
        }
        return []
    }

    /// The message with an `index` in each of its tool calls.
    private static func delta(_ message: Span<UInt8>) -> [UInt8] {
        var starts = ToolCallStarts(message)
        guard starts.read() else { return Array("{}".utf8) }
        var splices: [Splice] = []
        for (index, place) in starts.places.enumerated() {
            var text = Array("\"index\":".utf8)
            text.append(contentsOf: String(index).utf8)
            text.append(UInt8(ascii: ","))
            splices.append(Splice(range: place..<place, replacement: text))
        }
        return spliced(message, splices)
    }
}

/// Finds where the tool calls of a message begin.
private struct ToolCallStarts: ~Copyable, ~Escapable {
    private var scanner: JSONScanner
    /// Just after the opening brace of each.
    private(set) var places: [Int] = []

    @_lifetime(copy message)
    init(_ message: Span<UInt8>) { self.scanner = JSONScanner(message, refusesFoldedKeys: false) }

    /// False when the message is no JSON object.
    mutating func read() -> Bool {
        do {
            try self.readMessage()
            return true
        } catch {
            return false
        }
    }

    private mutating func readMessage() throws(ScanFault) {
        var walk = try self.scanner.openObject()
        while let member = try self.scanner.nextMember(&walk) {
            guard member == .toolCalls, self.scanner.next == UInt8(ascii: "[") else {
                try self.scanner.skip()
                continue
            }
            try self.scanner.openArray()
            var index = -1
            while try self.scanner.nextElement(&index) {
                if self.scanner.next == UInt8(ascii: "{") { self.places.append(self.scanner.position + 1) }
                try self.scanner.skip()
            }
        }
    }
}
