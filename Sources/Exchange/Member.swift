/// The keys that we know, wherever they stand.
enum Member: UInt8 {
    case other
    case model, stream, streamOptions, includeUsage, maxTokens, maxCompletionTokens, n, user
    case messages, role, content, reasoningContent, reasoning, reasoningDetails, refusal, name
    case toolCalls, functionCall, function, custom, arguments, input, tools, functions, description, type
    case prompt, suffix, metadata, prediction, responseFormat, text, thinking, summary
    case choices, message, delta, index, finishReason, logprobs
    case usage, promptTokens, completionTokens, totalTokens, error, detail, id, created

    /// The key that stands at `start..<start + count` of `bytes`, which are in bounds; without its escapes.
    static func lookup(_ bytes: RawSpan, _ start: Int, _ count: Int) -> Member {
        switch count {
        case 1:
            if bytes.holds("n", at: start) { return .n }
        case 2:
            if bytes.holds("id", at: start) { return .id }
        case 4:
            if bytes.holds("role", at: start) { return .role }
            if bytes.holds("text", at: start) { return .text }
            if bytes.holds("name", at: start) { return .name }
            if bytes.holds("user", at: start) { return .user }
            if bytes.holds("type", at: start) { return .type }
        case 5:
            if bytes.holds("model", at: start) { return .model }
            if bytes.holds("index", at: start) { return .index }
            if bytes.holds("delta", at: start) { return .delta }
            if bytes.holds("usage", at: start) { return .usage }
            if bytes.holds("input", at: start) { return .input }
            if bytes.holds("tools", at: start) { return .tools }
            if bytes.holds("error", at: start) { return .error }
        case 6:
            if bytes.holds("stream", at: start) { return .stream }
            if bytes.holds("prompt", at: start) { return .prompt }
            if bytes.holds("suffix", at: start) { return .suffix }
            if bytes.holds("custom", at: start) { return .custom }
            if bytes.holds("detail", at: start) { return .detail }
        case 7:
            if bytes.holds("content", at: start) { return .content }
            if bytes.holds("choices", at: start) { return .choices }
            if bytes.holds("message", at: start) { return .message }
            if bytes.holds("created", at: start) { return .created }
            if bytes.holds("refusal", at: start) { return .refusal }
            if bytes.holds("summary", at: start) { return .summary }
        case 8:
            if bytes.holds("messages", at: start) { return .messages }
            if bytes.holds("function", at: start) { return .function }
            if bytes.holds("logprobs", at: start) { return .logprobs }
            if bytes.holds("metadata", at: start) { return .metadata }
            if bytes.holds("thinking", at: start) { return .thinking }
        case 9:
            if bytes.holds("arguments", at: start) { return .arguments }
            if bytes.holds("functions", at: start) { return .functions }
            if bytes.holds("reasoning", at: start) { return .reasoning }
        case 10:
            if bytes.holds("tool_calls", at: start) { return .toolCalls }
            if bytes.holds("max_tokens", at: start) { return .maxTokens }
            if bytes.holds("prediction", at: start) { return .prediction }
        case 11:
            if bytes.holds("description", at: start) { return .description }
        case 12:
            if bytes.holds("total_tokens", at: start) { return .totalTokens }
        case 13:
            if bytes.holds("finish_reason", at: start) { return .finishReason }
            if bytes.holds("prompt_tokens", at: start) { return .promptTokens }
            if bytes.holds("include_usage", at: start) { return .includeUsage }
            if bytes.holds("function_call", at: start) { return .functionCall }
        case 14:
            if bytes.holds("stream_options", at: start) { return .streamOptions }
        case 15:
            if bytes.holds("response_format", at: start) { return .responseFormat }
        case 17:
            if bytes.holds("reasoning_content", at: start) { return .reasoningContent }
            if bytes.holds("completion_tokens", at: start) { return .completionTokens }
            if bytes.holds("reasoning_details", at: start) { return .reasoningDetails }
        case 21:
            if bytes.holds("max_completion_tokens", at: start) { return .maxCompletionTokens }
        default: break
        }
        return .other
    }

    /// True when a reader that ignores letter case, as Go's does, would take `key` for one that we know. Such a reader
    /// also takes U+017F for s and U+212A for k.
    static func isFolded(_ key: [UInt8]) -> Bool {
        var folded: [UInt8] = []
        var index = 0
        while index < key.count {
            let byte = key[index]
            if byte == 0xC5, index + 1 < key.count, key[index + 1] == 0xBF {
                folded.append(UInt8(ascii: "s"))
                index += 2
            } else if byte == 0xE2, index + 2 < key.count, key[index + 1] == 0x84, key[index + 2] == 0xAA {
                folded.append(UInt8(ascii: "k"))
                index += 3
            } else {
                folded.append(byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte)
                index += 1
            }
        }
        return Self.lookup(folded.span.raw, 0, folded.count) != .other
    }
}
