/// Text in characters that nobody sees.
enum HiddenPayload {
    /// Tag characters (U+E0020...U+E007E), each an ASCII character.
    static func tags(_ text: Span<UInt8>) -> [UInt8]? {
        self.bytes(text) { $0 >= 0xE0020 && $0 <= 0xE007E ? UInt8($0 - 0xE0000) : nil }
    }

    /// Variation selectors, each a byte: U+FE00...U+FE0F are 0 to 15, U+E0100...U+E01EF 16 to 255.
    static func selectors(_ text: Span<UInt8>) -> [UInt8]? {
        self.bytes(text) { scalar in
            switch scalar {
            case 0xFE00...0xFE0F: UInt8(scalar - 0xFE00)
            case 0xE0100...0xE01EF: UInt8(scalar - 0xE0100 + 16)
            default: nil
            }
        }
    }

    private static func bytes(_ text: Span<UInt8>, _ byte: (_ scalar: UInt32) -> UInt8?) -> [UInt8]? {
        var output: [UInt8] = []
        var index = 0
        while index < text.count {
            let (scalar, length) = UTF8Scalar.decode(text, at: index)
            if let byte = byte(scalar) { output.append(byte) }
            index += max(1, length)
        }
        return output.isEmpty ? nil : output
    }
}
