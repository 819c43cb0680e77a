import Settings
import Testing

@testable import Config

@Suite("Loader")
struct LoaderTests {
    static let target = "providers: {targets: [{id: a, provider: mistral, model: m}]}\n"
    static let base = "pack: {name: x, version: 1.0.0}\npolicies: {chain: []}\n" + target

    static func load(_ texts: String..., overrides: CommandLineOverrides = .init(), environment: [String: String] = ["MISTRAL_API_KEY": "k"]) -> ConfigResult {
        let sources = texts.enumerated().map { ConfigSource(name: "\($0.offset).yaml", bytes: Array($0.element.utf8)) }
        return ConfigLoader.load(sources: sources, overrides: overrides, environment: environment, checks: .engine)
    }

    @Test func `later files win per key, objects merge, lists replace`() throws {
        let result = Self.load(
            Self.base + "gateway: {workers: 2, drain_seconds: 5, limits: {head_bytes: 2048}}\n",
            "gateway: {workers: 3, limits: {body_bytes: 2048}}\nproviders: {targets: [{id: b, provider: demo}]}\npack: {version: 2.0.0}\n")
        let settings = try #require(result.settings, "\(LintReport(result).text)")
        #expect(settings.gateway.workers == 3)
        #expect(settings.gateway.drainSeconds == 5)
        #expect(settings.gateway.limits.headBytesMax == 2048)
        #expect(settings.gateway.limits.bodyBytesMax == 2048)
        #expect(settings.providers.targets.map(\.id) == ["b"])
        #expect(settings.pack == Pack(name: "x", version: "2.0.0"))
    }

    @Test func `files of TLS are errors at the key that names them, beside all others`() {
        var checks = ConfigChecks()
        checks.tls = { tls in
            [TLSFileIssue(part: .key, message: "\(tls.key) is wrong"), TLSFileIssue(part: .clientCA, message: "\(tls.clientCA ?? "") too")]
        }
        let text = Self.base + "gateway:\n  tls:\n    certificate: /c\n    key: /k\n    client_ca: /a\n  drain_seconds: -1\n"
        let result = ConfigLoader.load(
            sources: [ConfigSource(name: "0.yaml", bytes: Array(text.utf8))], environment: ["MISTRAL_API_KEY": "k"], checks: checks)
        #expect(result.errors.map(\.path) == ["gateway.tls.key", "gateway.tls.client_ca", "gateway.drain_seconds"])
        #expect(result.errors.map(\.line) == [7, 8, 9])
        #expect(result.errors.map(\.code) == [.badTLSFile, .badTLSFile, .outOfRange])
        #expect(result.errors.map(\.message).prefix(2) == ["/k is wrong", "/a too"])
    }

    @Test func `what ends processes on purpose is only accepted where the environment asks for it`() throws {
        let text = Self.base.replacing("chain: []", with: "chain: [test-fault]") + "policy: {test-fault: {compile: hang, start: exit78}}\n"
        let refused = Self.load(text)
        #expect(refused.settings == nil)
        #expect(refused.errors.map(\.code) == [.unknownKind, .unknownKind])
        #expect(refused.errors.allSatisfy { $0.message.contains("only for the tests") })
        let settings = try #require(Self.load(text, environment: ["MISTRAL_API_KEY": "k", "KEEPTRUSTS_TEST_FAULTS": "1"]).settings)
        #expect(settings.policies.chain == [.testFault])
        #expect(settings.policies.testFault.compile == .hang)
        #expect(settings.policies.testFault.start == .exit78)
        #expect(SettingsView(settings).json(pretty: false).contains(#""test-fault":{"compile":"hang","start":"exit78"}"#))
    }

    @Test func `nobody is told of the kind for tests`() {
        for environment in [[:], ["KEEPTRUSTS_TEST_FAULTS": "1"]] as [[String: String]] {
            for name in ["test-faul", "tset-fault", "nothing-like-it"] {
                let result = Self.load(Self.base.replacing("chain: []", with: "chain: [\(name)]"), environment: environment)
                #expect(!LintReport(result).text.contains("test-fault"))
            }
        }
    }

