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
}
