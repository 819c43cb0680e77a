internal import ArgumentParser
internal import Platform

/// The command line for people.
struct KTCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kt",
        abstract: "AI gateway: policies, routing and an audit trail in front of any OpenAI-compatible provider.",
        discussion: """
            EXAMPLE
              kt init --template demo
              kt policy lint --file policy-config.yaml
              kt gateway run --listen 127.0.0.1:41002 --policy-config policy-config.yaml

            EXIT CODES
              0 done, 1 the thing asked about is not so, 2 wrong usage or unreadable input
            """,
        version: Build.version,
        subcommands: [GatewayCommand.self, PolicyCommand.self, ConfigCommand.self, InitCommand.self, DoctorCommand.self, EventsCommand.self])

    /// Runs what the arguments say; the process's exit code.
    static func start() -> Int32 {
        do {
            var command = try Self.parseAsRoot()
            try command.run()
            return 0
        } catch {
            let code = Self.exitCode(for: error)
            let message = Self.fullMessage(for: error)
            if !message.isEmpty { Terminal.write(message + "\n", to: code == .success ? .output : .error) }
            // ArgumentParser says 64 (EX_USAGE) for what we call 2.
            return code == .validationFailure ? 2 : code.rawValue
        }
    }
}

/// What a command reports to the shell.
extension ExitCode {
    static let notSo = ExitCode(1)
    static let unreadable = ExitCode(2)
}

enum Terminal {
    enum Stream: CInt { case output = 1, error = 2 }

    /// A reader that went away is no news.
    static func write(_ text: String, to stream: Stream = .output) { _ = Self.write(Array(text.utf8), to: stream) }

    /// False when nobody reads any more.
    @discardableResult
    static func write(_ bytes: [UInt8], to stream: Stream = .output) -> Bool {
        do throws(SystemCallError) {
            try Files.write(bytes, to: stream.rawValue)
            return true
        } catch {
            return false
        }
    }
}
