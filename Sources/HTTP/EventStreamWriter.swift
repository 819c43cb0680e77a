/// Writes server-sent events with plain line feeds.
public enum EventStreamWriter {
    /// Appends one event. Each line of `data` (LF, CRLF or CR) becomes a `data:` line; `data` must not be empty, since SDKs
    /// fail on an event without data.
    public static func append(_ data: Span<UInt8>, to buffer: inout [UInt8]) {
        precondition(!data.isEmpty, "an event without data")
        buffer.reserveCapacityGrowing(by: data.count + 8)
        var start = 0
        while true {
            Self.append("data: ", to: &buffer)
            let end = data.lineEnd(from: start)
            buffer.append(span: data.extracting(start..<end))
            buffer.append(0x0A)
            guard end < data.count else { break }
            start = data[end] == 0x0D && end + 1 < data.count && data[end + 1] == 0x0A ? end + 2 : end + 1
        }
        buffer.append(0x0A)
    }

    /// Appends a comment, which clients ignore: the sign of life while there is nothing to say. One line.
    public static func append(comment: StaticString, to buffer: inout [UInt8]) {
        Self.append(": ", to: &buffer)
        Self.append(comment, to: &buffer)
        Self.append("\n\n", to: &buffer)
    }

    private static func append(_ text: StaticString, to buffer: inout [UInt8]) {
        text.withUTF8Buffer { unsafe buffer.append(contentsOf: $0) }
    }
}

extension [UInt8] {
    /// Room for `count` more bytes without giving up geometric growth.
    fileprivate mutating func reserveCapacityGrowing(by count: Int) {
        if self.capacity - self.count < count { self.reserveCapacity(Swift.max(self.count + count, self.capacity * 2)) }
    }
}
