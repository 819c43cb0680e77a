/// What the command line lays over a configuration; texts as given, `Config` checks them.
public struct CommandLineOverrides: Sendable, Equatable {
    public var listen: [String] = []
    public var adminListen: String?
    public var workers: String?
    public var failMode: String?
    public var concurrencyMax: String?
    /// Path of the file that holds the gateway's token; wins over `KEEPTRUSTS_GATEWAY_TOKEN`.
    public var apiTokenFile: String?
    public init() {}
}

/// The options of `kt gateway run`, in the one spelling that `kt`, `kt-supervisor` and `kt-compile` share. The gateway's token is never among them:
/// it is a file, or stands in `KEEPTRUSTS_GATEWAY_TOKEN`.
public struct RunOptions: Sendable, Equatable {
    public static let defaultConfigurations = ["./policy-config.yaml", "/etc/keeptrusts/policy-config.yaml"]
    public static let tokenVariable = "KEEPTRUSTS_GATEWAY_TOKEN"

    /// In the order of layering; empty: the first of `defaultConfigurations` that exists.
    public var configurations: [String] = []
    public var overrides = CommandLineOverrides()
    public var stateDirectory: String?
    public init() {}

    /// `--listen A --policy-config F …`; `--name=value` too. What an option does not say is taken from its environment variable.
    public init(arguments: [String], environment: [String: String]) throws(RunOptionsFailure) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            var name = argument
            var value: String?
            if let equals = argument.firstIndex(of: "=") {
                name = String(argument[..<equals])
                value = String(argument[argument.index(after: equals)...])
            }
            guard let option = Option(rawValue: name) else { throw RunOptionsFailure("unknown option \(name)") }
            guard let value = value ?? rest.popFirst() else { throw RunOptionsFailure("\(name) needs a value") }
            self.set(option, value)
        }
        self.fill(from: environment)
    }

    /// Takes what is still open from the environment variables. Lists are separated by commas.
    public mutating func fill(from environment: [String: String]) {
        func list(_ name: String) -> [String] { environment[name, default: ""].split(separator: ",").map(Self.trimmed).filter { !$0.isEmpty } }
        func text(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        if self.overrides.listen.isEmpty { self.overrides.listen = list("KEEPTRUSTS_LISTEN") }
        if self.configurations.isEmpty { self.configurations = list("KEEPTRUSTS_POLICY_CONFIG") }
        self.overrides.workers = self.overrides.workers ?? text("KEEPTRUSTS_WORKERS")
        self.overrides.failMode = self.overrides.failMode ?? text("KEEPTRUSTS_FAIL_MODE")
        self.overrides.concurrencyMax = self.overrides.concurrencyMax ?? text("KEEPTRUSTS_GATEWAY_MAX_CONCURRENCY")
        self.overrides.adminListen = self.overrides.adminListen ?? text("KEEPTRUSTS_ADMIN_LISTEN")
        self.stateDirectory = self.stateDirectory ?? text("STATE_DIRECTORY").map { Self.trimmed($0.split(separator: ":")[0]) }
    }

    /// The same options as arguments; `init(arguments:environment:)` gives them back.
    public var arguments: [String] {
        var result: [String] = []
        func add(_ option: Option, _ value: String?) { if let value { result += [option.rawValue, value] } }
        for file in self.configurations { add(.policyConfig, file) }
        for address in self.overrides.listen { add(.listen, address) }
        add(.adminListen, self.overrides.adminListen)
        add(.workers, self.overrides.workers)
        add(.failMode, self.overrides.failMode)
        add(.concurrencyMax, self.overrides.concurrencyMax)
        add(.apiTokenFile, self.overrides.apiTokenFile)
        add(.stateDirectory, self.stateDirectory)
        return result
    }

    private enum Option: String {
        case policyConfig = "--policy-config"
        case listen = "--listen"
        case adminListen = "--admin-listen"
        case workers = "--workers"
        case failMode = "--fail-mode"
        case concurrencyMax = "--max-concurrency"
        case apiTokenFile = "--api-token-file"
        case stateDirectory = "--state-dir"
    }

    private mutating func set(_ option: Option, _ value: String) {
        switch option {
        case .policyConfig: self.configurations.append(value)
        case .listen: self.overrides.listen.append(value)
        case .adminListen: self.overrides.adminListen = value
        case .workers: self.overrides.workers = value
        case .failMode: self.overrides.failMode = value
        case .concurrencyMax: self.overrides.concurrencyMax = value
        case .apiTokenFile: self.overrides.apiTokenFile = value
        case .stateDirectory: self.stateDirectory = value
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}

public struct RunOptionsFailure: Error, Sendable, Equatable, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}
