internal import Platform

/// `STATE_DIR/admin-token`: what the console asks of whoever wants more than metrics and health.
enum AdminToken {
    static let fileName = "admin-token"
    private static let randomBytes = 32

    /// Makes the file, readable by its owner only, unless there is one that says something.
    static func prepare(stateDirectory: String) throws(SystemCallError) {
        let path = "\(stateDirectory)/\(Self.fileName)"
        if Files.exists(path) {
            let content = try Files.read(path, bytesMax: 4096)
            if content.contains(where: { $0 > 0x20 }) { return }
        }
        var generator = SystemRandomNumberGenerator()
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for _ in 0..<Self.randomBytes {
            let byte = UInt8.random(in: .min ... .max, using: &generator)
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        try Files.replace(path, with: text + [0x0A], mode: 0o600)
    }
}
