internal import Settings

/// Who may use the gateway: the gateway's own token and the address list. Made once from a configuration.
struct Admission {
    private let token: [UInt8]?
    private let allowlist: [AddressRange]?

    /// - Parameter token: nil: the gateway is open.
    init(token: [UInt8]?, allowlist: AddressAllowlist) {
        self.token = token
        self.allowlist = allowlist.enabled ? allowlist.cidrs.compactMap(AddressRange.init) : nil
    }

    /// Compares `authorization: Bearer TOKEN` with the gateway's token, in time that does not depend on where they differ.
    func accepts(authorization: [UInt8]?) -> Bool {
        guard let token else { return true }
        guard let authorization, authorization.count > 7, Self.isBearer(authorization) else { return false }
        let given = authorization[7...]
        var difference = UInt8(given.count == token.count ? 0 : 1)
        for index in token.indices { difference |= token[index] ^ (index < given.count ? given[given.startIndex + index] : 0xFF) }
        return difference == 0
    }

    private static func isBearer(_ value: [UInt8]) -> Bool {
        zip(value, "bearer ".utf8).allSatisfy { $0 | 0x20 == $1 | 0x20 }
    }

    /// - Parameter address: 4 or 16 bytes in network order; nil for a Unix-domain socket, which the file system guards.
    func accepts(address: [UInt8]?) -> Bool {
        guard let allowlist else { return true }
        guard let address else { return true }
        return allowlist.contains { $0.contains(address) }
    }
}

/// `10.0.0.0/8` or `2001:db8::/32`.
struct AddressRange: Equatable {
    private let prefix: [UInt8]
    private let bits: Int

    /// nil when `text` is no address or range; `Config` has refused such a one already.
    init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1)
        guard let first = parts.first, let address = AddressText.bytes(String(first)) else { return nil }
        self.prefix = address
        if parts.count == 2 {
            guard let bits = Int(parts[1]), (0...(address.count * 8)).contains(bits) else { return nil }
            self.bits = bits
        } else {
            self.bits = address.count * 8
        }
    }

    /// An IPv4 address written as IPv6 (`::ffff:192.0.2.1`) is the IPv4 address.
    func contains(_ address: [UInt8]) -> Bool {
        let plain = AddressText.unmapped(address)
        guard plain.count == self.prefix.count else { return false }
        for bit in 0..<self.bits where (plain[bit / 8] ^ self.prefix[bit / 8]) & (0x80 >> (bit % 8)) != 0 { return false }
        return true
    }
}