    @Test func `an error stands in the file that won`() {
        let result = Self.load(Self.base + "gateway: {workers: 0}\n", "\n\ngateway:\n  workers: -1\n", "gateway: {drain_seconds: -1}")
        #expect(result.errors.map { "\($0.file):\($0.line):\($0.column)" } == ["1.yaml:4:12", "2.yaml:1:26"])
    }

    @Test func `an alias in a later file wins over the first spelling in an earlier one`() throws {
        let result = Self.load(
            Self.base.replacing("{targets", with: "{strategy: single, targets"), "providers: {routing: {strategy: ordered}}\n",
            "policies: {policy: {pii-detector: {action: block}}}\n")
        let settings = try #require(result.settings, "\(LintReport(result).text)")
        #expect(settings.providers.strategy == .fallback)
        #expect(settings.policies.piiDetector.action == .block)
    }

    @Test func `every alias means what its first spelling means`() throws {
        let first = Self.load(
            """
            pack: {name: x, version: 1.0.0}
            policies: {chain: [prompt-injection, pii-detector, agent-firewall]}
            policy:
              prompt-injection: {threshold: 0.7, action: log}
              pii-detector: {entities: [EMAIL]}
              agent-firewall: {blocked_tools: [rm]}
            providers:
              strategy: fallback
              fallback: {triggers: [rate_limit, server_error]}
              targets: [{id: a, provider: mistral, model: m, data_policy: {zero_data_retention: true}}]
            model_groups: [{name: g, targets: [a]}]
            rate_limits: {global: {rpm: 1, tpm: 2}}
            cors: {allow_origins: ["https://a"], allow_methods: [GET], allow_headers: [a], credentials: true, max_age: 5}
            """)
        let second = Self.load(
            """
            pack: {name: x, version: 1.0.0}
            policies:
              chain: [prompt-injection, pii-detector, agent-firewall]
              policy:
                prompt-injection: {detection: {embedding_threshold: 0.7}, response: {action: log}}
                pii-detector: {entities: [EMAIL]}
                agent-firewall: {denied_tools: [rm]}
            providers:
              routing: {strategy: ordered}
              fallback: {triggers: [rate_limit_exceeded, service_unavailable]}
              targets: [{id: a, provider: "mistral:chat:m", zdr: true}]
              model_groups: [{name: g, targets: [a]}]
            rate_limits: {global: {requests_per_minute: 1, tokens_per_minute: 2}}
            cors: {allowed_origins: ["https://a"], allowed_methods: [GET], allowed_headers: [a], allow_credentials: true, max_age_seconds: 5}
            """)
        #expect(first.settings == second.settings)
        #expect(first.settings != nil, "\(LintReport(first).text)")
        #expect(second.settings != nil, "\(LintReport(second).text)")
        #expect(first.canonicalBytes == second.canonicalBytes)
    }

    @Test func `the canonical bytes change with every setting that counts`() {
        let plain = Self.load(Self.base).canonicalBytes
        #expect(Self.load(Self.base + "# a comment\n").canonicalBytes == plain)
        #expect(Self.load(Self.base + "gateway: {drain_seconds: 301}\n").canonicalBytes != plain)
        #expect(Self.load(Self.base.replacing("model: m", with: "model: m, headers: {x-a: b}")).canonicalBytes != plain)
    }

    @Test func `command-line options win`() throws {
        var overrides = CommandLineOverrides()
        overrides.listen = ["127.0.0.1:1", "unix:/x"]
        overrides.adminListen = "127.0.0.1:2"
        overrides.workers = "9"
        overrides.failMode = "allow"
        overrides.concurrencyMax = "7"
        let result = Self.load(Self.base + "gateway: {workers: 2, listen: [\"127.0.0.1:5\"]}\n", overrides: overrides)
        let gateway = try #require(result.settings).gateway
        #expect(gateway.listen == [.tcp(host: "127.0.0.1", port: 1), .unix(path: "/x")])
        #expect(gateway.adminListen == .tcp(host: "127.0.0.1", port: 2))
        #expect(gateway.workers == 9 && gateway.failMode == .allow && gateway.concurrencyMax == 7)
        #expect(gateway.apiToken == nil)
    }

