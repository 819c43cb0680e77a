/// Addresses of wallets, by their checksums.
enum CryptoRecognizers {
    static let all: [Recognizer] = [
        // Bitcoin, Litecoin, Dogecoin, Dash, Tron.
        Recognizer(
            type: "CRYPTO_WALLET", expression: #"\b[13LMDXT][1-9A-HJ-NP-Za-km-z]{25,34}\b"#,
            isCaseless: false, leftContextMax: 1, confirm: { text, match, _ in isBase58(text, match, base58Values) }, priority: 70),
        Recognizer(
            type: "CRYPTO_WALLET", expression: #"\br[1-9A-HJ-NP-Za-km-z]{24,34}\b"#,
            isCaseless: false, leftContextMax: 1, confirm: { text, match, _ in isBase58(text, match, rippleValues) }, priority: 70),
        Recognizer(
            type: "CRYPTO_WALLET", expression: #"\b(?:bc1|tb1|ltc1|addr1|stake1|cosmos1|osmo1|bnb1|inj1)[02-9ac-hj-np-z]{11,110}\b"#,
            isCaseless: true, leftContextMax: 1, confirm: isBech32, priority: 70),
        Recognizer(
            type: "CRYPTO_WALLET", expression: #"\b0x[0-9a-f]{40}\b"#,
            isCaseless: true, leftContextMax: 1, confirm: isEther, priority: 70),
        // Monero: 95 characters; Bitcoin Cash with its prefix.
        Recognizer(
            type: "CRYPTO_WALLET", expression: #"\b(?:[48][1-9A-HJ-NP-Za-km-z]{94}|bitcoincash:[qp][02-9ac-hj-np-z]{41})\b"#,
            isCaseless: false, leftContextMax: 1, confirm: { text, match, _ in SecretShape(text, match).isMixed }, priority: 70),
    ]

    private static func values(_ alphabet: String) -> [Int] {
        alphabet.utf8.enumerated().reduce(into: [Int](repeating: -1, count: 256)) { $0[Int($1.element)] = $1.offset }
    }
    private static let base58Values = values("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
    private static let rippleValues = values("rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz")
    private static let bech32Values = values("qpzry9x8gf2tvdw0s3jn54khce6mua7l")

    /// 25 bytes, the last four a hash of those before.
    private static func isBase58(_ text: Span<UInt8>, _ match: Range<Int>, _ values: [Int]) -> Bool {
        var decoded = InlineArray<25, UInt8>(repeating: 0)
        for index in match {
            var carry = values[Int(text[index])]
            if carry < 0 { return false }
            for place in decoded.indices.reversed() {
                carry += Int(decoded[place]) * 58
                decoded[place] = UInt8(carry & 0xFF)
                carry >>= 8
            }
            if carry != 0 { return false }
        }
        let check = ShortHash.sha256(ShortHash.sha256((0..<21).map { decoded[$0] }))
        return (0..<4).allSatisfy { decoded[21 + $0] == check[$0] }
    }

    /// BIP 173 and BIP 350.
    @Sendable private static func isBech32(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        let generators: InlineArray<5, UInt32> = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3]
        var polynomial: UInt32 = 1
        func step(_ value: UInt32) {
            let top = polynomial >> 25
            polynomial = (polynomial & 0x1ff_ffff) << 5 ^ value
            for bit in generators.indices where top >> UInt32(bit) & 1 == 1 { polynomial ^= generators[bit] }
        }
        guard let separator = match.last(where: { text[$0] == 0x31 }) else { return false }
        let prefix = match.lowerBound..<separator
        for index in prefix { step(UInt32(Byte.lowercased(text[index])) >> 5) }
        step(0)
        for index in prefix { step(UInt32(Byte.lowercased(text[index])) & 31) }
        for index in (separator + 1)..<match.upperBound {
            let value = self.bech32Values[Int(Byte.lowercased(text[index]))]
            if value < 0 { return false }
            step(UInt32(value))
        }
        return polynomial == 1 || polynomial == 0x2bc8_30a3
    }

