/// Check digits of VAT numbers by country (the Commission's VIES; algorithms as tax offices publish them).
enum VATChecks {
    enum Result { case right, wrong, none }

    /// `value` begins with the country's letters.
    static func check(_ value: CompactValue) -> Result {
        let digits = value.count - 2
        func isNumeric(_ range: ClosedRange<Int>) -> Bool { range.contains(digits) && value.digitCount == digits }
        func result(_ isRight: Bool) -> Result { isRight ? .right : .wrong }
        func weighted(_ weights: [Int]) -> Int { Checksum.weighted(value, weights, from: 2) }
        switch (value[0], value[1]) {
        case (0x41, 0x54): return result(value[2] == 0x55 && value.count == 11 && value.digitCount == 8 && self.austrian(value))
        case (0x42, 0x45): return result(isNumeric(10...10) && value.digit(2) < 2 && 97 - value.number(2..<10) % 97 == value.number(10..<12))
        case (0x42, 0x47): return result(isNumeric(9...9) && self.bulgarian(value) || isNumeric(10...10) && self.bulgarianPerson(value))
        case (0x43, 0x48): return result(self.swiss(value))
        case (0x43, 0x59): return result(value.count == 11 && value.digitCount == 8 && self.cypriot(value))
        case (0x43, 0x5A):
            if isNumeric(8...8) { return result(self.czech(value)) }
            if isNumeric(10...10) { return result(value.number(2..<12) % 11 == 0) }
            return isNumeric(9...9) ? .none : .wrong
        case (0x44, 0x45): return result(isNumeric(9...9) && value.digit(2) > 0 && Checksum.mod11And10(value, 2..<11))
        case (0x44, 0x4B): return result(isNumeric(8...8) && weighted([2, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0)
        case (0x45, 0x45): return result(isNumeric(9...9) && weighted([3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 == 0)
        case (0x45, 0x4C), (0x47, 0x52):
            return result(isNumeric(9...9) && weighted([256, 128, 64, 32, 16, 8, 4, 2]) % 11 % 10 == value.digit(10))
        case (0x45, 0x53): return result(value.count == 11 && self.spanish(value, from: 2))
        case (0x46, 0x49):
            let remainder = weighted([7, 9, 10, 5, 8, 4, 2]) % 11
            return result(isNumeric(8...8) && remainder != 1 && value.digit(9) == (remainder == 0 ? 0 : 11 - remainder))
        case (0x46, 0x52): return result(value.count == 13 && self.french(value))
        case (0x47, 0x42), (0x58, 0x49): return result((isNumeric(9...9) || isNumeric(12...12)) && self.british(value))
        case (0x48, 0x52): return result(isNumeric(11...11) && Checksum.mod11And10(value, 2..<13))
        case (0x48, 0x55): return result(isNumeric(8...8) && (10 - weighted([9, 7, 3, 1, 9, 7, 3]) % 10) % 10 == value.digit(9))
        case (0x49, 0x45): return result(self.irish(value, from: 2))
        case (0x49, 0x54): return result(isNumeric(11...11) && value.number(2..<9) > 0 && Checksum.luhn(value, 2..<13))
        case (0x4C, 0x54): return result(isNumeric(9...9) && self.lithuanian(value, 9) || isNumeric(12...12) && self.lithuanian(value, 12))
        case (0x4C, 0x55): return result(isNumeric(8...8) && value.number(2..<8) % 89 == value.number(8..<10))
        case (0x4C, 0x56): return isNumeric(11...11) ? self.latvian(value) : .wrong
        case (0x4D, 0x54): return result(isNumeric(8...8) && value.digit(2) > 0 && weighted([3, 4, 6, 7, 8, 9, 10, 1]) % 37 == 0)
        case (0x4E, 0x4C): return result(self.dutch(value))
        case (0x4E, 0x4F): return result(self.norwegian(value))
        case (0x50, 0x4C): return result(isNumeric(10...10) && self.polish(value, from: 2))
        case (0x50, 0x54): return result(isNumeric(9...9) && NationalRecognizers.hasNIFCheckDigit(value, from: 2))
        case (0x52, 0x4F): return result(isNumeric(4...10) && self.romanian(value))
        case (0x53, 0x45): return result(isNumeric(12...12) && Checksum.luhn(value, 2..<12))
        case (0x53, 0x49):
            let check = 11 - weighted([8, 7, 6, 5, 4, 3, 2]) % 11
            return result(isNumeric(8...8) && value.digit(2) > 0 && check != 11 && check % 10 == value.digit(9))
        case (0x53, 0x4B): return result(isNumeric(10...10) && value.digit(2) > 0 && value.number(2..<12) % 11 == 0)
        default: return .wrong
        }
    }

    private static func austrian(_ value: CompactValue) -> Bool {
        let sum = (0..<7).reduce(0) { sum, index in
            let digit = value.digit(3 + index)
            return sum + (index % 2 == 0 ? digit : digit / 5 + digit * 2 % 10)
        }
        return (10 - (sum + 4) % 10) % 10 == value.digit(10)
    }

    private static func bulgarian(_ value: CompactValue) -> Bool {
        var check = Checksum.weighted(value, [1, 2, 3, 4, 5, 6, 7, 8], from: 2) % 11
        if check == 10 { check = Checksum.weighted(value, [3, 4, 5, 6, 7, 8, 9, 10], from: 2) % 11 % 10 }
        return check == value.digit(10)
    }

    /// Of a citizen, of a foreigner, of anyone else.
    private static func bulgarianPerson(_ value: CompactValue) -> Bool {
        let check = value.digit(11)
        if Checksum.weighted(value, [2, 4, 8, 5, 10, 9, 7, 3, 6], from: 2) % 11 % 10 == check { return true }
        if Checksum.weighted(value, [21, 19, 17, 13, 11, 9, 7, 3, 1], from: 2) % 10 == check { return true }
        return (11 - Checksum.weighted(value, [4, 3, 2, 7, 6, 5, 4, 3, 2], from: 2) % 11) % 11 == check
    }

    private static func swiss(_ value: CompactValue) -> Bool {
        guard value[2] == 0x45, value.digitCount == 9, (3..<12).allSatisfy({ Byte.isDigit(value[$0]) }) else { return false }
        let isNamed = value.count == 12 || value.starts(with: "MWST", at: 12) || value.starts(with: "TVA", at: 12) || value.starts(with: "IVA", at: 12)
        return isNamed && (11 - Checksum.weighted(value, [5, 4, 3, 2, 7, 6, 5, 4], from: 3) % 11) % 11 == value.digit(11)
    }

    private static func cypriot(_ value: CompactValue) -> Bool {
        let odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21]
        let sum = (0..<8).reduce(0) { $0 + ($1 % 2 == 0 ? odd[value.digit(2 + $1)] : value.digit(2 + $1)) }
        return value[10] == UInt8(0x41 + sum % 26)
    }

    private static func czech(_ value: CompactValue) -> Bool {
        let check = 11 - Checksum.weighted(value, [8, 7, 6, 5, 4, 3, 2], from: 2) % 11
        return value.digit(2) != 9 && (check == 10 ? 0 : check == 11 ? 1 : check) == value.digit(9)
    }

    private static func french(_ value: CompactValue) -> Bool {
        guard (4..<13).allSatisfy({ Byte.isDigit(value[$0]) }) else { return false }
        let company = value.number(4..<13)
        if Byte.isDigit(value[2]) && Byte.isDigit(value[3]) { return (12 + 3 * (company % 97)) % 97 == value.number(2..<4) }
        // Keys with a letter, of which I and O are not used.
        func place(_ byte: UInt8) -> Int {
            if Byte.isDigit(byte) { return Int(byte) - 0x30 }
            return Int(byte) - 0x41 + 10 - (byte > 0x49 ? 1 : 0) - (byte > 0x4F ? 1 : 0)
        }
        if value[2] == 0x49 || value[2] == 0x4F || value[3] == 0x49 || value[3] == 0x4F { return false }
        let key = Byte.isDigit(value[2]) ? place(value[2]) * 24 + place(value[3]) - 10 : place(value[2]) * 34 + place(value[3]) - 100
        return (company + 1 + key / 11) % 11 == key % 11
    }

    private static func british(_ value: CompactValue) -> Bool {
        let sum = Checksum.weighted(value, [8, 7, 6, 5, 4, 3, 2], from: 2) + value.number(9..<11)
        return value.number(2..<11) > 0 && (sum % 97 == 0 || (sum + 55) % 97 == 0)
    }

    /// Also the personal number: seven digits and one or two letters; an older form has its second place in letters.
    static func irish(_ value: CompactValue, from start: Int) -> Bool {
        let letters = value.count - start - 7
        guard letters == 1 || letters == 2, (0..<7).allSatisfy({ $0 == 1 || Byte.isDigit(value[start + $0]) }) else { return false }
        var sum: Int
        if Byte.isDigit(value[start + 1]) {
            sum = Checksum.weighted(value, [8, 7, 6, 5, 4, 3, 2], from: start)
            if letters == 2 {
                let second = value[start + 8]
                guard second >= 0x41 && second <= 0x49 || second == 0x57 else { return false }
                sum += second == 0x57 ? 0 : 9 * Int(second - 0x40)
            }
        } else {
            guard letters == 1 else { return false }
            sum = Checksum.weighted(value, [7, 6, 5, 4, 3], from: start + 2) + 2 * value.digit(start)
        }
        return value[start + 7] == (sum % 23 == 0 ? 0x57 : UInt8(0x40 + sum % 23))
    }

    private static func lithuanian(_ value: CompactValue, _ count: Int) -> Bool {
        let last = count + 1
        guard value.digit(last - 1) == 1 else { return false }
        var sum = (0..<(count - 1)).reduce(0) { $0 + value.digit(2 + $1) * ($1 % 9 + 1) } % 11
        if sum == 10 { sum = (0..<(count - 1)).reduce(0) { $0 + value.digit(2 + $1) * (($1 + 2) % 9 + 1) } % 11 % 10 }
        return sum == value.digit(last)
    }

    private static func latvian(_ value: CompactValue) -> Result {
        if value.digit(2) > 3 { return Checksum.weighted(value, [9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1], from: 2) % 11 == 3 ? .right : .wrong }
        // Of a person; those given since 2017 have no check digit.
        if value.number(2..<4) == 32 { return .none }
        return (1 + Checksum.weighted(value, [10, 5, 8, 4, 2, 1, 6, 3, 7, 9], from: 2)) % 11 % 10 == value.digit(12) ? .right : .wrong
    }

    private static func dutch(_ value: CompactValue) -> Bool {
        guard value.count == 14, value[11] == 0x42, value.digitCount == 11 else { return false }
        if Checksum.weighted(value, [9, 8, 7, 6, 5, 4, 3, 2], from: 2) % 11 == value.digit(10) { return true }
        // Since 2020: mod 97 over the whole number, letters as two digits.
        var remainder = 0
        for index in 0..<value.count {
            let byte = value[index]
            remainder = Byte.isDigit(byte) ? (remainder * 10 + Int(byte) - 0x30) % 97 : (remainder * 100 + Int(byte) - 0x37) % 97
        }
        return remainder == 1
    }

    private static func norwegian(_ value: CompactValue) -> Bool {
        guard value.digitCount == 9, (2..<11).allSatisfy({ Byte.isDigit(value[$0]) }), value.count == 11 || value.starts(with: "MVA", at: 11)
        else { return false }
        return value.count <= 14 && (11 - Checksum.weighted(value, [3, 2, 7, 6, 5, 4, 3, 2], from: 2) % 11) % 11 == value.digit(10)
    }

    static func polish(_ value: CompactValue, from start: Int) -> Bool {
        Checksum.weighted(value, [6, 5, 7, 2, 3, 4, 5, 6, 7], from: start) % 11 == value.digit(start + 9)
    }

    private static func romanian(_ value: CompactValue) -> Bool {
        let weights = [7, 5, 3, 2, 1, 7, 5, 3, 2]
        let digits = value.count - 3
        let sum = (0..<digits).reduce(0) { $0 + value.digit(2 + $1) * weights[9 - digits + $1] }
        return value.digit(2) > 0 && sum * 10 % 11 % 10 == value.digit(value.count - 1)
    }

    static func spanish(_ value: CompactValue, from start: Int) -> Bool {
        guard value.count == start + 9, (1..<8).allSatisfy({ Byte.isDigit(value[start + $0]) }) else { return false }
        let (first, last) = (value[start], value[start + 8])
        if Byte.isDigit(first) { return last == Checksum.spanishLetter(value.number(start..<(start + 8))) }
        if first >= 0x58 {  // X, Y, Z: a foreigner's number
            return last == Checksum.spanishLetter(Int(first - 0x58) * 10_000_000 + value.number((start + 1)..<(start + 8)))
        }
        var sum = 0
        for index in 0..<7 {
            let digit = value.digit(start + 1 + index)
            sum += index % 2 == 0 ? digit * 2 / 10 + digit * 2 % 10 : digit
        }
        let control = (10 - sum % 10) % 10
        return Byte.isDigit(last) ? Int(last) - 0x30 == control : last == Array("JABCDEFGHI".utf8)[control]
    }
}
