internal import HTTP

/// What crosses from the client's head to the upstream's, and back. Nothing else does.
enum ClientHeaders {
    /// Of the client's headers only these go upstream; `content-type` is always ours, since the body is JSON.
    static let forwarded: [StaticString] = [
        "accept", "traceparent", "tracestate", "idempotency-key", "x-request-id", "openai-beta", "openai-organization", "openai-project",
    ]

    /// `name: value` lines for the upstream.
    static func forwardedLines(of head: RequestHead) -> [String] {
        var lines: [String] = []
        for field in head.fields where Self.isForwarded(head, field.name) {
            // Name, colon and value stand beside each other but for white space; SDKs send one blank.
            var line = Array(head.bytes[field.name])
            line.append(contentsOf: [0x3A, 0x20])
            line.append(contentsOf: head.bytes[field.value])
            lines.append(String(decoding: line, as: UTF8.self))
        }
        return lines
    }

    private static func isForwarded(_ head: RequestHead, _ name: Range<Int>) -> Bool {
        // All names begin with one of these letters; most others fall here.
        switch head.bytes[name.lowerBound] {
        case UInt8(ascii: "a"), UInt8(ascii: "t"), UInt8(ascii: "i"), UInt8(ascii: "x"), UInt8(ascii: "o"): break
        default: return false
        }
        for wanted in Self.forwarded where wanted.utf8CodeUnitCount == name.count {
            if Self.begins(head.bytes.span.extracting(name), wanted) { return true }
        }
        return false
    }

    /// Of the upstream's headers `x-ratelimit-*`, `openai-*` and, where asked for, `retry-after*` go to the client.
    static func goesBack(_ name: Span<UInt8>, withRetryAfter: Bool) -> Bool {
        Self.begins(name, "x-ratelimit-") || Self.begins(name, "openai-") || (withRetryAfter && Self.begins(name, "retry-after"))
    }

    private static func begins(_ name: Span<UInt8>, _ prefix: StaticString) -> Bool {
        guard name.count >= prefix.utf8CodeUnitCount else { return false }
        for index in 0..<prefix.utf8CodeUnitCount where unsafe name[index] != prefix.utf8Start[index] { return false }
        return true
    }

    /// A request id of the client's is kept when it is 1 to 128 visible ASCII characters.
    static func isUsableRequestID(_ value: [UInt8]) -> Bool {
        (1...128).contains(value.count) && value.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
