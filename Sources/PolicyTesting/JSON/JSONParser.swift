internal import Exchange

/// Why a text is no JSON.
public struct JSONFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// From 1.
    public let line: Int
    public let column: Int
    public let message: String
    public var description: String { "line \(self.line), column \(self.column): \(self.message)" }

    /// For what is no text at all.
    public static let notText = JSONFault(line: 1, column: 1, message: "no UTF-8")
}

extension JSONValue {
    public static let depthMax = 128

    /// Strict JSON (RFC 8259), at most `depthMax` deep; lone surrogates become U+FFFD.
    public static func parse(_ bytes: [UInt8]) throws(JSONFault) -> JSONValue {
        var parser = JSONParser(bytes: bytes[...])
        let value = try parser.value(depth: 0)
        try parser.finish()
        return value
    }

    /// One line of a file, without copying it first.
    public static func parse(line bytes: ArraySlice<UInt8>) throws(JSONFault) -> JSONValue {
        var parser = JSONParser(bytes: bytes)
        let value = try parser.value(depth: 0)
        try parser.finish()
        return value
    }
}

private struct JSONParser {
    let bytes: ArraySlice<UInt8>
    var index: Int

    init(bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        self.index = bytes.startIndex
    }

    private var next: UInt8? { self.index < self.bytes.endIndex ? self.bytes[self.index] : nil }

    private func fault(_ message: String) -> JSONFault {
        let before = self.bytes[..<self.index]
        let line = before.count { $0 == 0x0A } + 1
        let column = self.index - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? self.bytes.startIndex) + 1
        return JSONFault(line: line, column: column, message: self.next == nil ? "ends too early" : message)
    }

    private mutating func skipSpace() {
        while let byte = self.next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { self.index += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard self.next == byte else { return false }
        self.index += 1
        return true
    }

    mutating func finish() throws(JSONFault) {
        self.skipSpace()
        if self.next != nil { throw self.fault("something follows the document") }
    }

    mutating func value(depth: Int) throws(JSONFault) -> JSONValue {
        if depth > JSONValue.depthMax { throw self.fault("nested too deep") }
        self.skipSpace()
        switch self.next {
        case UInt8(ascii: "{"): return try self.object(depth)
        case UInt8(ascii: "["): return try self.array(depth)
        case UInt8(ascii: "\""): return .string(try self.text())
        case UInt8(ascii: "t"): return try self.literal("true", .bool(true))
        case UInt8(ascii: "f"): return try self.literal("false", .bool(false))
        case UInt8(ascii: "n"): return try self.literal("null", .null)
        default: return try self.number()
        }
    }

    private mutating func literal(_ word: String, _ value: JSONValue) throws(JSONFault) -> JSONValue {
        for byte in word.utf8 {
            guard self.take(byte) else { throw self.fault("a value is expected") }
        }
        return value
    }

    private mutating func object(_ depth: Int) throws(JSONFault) -> JSONValue {
        self.index += 1
        var members: [JSONValue.Member] = []
        self.skipSpace()
        if self.take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            self.skipSpace()
            guard self.next == UInt8(ascii: "\"") else { throw self.fault("a key is expected") }
            let key = try self.text()
            if members.contains(where: { $0.key == key }) { throw self.fault("\"\(key)\" stands twice") }
            self.skipSpace()
            guard self.take(UInt8(ascii: ":")) else { throw self.fault("a colon is expected") }
            members.append(JSONValue.Member(key, try self.value(depth: depth + 1)))
            self.skipSpace()
            if self.take(UInt8(ascii: ",")) { continue }
            guard self.take(UInt8(ascii: "}")) else { throw self.fault("a comma or } is expected") }
            return .object(members)
        }
    }

    private mutating func array(_ depth: Int) throws(JSONFault) -> JSONValue {
        self.index += 1
        var items: [JSONValue] = []
        self.skipSpace()
        if self.take(UInt8(ascii: "]")) { return .array(items) }
        while true {
            items.append(try self.value(depth: depth + 1))
            self.skipSpace()
            if self.take(UInt8(ascii: ",")) { continue }
            guard self.take(UInt8(ascii: "]")) else { throw self.fault("a comma or ] is expected") }
            return .array(items)
        }
    }

    private mutating func number() throws(JSONFault) -> JSONValue {
        let start = self.index
        func isDigit(_ byte: UInt8?) -> Bool { byte.map { $0 >= 0x30 && $0 <= 0x39 } ?? false }
        _ = self.take(UInt8(ascii: "-"))
        guard isDigit(self.next) else { throw self.fault("a value is expected") }
        if !self.take(UInt8(ascii: "0")) { while isDigit(self.next) { self.index += 1 } }
        if self.take(UInt8(ascii: ".")) {
            guard isDigit(self.next) else { throw self.fault("a digit is expected") }
            while isDigit(self.next) { self.index += 1 }
        }
        if self.next == UInt8(ascii: "e") || self.next == UInt8(ascii: "E") {
            self.index += 1
            if self.next == UInt8(ascii: "+") || self.next == UInt8(ascii: "-") { self.index += 1 }
            guard isDigit(self.next) else { throw self.fault("a digit is expected") }
            while isDigit(self.next) { self.index += 1 }
        }
        return .number(String(decoding: self.bytes[start..<self.index], as: UTF8.self))
    }

    private mutating func text() throws(JSONFault) -> String {
        self.index += 1
        let start = self.index
        var hasEscapes = false
        while let byte = self.next, byte != UInt8(ascii: "\"") {
            if byte < 0x20 { throw self.fault("a control character stands in a text") }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                self.index += 1
                try self.checkEscape()
            } else {
                self.index += 1
            }
        }
        guard self.next != nil else { throw self.fault("a text does not end") }
        let raw = self.bytes[start..<self.index]
        self.index += 1
        guard let plain = String(validating: hasEscapes ? JSONText.decoded(Array(raw).span)[...] : raw, as: UTF8.self) else {
            throw self.fault("a text is not UTF-8")
        }
        return plain
    }

    private mutating func checkEscape() throws(JSONFault) {
        switch self.next {
        case UInt8(ascii: "u"):
            self.index += 1
            for _ in 0..<4 {
                guard let digit = self.next, Character(Unicode.Scalar(digit)).isHexDigit else { throw self.fault("a hexadecimal digit is expected") }
                self.index += 1
            }
        case let byte? where "\"\\/bfnrt".utf8.contains(byte): self.index += 1
        default: throw self.fault("no escape that JSON knows")
        }
    }
}
