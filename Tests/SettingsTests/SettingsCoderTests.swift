import Testing

@testable import Settings

@Suite("Settings coder")
struct SettingsCoderTests {
    /// Every optional filled, every list with items, every form of address and secret.
    static func full() -> GatewaySettings {
        var settings = GatewaySettings(pack: Pack(name: "päck 🚀", version: "1.2.3", enabled: false, description: "two\nlines"))
        settings.policies.chain = PolicyKind.allCases
        settings.policies.promptInjection.attackPatterns = [.init(name: "a", pattern: "b.c", lengthMax: 9), .init(pattern: "")]
        settings.policies.promptInjection.message = "no"
        settings.policies.piiDetector.entities = ["EMAIL"]
        settings.policies.piiDetector.customMarkers = ["EMAIL": "<mail>", "PHONE": "<tel>", "IBAN": "<iban>"]
        settings.policies.qualityScorer.assertions = [.init(type: .contains), .init(type: .jsonSchema)]
        settings.policies.agentFirewall.allowedTools = []
        var target = Target(id: "a", provider: "mistral", model: "m", baseURL: "https://api.mistral.ai/v1")
        target.secret = .environment("MISTRAL_API_KEY")
        target.pricing = .init(prompt: 2, completion: 0.1)
        target.headers = [.init(name: "x-a", value: "b")]
        var second = target
        second.id = "b"
        second.secret = .file("/run/key")
        var third = target
        third.id = "c"
        third.secret = .credential("key")
        settings.providers.targets = [target, second, third]
        settings.modelGroups = [ModelGroup(name: "fast", targets: ["a", "b"])]
        settings.consumerGroups = [ConsumerGroup(name: "team")]
        settings.budgets = [Budget(name: "all", limitUSD: 12.5)]
        settings.rateLimits.perKey = .init()
        settings.allowlist.cidrs = ["10.0.0.0/8"]
        settings.gateway.listen = [.tcp(host: "::", port: 65_535), .unix(path: "/run/kt.sock")]
        settings.gateway.workers = 4
        settings.gateway.tls = .init(certificate: "/c", key: "/k", clientCA: "/a")
        settings.gateway.apiToken = .file("/token")
        return settings
    }

    @Test func `settings come back as they were`() throws {
        let settings = Self.full()
        let bytes = SettingsCoder.encode(settings)
        #expect(try SettingsCoder.decode(bytes) == settings)
        let small = GatewaySettings(pack: Pack(name: "n", version: "1.0.0"))
        #expect(try SettingsCoder.decode(SettingsCoder.encode(small)) == small)
    }

    @Test func `equal settings give equal bytes`() {
        #expect(SettingsCoder.encode(Self.full()) == SettingsCoder.encode(Self.full()))
    }

    @Test func `it is compact`() {
        #expect(SettingsCoder.encode(GatewaySettings(pack: Pack(name: "n", version: "1.0.0"))).count < 4_096)
    }

    @Test func `extreme numbers survive`() throws {
        for number in [Int.min, -1, 0, 1, 63, 64, Int.max] {
            let bytes = try SettingsCoder.encode(value: [number])
            #expect(try SettingsCoder.decode([Int].self, from: bytes) == [number])
        }
        for number in [0.0, -0.0, .infinity, .leastNonzeroMagnitude, 1e308] {
            #expect(try SettingsCoder.decode([Double].self, from: SettingsCoder.encode(value: [number])) == [number])
        }
        #expect(try SettingsCoder.decode([UInt64].self, from: SettingsCoder.encode(value: [UInt64.max])) == [UInt64.max])
        #expect(throws: SettingsCodingFailure.self) { try SettingsCoder.decode([UInt8].self, from: SettingsCoder.encode(value: [256])) }
    }

    @Test func `every cut is refused`() {
        let bytes = SettingsCoder.encode(Self.full())
        for count in 0..<bytes.count {
            #expect(throws: SettingsCodingFailure.self) { try SettingsCoder.decode(Array(bytes[..<count])) }
        }
        #expect(throws: SettingsCodingFailure.self) { try SettingsCoder.decode(bytes + [0]) }
    }

    @Test func `another format version is refused`() {
        var bytes = SettingsCoder.encode(Self.full())
        bytes[3] &+= 1
        #expect(throws: SettingsCodingFailure.self) { try SettingsCoder.decode(bytes) }
    }

    @Test func `a lie about a length reserves no memory and is refused`() {
        // One name table entry of 2^62 bytes; a list of 2^62 items.
        let huge: [UInt8] = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40]
        #expect(throws: SettingsCodingFailure.self) { try SettingsCoder.decode(SettingsCoder.magic + [1, 1] + huge) }
        #expect(throws: SettingsCodingFailure.self) { try SettingsCoder.decode(SettingsCoder.magic + [1, 0, SettingsValue.Tag.list.rawValue] + huge) }
        #expect(throws: SettingsCodingFailure.self) { try SettingsCoder.decode(SettingsCoder.magic + [1] + [UInt8](repeating: 0xFF, count: 11)) }
    }

    @Test func `deep nesting is refused, not followed`() {
        var bytes = SettingsCoder.magic + [1, 0]
        for _ in 0..<100_000 { bytes += [SettingsValue.Tag.list.rawValue, 1] }
        #expect(throws: SettingsCodingFailure.self) { try SettingsCoder.decode(bytes) }
    }

    @Test func `random changes never crash`() {
        let bytes = SettingsCoder.encode(Self.full())
        var random = SplitMix(state: 1)
        for _ in 0..<3_000 {
            var changed = bytes
            for _ in 0...Int(random.next() % 4) { changed[Int(random.next() % UInt64(changed.count))] = UInt8(truncatingIfNeeded: random.next()) }
            _ = try? SettingsCoder.decode(changed)
        }
    }
}

/// A small generator with a known start, so that a failure comes back.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
