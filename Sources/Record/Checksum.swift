internal import Exchange

/// CRC-32C (Castagnoli; RFC 3720, appendix B.4), eight bytes at a time by tables.
enum Checksum {
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var value = UInt32(byte)
            for _ in 0..<8 { value = value & 1 != 0 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
            tables[byte] = value
        }
        for byte in 0..<256 {
            for table in 1..<8 {
                let before = tables[(table - 1) * 256 + byte]
                tables[table * 256 + byte] = before >> 8 ^ tables[Int(before & 0xFF)]
            }
        }
        return tables
    }()

    static func crc32c(_ bytes: Span<UInt8>) -> UInt32 {
        let tables = Self.tables.span
        var value: UInt32 = 0xFFFF_FFFF
        var index = 0
        while index + 8 <= bytes.count {
            var next: UInt32 = 0
            for offset in 0..<4 {
                let low = UInt8(truncatingIfNeeded: value >> UInt32(8 * offset)) ^ bytes[index + offset]
                next ^= tables[(7 - offset) * 256 + Int(low)]
                next ^= tables[(3 - offset) * 256 + Int(bytes[index + 4 + offset])]
            }
            value = next
            index += 8
        }
        while index < bytes.count {
            value = value >> 8 ^ tables[Int(UInt8(truncatingIfNeeded: value) ^ bytes[index])]
            index += 1
        }
        return ~value
    }
}
