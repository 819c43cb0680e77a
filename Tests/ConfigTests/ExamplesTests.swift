import Settings
import Testing

@testable import Config

@Suite("Examples")
struct ExamplesTests {
    static let names = [
        "mistral", "mistral-shorthand", "mistral-streaming", "mistral-fallback", "cross-provider-fallback", "mistral-latency", "mistral-ab",
        "mistral-circuit-breaker", "mistral-retry", "mistral-codestral", "mistral-resilience", "demo",
    ]
    static let root = String(#filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined())

    @Test(arguments: names) func `every example is valid and says nothing but which keys are missing`(_ name: String) {
        let result = ConfigLoader.load(files: ["\(Self.root)/examples/\(name)/policy-config.yaml"], environment: [:])
        #expect(result.errors.isEmpty, "\(LintReport(result).text)")
        #expect(result.warnings.allSatisfy { [.missingSecret, .notYetEffective].contains($0.code) }, "\(LintReport(result).text)")
        #expect(result.settings != nil)
        #expect(result.canonicalBytes.isEmpty == false)
    }

    @Test func `the seed's first configuration has the documented defaults`() throws {
        let result = ConfigLoader.load(
            files: ["\(Self.root)/examples/mistral/policy-config.yaml"], environment: ["MISTRAL_API_KEY": "x"])
        let settings = try #require(result.settings)
        #expect(settings.pack == Pack(name: "mistral-gateway", version: "1.0.0"))
        #expect(settings.policies.chain == [.promptInjection, .piiDetector, .safetyFilter, .auditLogger])
        let target = try #require(settings.providers.targets.first)
        #expect(target.baseURL == "https://api.mistral.ai/v1")
        #expect(target.secret == .environment("MISTRAL_API_KEY"))
        #expect(target.timeoutSeconds == 60 && target.streamTimeoutSeconds == 60)
        #expect(target.wantsUsageAsked == false)
        #expect(settings.providers.strategy == .single)
        #expect(settings.gateway.listen == [.tcp(host: "0.0.0.0", port: 41002)])
        #expect(result.warnings.map(\.code) == [.notYetEffective])
    }
}
