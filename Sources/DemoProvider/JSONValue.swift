/// A JSON value as the demo reads it. Strings and numbers stay as they arrived, so that an echo returns the same bytes.
enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case number([UInt8])
    case string(JSONString)
    case array([JSONValue])
    case object([Member])

    struct Member: Sendable, Equatable {
        let name: JSONString
        let value: JSONValue
    }

    /// The value of a member; nil when this is no object or has no such member.
    subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name.escaped.elementsEqual(name.utf8) }?.value
    }

    var string: JSONString? { if case .string(let value) = self { value } else { nil } }
    var text: String? { self.string?.text }
    var array: [JSONValue]? { if case .array(let items) = self { items } else { nil } }
    var members: [Member]? { if case .object(let members) = self { members } else { nil } }
    var isTrue: Bool { self == .bool(true) }
    var isNull: Bool { self == .null }
    var integer: Int? {
        guard case .number(let digits) = self else { return nil }
        return Int(String(decoding: digits, as: UTF8.self))
    }

    func append(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += "null".utf8
        case .bool(let value): bytes += (value ? "true" : "false").utf8
        case .number(let digits): bytes += digits
        case .string(let string): string.append(to: &bytes)
        case .array(let items):
            bytes.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                item.append(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                member.name.append(to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.append(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        self.append(to: &bytes)
        return bytes
    }
}

/// What stands between the quotes of a JSON string.
struct JSONString: Sendable, Equatable {
    let escaped: [UInt8]

    init(escaped: [UInt8]) { self.escaped = escaped }

    init(_ text: String) { self.init(escaping: text.utf8) }

    /// Escapes quotes, backslashes and control characters; all else stays.
    init(escaping text: some Sequence<UInt8>) {
        var escaped: [UInt8] = []
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): escaped += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): escaped += "\\n".utf8
            case UInt8(ascii: "\t"): escaped += "\\t".utf8
            case 0..<0x20:
                let hex = String(byte, radix: 16)
                escaped += ("\\u" + String(repeating: "0", count: 4 - hex.utf8.count) + hex).utf8
            default: escaped.append(byte)
            }
        }
        self.escaped = escaped
    }

    func append(to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        bytes += self.escaped
        bytes.append(UInt8(ascii: "\""))
    }

    /// The text with its escapes undone; a lone surrogate becomes U+FFFD.
    var text: String {
        guard self.escaped.contains(UInt8(ascii: "\\")) else { return String(decoding: self.escaped, as: UTF8.self) }
        var units: [UInt16] = []
        var result = ""
        var plain: [UInt8] = []
        var index = 0
        func flush() {
            if !units.isEmpty { result += String(decoding: units, as: UTF16.self) }
            if !plain.isEmpty { result += String(decoding: plain, as: UTF8.self) }
            units = []
            plain = []
        }
        while index < self.escaped.count {
            let byte = self.escaped[index]
            guard byte == UInt8(ascii: "\\"), index + 1 < self.escaped.count else {
                if !units.isEmpty { flush() }
                plain.append(byte)
                index += 1
                continue
            }
            let kind = self.escaped[index + 1]
            if kind == UInt8(ascii: "u"), index + 5 < self.escaped.count {
                if !plain.isEmpty { flush() }
                units.append(UInt16(String(decoding: self.escaped[(index + 2)...(index + 5)], as: UTF8.self), radix: 16) ?? 0xFFFD)
                index += 6
                continue
            }
            if !units.isEmpty { flush() }
            switch kind {
            case UInt8(ascii: "n"): plain.append(0x0A)
            case UInt8(ascii: "t"): plain.append(0x09)
            case UInt8(ascii: "r"): plain.append(0x0D)
            case UInt8(ascii: "b"): plain.append(0x08)
            case UInt8(ascii: "f"): plain.append(0x0C)
            default: plain.append(kind)
            }
            index += 2
        }
        flush()
        return result
    }

    /// The length of a piece of about `wanted` bytes from `start`; splits no escape, surrogate pair or UTF-8 sequence.
    func pieceLength(from start: Int, wanted: Int) -> Int {
        let bytes = self.escaped
        var index = start
        while index < bytes.count, index - start < wanted {
            if bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count {
                if bytes[index + 1] == UInt8(ascii: "u") {
                    index += self.isHighSurrogate(at: index) ? 12 : 6
                } else {
                    index += 2
                }
            } else {
                index += 1
                while index < bytes.count, bytes[index] & 0xC0 == 0x80 { index += 1 }
            }
        }
        return min(index, bytes.count) - start
    }

    private func isHighSurrogate(at index: Int) -> Bool {
        guard self.escaped.count - index >= 12 else { return false }
        let first = self.escaped[index + 2] | 0x20
        let second = self.escaped[index + 3] | 0x20
        return first == UInt8(ascii: "d") && [0x38, 0x39, UInt8(ascii: "a"), UInt8(ascii: "b")].contains(second)
    }
}