    @Test func `bad options are told beside the document's errors`() {
        var overrides = CommandLineOverrides()
        overrides.listen = ["41002"]
        overrides.workers = "0"
        overrides.failMode = "blok"
        overrides.concurrencyMax = "x"
        overrides.adminListen = "y"
        let result = Self.load(Self.base + "gateway: {workers: 0}\n", overrides: overrides)
        #expect(result.errors.map(\.code) == [.badOption, .badOption, .badOption, .badOption, .badOption, .outOfRange])
        #expect(LintReport(result).text.hasPrefix("command line: error[E026]: --listen: "))
    }

    @Test func `the token is a reference, a file before the environment`() throws {
        var overrides = CommandLineOverrides()
        let environment = ["KEEPTRUSTS_GATEWAY_TOKEN": "secret"]
        #expect(Self.load(Self.base, environment: environment).settings?.gateway.apiToken == .environment("KEEPTRUSTS_GATEWAY_TOKEN"))
        overrides.apiTokenFile = "/t"
        #expect(Self.load(Self.base, overrides: overrides, environment: environment).settings?.gateway.apiToken == .file("/t"))
    }

    @Test func `a file that cannot be read is no reason to hide what the others say`() {
        let result = ConfigLoader.load(files: ["/nonexistent.yaml", ExamplesTests.root + "/examples/demo/policy-config.yaml"], environment: [:])
        #expect(result.isUnreadable)
        #expect(result.settings == nil)
        #expect(result.errors.map(\.code) == [.unreadableFile])
        #expect(LintReport(result).text.hasPrefix("/nonexistent.yaml: error[E004]: cannot be read: No such file or directory\n"))
        #expect(ConfigLoader.load(files: ["/"], environment: [:]).isUnreadable)
    }

    @Test func `an open gateway is warned of when it is about to run`() {
        var options = RunOptions()
        options.configurations = [ExamplesTests.root + "/examples/demo/policy-config.yaml"]
        #expect(ConfigLoader.load(options, environment: [:]).warnings.map(\.code).contains(.openGateway))
        #expect(!ConfigLoader.load(options, environment: ["KEEPTRUSTS_GATEWAY_TOKEN": "t"]).warnings.map(\.code).contains(.openGateway))
        options.overrides.listen = ["127.0.0.1:1", "[::1]:1", "unix:/x", "localhost:2"]
        #expect(!ConfigLoader.load(options, environment: [:]).warnings.map(\.code).contains(.openGateway))
    }

    @Test func `sizes at the limit pass, one past it do not`() {
        let padding = ConfigTree.bytesMax - Self.base.utf8.count
        #expect(Self.load(Self.base + String(repeating: "#", count: padding)).settings != nil)
        #expect(Self.load(Self.base + String(repeating: "#", count: padding + 1)).errors.map(\.code) == [.tooLarge])
        func nested(_ depth: Int) -> String { Self.base + "x: " + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "\n" }
        #expect(Self.load(nested(ConfigTree.depthMax)).errors.map(\.code) == [.unknownKey])
        #expect(Self.load(nested(ConfigTree.depthMax + 1)).errors.map(\.code) == [.tooLarge])
        // Two nodes for the document's own top and list, four for the base's scalars and so on: far past the limit is enough here.
        #expect(Self.load("x: [" + String(repeating: "a,", count: ConfigTree.nodesMax) + "]").errors.map(\.code) == [.tooLarge])
    }

