internal import CPlatform
internal import Glibc

/// What this build calls itself in HELLO, `--version` and logs.
public enum Build {
    /// Read once from 64 bytes of the program, which `tools/stamp-version.sh` can replace after the build.
    public static let version: String = {
        var text = [CChar](repeating: 0, count: Int(KT_BUILD_VERSION_BYTES))
        unsafe kt_build_version(&text)
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }()

    /// Answers `PROGRAM --version`, for programs that otherwise take no such option. False when something else is asked.
    public static func answersVersion(_ program: String, _ arguments: [String]) -> Bool {
        guard arguments == ["--version"] else { return false }
        print("\(program) \(Self.version)")
        return true
    }
}
