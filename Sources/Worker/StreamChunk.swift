internal import Exchange

/// Chunks of our own making in a stream of the provider's.
enum StreamChunk {
    /// An event with nothing but `text` in its place; nil for a field whose form is not known.
    ///
    /// `document` is a scanned event of the same stream, `data` its bytes: `id`, `created` and `model` are taken from it.
    static func event(
        _ text: [UInt8], in channel: TextOrigin, like document: ChunkDocument, _ data: Span<UInt8>, key: String
    ) -> [UInt8]? {
        let isCompletion = channel.field == .text && key == "text"
        switch (channel.field, key) {
        case (.content, _), (.refusal, "refusal"), (.reasoning, "reasoning_content"), (.reasoning, "reasoning"), (.toolArguments, _): break
        default: guard isCompletion else { return nil }
        }
        var writer = JSONWriter()
        writer.beginObject()
        for (name, range) in [("id", document.id), ("created", document.created), ("model", document.model)] as [(StaticString, Range<Int>?)] {
            guard let range else { continue }
            writer.key(name)
            writer.raw(data.extracting(range))
        }
        writer.member("object", isCompletion ? "text_completion" : "chat.completion.chunk")
        writer.key("choices")
        writer.beginArray()
        writer.beginObject()
        writer.member("index", channel.index)
        if isCompletion {
            writer.key("text")
            writer.string(utf8: text.span)
        } else {
            writer.key("delta")
            writer.beginObject()
            Self.writeDelta(text, channel, key, to: &writer)
            writer.endObject()
        }
        writer.key("finish_reason")
        writer.null()
        writer.endObject()
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    private static func writeDelta(_ text: [UInt8], _ channel: TextOrigin, _ key: String, to writer: inout JSONWriter) {
        switch channel.field {
        case .toolArguments where channel.subIndex < 0:
            writer.key("function_call")
            writer.beginObject()
            writer.key("arguments")
            writer.string(utf8: text.span)
            writer.endObject()
        case .toolArguments:
            writer.key("tool_calls")
            writer.beginArray()
            writer.beginObject()
            writer.member("index", channel.subIndex)
            writer.key("function")
            writer.beginObject()
            writer.key("arguments")
            writer.string(utf8: text.span)
            writer.endObject()
            writer.endObject()
            writer.endArray()
        default:
            writer.key(escaping: channel.field == .content ? "content" : key)
            writer.string(utf8: text.span)
        }
    }

    /// The key of the member whose string value begins at `start`; empty when it is no member's.
    static func key(before start: Int, in data: Span<UInt8>) -> String {
        var position = start - 2
        func skipSpace() { while position >= 0, data[position] <= 0x20 { position -= 1 } }
        skipSpace()
        guard position >= 0, data[position] == 0x3A else { return "" }
        position -= 1
        skipSpace()
        guard position > 0, data[position] == 0x22 else { return "" }
        let end = position
        position -= 1
        while position >= 0, data[position] != 0x22 { position -= 1 }
        guard position >= 0 else { return "" }
        return String(decoding: Array(copying: data.extracting(position + 1..<end)), as: UTF8.self)
    }
}
