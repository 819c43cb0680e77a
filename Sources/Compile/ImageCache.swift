internal import Digest
internal import Glibc
internal import Platform
internal import Settings

/// The compiled patterns of earlier starts, so that a start with the same policies does not compile them again.
///
/// `STATE_DIR/cache/policies-KEY.image`: 32 bytes of SHA-256 over the rest, then the image. KEY is the digest of this very program file
/// (its size and time) and of the policy settings. A file that does not fit is as good as none.
struct ImageCache {
    private let directory: String
    private let path: String

    private static let digestBytes = 32
    private static let imageBytesMax = 64 << 20

    /// nil when this program cannot say which build it is.
    init?(stateDirectory: String, policies: PolicySettings) {
        var facts = stat()
        guard unsafe stat("/proc/self/exe", &facts) == 0 else { return nil }
        let build = "\(facts.st_size) \(facts.st_mtim.tv_sec) \(facts.st_mtim.tv_nsec)"
        var settings = GatewaySettings(pack: Pack(name: "", version: ""))
        settings.policies = policies
        self.directory = "\(stateDirectory)/cache"
        let key = SHA256.hex(Array(build.utf8) + SettingsCoder.encode(settings)).prefix(32)
        self.path = "\(self.directory)/policies-\(key).image"
    }

    /// nil: there is none that fits.
    func image() -> [UInt8]? {
        guard let content = try? Files.read(self.path, bytesMax: Self.imageBytesMax), content.count > Self.digestBytes else { return nil }
        let image = Array(content[Self.digestBytes...])
        return SHA256.digest(image) == Array(content[..<Self.digestBytes]) ? image : nil
    }

    /// Keeps an image for the next start; a failure costs only time then.
    func keep(_ image: [UInt8]) {
        do {
            try Files.createDirectories(self.directory)
            try Files.replace(self.path, with: SHA256.digest(image) + image)
        } catch {
            Files.remove(self.path)
        }
    }
}
