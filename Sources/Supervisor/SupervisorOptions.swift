internal import IPC
internal import Platform
internal import Settings

/// The command line was not understood; the message is for its author.
struct UsageError: Error, Equatable {
    let message: String
}

/// The options of `kt gateway run`: what the supervisor itself needs, and what it hands on to `kt-compile` unread.
struct SupervisorOptions: Equatable {
    var stateDirectory: String
    /// Where kt-worker, kt-compile and kt-demo are; nil: beside the supervisor.
    var programDirectory: String?
    /// For `kt-compile`, in the order given, `--state-dir` last.
    var configurationArguments: [String] = []
    /// Handed on by the environment: command lines are public.
    var apiToken: String?

    private static let names: Set = [
        "--listen", "--policy-config", "--workers", "--fail-mode", "--max-concurrency", "--api-token", "--api-token-file",
        "--admin-listen", "--state-dir", "--libexec",
    ]

    static let usage = """
        usage: kt-supervisor [--listen HOST:PORT]... [--policy-config FILE]... [--workers N] [--fail-mode block|allow]
                             [--max-concurrency N] [--api-token-file FILE] [--admin-listen HOST:PORT] [--state-dir DIR]
                             [--libexec DIR]
        """

    /// `arguments` without the program's name. `defaultStateDirectory` is asked only when nothing names one.
    init(
        _ arguments: [String], environment: (String) -> String?, defaultStateDirectory: () -> String
    ) throws(UsageError) {
        var stateDirectory: String?
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            let (name, value) = try Self.split(argument, &rest)
            switch name {
            case "--state-dir": stateDirectory = value
            case "--libexec": self.programDirectory = value
            case "--api-token": self.apiToken = value
            case "--listen", "--admin-listen":
                guard ListenAddress(value) != nil else {
                    throw UsageError(message: "\(name): \"\(value)\" is not HOST:PORT, [IPV6]:PORT or unix:/PATH")
                }
                self.configurationArguments += [name, value]
            case "--workers":
                guard let count = Int(value), (1...SupervisorPlan.workersMax).contains(count) else {
                    throw UsageError(message: "--workers: accepts 1 to \(SupervisorPlan.workersMax), found \"\(value)\"")
                }
                self.configurationArguments += [name, value]
            case "--max-concurrency":
                guard let count = Int(value), count > 0 else {
                    throw UsageError(message: "--max-concurrency: accepts a number from 1, found \"\(value)\"")
                }
                self.configurationArguments += [name, value]
            case "--fail-mode":
                guard FailMode(rawValue: value) != nil else {
                    throw UsageError(message: "--fail-mode: accepts block or allow, found \"\(value)\"")
                }
                self.configurationArguments += [name, value]
            // Files, for the compiler to open.
            default: self.configurationArguments += [name, value]
            }
        }
        // systemd gives several directories separated by colons; the first is ours (systemd.exec(5)).
        let given = environment("STATE_DIRECTORY").map { String($0.prefix { $0 != ":" }) }.flatMap { $0.isEmpty ? nil : $0 }
        self.stateDirectory = stateDirectory ?? given ?? defaultStateDirectory()
        self.configurationArguments += ["--state-dir", self.stateDirectory]
    }

    /// `--name value` or `--name=value`.
    private static func split(_ argument: String, _ rest: inout ArraySlice<String>) throws(UsageError) -> (String, String) {
        guard argument.hasPrefix("-") else { throw UsageError(message: "unexpected argument \"\(argument)\"") }
        let name = String(argument.prefix { $0 != "=" })
        guard Self.names.contains(name) else { throw UsageError(message: "unknown option \(name)") }
        if let equals = argument.firstIndex(of: "=") { return (name, String(argument[argument.index(after: equals)...])) }
        guard let value = rest.popFirst() else { throw UsageError(message: "\(name) needs a value") }
        return (name, value)
    }
}
