/// SipHash-2-4 with a result of 128 bits (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012; reference code of 2014 for the
/// long result): without the key nobody can say anything about the hash of a text.
struct SipHash {
    private var v0: UInt64
    private var v1: UInt64
    private var v2: UInt64
    private var v3: UInt64

    /// The two halves of the result, each with its first byte lowest.
    static func hash(_ bytes: Span<UInt8>, key: PlaceholderKey) -> (low: UInt64, high: UInt64) {
        var state = SipHash(key)
        return state.finish(bytes)
    }

    private init(_ key: PlaceholderKey) {
        self.v0 = key.low ^ 0x736F_6D65_7073_6575
        self.v1 = key.high ^ 0x646F_7261_6E64_6F6D ^ 0xEE
        self.v2 = key.low ^ 0x6C79_6765_6E65_7261
        self.v3 = key.high ^ 0x7465_6462_7974_6573
    }

    private mutating func finish(_ bytes: Span<UInt8>) -> (low: UInt64, high: UInt64) {
        let whole = bytes.count & ~7
        for start in stride(from: 0, to: whole, by: 8) { self.take(littleEndian(bytes, start..<(start + 8))) }
        self.take(littleEndian(bytes, whole..<bytes.count) | UInt64(truncatingIfNeeded: bytes.count) << 56)
        self.v2 ^= 0xEE
        let low = self.result()
        self.v1 ^= 0xDD
        return (low, self.result())
    }

    private mutating func take(_ word: UInt64) {
        self.v3 ^= word
        for _ in 0..<2 { self.round() }
        self.v0 ^= word
    }

    private mutating func result() -> UInt64 {
        for _ in 0..<4 { self.round() }
        return self.v0 ^ self.v1 ^ self.v2 ^ self.v3
    }

    private mutating func round() {
        self.v0 &+= self.v1
        self.v1 = Self.rotated(self.v1, 13) ^ self.v0
        self.v0 = Self.rotated(self.v0, 32)
        self.v2 &+= self.v3
        self.v3 = Self.rotated(self.v3, 16) ^ self.v2
        self.v0 &+= self.v3
        self.v3 = Self.rotated(self.v3, 21) ^ self.v0
        self.v2 &+= self.v1
        self.v1 = Self.rotated(self.v1, 17) ^ self.v2
        self.v2 = Self.rotated(self.v2, 32)
    }

    private static func rotated(_ word: UInt64, _ count: UInt64) -> UInt64 { word << count | word >> (64 - count) }
}

/// At most eight bytes as a number, the first one lowest.
func littleEndian(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64 {
    var word: UInt64 = 0
    for index in range { word |= UInt64(bytes[index]) << UInt64(8 * (index - range.lowerBound)) }
    return word
}
