internal import ArgumentParser
internal import Config
internal import Policies
internal import Settings

struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Check, test, explain and measure policies.",
        discussion: "EXAMPLE\n  kt policy lint --file policy-config.yaml\n  kt policy test",
        subcommands: [PolicyLintCommand.self, PolicyTestCommand.self, PolicyExplainCommand.self, PolicyEvalCommand.self, PolicyFeaturesCommand.self])
}

struct PolicyLintCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint", abstract: "Say everything that is wrong with a configuration, and where.",
        discussion: """
            Exit code 0: valid, 1: not valid, 2: a file cannot be read. Codes are explained in docs/configuration.md.

            EXAMPLE
              kt policy lint --file policy-config.yaml
              kt policy lint --file base.yaml --file production.yaml --json
            """)

    @Option(name: .long, help: ArgumentHelp("Configuration; repeatable, later files win per key. (default: ./policy-config.yaml, else /etc/keeptrusts/policy-config.yaml)", valueName: "file"))
    var file: [String] = []

    @Flag(name: .long, help: "One JSON object.")
    var json = false

    func run() throws {
        let result = ConfigLoader.load(files: ConfigLoader.files(self.file), environment: ConfigFile.environment(), checks: .engine)
        let holdBackMax = try result.settings.map { try PolicyProgram.outputHoldBackMax($0.policies, content: .standard) }
        let report = LintReport(result, holdBackMax: holdBackMax)
        Terminal.write(self.json ? report.json : report.text)
        if result.isUnreadable { throw ExitCode.unreadable }
        if !report.isValid { throw ExitCode.notSo }
    }
}