    /// Letters of both cases are a checksum (EIP-55).
    @Sendable private static func isEther(_ text: Span<UInt8>, _ match: Range<Int>, _ next: UInt8?) -> Bool {
        if text.continuesNumber(match) { return false }
        let digits = (match.lowerBound + 2)..<match.upperBound
        let upper = digits.contains { text[$0] >= 0x41 && text[$0] <= 0x46 }
        let lower = digits.contains { text[$0] >= 0x61 && text[$0] <= 0x66 }
        guard upper && lower else { return !digits.allSatisfy { text[$0] == text[digits.lowerBound] } }
        let hash = Keccak.hash256(digits.map { Byte.lowercased(text[$0]) })
        for (place, index) in digits.enumerated() where Byte.isLetter(text[index]) {
            let nibble = place % 2 == 0 ? hash[place / 2] >> 4 : hash[place / 2] & 15
            if (nibble >= 8) != (text[index] < 0x60) { return false }
        }
        return true
    }
}

/// Keccak-256 as Ethereum has it (before FIPS 202 changed the padding) of values of one block.
enum Keccak {
    private static let rounds: [UInt64] = [
        0x0000_0000_0000_0001, 0x0000_0000_0000_8082, 0x8000_0000_0000_808A, 0x8000_0000_8000_8000, 0x0000_0000_0000_808B, 0x0000_0000_8000_0001,
        0x8000_0000_8000_8081, 0x8000_0000_0000_8009, 0x0000_0000_0000_008A, 0x0000_0000_0000_0088, 0x0000_0000_8000_8009, 0x0000_0000_8000_000A,
        0x0000_0000_8000_808B, 0x8000_0000_0000_008B, 0x8000_0000_0000_8089, 0x8000_0000_0000_8003, 0x8000_0000_0000_8002, 0x8000_0000_0000_0080,
        0x0000_0000_0000_800A, 0x8000_0000_8000_000A, 0x8000_0000_8000_8081, 0x8000_0000_0000_8080, 0x0000_0000_8000_0001, 0x8000_0000_8000_8008,
    ]
    private static let rotations: [UInt64] = [1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44]
    private static let lanes: [Int] = [10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1]
    private static let rate = 136

    static func hash256(_ bytes: [UInt8]) -> [UInt8] {
        precondition(bytes.count < self.rate, "one block only")
        var block = bytes + [UInt8](repeating: 0, count: self.rate - bytes.count)
        block[bytes.count] ^= 0x01
        block[self.rate - 1] ^= 0x80
        var state = [UInt64](repeating: 0, count: 25)
        for (index, byte) in block.enumerated() { state[index / 8] ^= UInt64(byte) << UInt64(index % 8 * 8) }
        for round in self.rounds { self.permute(&state, round) }
        return (0..<32).map { UInt8(truncatingIfNeeded: state[$0 / 8] >> UInt64($0 % 8 * 8)) }
    }

    private static func permute(_ state: inout [UInt64], _ round: UInt64) {
        func rotated(_ value: UInt64, _ count: UInt64) -> UInt64 { value << count | value >> (64 - count) }
        var parity = [UInt64](repeating: 0, count: 5)
        for lane in 0..<25 { parity[lane % 5] ^= state[lane] }
        for lane in 0..<25 {
            let right = rotated(parity[(lane + 1) % 5], 1)
            state[lane] ^= parity[(lane + 4) % 5] ^ right
        }
        var carried = state[1]
        for (lane, rotation) in zip(self.lanes, self.rotations) { (carried, state[lane]) = (state[lane], rotated(carried, rotation)) }
        for row in stride(from: 0, to: 25, by: 5) {
            let old = Array(state[row..<(row + 5)])
            for column in 0..<5 {
                let masked = ~old[(column + 1) % 5] & old[(column + 2) % 5]
                state[row + column] = old[column] ^ masked
            }
        }
        state[0] ^= round
    }
}
