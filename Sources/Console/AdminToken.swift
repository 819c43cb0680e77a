internal import Platform

/// The secret behind which everything but metrics and health stands.
struct AdminToken {
    static let fileName = "admin-token"
    private static let bytesMax = 4096

    private let token: [UInt8]

    /// White space around it is not part of it; nil when nothing is left.
    init?(_ content: [UInt8]) {
        let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
        guard let first = content.firstIndex(where: { !isSpace($0) }), let last = content.lastIndex(where: { !isSpace($0) }) else { return nil }
        self.token = Array(content[first...last])
    }

    /// nil when the file cannot be read; then nobody gets in.
    static func read(stateDirectory: String) -> AdminToken? {
        guard let content = try? Files.read("\(stateDirectory)/\(Self.fileName)", bytesMax: Self.bytesMax) else { return nil }
        return AdminToken(content)
    }

    /// `authorization: Bearer TOKEN` or `x-admin-token: TOKEN`.
    func accepts(authorization: [UInt8]?, adminToken: [UInt8]?) -> Bool {
        if let adminToken { return self.equals(adminToken[...]) }
        guard let authorization, authorization.count > 7 else { return false }
        guard zip(authorization, "bearer ".utf8).allSatisfy({ $0 | 0x20 == $1 | 0x20 }) else { return false }
        return self.equals(authorization[7...])
    }

    /// In time that does not depend on where they differ.
    private func equals(_ given: ArraySlice<UInt8>) -> Bool {
        var difference = UInt8(given.count == self.token.count ? 0 : 1)
        for index in self.token.indices {
            difference |= self.token[index] ^ (index < given.count ? given[given.startIndex + index] : 0xFF)
        }
        return difference == 0
    }
}
