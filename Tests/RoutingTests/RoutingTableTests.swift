import Settings
import Testing

@testable import Routing

@Suite("Routing table")
struct RoutingTableTests {
    private func settings(_ strategy: ProviderSettings.Strategy) -> GatewaySettings {
        var settings = GatewaySettings(pack: Pack(name: "test", version: "1.0.0"))
        settings.providers.strategy = strategy
        settings.providers.targets = [
            Target(id: "large", provider: "mistral", model: "mistral-large-latest", baseURL: "http://127.0.0.1"),
            Target(id: "small", provider: "mistral", model: "mistral-small-latest", baseURL: "http://127.0.0.1"),
            Target(id: "other", provider: "openai", model: "gpt-4o", baseURL: "http://127.0.0.1"),
        ]
        var fast = ModelGroup(name: "fast", targets: ["small"])
        fast.aliases = ["quick"]
        fast.fallbackGroup = "big"
        var big = ModelGroup(name: "big", targets: ["large", "small"])
        big.fallbackGroup = "fast"
        settings.modelGroups = [fast, big]
        return settings
    }

    @Test func `an unknown model goes to all targets in order`() {
        #expect(RoutingTable(self.settings(.fallback)).candidates(for: "anything") == [0, 1, 2])
        #expect(RoutingTable(self.settings(.fallback)).candidates(for: nil) == [0, 1, 2])
    }

    @Test func `a target's own model comes first under fallback`() {
        #expect(RoutingTable(self.settings(.fallback)).candidates(for: "gpt-4o") == [2, 0, 1])
    }

    @Test func `single uses the first target only`() {
        #expect(RoutingTable(self.settings(.single)).candidates(for: "gpt-4o") == [0])
    }

    @Test func `a target's id picks it alone`() {
        #expect(RoutingTable(self.settings(.single)).candidates(for: "other") == [2])
    }

    @Test func `a group is followed by its fallback group, and a ring of groups ends`() {
        let table = RoutingTable(self.settings(.fallback))
        #expect(table.candidates(for: "fast") == [1, 0])
        #expect(table.candidates(for: "quick") == [1, 0])
        #expect(table.candidates(for: "big") == [0, 1])
    }

    @Test func `the listing names everything once`() {
        #expect(
            RoutingTable(self.settings(.fallback)).modelNames
                == ["big", "fast", "gpt-4o", "large", "mistral-large-latest", "mistral-small-latest", "other", "quick", "small"])
    }
}
