internal import Config
internal import Digest
internal import Glibc
internal import IPC
internal import Platform
internal import Policies
internal import Settings

/// The one-shot process between a configuration and a running gateway: files in, one sealed program out.
public enum CompileProcess {
    /// Where the sealed program is written.
    static let programDescriptor: CInt = 3

    /// Reads the same options as the supervisor. Exit status 1: the configuration is broken and the reasons are on standard error.
    public static func run() -> Int32 {
        do {
            let environment = ConfigFile.environment()
            let options = try RunOptions(arguments: Array(CommandLine.arguments.dropFirst()), environment: environment)
            let tls = TLSFilesCheck()
            var checks = ConfigChecks.engine
            checks.tls = { tls.issues($0) }
            let result = ConfigLoader.load(options, environment: environment, checks: checks)
            Self.say(LintReport(result).issues)
            guard let settings = result.settings else { return 1 }
            try TestFault.act(atCompile: settings.policies)
            let cache = options.stateDirectory.flatMap { ImageCache(stateDirectory: $0, policies: settings.policies) }
            let image: [UInt8]
            if let kept = cache?.image() {
                image = kept
            } else {
                image = try PolicyProgram.compile(settings.policies, content: .standard).image
                cache?.keep(image)
            }
            let bytes = SettingsCoder.encode(settings)
            try SealedProgram.write(
                plan: SupervisorPlan(settings), settingsBytes: bytes,
                displayBytes: Array(SettingsView(settings).json(pretty: false).utf8), tlsBytes: tls.bytes,
                image: image, hash: SHA256.hex(result.canonicalBytes), to: Self.programDescriptor)
            return 0
        } catch {
            Self.say("kt-compile: \(error)\n")
            return 1
        }
    }

    private static func say(_ text: String) {
        guard !text.isEmpty else { return }
        try? Files.write(Array(text.utf8), to: 2)
    }
}
