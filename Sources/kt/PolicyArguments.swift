internal import ArgumentParser
internal import Config
internal import Glibc
internal import Platform
internal import Policies
internal import Settings

/// Which configuration the policy commands work on.
struct PolicyFileArguments: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Configuration; repeatable, later files win per key. (default: ./policy-config.yaml, else /etc/keeptrusts/policy-config.yaml)",
            valueName: "file"))
    var file: [String] = []

    /// The checked configuration; says what is wrong with it, and ends with 1 or 2, when there is none.
    func load(_ files: [String]? = nil) throws -> ConfigResult {
        let result = ConfigLoader.load(files: files ?? ConfigLoader.files(self.file), environment: ConfigFile.environment(), checks: .engine)
        guard result.settings != nil else {
            Terminal.write(LintReport(result).text, to: .error)
            throw result.isUnreadable ? ExitCode.unreadable : ExitCode.notSo
        }
        return result
    }
}

/// What the commands of `kt policy` share.
enum PolicyCommandIO {
    /// Compiles the chain; ends with 1 when it cannot be compiled.
    static func engine(_ settings: PolicySettings) throws -> PolicyEngine {
        do throws(PolicyCompileError) {
            return try PolicyEngine(try PolicyProgram.compile(settings, content: .standard))
        } catch {
            throw Self.failure("the policies cannot be compiled: \(error)", .notSo)
        }
    }

    /// A file, or standard input for `-`; ends with 2 when it cannot be read.
    static func read(_ path: String, bytesMax: Int = 256 << 20) throws -> [UInt8] {
        do throws(SystemCallError) {
            return try Files.read(path == "-" ? "/dev/stdin" : path, bytesMax: bytesMax)
        } catch {
            throw Self.failure("\(path == "-" ? "standard input" : path): \(error)", .unreadable)
        }
    }

    static func write(_ path: String, _ bytes: [UInt8]) throws {
        do throws(SystemCallError) {
            try Files.replace(path, with: bytes, mode: 0o644)
        } catch {
            throw Self.failure("\(path): \(error)", .notSo)
        }
    }

    /// Says it on standard error; the code to throw.
    static func failure(_ message: String, _ code: ExitCode) -> ExitCode {
        Terminal.write("kt: \(message)\n", to: .error)
        return code
    }

    /// Standard output is a terminal whose user has not asked for plain text (no-color.org).
    static func isColored() -> Bool { isatty(1) == 1 && ConfigFile.environment()["NO_COLOR", default: ""].isEmpty }

    /// Standard error is a terminal: long work may show how far it is.
    static func showsProgress() -> Bool { isatty(2) == 1 }

    /// The last part of a path.
    static func name(_ path: String) -> String { path.split(separator: "/").last.map { String($0) } ?? path }
}