    @Test func `a chain of many layers is read`() {
        let layers = (1...50).map { ConfigSource(name: "\($0).yaml", bytes: Array("gateway: {workers: \($0)}".utf8)) }
        let result = ConfigLoader.load(sources: [.init(name: "0.yaml", bytes: Array(Self.base.utf8))] + layers, environment: [:])
        #expect(result.settings?.gateway.workers == 50)
    }

    @Test func `everything written comes back from the coder`() throws {
        let settings = try #require(try FixtureTests.load("everything").settings)
        #expect(try SettingsCoder.decode(SettingsCoder.encode(settings)) == settings)
        #expect(settings.providers.targets[0].headers == [.init(name: "x-team", value: "blue")])
        #expect(settings.providers.targets[0].retry.attemptsMax == 5)
        #expect(settings.providers.targets[0].retry.jitter == false)
        #expect(settings.providers.targets[1].retry.attemptsMax == 1)
        #expect(settings.providers.targets[1].kind == .embedding)
        #expect(settings.providers.targets[1].timeoutSeconds == 60 && settings.providers.targets[0].streamTimeoutSeconds == 20)
        #expect(!SettingsView(settings).yaml().contains("blue"))
        #expect(!SettingsView(settings).json(pretty: true).contains("blue"))
    }

    @Test(arguments: ConfigTemplate.allCases) func `every template is valid`(_ template: ConfigTemplate) {
        let result = Self.load(template.text, environment: FixtureTests.environment)
        #expect(result.errors.isEmpty && result.warnings.isEmpty, "\(LintReport(result).text)")
    }
}

@Suite("Report")
struct LintReportTests {
    @Test func `JSON has the documented keys in their order`() {
        let result = LoaderTests.load(LoaderTests.base + "gatewy: {}\n")
        #expect(
            LintReport(result).json == """
                {
                  "valid": false,
                  "file": "0.yaml",
                  "pack": {
                    "name": "x",
                    "version": "1.0.0"
                  },
                  "chain": [],
                  "policy_count": 0,
                  "errors": [
                    {
                      "code": "E002",
                      "path": "gatewy",
                      "file": "0.yaml",
                      "line": 4,
                      "column": 1,
                      "message": "unknown key",
                      "suggestion": "did you mean \\"gateway\\"?"
                    }
                  ],
                  "warnings": []
                }

                """)
    }
}

@Suite("Mutated files")
struct MutationTests {
    @Test(arguments: 0..<8) func `no change of bytes crashes the reader`(_ seed: UInt64) throws {
        var random = Random(state: seed)
        var corpus: [[UInt8]] = []
        for name in FixtureTests.names { corpus.append(try ConfigFile.read("\(FixtureTests.directory)/\(name).yaml", bytesMax: 1 << 20)) }
        let interesting = Array("{}[]:,-&*!|>'\"%@`#?\n\t \\~$<0".utf8)
        for _ in 0..<150 {
            var bytes = corpus[Int.random(in: 0..<corpus.count, using: &random)]
            for _ in 0..<Int.random(in: 1...6, using: &random) where !bytes.isEmpty {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes[index] = interesting[Int.random(in: 0..<interesting.count, using: &random)]
                case 2: bytes.remove(at: index)
                case 3: bytes.insert(interesting[Int.random(in: 0..<interesting.count, using: &random)], at: index)
                default: bytes.insert(contentsOf: bytes[index..<min(bytes.count, index + 40)], at: Int.random(in: 0..<bytes.count, using: &random))
                }
            }
            let result = ConfigLoader.load(sources: [.init(name: "m.yaml", bytes: bytes)], environment: FixtureTests.environment)
            #expect((result.settings == nil) == !result.errors.isEmpty)
            #expect(result.errors.allSatisfy { $0.line > 0 && $0.column > 0 })
            #expect(!LintReport(result).json.isEmpty)
            if let settings = result.settings { #expect(try SettingsCoder.decode(SettingsCoder.encode(settings)) == settings) }
        }
    }

    /// SplitMix64, so that a failure comes back.
    struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            self.state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = self.state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }
}
