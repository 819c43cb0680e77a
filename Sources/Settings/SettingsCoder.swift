/// Turns `GatewaySettings` into bytes and back.
///
/// The bytes cross from `kt-compile` to the supervisor and the workers in a sealed memfd; they are made and read by one build, so the format
/// carries a version and no compatibility: `KTS`, a version byte, the table of member names (count, then length and UTF-8 of each), one value.
/// A value is a tag byte and its content; whole numbers are LEB128 (zigzag when signed). Members of a record stand in the order of their names, so
/// equal settings give equal bytes.
public enum SettingsCoder {
    /// Raise it with every change of the format; a change of the settings themselves needs none, a missing member is an error anyway.
    static let version: UInt8 = 1
    static let magic: [UInt8] = [0x4B, 0x54, 0x53]
    /// Deeper values are refused on both sides.
    static let depthMax = 64

    public static func encode(_ settings: GatewaySettings) -> [UInt8] {
        do {
            return try Self.encode(value: settings)
        } catch {
            preconditionFailure("settings are shallow values of plain types: \(error)")
        }
    }

    public static func decode(_ bytes: [UInt8]) throws(SettingsCodingFailure) -> GatewaySettings {
        try Self.decode(GatewaySettings.self, from: bytes)
    }

    static func encode(value: some Encodable) throws(SettingsCodingFailure) -> [UInt8] {
        let slot = SettingsEncoder.Slot()
        do {
            try SettingsEncoder.fill(slot, with: value)
        } catch {
            throw SettingsCodingFailure("cannot be encoded: \(error)")
        }
        var writer = SettingsWriter()
        return try writer.write(slot.value)
    }

    static func decode<T: Decodable>(_ type: T.Type, from bytes: [UInt8]) throws(SettingsCodingFailure) -> T {
        var reader = SettingsReader(bytes)
        let value = try reader.read()
        do {
            return try SettingsDecoder(value: value).decode(type)
        } catch {
            throw SettingsCodingFailure("does not fit: \(error)")
        }
    }
}

/// Why bytes are not settings, in words for the log.
public struct SettingsCodingFailure: Error, Sendable, Equatable, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}

/// What stands between `Codable` and the bytes.
enum SettingsValue: Equatable {
    case null
    case bool(Bool)
    case signed(Int64)
    case unsigned(UInt64)
    case double(Double)
    case string(String)
    case list([SettingsValue])
    case record([Member])

    struct Member: Equatable {
        var name: String
        var value: SettingsValue
    }

    enum Tag: UInt8 { case null, isFalse, isTrue, signed, unsigned, double, string, list, record }
}

/// Value to bytes.
struct SettingsWriter {
    private var names: [String: Int] = [:]
    private var namesInOrder: [String] = []
    private var body: [UInt8] = []

    mutating func write(_ value: SettingsValue) throws(SettingsCodingFailure) -> [UInt8] {
        try self.append(value, depth: 0)
        var bytes = SettingsCoder.magic
        bytes.append(SettingsCoder.version)
        Self.append(UInt64(self.namesInOrder.count), to: &bytes)
        for name in self.namesInOrder { Self.append(name, to: &bytes) }
        bytes += self.body
        return bytes
    }

    private mutating func append(_ value: SettingsValue, depth: Int) throws(SettingsCodingFailure) {
        guard depth <= SettingsCoder.depthMax else { throw SettingsCodingFailure("nested too deeply") }
        switch value {
        case .null: self.append(.null)
        case .bool(let flag): self.append(flag ? .isTrue : .isFalse)
        case .signed(let number):
            self.append(.signed)
            Self.append(UInt64(bitPattern: (number << 1) ^ (number >> 63)), to: &self.body)
        case .unsigned(let number):
            self.append(.unsigned)
            Self.append(number, to: &self.body)
        case .double(let number):
            self.append(.double)
            let bits = number.bitPattern
            for shift in stride(from: 0, to: 64, by: 8) { self.body.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift))) }
        case .string(let text):
            self.append(.string)
            Self.append(text, to: &self.body)
        case .list(let items):
            self.append(.list)
            Self.append(UInt64(items.count), to: &self.body)
            for item in items { try self.append(item, depth: depth + 1) }
        case .record(let members):
            self.append(.record)
            Self.append(UInt64(members.count), to: &self.body)
            for member in members.sorted(by: { $0.name < $1.name }) {
                Self.append(UInt64(self.index(of: member.name)), to: &self.body)
                try self.append(member.value, depth: depth + 1)
            }
        }
    }

    private mutating func append(_ tag: SettingsValue.Tag) { self.body.append(tag.rawValue) }

    private mutating func index(of name: String) -> Int {
        if let index = self.names[name] { return index }
        let index = self.namesInOrder.count
        self.names[name] = index
        self.namesInOrder.append(name)
        return index
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        self.append(UInt64(text.utf8.count), to: &bytes)
        bytes += text.utf8
    }

    private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }
}

