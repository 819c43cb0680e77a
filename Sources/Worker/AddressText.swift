internal import Glibc
internal import Server

/// Addresses as text and as bytes in network order.
enum AddressText {
    /// 4 or 16 bytes; nil when `text` is no address.
    static func bytes(_ text: String) -> [UInt8]? {
        var four = in_addr()
        if unsafe inet_pton(AF_INET, text, &four) == 1 {
            return unsafe withUnsafeBytes(of: four) { unsafe Array($0) }
        }
        var sixteen = in6_addr()
        if unsafe inet_pton(AF_INET6, text, &sixteen) == 1 {
            return Self.unmapped(unsafe withUnsafeBytes(of: sixteen) { unsafe Array($0) })
        }
        return nil
    }

    /// 4 or 16 bytes; nil for a socket without an IP address.
    static func bytes(_ address: ClientAddress) -> [UInt8]? {
        guard !address.isLocal else { return nil }
        var bytes: [UInt8] = []
        for half in [address.high, address.low] {
            for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: half >> UInt64(shift))) }
        }
        return Self.unmapped(bytes)
    }

    static func unmapped(_ address: [UInt8]) -> [UInt8] {
        let prefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        return address.count == 16 && address.starts(with: prefix) ? Array(address[12...]) : address
    }
}
