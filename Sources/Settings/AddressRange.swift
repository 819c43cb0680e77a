/// `10.0.0.0/8`, `2001:db8::/32`, or one address. IPv4 addresses written as IPv6 (`::ffff:10.0.0.1`) count as IPv4.
public struct AddressRange: Codable, Sendable, Hashable {
    /// 4 or 16 bytes in network order; bits behind the prefix are zero.
    public let bytes: [UInt8]
    public let prefixLength: Int

    /// nil when `text` is no address, or its prefix length is out of range, or bits behind the prefix are set.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = Self.address(String(parts[0])) else { return nil }
        var length = address.count * 8
        if parts.count == 2 {
            guard let given = Int(parts[1]), parts[1].utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), given <= length else { return nil }
            length = given
        }
        for bit in length..<(address.count * 8) where address[bit / 8] & (0x80 >> UInt8(bit % 8)) != 0 { return nil }
        self.bytes = address
        self.prefixLength = length
    }

    /// `address` as 4 or 16 bytes in network order.
    public func contains(_ address: [UInt8]) -> Bool {
        let address = Self.unmapped(address)
        guard address.count == self.bytes.count else { return false }
        for bit in 0..<self.prefixLength where (address[bit / 8] ^ self.bytes[bit / 8]) & (0x80 >> UInt8(bit % 8)) != 0 { return false }
        return true
    }

    /// An IPv4 (4 bytes) or IPv6 (16 bytes) address from its text (RFC 4291 section 2.2); no zone, no shortened IPv4.
    public static func address(_ text: String) -> [UInt8]? {
        if !text.contains(":") { return Self.version4(text) }
        guard let bytes = Self.version6(text) else { return nil }
        return Self.unmapped(bytes)
    }

    private static func unmapped(_ address: [UInt8]) -> [UInt8] {
        guard address.count == 16, address[..<10].allSatisfy({ $0 == 0 }), address[10] == 0xFF, address[11] == 0xFF else { return address }
        return Array(address[12...])
    }

    private static func version4(_ text: String) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard part.utf8.count <= 3, part.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), part == "0" || !part.hasPrefix("0"),
                let byte = UInt8(part)
            else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    private static func version6(_ text: String) -> [UInt8]? {
        var halves: [[UInt8]] = []
        var rest = Substring(text)
        var isShortened = false
        // At most one `::`, found by hand because `split` cannot tell it from an empty group.
        let characters = Array(rest.utf8)
        for index in characters.indices.dropLast() where characters[index] == 0x3A && characters[index + 1] == 0x3A {
            guard !isShortened, let head = Self.groups(Substring(String(decoding: characters[..<index], as: UTF8.self))) else { return nil }
            isShortened = true
            halves.append(head)
            rest = Substring(String(decoding: characters[(index + 2)...], as: UTF8.self))
        }
        guard let tail = Self.groups(rest) else { return nil }
        if !isShortened { return tail.count == 16 ? tail : nil }
        guard let head = halves.first, head.count + tail.count <= 14 else { return nil }
        return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    private static func groups(_ text: Substring) -> [UInt8]? {
        guard !text.isEmpty else { return [] }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        var bytes: [UInt8] = []
        for (index, part) in parts.enumerated() {
            if part.contains(".") {
                guard index == parts.count - 1, let four = Self.version4(String(part)) else { return nil }
                bytes += four
            } else {
                guard (1...4).contains(part.utf8.count), !part.hasPrefix("+"), !part.hasPrefix("-"), let group = UInt16(part, radix: 16) else {
                    return nil
                }
                bytes += [UInt8(group >> 8), UInt8(truncatingIfNeeded: group)]
            }
        }
        return bytes.count <= 16 ? bytes : nil
    }
}
