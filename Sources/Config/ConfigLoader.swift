internal import Policies
public import Settings

/// What came of reading a configuration.
public struct ConfigResult: Sendable {
    /// nil as soon as there is one error.
    public var settings: GatewaySettings?
    /// By place, files in the order given.
    public var errors: [ConfigIssue]
    public var warnings: [ConfigIssue]
    /// The effective configuration in a fixed form: equal configurations give equal bytes, whatever their spelling. Empty without settings. Only for hashing:
    /// headers of targets stand in it as they are.
    public var canonicalBytes: [UInt8]
    /// As given, in the order of layering.
    public var files: [String]
    /// A file could not be read at all (as opposed to: what it says is wrong).
    public var isUnreadable: Bool
    /// As far as they could be read, also beside errors.
    public var pack: Pack?
    public var chain: [PolicyKind]
    /// `testing` as JSON, `{"suites": [...]}`; nil when there are no suites. No part of the settings: a gateway takes no notice of it.
    public var testing: [UInt8]?
}

/// Bytes of one layer, for callers that have no file.
public struct ConfigSource: Sendable {
    public var name: String
    public var bytes: [UInt8]
    public init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }
}

/// Reads, layers and checks configurations. Everything wrong is told at once.
public enum ConfigLoader {
    /// Reads `files`, later over earlier. Blocks; looks at nothing but the files, `environment` and whether referenced key files can be read.
    public static func load(
        files: [String], overrides: CommandLineOverrides = .init(), environment: [String: String], checks: ConfigChecks = .init()
    ) -> ConfigResult {
        let log = IssueLog(fileNames: files)
        var layers: [[UInt8]?] = []
        for (index, file) in files.enumerated() {
            do {
                layers.append(try ConfigFile.read(file, bytesMax: ConfigTree.bytesMax))
            } catch {
                log.error(.unreadableFile, "", at: Place(file: index, line: 0, column: 0), "cannot be read: \(error)")
                layers.append(nil)
            }
        }
        return ConfigCheck(files: files, log: log, environment: environment, checks: checks).run(layers, overrides)
    }

    /// The files and overrides of a command line that is about to run a gateway; without a file the first default that exists. Warns of an open gateway.
    public static func load(_ options: RunOptions, environment: [String: String], checks: ConfigChecks = .init()) -> ConfigResult {
        var result = self.load(files: self.files(options.configurations), overrides: options.overrides, environment: environment, checks: checks)
        if let settings = result.settings, settings.gateway.apiToken == nil, let open = settings.gateway.listen.first(where: { !$0.isLocal }) {
            result.warnings.append(
                ConfigIssue(
                    code: .openGateway, severity: .warning, path: "--api-token-file", file: "command line", line: 0, column: 0,
                    message: "anybody who reaches \(open) may use the gateway and its keys",
                    suggestion: "set \(RunOptions.tokenVariable) or --api-token-file, or listen on 127.0.0.1"))
        }
        return result
    }

    /// The same over bytes that are there already.
    public static func load(
        sources: [ConfigSource], overrides: CommandLineOverrides = .init(), environment: [String: String], checks: ConfigChecks = .init()
    ) -> ConfigResult {
        let log = IssueLog(fileNames: sources.map(\.name))
        return ConfigCheck(files: sources.map(\.name), log: log, environment: environment, checks: checks).run(sources.map(\.bytes), overrides)
    }

    /// The files to read: those given, else the first default that exists, else the first default, so that the message names it.
    public static func files(_ given: [String]) -> [String] {
        if !given.isEmpty { return given }
        return [RunOptions.defaultConfigurations.first(where: ConfigFile.exists) ?? RunOptions.defaultConfigurations[0]]
    }
}

/// One run over all layers.
struct ConfigCheck {
    let files: [String]
    let log: IssueLog
    let environment: [String: String]
    let checks: ConfigChecks

    func run(_ layers: [[UInt8]?], _ overrides: CommandLineOverrides) -> ConfigResult {
        var result = ConfigResult(settings: nil, errors: [], warnings: [], canonicalBytes: [], files: self.files, isUnreadable: false, pack: nil, chain: [])
        result.isUnreadable = layers.contains { $0 == nil }
        if layers.isEmpty { self.log.error(.unreadableFile, "--policy-config", at: .commandLine, "no file given") }
        var root: ConfigNode?
        var isComplete = true
        for (index, layer) in layers.enumerated() {
            guard let layer, let tree = ConfigTree.read(layer, file: index, log: self.log), DocumentShape.accepts(tree, log: self.log) else {
                isComplete = false
                continue
            }
            let normalised = ConfigLayers.normalised(tree, log: self.log)
            root = root.map { ConfigLayers.merged($0, normalised) } ?? normalised
        }
        var process = ProcessSettings()
        // A layer that cannot be read would make the others look incomplete.
        if isComplete, let root, let block = Block(root, path: "", log: self.log) {
            let settings = self.document(root, block, &result)
            process = settings.gateway
            GatewayReader(log: self.log).apply(overrides, environment: self.environment, to: &process)
            if !self.log.hasErrors {
                var settings = settings
                settings.gateway = process
                result.settings = settings
                result.canonicalBytes = Array(SettingsView(settings, showsHeaderValues: true).json(pretty: false).utf8)
            }
        } else {
            GatewayReader(log: self.log).apply(overrides, environment: self.environment, to: &process)
        }
        result.errors = self.log.sorted(.error)
        result.warnings = self.log.sorted(.warning)
        return result
    }

