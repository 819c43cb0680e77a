// The one file of this module that reads memory without a bounds check per byte: eight bytes at a time.

private let everyByte: UInt64 = 0x0101_0101_0101_0101
private let everyHighBit: UInt64 = 0x8080_8080_8080_8080

/// The first place of `byte` in `start ..< end`.
func firstIndex(of byte: UInt8, in bytes: Span<UInt8>, from start: Int, to end: Int) -> Int? {
    precondition(0 <= start && start <= end && end <= bytes.count, "searching outside the bytes")
    let pattern = UInt64(byte) &* everyByte
    return unsafe bytes.withUnsafeBytes { memory -> Int? in
        var index = start
        while index &+ 8 <= end {
            let word = unsafe UInt64(littleEndian: memory.loadUnaligned(fromByteOffset: index, as: UInt64.self)) ^ pattern
            let zeros = (word &- everyByte) & ~word & everyHighBit
            if zeros != 0 { return index &+ zeros.trailingZeroBitCount >> 3 }
            index &+= 8
        }
        while index < end {
            if unsafe memory[index] == byte { return index }
            index &+= 1
        }
        return nil
    }
}

/// Whether every byte in `range` may stand in a field value: visible, space, tab, or at least 0x80 (RFC 9110 5.5).
func isFieldValue(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    precondition(0 <= range.lowerBound && range.upperBound <= bytes.count, "checking outside the bytes")
    return unsafe bytes.withUnsafeBytes { memory -> Bool in
        var index = range.lowerBound
        while index < range.upperBound {
            if index &+ 8 <= range.upperBound {
                let word = unsafe memory.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                let controls = (word &- (everyByte &* 0x20)) & ~word & everyHighBit
                let delete = word ^ (everyByte &* 0x7F)
                let deletes = (delete &- everyByte) & ~delete & everyHighBit
                if controls | deletes == 0 {
                    index &+= 8
                    continue
                }
            }
            guard unsafe isFieldValueByte(memory[index]) else { return false }
            index &+= 1
        }
        return true
    }
}

/// The end of the token that begins at `start`: the first place in `start ..< end` that is no `tchar`.
func endOfToken(in bytes: Span<UInt8>, from start: Int, to end: Int) -> Int {
    precondition(0 <= start && start <= end && end <= bytes.count, "searching outside the bytes")
    return unsafe bytes.withUnsafeBytes { memory -> Int in
        var index = start
        while index < end, unsafe ASCIISet.token.contains(memory[index]) { index &+= 1 }
        return index
    }
}

/// Makes the letters of each field's name lower case. Names are tokens, so all their bytes are ASCII.
func lowercaseNames(of fields: [HeaderField], in bytes: inout [UInt8]) {
    unsafe bytes.withUnsafeMutableBytes { memory in
        for field in fields {
            let name = field.name
            precondition(name.upperBound <= memory.count, "a name outside the bytes")
            var index = name.lowerBound
            while index &+ 8 <= name.upperBound {
                let word = unsafe memory.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                let fromA = word &+ everyByte &* (0x80 - 0x41)
                let beyondZ = word &+ everyByte &* (0x80 - 0x5B)
                unsafe memory.storeBytes(of: word | (fromA & ~beyondZ & everyHighBit) >> 2, toByteOffset: index, as: UInt64.self)
                index &+= 8
            }
            while index < name.upperBound {
                unsafe memory[index] = unsafe lowercased(memory[index])
                index &+= 1
            }
        }
    }
}

extension [UInt8] {
    /// Appends all of `bytes`.
    package mutating func append(copying bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe self.append(contentsOf: $0) }
    }

    /// Appends the text's UTF-8.
    mutating func append(copying text: StaticString) {
        text.withUTF8Buffer { unsafe self.append(contentsOf: $0) }
    }

    /// Appends the number in decimal.
    mutating func append(decimal number: Int) {
        precondition(number >= 0, "a negative length")
        if number < 10 {
            self.append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: number))
            return
        }
        self.append(decimal: number / 10)
        self.append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: number % 10))
    }

    /// Appends the number in hexadecimal.
    mutating func append(hexadecimal number: Int) {
        precondition(number >= 0, "a negative length")
        if number >= 16 { self.append(hexadecimal: number >> 4) }
        let digit = UInt8(truncatingIfNeeded: number & 15)
        self.append(digit < 10 ? UInt8(ascii: "0") &+ digit : UInt8(ascii: "a") &- 10 &+ digit)
    }
}

extension StaticString {
    /// Whether `bytes[range]` is this text, byte for byte.
    func equals(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count == self.utf8CodeUnitCount else { return false }
        return self.withUTF8Buffer { text -> Bool in
            var index = 0
            while index < range.count {
                guard unsafe text[index] == bytes[range.lowerBound &+ index] else { return false }
                index &+= 1
            }
            return true
        }
    }

    /// Whether `bytes[range]` is this lower-case text, whatever the case of its own ASCII letters.
    func equalsIgnoringCase(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count == self.utf8CodeUnitCount else { return false }
        return self.withUTF8Buffer { text -> Bool in
            var index = 0
            while index < range.count {
                guard unsafe text[index] == lowercased(bytes[range.lowerBound &+ index]) else { return false }
                index &+= 1
            }
            return true
        }
    }
}
