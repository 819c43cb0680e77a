/// `Decoder` over a tree of `SettingsValue`.
struct SettingsDecoder: Decoder {
    let value: SettingsValue
    let codingPath: [any CodingKey]
    let userInfo: [CodingUserInfoKey: Any] = [:]

    init(value: SettingsValue, codingPath: [any CodingKey] = []) {
        self.value = value
        self.codingPath = codingPath
    }

    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        switch type {
        case is Bool.Type:
            if case .bool(let flag) = self.value, let result = flag as? T { return result }
        case is String.Type:
            if case .string(let text) = self.value, let result = text as? T { return result }
        case is Double.Type:
            if case .double(let number) = self.value, let result = number as? T { return result }
        case is Float.Type:
            if case .double(let number) = self.value, let result = Float(number) as? T { return result }
        case let integer as any FixedWidthInteger.Type:
            if let result = self.integer(integer) as? T { return result }
        default:
            return try type.init(from: self)
        }
        throw self.mismatch(type)
    }

    private func integer<I: FixedWidthInteger>(_ type: I.Type) -> I? {
        switch self.value {
        case .signed(let number): I(exactly: number)
        case .unsigned(let number): I(exactly: number)
        default: nil
        }
    }

    private func mismatch(_ type: Any.Type) -> DecodingError {
        .typeMismatch(type, .init(codingPath: self.codingPath, debugDescription: "other type or out of its range"))
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .record(let members) = self.value else { throw self.mismatch([String: Any].self) }
        return KeyedDecodingContainer(Keyed<Key>(members: members, codingPath: self.codingPath))
    }
    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .list(let items) = self.value else { throw self.mismatch([Any].self) }
        return Unkeyed(items: items, codingPath: self.codingPath)
    }
    func singleValueContainer() throws -> any SingleValueDecodingContainer { Single(decoder: self) }

    struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let members: [SettingsValue.Member]
        let codingPath: [any CodingKey]

        var allKeys: [Key] { self.members.compactMap { Key(stringValue: $0.name) } }
        func contains(_ key: Key) -> Bool { self.members.contains { $0.name == key.stringValue } }

        private func decoder(_ key: Key) throws -> SettingsDecoder {
            guard let member = self.members.first(where: { $0.name == key.stringValue }) else {
                throw DecodingError.keyNotFound(key, .init(codingPath: self.codingPath, debugDescription: "missing"))
            }
            return SettingsDecoder(value: member.value, codingPath: self.codingPath + [key])
        }
        func decodeNil(forKey key: Key) throws -> Bool { try self.decoder(key).value == .null }
        func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try self.decoder(key).decode(type) }
        func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws -> KeyedDecodingContainer<Nested> {
            try self.decoder(key).container(keyedBy: type)
        }
        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { try self.decoder(key).unkeyedContainer() }
        func superDecoder() throws -> any Decoder {
            SettingsDecoder(value: self.members.first { $0.name == "super" }?.value ?? .null, codingPath: self.codingPath)
        }
        func superDecoder(forKey key: Key) throws -> any Decoder { try self.decoder(key) }
    }

    struct Unkeyed: UnkeyedDecodingContainer {
        let items: [SettingsValue]
        let codingPath: [any CodingKey]
        private(set) var currentIndex = 0
        var count: Int? { self.items.count }
        var isAtEnd: Bool { self.currentIndex == self.items.count }

        init(items: [SettingsValue], codingPath: [any CodingKey]) {
            self.items = items
            self.codingPath = codingPath
        }
        private mutating func next() throws -> SettingsDecoder {
            guard !self.isAtEnd else {
                throw DecodingError.valueNotFound(Any.self, .init(codingPath: self.codingPath, debugDescription: "list is too short"))
            }
            defer { self.currentIndex += 1 }
            return SettingsDecoder(value: self.items[self.currentIndex], codingPath: self.codingPath)
        }
        mutating func decodeNil() throws -> Bool {
            guard !self.isAtEnd, self.items[self.currentIndex] == .null else { return false }
            self.currentIndex += 1
            return true
        }
        mutating func decode<T: Decodable>(_ type: T.Type) throws -> T { try self.next().decode(type) }
        mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws -> KeyedDecodingContainer<Nested> {
            try self.next().container(keyedBy: type)
        }
        mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try self.next().unkeyedContainer() }
        mutating func superDecoder() throws -> any Decoder { try self.next() }
    }

    struct Single: SingleValueDecodingContainer {
        let decoder: SettingsDecoder
        var codingPath: [any CodingKey] { self.decoder.codingPath }
        func decodeNil() -> Bool { self.decoder.value == .null }
        func decode<T: Decodable>(_ type: T.Type) throws -> T { try self.decoder.decode(type) }
    }
}
