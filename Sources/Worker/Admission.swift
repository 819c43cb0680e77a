internal import Server
internal import Settings

/// Who may use the gateway: the gateway's own token and the address list. Made once from a configuration.
struct Admission {
    private let token: [UInt8]?
    private let allowlist: [AddressRange]?
    private let trustedProxyDepth: Int

    /// - Parameter token: nil: the gateway is open.
    init(token: [UInt8]?, allowlist: AddressAllowlist) {
        self.token = token
        self.trustedProxyDepth = allowlist.trustedProxyDepth
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

    /// Behind proxies that are trusted the client is who they say: of `x-forwarded-for` the entry that the outermost of them added.
    func accepts(_ address: ClientAddress, forwardedFor: [UInt8]) -> Bool {
        guard self.allowlist != nil, self.trustedProxyDepth > 0 else { return self.accepts(address: AddressBytes.of(address)) }
        let entries = String(decoding: forwardedFor, as: UTF8.self).split(separator: ",")
        guard entries.count >= self.trustedProxyDepth else { return false }
        let entry = entries[entries.count - self.trustedProxyDepth].filter { $0 != " " && $0 != "\t" }
        guard let bytes = AddressRange.address(String(entry)) else { return false }
        return self.accepts(address: bytes)
    }

    /// - Parameter address: 4 or 16 bytes in network order; nil for a Unix-domain socket, which the file system guards.
    func accepts(address: [UInt8]?) -> Bool {
        guard let allowlist else { return true }
        guard let address else { return true }
        return allowlist.contains { $0.contains(address) }
    }
}
