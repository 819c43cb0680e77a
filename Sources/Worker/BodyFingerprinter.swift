internal import IPC

/// Makes the fingerprints of bodies: 128 bits, fast, and keyed, so that nobody outside can make two bodies with the same one.
///
/// Two lanes go over all bytes, sixteen at a time; a step multiplies two words to 128 bits and folds the halves.
struct BodyFingerprinter {
    private let keys: InlineArray<8, UInt64>

    /// - Parameter seed: the gateway's secret; workers with the same one agree.
    init(seed: [UInt8]) {
        // Words of the seed; what else is made from it has other words here.
        var state = Self.domain
        var padded = seed
        while padded.isEmpty || padded.count % 8 != 0 { padded.append(0) }
        for offset in stride(from: 0, to: padded.count, by: 8) {
            let word = (0..<8).reduce(UInt64(0)) { $0 | UInt64(padded[offset + $1]) << UInt64(8 * $1) }
            state = InlineArray { place in Self.folded(state[place] ^ word, Self.odd[place] ^ state[(place + 1) & 7]) ^ state[place] }
        }
        self.keys = InlineArray { place in Self.folded(state[place] ^ Self.odd[place], state[(place + 3) & 7] ^ Self.odd[7 - place]) }
    }

    func fingerprint(of body: Span<UInt8>) -> Fingerprint {
        let bytes = unsafe body.bytes
        let count = bytes.byteCount
        var first = self.keys[0]
        var second = self.keys[1]
        if count >= 16 {
            var offset = 0
            while offset + 16 < count {
                self.step(&first, &second, bytes.word(offset), bytes.word(offset + 8))
                offset += 16
            }
            // The last sixteen, some of them a second time: the length, below, tells such bodies apart.
            self.step(&first, &second, bytes.word(count - 16), bytes.word(count - 8))
        } else {
            var words: (UInt64, UInt64) = (0, 0)
            for offset in 0..<count {
                let byte = UInt64(body[offset]) << UInt64(8 * (offset & 7))
                if offset < 8 { words.0 |= byte } else { words.1 |= byte }
            }
            self.step(&first, &second, words.0, words.1)
        }
        let length = UInt64(count)
        let high = Self.folded(first ^ self.keys[4] ^ length, second ^ self.keys[5])
        let low = Self.folded(second ^ self.keys[6], first ^ self.keys[7] ^ length &* 0x9E37_79B9_7F4A_7C15)
        return Fingerprint(high: high, low: low)
    }

    /// The lanes take the same words, crossed and under keys of their own: bodies that meet in one lane do not meet in the other.
    @inline(__always)
    private func step(_ first: inout UInt64, _ second: inout UInt64, _ low: UInt64, _ high: UInt64) {
        first = Self.folded(low ^ self.keys[2], high ^ first)
        second = Self.folded(high ^ self.keys[3], low ^ second)
    }

    @inline(__always)
    private static func folded(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }

    /// "kt body fingerprint", and on.
    private static let domain: InlineArray<8, UInt64> = [
        0x6B74_2062_6F64_7920, 0x6669_6E67_6572_7072, 0x696E_7420_7631_0001, 0x2D35_8DCC_AA6C_78A5,
        0x8BB8_4B93_962E_ACC9, 0x4B33_A62E_D433_D4A3, 0x4D5A_2DA5_1DE1_AA47, 0xA076_1D64_78BD_642F,
    ]
    /// Odd, with half of their bits set.
    private static let odd: InlineArray<8, UInt64> = [
        0x9E37_79B9_7F4A_7C15, 0xE703_7ED1_A0B4_28DB, 0x8EBC_6AF0_9C88_C6E3, 0x5899_65CC_7537_4CC3,
        0x1D8E_4E27_C47D_124F, 0xEB44_ACCA_B455_D165, 0xD6E8_FEB8_6659_FD93, 0xA24B_AED4_963E_E407,
    ]
}

extension RawSpan {
    /// Eight bytes from `offset` on, the first one lowest; all must be in bounds.
    @inline(__always)
    fileprivate func word(_ offset: Int) -> UInt64 {
        UInt64(littleEndian: unsafe self.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
    }
}
