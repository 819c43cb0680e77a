internal import COpenSSL

/// Keys of session tickets (RFC 5077), the same in every worker and generation, so that a client's session survives both.
enum TicketKeys {
    /// What OpenSSL takes: a name of 16 bytes, an HMAC key and an AES key of 32 each.
    static let byteCount = 80

    /// A ticket says that its client was checked: where other authorities are trusted the keys are others.
    static func bytes(secret: [UInt8], clientAuthorities: [UInt8]) -> [UInt8] {
        let salt: [UInt8] = Array("keeptrusts TLS tickets".utf8)
        return KeyDerivation.expand(
            KeyDerivation.extract(salt: salt, secret: secret), information: KeyDerivation.digest(clientAuthorities), byteCount: Self.byteCount)
    }
}

/// HKDF with SHA-256 (RFC 5869).
enum KeyDerivation {
    static func extract(salt: [UInt8], secret: [UInt8]) -> [UInt8] { self.authenticate(secret, key: salt) }

    static func expand(_ key: [UInt8], information: [UInt8], byteCount: Int) -> [UInt8] {
        precondition((1...255 * 32).contains(byteCount), "HKDF gives at most 255 blocks")
        var output: [UInt8] = []
        var block: [UInt8] = []
        var number: UInt8 = 1
        while output.count < byteCount {
            block = self.authenticate(block + information + [number], key: key)
            output += block
            number &+= 1
        }
        return Array(output.prefix(byteCount))
    }

    static func digest(_ bytes: [UInt8]) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: 32)
        _ = unsafe EVP_Digest(bytes, bytes.count, &result, nil, EVP_sha256(), nil)
        return result
    }

    private static func authenticate(_ bytes: [UInt8], key: [UInt8]) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: 32)
        _ = unsafe HMAC(EVP_sha256(), key, CInt(key.count), bytes, bytes.count, &result, nil)
        return result
    }
}
