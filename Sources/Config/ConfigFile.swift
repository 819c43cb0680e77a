internal import Glibc

/// Reads files and the environment without Foundation.
public enum ConfigFile {
    public struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
        /// What the system says, `No such file or directory`.
        public let description: String
    }

    /// The whole file, at most `bytesMax` and one byte more, so that the caller can tell. Blocks.
    public static func read(_ path: String, bytesMax: Int) throws(Failure) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure() }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= bytesMax {
            let count = unsafe chunk.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(descriptor, buffer.baseAddress, min(buffer.count, bytesMax + 1 - bytes.count))
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw Self.failure()
            }
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        return bytes
    }

    public static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }
    public static func isReadable(_ path: String) -> Bool { unsafe access(path, R_OK) == 0 }

    /// The environment this process was started with (`/proc/self/environ`, proc(5)). Values that are not UTF-8 are left out.
    public static func environment() -> [String: String] {
        guard let bytes = try? Self.read("/proc/self/environ", bytesMax: 8 << 20) else { return [:] }
        var environment: [String: String] = [:]
        for entry in bytes.split(separator: 0) {
            guard let equals = entry.firstIndex(of: 0x3D), let name = String(validating: entry[..<equals], as: UTF8.self),
                let value = String(validating: entry[(equals + 1)...], as: UTF8.self)
            else { continue }
            if environment[name] == nil { environment[name] = value }
        }
        return environment
    }

    private static func failure() -> Failure {
        let number = errno
        guard let text = unsafe strerror(number) else { return Failure(description: "error \(number)") }
        return Failure(description: unsafe String(cString: text))
    }
}