    private func document(_ root: ConfigNode, _ block: Block, _ result: inout ConfigResult) -> GatewaySettings {
        let isSingle = DocumentShape.isSinglePolicy(block)
        var settings = GatewaySettings(pack: Pack(name: "", version: ""))
        if isSingle {
            SinglePolicyReader(log: self.log, checks: self.checks).read(block, into: &settings)
        } else {
            block.missing("pack", "{name: my-gateway, version: 1.0.0}")
            block.missing("policies", "{chain: [prompt-injection, pii-detector, safety-filter, audit-logger]}")
            if let pack = block.block("pack", example: "{name: my-gateway, version: 1.0.0}") { settings.pack = PackReader(log: self.log).read(pack) }
            let policies = block.block("policies")
            let policy = block.block("policy", acceptsNull: true)
            let reader = PolicyReader(
                log: self.log, checks: self.checks, acceptsFaults: self.environment[PolicyReader.faultsVariable] == "1")
            settings.policies = reader.read(policies: policies, policy: policy)
            reader.warnAboutMissingBlocks(settings.policies, policies: policies, policy: policy)
        }
        let providers = ProviderReader(log: self.log, environment: self.environment)
        var targetsAreComplete = true
        if let block = block.block("providers", acceptsNull: true) {
            settings.providers = providers.read(block)
            if let node = block.node("targets"), case .list(let items) = node.content { targetsAreComplete = items.count == settings.providers.targets.count }
            self.warnAboutSecrets(block, settings.providers.targets)
        }
        if settings.providers.targets.isEmpty && targetsAreComplete {
            self.log.warning(
                .noTargets, "providers.targets", at: block.has("providers") ? block.keyPlace("providers") : block.place,
                "no target: every request will be answered 503", help: "add providers: {targets: [{id: main, provider: mistral, model: mistral-large-latest}]}")
        }
        if let requirements = DataRequirements(settings.policies, targets: settings.providers.targets), targetsAreComplete,
            !settings.providers.targets.isEmpty, !requirements.areMetByAny {
            self.log.warning(
                .noCompliantTarget, "providers.targets", at: block.keyPlace("providers"), "no target declares what policy.data-routing-policy asks for",
                help: "add data_policy: {zero_data_retention: true, training_opt_out: true} to a target for which it is so")
        }
        settings.modelGroups = providers.modelGroups(block, targets: settings.providers.targets, targetsAreComplete: targetsAreComplete)
        let edge = EdgeReader(log: self.log)
        settings.consumerGroups = edge.consumerGroups(block)
        if let limits = block.block("rate_limits", acceptsNull: true) { settings.rateLimits = edge.rateLimits(limits) }
        settings.budgets = edge.budgets(block, targets: settings.providers.targets, groups: settings.consumerGroups)
        if let allowlist = block.block("ip_allowlist") { settings.allowlist = edge.allowlist(allowlist) }
        if let cors = block.block("cors") { settings.cors = edge.crossOrigin(cors) }
        if let gateway = block.block("gateway", acceptsNull: true) { settings.gateway = GatewayReader(log: self.log, checks: self.checks).read(gateway) }
        if let testing = block.block("testing", acceptsNull: true) { result.testing = TestingReader(log: self.log).read(testing) }
        block.hint("provider_routing", "write providers.strategy")
        block.hint("provider_fallback", "write providers.fallback")
        block.hint("targets", "write providers.targets")
        block.hint("chain", "write policies.chain")
        block.finish()
        EffectiveKeys.check(root, log: self.log)
        result.pack = settings.pack.name.isEmpty ? nil : settings.pack
        result.chain = settings.policies.chain
        return settings
    }

    /// A key that is not there is no error: the target is unavailable until a reload finds it.
    private func warnAboutSecrets(_ providers: Block, _ targets: [Target]) {
        guard let node = providers.node("targets"), case .list(let items) = node.content else { return }
        for (index, item) in items.enumerated() {
            guard case .mapping(let entries) = item.content, case .string(let id)? = entries.first(where: { $0.key == "id" })?.value.meaning,
                let target = targets.first(where: { $0.id == id }), let secret = target.secret,
                let reason = SecretPresence.absence(secret, environment: self.environment)
            else { continue }
            let place = entries.first { $0.key == "secret_key_ref" }?.value.place ?? item.place
            self.log.warning(.missingSecret, "providers.targets[\(index)].secret_key_ref", at: place, "\(reason): target \"\(ConfigNode.cut(id))\" is unavailable")
        }
    }
}

/// Whether a key is where a reference says, without reading it.
public enum SecretPresence {
    /// nil when it is there, else why not: `the environment variable MISTRAL_API_KEY is not set`.
    public static func absence(_ reference: SecretReference, environment: [String: String]) -> String? {
        switch reference {
        case .environment(let name):
            return environment[name, default: ""].isEmpty ? "the environment variable \(name) is not set" : nil
        case .file(let path):
            return ConfigFile.isReadable(path) ? nil : "the key file \(path) cannot be read"
        case .credential(let name):
            guard let directory = environment["CREDENTIALS_DIRECTORY"], !directory.isEmpty else {
                return "there is no systemd credential \(name) (CREDENTIALS_DIRECTORY is not set)"
            }
            return ConfigFile.isReadable("\(directory)/\(name)") ? nil : "there is no systemd credential \(name)"
        }
    }
}
