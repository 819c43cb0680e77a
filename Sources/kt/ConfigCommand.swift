internal import ArgumentParser
internal import Config

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Look at the effective configuration.", discussion: "EXAMPLE\n  kt config show",
        subcommands: [ConfigShowCommand.self])
}

struct ConfigShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print what a gateway with these options would run with, every default written out.",
        discussion: """
            Keys are shown as where they are read from (env:NAME), never as values; values of targets' headers are shown as ***.

            EXAMPLE
              kt config show --policy-config policy-config.yaml
              kt config show --policy-config base.yaml --policy-config production.yaml --json
            """)

    @OptionGroup var arguments: RunArguments

    @Flag(name: .long, help: "JSON instead of YAML.")
    var json = false

    func run() throws {
        let environment = ConfigFile.environment()
        let result = ConfigLoader.load(self.arguments.options(environment), environment: environment, checks: .engine)
        guard let settings = result.settings else {
            Terminal.write(LintReport(result).text, to: .error)
            throw result.isUnreadable ? ExitCode.unreadable : ExitCode.notSo
        }
        Terminal.write(LintReport(result).issues, to: .error)
        let view = SettingsView(settings)
        Terminal.write(self.json ? view.json(pretty: true) : view.yaml())
    }
}
