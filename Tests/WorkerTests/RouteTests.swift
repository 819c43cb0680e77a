import Exchange
import Testing

@testable import Worker

@Suite("Route")
struct RouteTests {
    private func route(_ path: String) -> Route? { Route(path: Array(path.utf8).span) }

    @Test(arguments: ["", "/v1"])
    func `paths stand with and without the prefix`(prefix: String) {
        #expect(self.route(prefix + "/chat/completions") == .relay(.chatCompletions))
        #expect(self.route(prefix + "/completions") == .relay(.completions))
        #expect(self.route(prefix + "/embeddings") == .relay(.embeddings))
        #expect(self.route(prefix + "/fim/completions") == .relay(.fim))
        #expect(self.route(prefix + "/moderations") == .relay(.moderations))
        #expect(self.route(prefix + "/models") == .models)
        #expect(self.route("/healthz") == .health)
        #expect(self.route("/readyz") == .ready)
    }

    @Test(arguments: ["/", "/v1", "/v1/", "/v1/v1/models", "/v1/chat/completions/", "/V1/models", "//models", "/v1/../models"])
    func `nothing else is there`(path: String) {
        #expect(self.route(path) == nil)
    }
}

@Suite("Decimal text")
struct DecimalTextTests {
    @Test(arguments: [(0, "0"), (7, "7"), (10, "10"), (-1, "-1"), (Int.max, "9223372036854775807"), (Int.min, "-9223372036854775808")])
    func `integers`(value: Int, text: String) {
        var bytes: [UInt8] = []
        DecimalText.append(value, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }

    @Test(arguments: [(0, "0.000"), (999, "0.000"), (1_000, "0.001"), (1_234_567, "1.234"), (61_000_010_000, "61000.010"), (-5, "0.000")] as [(Int64, String)])
    func `milliseconds have three decimals`(nanoseconds: Int64, text: String) {
        var bytes: [UInt8] = []
        DecimalText.appendMilliseconds(nanoseconds: nanoseconds, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }
}
