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
