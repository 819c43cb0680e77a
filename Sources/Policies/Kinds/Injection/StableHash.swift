/// FNV-1a with 64 bits: the same in every build, so that files of ours may hold its values.
struct StableHash {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    static func of(_ text: String) -> UInt64 {
        var hash = StableHash()
        hash.add(text)
        return hash.value
    }

    mutating func add(_ byte: UInt8) { self.value = (self.value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }

    mutating func add(_ text: String) {
        for byte in text.utf8 { self.add(byte) }
    }
}
