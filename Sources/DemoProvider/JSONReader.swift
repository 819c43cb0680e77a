/// Reads one JSON document into a tree. Lenient where it does no harm: it is the fake, not the gateway.
struct JSONReader {
    private let bytes: [UInt8]
    private var at = 0
    private static let depthMax = 256

    /// The document, or nil when it is not JSON.
    static func read(_ bytes: [UInt8]) -> JSONValue? {
        var reader = JSONReader(bytes: bytes)
        guard let value = reader.value(depth: 0) else { return nil }
        reader.skipBlanks()
        return reader.at == bytes.count ? value : nil
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private var next: UInt8? { self.at < self.bytes.count ? self.bytes[self.at] : nil }

    private mutating func skipBlanks() {
        while let byte = self.next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { self.at += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        self.skipBlanks()
        guard self.next == byte else { return false }
        self.at += 1
        return true
    }

    private mutating func take(word: StaticString, _ value: JSONValue) -> JSONValue? {
        let text = "\(word)".utf8
        guard self.bytes[self.at...].starts(with: text) else { return nil }
        self.at += text.count
        return value
    }

    private mutating func value(depth: Int) -> JSONValue? {
        self.skipBlanks()
        guard depth < Self.depthMax, let first = self.next else { return nil }
        switch first {
        case UInt8(ascii: "{"): return self.object(depth: depth)
        case UInt8(ascii: "["): return self.array(depth: depth)
        case UInt8(ascii: "\""): return self.string().map { .string($0) }
        case UInt8(ascii: "t"): return self.take(word: "true", .bool(true))
        case UInt8(ascii: "f"): return self.take(word: "false", .bool(false))
        case UInt8(ascii: "n"): return self.take(word: "null", .null)
        default: return self.number()
        }
    }

    private mutating func object(depth: Int) -> JSONValue? {
        self.at += 1
        var members: [JSONValue.Member] = []
        if self.take(UInt8(ascii: "}")) { return .object(members) }
        repeat {
            self.skipBlanks()
            guard self.next == UInt8(ascii: "\""), let name = self.string(), self.take(UInt8(ascii: ":")),
                let value = self.value(depth: depth + 1)
            else { return nil }
            members.append(JSONValue.Member(name: name, value: value))
        } while self.take(UInt8(ascii: ","))
        return self.take(UInt8(ascii: "}")) ? .object(members) : nil
    }

    private mutating func array(depth: Int) -> JSONValue? {
        self.at += 1
        var items: [JSONValue] = []
        if self.take(UInt8(ascii: "]")) { return .array(items) }
        repeat {
            guard let item = self.value(depth: depth + 1) else { return nil }
            items.append(item)
        } while self.take(UInt8(ascii: ","))
        return self.take(UInt8(ascii: "]")) ? .array(items) : nil
    }

    private mutating func string() -> JSONString? {
        self.at += 1
        let start = self.at
        while let byte = self.next {
            switch byte {
            case UInt8(ascii: "\""):
                self.at += 1
                return JSONString(escaped: Array(self.bytes[start..<(self.at - 1)]))
            case UInt8(ascii: "\\"): self.at += 2
            case 0..<0x20: return nil
            default: self.at += 1
            }
        }
        return nil
    }

    private mutating func number() -> JSONValue? {
        let start = self.at
        while let byte = self.next, "+-.0123456789eE".utf8.contains(byte) { self.at += 1 }
        return self.at > start ? .number(Array(self.bytes[start..<self.at])) : nil
    }
}
