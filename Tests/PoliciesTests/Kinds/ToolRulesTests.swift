import Exchange
import Settings
import Testing

@testable import Policies

@Suite("Agent firewall")
struct ToolRulesTests {
    @Test(arguments: [
        ("", "", true), ("", "a", false), ("*", "", true), ("*", "anything", true), ("read", "read", true), ("read", "Read", false),
        ("read", "reader", false), ("read*", "read", true), ("read*", "reader", true), ("*_file", "read_file", true), ("*_file", "read_files", false),
        ("a*b*c", "a1b2c", true), ("a*b*c", "abbc", true), ("a*b*c", "acb", false), ("a**c", "abc", true), ("*a*", "bab", true), ("*a*", "bbb", false),
        ("*ab", "aab", true), ("*ab", "aba", false), ("grüß*", "grüße", true), ("?", "a", false),
    ])
    func `a star stands for any bytes`(pattern: String, name: String, fits: Bool) {
        #expect(Self.matches(pattern, Array(name.utf8)) == fits)
    }

    private static func matches(_ pattern: String, _ name: [UInt8]) -> Bool { NameGlob(pattern).matches(name.span) }

    /// The plain recursive definition.
    private static func fits(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        if first == UInt8(ascii: "*") { return (name.startIndex...name.endIndex).contains { Self.fits(pattern.dropFirst(), name[$0...]) } }
        return name.first == first && Self.fits(pattern.dropFirst(), name.dropFirst())
    }

