internal import Settings

/// The name of a listening socket in the service manager's descriptor store, `kt-HEX(address)-INDEX`.
///
/// Hexadecimal, since a name takes no colon (sd_pid_notify_with_fds(3)). At most 236 of 255 bytes: an address has at most 112.
struct StoredSocketName: Hashable, CustomStringConvertible {
    static let indexMax = 4095

    /// With its real port.
    let address: ListenAddress
    let index: Int

    init(_ address: ListenAddress, index: Int) {
        self.address = address
        self.index = index
    }

    /// nil for a name that is not ours.
    init?(_ name: String) {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "kt", let bytes = Self.bytes(parts[1]), let text = String(validating: bytes, as: UTF8.self),
            let address = ListenAddress(text), let index = Int(parts[2]), (0...Self.indexMax).contains(index), String(index) == parts[2]
        else { return nil }
        self.init(address, index: index)
    }

    var description: String {
        let digits = Array("0123456789abcdef".unicodeScalars)
        var hex = String.UnicodeScalarView()
        for byte in self.address.description.utf8 {
            hex.append(digits[Int(byte >> 4)])
            hex.append(digits[Int(byte & 15)])
        }
        return "kt-\(String(hex))-\(self.index)"
    }

    private static func bytes(_ hex: Substring) -> [UInt8]? {
        let digits = Array(hex.utf8)
        guard digits.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        for place in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Self.digit(digits[place]), let low = Self.digit(digits[place + 1]) else { return nil }
            bytes.append(high * 16 + low)
        }
        return bytes
    }

    private static func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
