internal import ArgumentParser
internal import Config
internal import Glibc
internal import Platform
internal import Settings

struct GatewayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway", abstract: "Run the gateway, and ask a running one.",
        discussion: "EXAMPLE\n  kt gateway run --policy-config policy-config.yaml\n  kt gateway status",
        subcommands: [
            GatewayRunCommand.self, GatewayStatusCommand.self, GatewayReloadCommand.self, GatewayUpgradeCommand.self, GatewayDrainCommand.self,
            GatewayStopCommand.self,
        ])
}

/// Checks the configuration, then becomes the supervisor.
struct GatewayRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Start the gateway in the foreground.",
        discussion: """
            The configuration is checked first: a broken one prints what `kt policy lint` would, and the exit code is 1. Then this process becomes
            kt-supervisor, which is found beside kt or in ../libexec/keeptrusts.

            EXAMPLE
              export MISTRAL_API_KEY="..."
              kt gateway run --listen 0.0.0.0:41002 --policy-config policy-config.yaml
            """)

    @OptionGroup var arguments: RunArguments

    @Option(name: .long, help: ArgumentHelp("Token clients must present; visible to other users of this host until the gateway runs, a file is better. (env: KEEPTRUSTS_GATEWAY_TOKEN)", valueName: "token"))
    var apiToken: String?

    func validate() throws {
        if self.apiToken != nil && self.arguments.apiTokenFile != nil { throw ValidationError("give --api-token or --api-token-file, not both") }
        if self.apiToken?.isEmpty == true { throw ValidationError("--api-token must not be empty") }
    }

    func run() throws {
        var environment = ConfigFile.environment()
        if let apiToken = self.apiToken { environment[RunOptions.tokenVariable] = apiToken }
        var options = self.arguments.options(environment)
        let result = ConfigLoader.load(options, environment: environment, checks: .engine)
        guard result.settings != nil else {
            Terminal.write(LintReport(result).text, to: .error)
            throw ExitCode.notSo
        }
        // kt-compile reads the same files and prints the warnings, at every reload too.
        options.configurations = result.files
        if options.overrides.workers == "auto" { options.overrides.workers = nil }
        guard let program = Installation.program("kt-supervisor") else {
            Terminal.write("kt: kt-supervisor is neither beside kt nor in ../libexec/keeptrusts\n", to: .error)
            throw ExitCode.notSo
        }
        let failure = Execution.replace(program: program, arguments: ["kt-supervisor"] + options.arguments, environment: environment)
        Terminal.write("kt: cannot start \(program): \(failure)\n", to: .error)
        throw ExitCode.notSo
    }
}

/// Where our other executables are.
enum Installation {
    static func program(_ name: String) -> String? {
        guard let directory = ThisProcess.executableDirectory else { return nil }
        return ["\(directory)/\(name)", "\(directory)/../libexec/keeptrusts/\(name)"].first { unsafe access($0, X_OK) == 0 }
    }
}

enum Execution {
    /// Becomes `program`; returns only to say why not.
    static func replace(program: String, arguments: [String], environment: [String: String]) -> SystemCallError {
        let arguments = CStrings(arguments)
        let environment = CStrings(environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
        _ = unsafe execve(program, arguments.pointers, environment.pointers)
        return SystemCallError("execve", errno: errno)
    }

    /// A list of C strings that ends with a null pointer.
    @safe private final class CStrings {
        let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
        private let count: Int

        init(_ texts: [String]) {
            self.count = texts.count
            unsafe self.pointers = .allocate(capacity: texts.count + 1)
            for (index, text) in texts.enumerated() { unsafe (self.pointers + index).initialize(to: strdup(text)) }
            unsafe (self.pointers + texts.count).initialize(to: nil)
        }

        deinit {
            for index in 0..<self.count { unsafe free(self.pointers[index]) }
            unsafe self.pointers.deallocate()
        }
    }
}