    @Test func `globs match as their definition says, for all short ones`() {
        let alphabet = Array("ab*".utf8)
        func words(_ letters: [UInt8], _ length: Int) -> [[UInt8]] {
            length == 0 ? [[]] : words(letters, length - 1).flatMap { word in letters.map { word + [$0] } }
        }
        let names = (0...4).flatMap { words(Array("ab".utf8), $0) }
        for pattern in (0...4).flatMap({ words(alphabet, $0) }) {
            let text = String(decoding: pattern, as: UTF8.self)
            for name in names { #expect(Self.matches(text, name) == Self.fits(pattern[...], name[...])) }
        }
    }

    @Test func `many stars on a long name take no longer than they should`() {
        #expect(!Self.matches(String(repeating: "*a", count: 60) + "b", [UInt8](repeating: UInt8(ascii: "a"), count: 20_000)))
    }

    private static func engine(allowed: [String]? = nil, blocked: [String] = [], actions: Int? = nil, chain: [PolicyKind] = [.agentFirewall]) throws -> PolicyEngine {
        var settings = PolicySettings()
        settings.chain = chain
        settings.agentFirewall.allowedTools = allowed
        settings.agentFirewall.blockedTools = blocked
        settings.agentFirewall.actionsPerSessionMax = actions
        return try PolicyEngine(try PolicyProgram.compile(settings, content: .standard))
    }

    private static func names(_ names: String...) -> [[UInt8]] { names.map { Array($0.utf8) } }

    private static func calls(_ count: Int) -> [TextSegment] {
        (0..<count).map { TextSegment(bytes: Array("read_file".utf8), origin: TextOrigin(role: .assistant, field: .toolName, index: $0, subIndex: 0)) }
    }

    @Test func `declared tools are checked`() throws {
        let engine = try Self.engine(allowed: ["read_*", "search"], blocked: ["read_secret*"])
        #expect(engine.hasInputTexts && engine.hasOutputTexts)
        #expect(engine.evaluateInput([], tools: Self.names("read_file", "search")).verdict == .allow)
        let outcome = engine.evaluateInput([], tools: Self.names("read_file", "read_secrets", "shell", "Search"))
        #expect(outcome.verdict == .block)
        #expect(outcome.decidedBy == .agentFirewall)
        #expect(outcome.reason == "agent_firewall.detected")
        #expect(outcome.reports.first?.findings == [PolicyFinding(type: "TOOL_BLOCKED", count: 1), PolicyFinding(type: "TOOL_NOT_ALLOWED", count: 2)])
    }

    @Test func `an empty list of allowed tools allows none, no list allows all`() throws {
        #expect(try Self.engine(allowed: []).evaluateInput([], tools: Self.names("a")).verdict == .block)
        #expect(try Self.engine(allowed: []).evaluateInput([], tools: []).verdict == .allow)
        #expect(try Self.engine().evaluateInput([], tools: Self.names("a", "")).verdict == .allow)
    }

    @Test func `a conversation may hold as many calls as the limit says, and not one more`() throws {
        let engine = try Self.engine(actions: 2)
        let outcome = engine.evaluateInput(Self.calls(2))
        #expect(outcome.verdict == .allow)
        #expect(outcome.actions == 2)
        #expect(engine.evaluateInput(Self.calls(3)).reports.first?.findings == [PolicyFinding(type: "TOO_MANY_ACTIONS", count: 1)])
    }

    @Test func `the chain's order decides who blocks`() throws {
        var settings = PolicySettings()
        settings.chain = [.dlpFilter, .agentFirewall, .auditLogger]
        settings.dlpFilter.blockedTerms = ["falcon"]
        settings.dlpFilter.action = .block
        settings.agentFirewall.allowedTools = []
        let segment = TextSegment(bytes: Array("the falcon".utf8), origin: TextOrigin(role: .user, field: .content, index: 0, subIndex: 0))
        func outcome(_ chain: [PolicyKind]) throws -> PhaseOutcome {
            settings.chain = chain
            return try PolicyEngine(try PolicyProgram.compile(settings)).evaluateInput([segment], tools: Self.names("x"))
        }
        let first = try outcome([.dlpFilter, .agentFirewall, .auditLogger])
        #expect(first.decidedBy == .dlpFilter)
        #expect(first.reports.map(\.skipped) == [false, true, false])
        let second = try outcome([.agentFirewall, .dlpFilter, .auditLogger])
        #expect(second.decidedBy == .agentFirewall)
        #expect(second.reports.map(\.skipped) == [false, true, false])
    }

    private static func feed(_ engine: PolicyEngine, actions: Int = 0, _ pieces: [(choice: Int, call: Int, name: String)]) -> (passed: [String], outcome: PhaseOutcome) {
        let output = engine.beginOutput()
        defer { engine.endOutput(output) }
        output.goOn(afterActions: actions)
        var passed: [String] = []
        for piece in pieces {
            var bytes: [UInt8] = []
            let origin = TextOrigin(role: .assistant, field: .toolName, index: piece.choice, subIndex: piece.call)
            guard case .open = output.feed(origin, Array(piece.name.utf8).span, isFinal: true, into: &bytes) else { break }
            passed.append(String(decoding: bytes, as: UTF8.self))
        }
        return (passed, output.finish())
    }

    @Test func `calls of the answer are checked before they go out`() throws {
        let engine = try Self.engine(blocked: ["delete_*"])
        let good = Self.feed(engine, [(0, 0, "read"), (0, 1, "delete")])
        #expect(good.passed == ["read", "delete"])
        #expect(good.outcome.verdict == .allow)
        let bad = Self.feed(engine, [(0, 0, "read"), (0, 1, "delete_all"), (0, 2, "read")])
        #expect(bad.passed == ["read"])
        #expect(bad.outcome.verdict == .block)
        #expect(bad.outcome.reports.first?.findings == [PolicyFinding(type: "TOOL_BLOCKED", count: 1)])
    }

    @Test func `a name in pieces is one name`() throws {
        let engine = try Self.engine(blocked: ["delete_all"])
        #expect(Self.feed(engine, [(0, 0, "delete"), (0, 0, "_all")]).passed == ["delete"])
        #expect(Self.feed(engine, [(0, 0, "delete"), (1, 0, "_all"), (0, 1, "_all")]).outcome.verdict == .allow)
    }

    @Test func `each choice counts its own calls, on top of the conversation's`() throws {
        let engine = try Self.engine(actions: 3)
        #expect(Self.feed(engine, actions: 1, [(0, 0, "a"), (1, 0, "a"), (0, 1, "a"), (1, 1, "a")]).outcome.verdict == .allow)
        let bad = Self.feed(engine, actions: 1, [(0, 0, "a"), (0, 1, "a"), (0, 2, "a")])
        #expect(bad.passed.count == 2)
        #expect(bad.outcome.reports.first?.findings == [PolicyFinding(type: "TOO_MANY_ACTIONS", count: 1)])
        // The engine's next answer begins at nothing.
        #expect(Self.feed(engine, [(0, 0, "a"), (0, 1, "a"), (0, 2, "a")]).outcome.verdict == .allow)
    }

    @Test func `texts pass untouched where only tools are judged`() throws {
        let engine = try Self.engine(allowed: ["a"])
        #expect(engine.deliver(Array("write to a@b.cd".utf8), cuts: [3, 9]).text == "write to a@b.cd")
        #expect(try PolicyProgram.compile(PolicySettings()).outputHoldBackMax == 0)
    }
}
