internal import Server

/// A client's address as bytes in network order.
enum AddressBytes {
    /// 16 bytes, an IPv4 address mapped into them; nil for a socket without an IP address.
    static func of(_ address: ClientAddress) -> [UInt8]? {
        guard !address.isLocal else { return nil }
        var bytes: [UInt8] = []
        for half in [address.high, address.low] {
            for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: half >> UInt64(shift))) }
        }
        return bytes
    }
}
