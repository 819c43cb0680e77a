/// Check digits of published number formats. Each takes a value without separators.
enum Checksum {
    /// ISO/IEC 7812-1, annex B.
    static func luhn(_ value: CompactValue, _ range: Range<Int>) -> Bool {
        var sum = 0
        for (place, index) in range.reversed().enumerated() {
            let digit = value.digit(index)
            sum += place % 2 == 0 ? digit : (digit < 5 ? digit * 2 : digit * 2 - 9)
        }
        return sum % 10 == 0
    }

    static func luhn(_ value: CompactValue) -> Bool { self.luhn(value, 0..<value.count) }

    /// ISO 7064 mod 97-10 over letters and digits, the first four moved to the end (ISO 13616).
    static func mod97(_ value: CompactValue) -> Int {
        var remainder = 0
        for place in 0..<value.count {
            let byte = value[(place + 4) % value.count]
            remainder = Byte.isDigit(byte)
                ? (remainder * 10 + Int(byte) - 0x30) % 97 : (remainder * 100 + Int(byte) - 0x37) % 97
        }
        return remainder
    }

    /// Sum of digits times weights.
    static func weighted(_ value: CompactValue, _ weights: [Int], from start: Int = 0) -> Int {
        var sum = 0
        for (offset, weight) in weights.enumerated() { sum += value.digit(start + offset) * weight }
        return sum
    }

    /// ISO 7064 mod 11,10: Steuer-ID and USt-IdNr; the last digit of `range` is the check digit.
    static func mod11And10(_ value: CompactValue, _ range: Range<Int>) -> Bool {
        var product = 10
        for index in range.dropLast() {
            let sum = (value.digit(index) + product) % 10
            product = (sum == 0 ? 10 : sum) * 2 % 11
        }
        return (11 - product) % 10 == value.digit(range.upperBound - 1)
    }

    /// EAN-13, used by the Swiss AHV number.
    static func ean13(_ value: CompactValue) -> Bool {
        var sum = 0
        for index in 0..<13 { sum += value.digit(index) * (index % 2 == 0 ? 1 : 3) }
        return value.count == 13 && sum % 10 == 0
    }

    /// Verhoeff (1969) over all digits but the one at `skipped`.
    static func verhoeff(_ value: CompactValue, skipping skipped: Int) -> Bool {
        let permutation = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]
        var check = 0
        var place = 0
        for index in (0..<value.count).reversed() where index != skipped {
            var digit = value.digit(index)
            for _ in 0..<(place % 8) { digit = permutation[digit] }
            // The product in the dihedral group of ten elements.
            switch (check < 5, digit < 5) {
            case (true, true): check = (check + digit) % 5
            case (true, false): check = (check + digit - 5) % 5 + 5
            case (false, true): check = (check - 5 - digit + 5) % 5 + 5
            case (false, false): check = (check - digit + 5) % 5
            }
            place += 1
        }
        return check == 0
    }

    /// The letter of a Spanish DNI for its number.
    static func spanishLetter(_ number: Int) -> UInt8 { self.spanishLetters[number % 23] }
    private static let spanishLetters = Array("TRWAGMYFPDXBNJZSQVHLCKE".utf8)

    static func isCalendarDay(year: Int, month: Int, day: Int) -> Bool {
        guard (1...12).contains(month), day >= 1 else { return false }
        let days = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        let isLeap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
        return day <= days[month - 1] && (month != 2 || day < 29 || isLeap)
    }
}

/// SHA-256 (FIPS 180-4) of short values, for the checksum of base58 addresses.
enum ShortHash {
    private static let constants: [UInt32] = [
        0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
        0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
        0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
        0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
        0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
        0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
        0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
        0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
    ]

    /// `bytes` has at most 55 bytes, one block.
    static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        precondition(bytes.count <= 55, "one block only")
        var words = InlineArray<64, UInt32>(repeating: 0)
        for (index, byte) in bytes.enumerated() { words[index / 4] |= UInt32(byte) << UInt32(24 - index % 4 * 8) }
        words[bytes.count / 4] |= 0x80 << UInt32(24 - bytes.count % 4 * 8)
        words[15] = UInt32(bytes.count * 8)
        func rotated(_ value: UInt32, _ count: UInt32) -> UInt32 { value >> count | value << (32 - count) }
        for index in 16..<64 {
            let (near, far) = (words[index - 15], words[index - 2])
            let low = rotated(near, 7) ^ rotated(near, 18) ^ near >> 3
            let high = rotated(far, 17) ^ rotated(far, 19) ^ far >> 10
            words[index] = words[index - 16] &+ low &+ words[index - 7] &+ high
        }
        let initial: InlineArray<8, UInt32> = [
            0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
        ]
        var state = initial
        for index in 0..<64 {
            let sum1 = rotated(state[4], 6) ^ rotated(state[4], 11) ^ rotated(state[4], 25)
            let choice = state[4] & state[5] ^ ~state[4] & state[6]
            let first = state[7] &+ sum1 &+ choice &+ Self.constants[index] &+ words[index]
            let sum0 = rotated(state[0], 2) ^ rotated(state[0], 13) ^ rotated(state[0], 22)
            let majority = state[0] & state[1] ^ state[0] & state[2] ^ state[1] & state[2]
            for place in (1..<8).reversed() { state[place] = state[place - 1] }
            state[4] &+= first
            state[0] = first &+ sum0 &+ majority
        }
        return state.indices.flatMap { index in
            let word = state[index] &+ initial[index]
            return [UInt8(word >> 24), UInt8(word >> 16 & 0xFF), UInt8(word >> 8 & 0xFF), UInt8(word & 0xFF)]
        }
    }
}
