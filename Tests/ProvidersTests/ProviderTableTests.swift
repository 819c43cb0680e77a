import Testing

@testable import Providers

@Suite("Provider table")
struct ProviderTableTests {
    @Test func `Mistral is known and never asked for usage`() {
        let row = ProviderTable.row("mistral")
        #expect(row?.baseURL == "https://api.mistral.ai/v1")
        #expect(row?.keyVariable == "MISTRAL_API_KEY")
        #expect(row?.wantsUsageAsked == false)
        #expect(row?.keyHeader == "authorization" && row?.keyPrefix == "Bearer ")
    }

    @Test func `the demo provider has neither key nor address`() {
        #expect(ProviderTable.row("demo")?.keyVariable == nil)
        #expect(ProviderTable.row("demo")?.baseURL == "")
    }

    @Test func `ids are unique, addresses end without a slash, only loopback is in the clear`() {
        #expect(Set(ProviderTable.rows.map(\.id)).count == ProviderTable.rows.count)
        for row in ProviderTable.rows {
            guard let url = row.baseURL, !url.isEmpty else { continue }
            #expect(!url.hasSuffix("/"))
            #expect(url.hasPrefix("https://") || url.hasPrefix("http://127.0.0.1:"))
            #expect(row.keyVariable != nil || url.hasPrefix("http://127.0.0.1:"))
        }
    }

    @Test(arguments: [
        ("mistrall", ["mistral"]), ("Mistral", ["mistral"]), ("opnai", ["openai"]), ("openai_compatible", ["openai-compatible", "openai"]), ("grok", ["groq"]),
        ("something-else", []), ("", []), (String(repeating: "x", count: 10_000), []),
    ] as [(String, [String])]) func `near names are offered`(_ name: String, _ near: [String]) {
        #expect(ProviderTable.near(name) == near)
    }

    @Test func `a swap of neighbours is one edit`() {
        #expect(NearName.distance(Array("actoin".utf8), Array("action".utf8)) == 1)
        #expect(NearName.distance(Array("".utf8), Array("abc".utf8)) == 3)
        #expect(NearName.distance(Array("kitten".utf8), Array("sitting".utf8)) == 3)
    }
}
