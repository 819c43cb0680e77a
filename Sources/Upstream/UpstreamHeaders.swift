/// The few header fields of an answer that a gateway uses: `content-type`, `content-encoding`, `retry-after`,
/// `retry-after-ms`, `x-request-id`, and those beginning with `x-ratelimit` or `openai-`.
public struct UpstreamHeaders: Sendable {
    public struct Field: Sendable {
        /// Bytes of the name in `wire`; lower case.
        public let name: Range<Int>
        /// Bytes of the value in `wire`; no blanks around it, no control characters but the tab.
        public let value: Range<Int>
    }

    /// The fields as they may be sent on, `name: value\r\n` each.
    public private(set) var wire: [UInt8] = []
    /// In order of arrival.
    public private(set) var fields: [Field] = []

    /// The first value of a field; names in lower case.
    public func value(of name: StaticString) -> String? {
        guard let field = self.field(name) else { return nil }
        return String(decoding: self.wire[field.value], as: UTF8.self)
    }

    /// Whether the first value of a field begins with `text`, in whatever case; `text` in lower case.
    public func value(of name: StaticString, beginsWith text: StaticString) -> Bool {
        guard let field = self.field(name), field.value.count >= text.utf8CodeUnitCount else { return false }
        return self.wire.span.extracting(field.value).beginsCaseless(text)
    }

    public func field(_ name: StaticString) -> Field? {
        self.fields.first { field in
            field.name.count == name.utf8CodeUnitCount && self.wire.span.extracting(field.name).beginsCaseless(name)
        }
    }

    mutating func removeAll() {
        self.wire.removeAll(keepingCapacity: true)
        self.fields.removeAll(keepingCapacity: true)
    }

    /// Takes a header line as libcurl gives it, its line end included; drops those that nobody asks for.
    mutating func take(_ line: Span<UInt8>) {
        guard Self.isWanted(line) else { return }
        var end = line.count
        while end > 0, line[end - 1] == 0x0D || line[end - 1] == 0x0A || line[end - 1] == 0x20 || line[end - 1] == 0x09 { end -= 1 }
        var colon = 0
        while colon < end, line[colon] != 0x3A { colon += 1 }
        guard colon > 0, colon < end else { return }
        var start = colon + 1
        while start < end, line[start] == 0x20 || line[start] == 0x09 { start += 1 }
        for index in start..<end where line[index] == 0x7F || line[index] < 0x20 && line[index] != 0x09 { return }

        if self.wire.capacity == 0 { self.wire.reserveCapacity(256) }
        let name = self.wire.count
        for index in 0..<colon { self.wire.append(asciiLowercase(line[index])) }
        self.wire.append(0x3A)
        self.wire.append(0x20)
        let value = self.wire.count
        unsafe line.extracting(start..<end).withUnsafeBufferPointer { unsafe self.wire.append(contentsOf: $0) }
        self.fields.append(Field(name: name..<name + colon, value: value..<self.wire.count))
        self.wire.append(0x0D)
        self.wire.append(0x0A)
    }

    private static func isWanted(_ line: Span<UInt8>) -> Bool {
        guard line.count > 8 else { return false }
        switch line[0] | 0x20 {
        case UInt8(ascii: "c"): return line.beginsCaseless("content-type:") || line.beginsCaseless("content-encoding:")
        case UInt8(ascii: "r"): return line.beginsCaseless("retry-after:") || line.beginsCaseless("retry-after-ms:")
        case UInt8(ascii: "x"): return line.beginsCaseless("x-ratelimit") || line.beginsCaseless("x-request-id:")
        case UInt8(ascii: "o"): return line.beginsCaseless("openai-")
        default: return false
        }
    }
}

private func asciiLowercase(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

extension Span<UInt8> {
    /// `text` in lower case.
    fileprivate func beginsCaseless(_ text: StaticString) -> Bool {
        guard self.count >= text.utf8CodeUnitCount else { return false }
        for index in 0..<text.utf8CodeUnitCount where unsafe asciiLowercase(self[index]) != text.utf8Start[index] { return false }
        return true
    }

    /// The code of a status line (`HTTP/1.1 200 OK`, `HTTP/2 200`); nil when the line is none.
    func statusCode() -> Int? {
        guard self.beginsCaseless("http/") else { return nil }
        var position = 5
        while position < self.count, self[position] != 0x20 { position += 1 }
        guard position + 4 <= self.count else { return nil }
        var code = 0
        for index in position + 1..<position + 4 {
            guard (0x30...0x39).contains(self[index]) else { return nil }
            code = code * 10 + Int(self[index] - 0x30)
        }
        return code
    }
}
