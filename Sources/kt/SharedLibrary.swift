internal import Glibc

/// A library of the system that one of our programs uses, asked for its version without linking it.
struct SharedLibrary {
    let name: String
    let file: String
    /// A C function without arguments that returns the version; nil: there is none, being there is all that can be said.
    let function: String?

    static let all = [
        SharedLibrary(name: "libcurl", file: "libcurl.so.4", function: "curl_version"),
        SharedLibrary(name: "vectorscan", file: "libhs.so.5", function: "hs_version"),
        SharedLibrary(name: "openssl", file: "libssl.so.3", function: nil),
        SharedLibrary(name: "libsystemd", file: "libsystemd.so.0", function: nil),
    ]

    /// nil when the library cannot be loaded.
    func version() -> String? {
        guard let handle = unsafe dlopen(self.file, RTLD_LAZY | RTLD_LOCAL) else { return nil }
        guard let function = self.function, let symbol = unsafe dlsym(handle, function) else { return "is there" }
        typealias Version = @convention(c) () -> UnsafePointer<CChar>?
        guard let text = unsafe unsafeBitCast(symbol, to: Version.self)() else { return "is there" }
        // The handle stays open: the text belongs to the library, and this process ends soon.
        return unsafe String(cString: text)
    }
}
