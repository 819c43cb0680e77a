internal import ArgumentParser
internal import Config
internal import Settings

/// The options of `kt gateway run`, shared with the commands that show or check what it would do.
struct RunArguments: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("Where clients connect; repeatable. Also [::]:41002 and unix:/path. (env: KEEPTRUSTS_LISTEN; default: 0.0.0.0:41002)", valueName: "host:port"))
    var listen: [String] = []

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Configuration; repeatable, later files win per key. (env: KEEPTRUSTS_POLICY_CONFIG; default: ./policy-config.yaml, else /etc/keeptrusts/policy-config.yaml)",
            valueName: "file"))
    var policyConfig: [String] = []

    @Option(name: .long, help: ArgumentHelp("Worker processes. (env: KEEPTRUSTS_WORKERS; default: number of CPUs)", valueName: "n"))
    var workers: String?

    @Option(name: .long, help: ArgumentHelp("When policies cannot be evaluated: block or allow. (env: KEEPTRUSTS_FAIL_MODE; default: block)", valueName: "mode"))
    var failMode: String?

    @Option(name: .long, help: ArgumentHelp("Upstream requests at once per target. (env: KEEPTRUSTS_GATEWAY_MAX_CONCURRENCY; default: 1024)", valueName: "n"))
    var maxConcurrency: String?

    @Option(name: .long, help: ArgumentHelp("File that holds the token clients must present.", valueName: "file"))
    var apiTokenFile: String?

    @Option(name: .long, help: ArgumentHelp("Admin listener; not yet effective. (env: KEEPTRUSTS_ADMIN_LISTEN; default: 127.0.0.1:41003)", valueName: "host:port"))
    var adminListen: String?

    @Option(name: .long, help: ArgumentHelp("State of the gateway. (env: STATE_DIRECTORY; default: /var/lib/keeptrusts, else ~/.local/state/keeptrusts)", valueName: "dir"))
    var stateDir: String?

    /// With the environment's variables for what no option says.
    func options(_ environment: [String: String]) -> RunOptions {
        var options = RunOptions()
        options.configurations = self.policyConfig
        options.overrides.listen = self.listen
        options.overrides.workers = self.workers
        options.overrides.failMode = self.failMode
        options.overrides.concurrencyMax = self.maxConcurrency
        options.overrides.apiTokenFile = self.apiTokenFile
        options.overrides.adminListen = self.adminListen
        options.stateDirectory = self.stateDir
        options.fill(from: environment)
        return options
    }
}
