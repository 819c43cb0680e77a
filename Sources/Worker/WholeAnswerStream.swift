internal import Exchange
internal import HTTP

/// A whole, policed answer as the bytes of a stream with its `[DONE]`.
enum WholeAnswerStream {
    /// nil when the answer has no choices.
    static func events(of body: Span<UInt8>, endpoint: Endpoint, includesUsage: Bool) -> [UInt8]? {
        guard let document = AnswerDocument.decode(body, endpoint: endpoint),
            let events = AnswerEvents.make(from: body, document: document, endpoint: endpoint, includesUsage: includesUsage)
        else { return nil }
        var bytes: [UInt8] = []
        for event in events { EventStreamWriter.append(event.span, to: &bytes) }
        StreamRelay.appendDone(to: &bytes)
        return bytes
    }

    /// The last chunk of a stream that a policy ends before any text went out, in the name of the answer that it refuses, and `[DONE]`.
    static func appendEnding(_ fault: GatewayFault, of body: Span<UInt8>, endpoint: Endpoint, requestID: [UInt8], to out: inout [UInt8]) {
        let document = AnswerDocument.decode(body, endpoint: endpoint)
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("keeptrusts")
        writer.beginObject()
        writer.member("code", fault.code)
        writer.member("policy", fault.policy)
        writer.member("reason", fault.reason ?? "")
        writer.key("request_id")
        writer.string(utf8: requestID.span)
        writer.endObject()
        for (name, range) in [("id", document?.id), ("created", document?.created), ("model", document?.model)] as [(StaticString, Range<Int>?)] {
            guard let range else { continue }
            writer.key(name)
            writer.raw(body.extracting(range))
        }
        writer.member("object", endpoint == .completions ? "text_completion" : "chat.completion.chunk")
        writer.key("choices")
        writer.beginArray()
        let indices = document?.choices.map(\.index) ?? []
        for index in indices.isEmpty ? [0] : indices {
            writer.beginObject()
            writer.member("index", index)
            if endpoint == .completions {
                writer.member("text", "")
            } else {
                writer.key("delta")
                writer.raw("{}")
            }
            writer.member("finish_reason", "content_filter")
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        EventStreamWriter.append(writer.bytes.span, to: &out)
        StreamRelay.appendDone(to: &out)
    }
}
