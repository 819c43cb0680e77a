extension [UInt8] {
    init(copying text: Span<UInt8>) { self = unsafe text.withUnsafeBufferPointer { bytes in unsafe Array(bytes) } }

    mutating func append(_ text: Span<UInt8>) {
        unsafe text.withUnsafeBufferPointer { bytes in unsafe self.append(contentsOf: bytes) }
    }
}

func isASCII(_ text: Span<UInt8>) -> Bool {
    unsafe text.withUnsafeBytes { bytes in
        var seen: UInt64 = 0
        var index = 0
        while index + 8 <= bytes.count {
            seen |= unsafe bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            index += 8
        }
        while index < bytes.count {
            seen |= UInt64(unsafe bytes[index])
            index += 1
        }
        return seen & 0x8080_8080_8080_8080 == 0
    }
}

/// Length of the UTF-8 sequence that a byte leads, not more than there is.
func scalarLength(_ lead: UInt8, limit: Int) -> Int {
    min(max(1, limit), lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4)
}

/// Length of the text without a UTF-8 sequence that is cut off at its end.
func completeUTF8Prefix(_ text: Span<UInt8>) -> Int {
    var index = text.count
    while index > 0, text.count - index < 3 {
        index -= 1
        if text[index] & 0xC0 == 0x80 { continue }
        return text.count - index < scalarLength(text[index], limit: 4) ? index : text.count
    }
    return text.count
}
