/// `testing`: tests of the configuration inside of it. A gateway takes no notice of them; `kt policy test` gets them as JSON and runs them.
struct TestingReader {
    let log: IssueLog

    /// The block as JSON, when its form is right.
    func read(_ block: Block) -> [UInt8]? {
        block.know(["plugins", "strategies"])
        _ = block.number("default_threshold", in: 0...1)
        let suites = block.list("suites", countMax: 1_000, accepts: "suites") ?? []
        for (node, path) in suites {
            guard let suite = Block(node, path: path, log: self.log, example: "{name: cards, cases: [...]}") else { continue }
            suite.missing("name", "cards")
            suite.missing("cases", "[{input: {text: hello}, expected: {verdict: allow}}]")
            _ = suite.string("name")
            suite.know(["description", "target", "assertions"])
            for (node, path) in suite.list("cases", countMax: 10_000, accepts: "cases") ?? [] { self.check(node, path) }
            suite.finish()
        }
        block.finish()
        return suites.isEmpty ? nil : Array("{\"suites\":[\(suites.map { Self.json($0.node) }.joined(separator: ","))]}".utf8)
    }

    private func check(_ node: ConfigNode, _ path: String) {
        guard let one = Block(node, path: path, log: self.log, example: "{input: {text: hello}, expected: {verdict: allow}}") else { return }
        one.missing("input", "{text: hello}")
        one.missing("expected", "{verdict: allow}")
        _ = one.string("name")
        one.know(["description", "input", "headers", "upstream_response", "assertions"])
        if let expected = one.block("expected", example: "{verdict: allow}") {
            expected.missing("verdict", "allow")
            _ = expected.choice("verdict", ExpectedVerdict.self)
            expected.know(["reason_code", "policy", "text", "texts", "findings"])
            expected.finish()
        }
        one.finish()
    }

    private enum ExpectedVerdict: String, CaseIterable { case allow, redact, block, escalate }

    private static func json(_ node: ConfigNode) -> String {
        switch node.content {
        case .refused: return "null"
        case .list(let items): return "[\(items.map(Self.json).joined(separator: ","))]"
        case .mapping(let entries):
            return "{\(entries.map { "\(JSONString.quoted($0.key)):\(Self.json($0.value))" }.joined(separator: ","))}"
        case .scalar:
            switch node.meaning {
            case nil, .null?: return "null"
            case .bool(let flag)?: return flag ? "true" : "false"
            case .int(let number)?: return "\(number)"
            case .double(let number)?: return number.isFinite ? "\(number)" : "null"
            case .string(let text)?: return JSONString.quoted(text)
            }
        }
    }
}