/// Bytes to value; believes no length and no index.
struct SettingsReader {
    private let bytes: [UInt8]
    private var position = 0
    private var names: [String] = []

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func read() throws(SettingsCodingFailure) -> SettingsValue {
        for expected in SettingsCoder.magic {
            guard try self.byte() == expected else { throw SettingsCodingFailure("not encoded settings") }
        }
        let version = try self.byte()
        guard version == SettingsCoder.version else {
            throw SettingsCodingFailure("format \(version), this build reads \(SettingsCoder.version)")
        }
        let count = try self.count()
        self.names.reserveCapacity(count)
        for _ in 0..<count { self.names.append(try self.string()) }
        let value = try self.value(depth: 0)
        guard self.position == self.bytes.count else { throw SettingsCodingFailure("bytes after the end") }
        return value
    }

    private mutating func value(depth: Int) throws(SettingsCodingFailure) -> SettingsValue {
        guard depth <= SettingsCoder.depthMax else { throw SettingsCodingFailure("nested too deeply") }
        guard let tag = SettingsValue.Tag(rawValue: try self.byte()) else { throw SettingsCodingFailure("unknown tag") }
        switch tag {
        case .null: return .null
        case .isFalse: return .bool(false)
        case .isTrue: return .bool(true)
        case .signed:
            let raw = try self.number()
            return .signed(Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1))
        case .unsigned: return .unsigned(try self.number())
        case .double:
            var bits: UInt64 = 0
            for shift in stride(from: 0, to: 64, by: 8) { bits |= UInt64(try self.byte()) << UInt64(shift) }
            return .double(Double(bitPattern: bits))
        case .string: return .string(try self.string())
        case .list:
            let count = try self.count()
            var items: [SettingsValue] = []
            items.reserveCapacity(count)
            for _ in 0..<count { items.append(try self.value(depth: depth + 1)) }
            return .list(items)
        case .record:
            let count = try self.count()
            var members: [SettingsValue.Member] = []
            members.reserveCapacity(count)
            for _ in 0..<count {
                let index = try self.number()
                guard index < UInt64(self.names.count) else { throw SettingsCodingFailure("unknown member name") }
                members.append(.init(name: self.names[Int(index)], value: try self.value(depth: depth + 1)))
            }
            return .record(members)
        }
    }

    private mutating func byte() throws(SettingsCodingFailure) -> UInt8 {
        guard self.position < self.bytes.count else { throw SettingsCodingFailure("cut off") }
        defer { self.position += 1 }
        return self.bytes[self.position]
    }

    private mutating func number() throws(SettingsCodingFailure) -> UInt64 {
        var result: UInt64 = 0
        for shift in stride(from: 0, to: 64, by: 7) {
            let byte = try self.byte()
            guard shift < 63 || byte <= 1 else { throw SettingsCodingFailure("number too large") }
            result |= UInt64(byte & 0x7F) << UInt64(shift)
            if byte < 0x80 { return result }
        }
        throw SettingsCodingFailure("number too large")
    }

    /// A count of things that take at least a byte each, so that a lie about it reserves no memory.
    private mutating func count() throws(SettingsCodingFailure) -> Int {
        let count = try self.number()
        guard count <= UInt64(self.bytes.count - self.position) else { throw SettingsCodingFailure("cut off") }
        return Int(count)
    }

    private mutating func string() throws(SettingsCodingFailure) -> String {
        let count = try self.count()
        guard let text = String(validating: self.bytes[self.position..<self.position + count], as: UTF8.self) else {
            throw SettingsCodingFailure("invalid UTF-8")
        }
        self.position += count
        return text
    }
}
