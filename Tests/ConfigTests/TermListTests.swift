import Testing

@testable import Config

@Suite("Lists of terms")
struct TermListTests {
    private func load(_ kind: String, _ key: String, count: Int, distance: Int, isFuzzy: Bool = true) -> ConfigResult {
        // 25 characters each.
        let terms = (0..<count).map { "abcdefghijklmnopqrst\(10_000 + $0)" }.joined(separator: ", ")
        let text = """
            pack: {name: x, version: 1.0.0}
            policies: {chain: [\(kind)]}
            policy:
              \(kind):
                fuzzy_matching: \(isFuzzy)
                max_distance: \(distance)
                \(key): [\(terms)]
            providers: {targets: [{id: a, provider: demo, model: demo}]}
            """
        return ConfigLoader.load(sources: [.init(name: "a.yaml", bytes: Array(text.utf8))], environment: [:], checks: .engine)
    }

    @Test(arguments: [("dlp-filter", "blocked_terms"), ("entity-list-filter", "blocked_entities"), ("safety-filter", "block_if")])
    func `as many terms as can be compared`(kind: String, key: String) {
        // 25 characters in five cells each, of 100 000.
        #expect(self.load(kind, key, count: 800, distance: 2).errors.isEmpty)
        let tooMany = self.load(kind, key, count: 801, distance: 2)
        #expect(tooMany.errors.map(LintReport.line) == [
            """
            a.yaml:7:\(key.count + 7): error[E013]: policy.\(kind).\(key): 801 texts with max_distance 2 are 1.1 times as many as can be compared in time
            help: write max_distance: 1, or fewer texts

            """
        ])
        #expect(self.load(kind, key, count: 801, distance: 2, isFuzzy: false).errors.isEmpty)
    }

    @Test func `as many expressions as can be compiled`() {
        func load(_ byteCount: Int) -> [String] {
            // 1 KiB each, the last one what remains.
            let patterns = (0..<256).map { number in "'" + String(repeating: "x", count: number == 255 ? byteCount - 255 * 1024 : 1024) + "'" }
            let text = "pack: {name: x, version: 1.0.0}\npolicies: {chain: [dlp-filter]}\npolicy: {dlp-filter: {detect_patterns: [\(patterns.joined(separator: ", "))]}}\n"
            return ConfigLoader.load(sources: [.init(name: "a.yaml", bytes: Array(text.utf8))], environment: [:]).errors.map(\.message)
        }
        #expect(load(256 << 10).isEmpty)
        #expect(load((256 << 10) + 1) == ["accepts at most 262144 bytes of expressions, found 262145"])
    }

    @Test func `ten thousand exact terms`() {
        #expect(self.load("dlp-filter", "blocked_terms", count: 10_000, distance: 8, isFuzzy: false).errors.isEmpty)
        #expect(self.load("dlp-filter", "blocked_terms", count: 10_001, distance: 8, isFuzzy: false).errors.map(\.message) == ["accepts at most 10000 items, found 10001"])
        #expect(self.load("dlp-filter", "blocked_terms", count: 10_000, distance: 1).errors.first?.suggestion == "write fewer texts")
    }
}
