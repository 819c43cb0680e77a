internal import Glibc

/// xoshiro256**, seeded once from the kernel: for jitter and request ids, never for secrets.
struct RandomSource: RandomNumberGenerator {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    init() {
        var system = SystemRandomNumberGenerator()
        self.state = (system.next() | 1, system.next(), system.next(), system.next())
    }

    mutating func next() -> UInt64 {
        func rotated(_ value: UInt64, _ count: UInt64) -> UInt64 { value << count | value >> (64 - count) }
        let result = rotated(self.state.1 &* 5, 7) &* 9
        let shifted = self.state.1 << 17
        self.state.2 ^= self.state.0
        self.state.3 ^= self.state.1
        self.state.1 ^= self.state.2
        self.state.0 ^= self.state.3
        self.state.2 ^= shifted
        self.state.3 = rotated(self.state.3, 45)
        return result
    }

    /// Uniform in 0..<1.
    mutating func fraction() -> Double { Double(self.next() >> 11) * 0x1p-53 }

    /// `req_` and 32 hexadecimal digits.
    mutating func requestID() -> [UInt8] {
        let digits: StaticString = "0123456789abcdef"
        var id: [UInt8] = [0x72, 0x65, 0x71, 0x5F]
        id.reserveCapacity(36)
        for _ in 0..<2 {
            var word = self.next()
            for _ in 0..<16 {
                id.append(unsafe digits.utf8Start[Int(word & 15)])
                word >>= 4
            }
        }
        return id
    }
}
