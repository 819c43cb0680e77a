/// `Encoder` that fills a tree of `SettingsValue`. Containers hand out slots, because `Codable` fills nested containers late.
struct SettingsEncoder: Encoder {
    final class Slot {
        enum Content {
            case leaf(SettingsValue)
            case list([Slot])
            case record([(name: String, slot: Slot)])
        }
        var content = Content.leaf(.null)

        var value: SettingsValue {
            switch self.content {
            case .leaf(let value): value
            case .list(let slots): .list(slots.map(\.value))
            case .record(let members): .record(members.map { .init(name: $0.name, value: $0.slot.value) })
            }
        }

        func addMember(_ name: String) -> Slot {
            let slot = Slot()
            guard case .record(var members) = self.content else {
                self.content = .record([(name, slot)])
                return slot
            }
            members.append((name, slot))
            self.content = .record(members)
            return slot
        }

        func addItem() -> Slot {
            let slot = Slot()
            guard case .list(var slots) = self.content else {
                self.content = .list([slot])
                return slot
            }
            slots.append(slot)
            self.content = .list(slots)
            return slot
        }
    }

    let slot: Slot
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]

    static func fill(_ slot: Slot, with value: some Encodable) throws {
        if let leaf = Self.leaf(of: value) {
            slot.content = .leaf(leaf)
        } else {
            try value.encode(to: SettingsEncoder(slot: slot))
        }
    }

    private static func leaf(of value: some Encodable) -> SettingsValue? {
        switch value {
        case let flag as Bool: .bool(flag)
        case let text as String: .string(text)
        case let number as Double: .double(number)
        case let number as Float: .double(Double(number))
        case let number as any (FixedWidthInteger & SignedInteger): .signed(Int64(truncatingIfNeeded: number))
        case let number as any (FixedWidthInteger & UnsignedInteger): .unsigned(UInt64(truncatingIfNeeded: number))
        default: nil
        }
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(Keyed<Key>(slot: self.slot))
    }
    func unkeyedContainer() -> any UnkeyedEncodingContainer { Unkeyed(slot: self.slot) }
    func singleValueContainer() -> any SingleValueEncodingContainer { Single(slot: self.slot) }

    struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
        let slot: Slot
        let codingPath: [any CodingKey] = []

        init(slot: Slot) {
            self.slot = slot
            if case .record = slot.content { return }
            slot.content = .record([])
        }
        func encodeNil(forKey key: Key) throws { self.slot.addMember(key.stringValue).content = .leaf(.null) }
        func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
            try SettingsEncoder.fill(self.slot.addMember(key.stringValue), with: value)
        }
        func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<Nested> {
            KeyedEncodingContainer(Keyed<Nested>(slot: self.slot.addMember(key.stringValue)))
        }
        func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { Unkeyed(slot: self.slot.addMember(key.stringValue)) }
        func superEncoder() -> any Encoder { SettingsEncoder(slot: self.slot.addMember("super")) }
        func superEncoder(forKey key: Key) -> any Encoder { SettingsEncoder(slot: self.slot.addMember(key.stringValue)) }
    }

    struct Unkeyed: UnkeyedEncodingContainer {
        let slot: Slot
        let codingPath: [any CodingKey] = []
        var count: Int {
            guard case .list(let slots) = self.slot.content else { return 0 }
            return slots.count
        }

        init(slot: Slot) {
            self.slot = slot
            if case .list = slot.content { return }
            slot.content = .list([])
        }
        func encodeNil() throws { self.slot.addItem().content = .leaf(.null) }
        func encode<T: Encodable>(_ value: T) throws { try SettingsEncoder.fill(self.slot.addItem(), with: value) }
        func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
            KeyedEncodingContainer(Keyed<Nested>(slot: self.slot.addItem()))
        }
        func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { Unkeyed(slot: self.slot.addItem()) }
        func superEncoder() -> any Encoder { SettingsEncoder(slot: self.slot.addItem()) }
    }

    struct Single: SingleValueEncodingContainer {
        let slot: Slot
        let codingPath: [any CodingKey] = []
        func encodeNil() throws { self.slot.content = .leaf(.null) }
        func encode<T: Encodable>(_ value: T) throws { try SettingsEncoder.fill(self.slot, with: value) }
    }
}
