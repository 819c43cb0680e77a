internal import Policies

/// Reads tests: golden files, and `testing` of a configuration as JSON.
public enum GoldenReader {
    static let caseKeys = ["name", "description", "input", "headers", "upstream_response", "expected", "assertions"]
    static let inputKeys = ["text", "messages", "request", "endpoint", "headers", "upstream_response", "proxy_name", "team_slugs"]
    static let expectedKeys = ["verdict", "reason_code", "policy", "text", "texts", "findings"]

    /// One golden file: one case.
    public static func golden(_ file: JSONValue, defaultName: String) throws(GoldenFault) -> GoldenCase {
        try self.golden(file, path: "", defaultName: defaultName, assertions: [])
    }

    /// All cases of `testing.suites`, named `suite: case`. `testing` is the whole block.
    public static func suites(_ testing: JSONValue) throws(GoldenFault) -> [GoldenCase] {
        var cases: [GoldenCase] = []
        let root = try GoldenFields(testing, "testing")
        for (number, item) in (try root.array("suites") ?? []).enumerated() {
            let suite = try GoldenFields(item, "testing.suites[\(number)]")
            try suite.check(["name", "description", "target", "assertions", "cases"])
            guard let name = try suite.string("name") else { throw GoldenFault(suite.path("name"), "missing") }
            guard let items = try suite.array("cases") else { throw GoldenFault(suite.path("cases"), "missing") }
            let assertions = try self.assertions(suite)
            for (index, item) in items.enumerated() {
                var one = try self.golden(item, path: suite.path("cases[\(index)]"), defaultName: "case \(index + 1)", assertions: assertions)
                one.name = "\(name): \(one.name)"
                cases.append(one)
            }
        }
        return cases
    }

    /// What goes in, of a case without an expectation: for recording.
    public static func draft(_ value: JSONValue, name: String) throws(GoldenFault) -> GoldenCase {
        guard case .object(let members) = value else { throw GoldenFault("", "accepts an object, found \(value.name)") }
        var kept = members.filter { $0.key != "expected" }
        // A request by itself.
        if value["input"] == nil { kept = [.init("input", value["request"] == nil ? .object([.init("request", value)]) : value)] }
        kept.append(.init("expected", .object([.init("verdict", JSONValue(Verdict.allow.name))])))
        var one = try self.golden(.object(kept), defaultName: name)
        one.name = name
        return one
    }

    private static func golden(
        _ value: JSONValue, path: String, defaultName: String, assertions: [TextAssertion]
    ) throws(GoldenFault) -> GoldenCase {
        let fields = try GoldenFields(value, path)
        try fields.check(self.caseKeys)
        guard let input = fields["input"] else { throw GoldenFault(fields.path("input"), "missing: write {\"text\": \"…\"} or {\"messages\": […]}") }
        guard let expected = fields["expected"] else { throw GoldenFault(fields.path("expected"), "missing: write {\"verdict\": \"block\"}") }
        let (request, inner) = try self.request(input, fields.path("input"))
        var one = GoldenCase(name: try fields.string("name") ?? defaultName, request: request, expected: try self.expectation(expected, fields.path("expected")))
        one.request.headers += try self.headers(fields)
        if let response = fields["upstream_response"] {
            if inner != nil { throw GoldenFault(fields.path("upstream_response"), "stands in \"input\" too; keep one of the two") }
            one.answer = try self.answer(response, fields.path("upstream_response"))
        } else if let inner {
            one.answer = try self.answer(inner, "\(fields.path("input")).upstream_response")
        }
        one.assertions = assertions + (try self.assertions(fields))
        return one
    }

    // MARK: What goes in

    private static func request(_ value: JSONValue, _ path: String) throws(GoldenFault) -> (GoldenCase.Request, answer: JSONValue?) {
        if case .string(let text) = value { return (GoldenCase.Request(body: self.body(text), endpoint: .chatCompletions), nil) }
        let fields = try GoldenFields(value, path)
        try fields.check(self.inputKeys)
        var endpoint = GoldenEndpoint.chatCompletions
        if let name = try fields.string("endpoint") {
            guard let known = GoldenEndpoint(rawValue: name) else {
                throw GoldenFault(fields.path("endpoint"), "expected one of [\(GoldenEndpoint.allCases.map(\.rawValue).joined(separator: ", "))]")
            }
            endpoint = known
        }
        guard ["text", "messages", "request"].filter({ fields[$0] != nil }).count == 1 else {
            throw GoldenFault(path, "needs one of \"text\", \"messages\" and \"request\"")
        }
        var body: [UInt8]
        if let text = try fields.string("text") {
            body = self.body(text)
        } else if let messages = fields["messages"] {
            body = JSONValue.object([.init("model", JSONValue("test")), .init("messages", messages)]).compact
        } else {
            guard let request = fields["request"], request.members != nil else {
                throw GoldenFault(fields.path("request"), "accepts a request's body as an object")
            }
            body = request.compact
        }
        return (GoldenCase.Request(body: body, endpoint: endpoint, headers: try self.headers(fields)), fields["upstream_response"])
    }

    private static func body(_ text: String) -> [UInt8] {
        let message = JSONValue.object([.init("role", JSONValue("user")), .init("content", JSONValue(text))])
        return JSONValue.object([.init("model", JSONValue("test")), .init("messages", .array([message]))]).compact
    }

    private static func headers(_ fields: GoldenFields) throws(GoldenFault) -> [GoldenCase.Header] {
        guard let value = fields["headers"] else { return [] }
        guard let members = value.members else { throw GoldenFault(fields.path("headers"), "accepts an object, found \(value.name)") }
        var headers: [GoldenCase.Header] = []
        for member in members {
            guard let text = member.value.string else { throw GoldenFault("\(fields.path("headers")).\(member.key)", "accepts a text, found \(member.value.name)") }
            headers.append(GoldenCase.Header(name: member.key, value: text))
        }
        return headers
    }

    // MARK: What the provider answers

    private static func answer(_ value: JSONValue, _ path: String) throws(GoldenFault) -> GoldenCase.Answer {
        if case .string(let text) = value { return .text(text) }
        if case .array(let events) = value { return .events(try self.events(events, path)) }
        let fields = try GoldenFields(value, path)
        if let events = try fields.array("events") {
            try fields.check(["events"])
            return .events(try self.events(events, fields.path("events")))
        }
        guard fields["text"] != nil, fields["choices"] == nil, fields["object"] == nil else { return .body(value.compact) }
        try fields.check(["text", "cuts", "seed"])
        let text = try fields.string("text") ?? ""
        let seed = UInt64(try fields.int("seed", 0...Int.max) ?? 1)
        switch fields["cuts"] {
        case nil: return .text(text)
        case .number: return .pieces(text, .random(count: try fields.int("cuts", 1...10_000) ?? 1, seed: seed))
        case .array(let items):
            var places: [Int] = []
            let count = text.unicodeScalars.count
            for item in items {
                guard let place = item.int, place > places.last ?? 0, place < count else {
                    throw GoldenFault(fields.path("cuts"), "accepts ascending places inside of the text, in characters, 1 to \(max(0, count - 1))")
                }
                places.append(place)
            }
            return .pieces(text, .places(places))
        default: throw GoldenFault(fields.path("cuts"), "accepts a list of places, or how many random ways to cut")
        }
    }

    /// An event is a chunk as the provider sends it, or more text of the first choice.
    private static func events(_ items: [JSONValue], _ path: String) throws(GoldenFault) -> [[UInt8]] {
        var events: [[UInt8]] = []
        for (number, item) in items.enumerated() {
            switch item {
            case .object: events.append(item.compact)
            case .string(let text):
                let choice = JSONValue.object([.init("index", JSONValue(0)), .init("delta", .object([.init("content", JSONValue(text))]))])
                events.append(JSONValue.object([.init("object", JSONValue("chat.completion.chunk")), .init("choices", .array([choice]))]).compact)
            default: throw GoldenFault("\(path)[\(number)]", "accepts a chunk or a text, found \(item.name)")
            }
        }
        return events
    }

    // MARK: What is expected

    private static func expectation(_ value: JSONValue, _ path: String) throws(GoldenFault) -> Expectation {
        let fields = try GoldenFields(value, path)
        try fields.check(self.expectedKeys)
        guard let name = try fields.string("verdict"), let verdict = Verdict(name: name) else {
            throw GoldenFault(fields.path("verdict"), "expected one of [allow, redact, block, escalate]")
        }
        var expected = Expectation(verdict: verdict)
        expected.reasonCode = try fields.string("reason_code")
        expected.policy = try fields.string("policy")
        expected.text = try fields.string("text")
        if let items = try fields.array("texts") {
            expected.texts = items.compactMap(\.string)
            guard expected.texts?.count == items.count else { throw GoldenFault(fields.path("texts"), "accepts a list of texts") }
        }
        if let items = try fields.array("findings") {
            var findings: [Expectation.Finding] = []
            for (number, item) in items.enumerated() {
                let finding = try GoldenFields(item, fields.path("findings[\(number)]"))
                try finding.check(["policy", "type", "count"])
                guard let policy = try finding.string("policy"), let type = try finding.string("type") else {
                    throw GoldenFault(finding.path, "needs \"policy\" and \"type\"")
                }
                findings.append(.init(policy: policy, type: type, count: try finding.int("count", 1...Int.max) ?? 1))
            }
            expected.findings = findings
        }
        return expected
    }

    private static func assertions(_ fields: GoldenFields) throws(GoldenFault) -> [TextAssertion] {
        var assertions: [TextAssertion] = []
        for (number, item) in (try fields.array("assertions") ?? []).enumerated() {
            let one = try GoldenFields(item, fields.path("assertions[\(number)]"))
            try one.check(["type", "value"])
            guard let name = try one.string("type"), let kind = TextAssertion.Kind(rawValue: name) else {
                throw GoldenFault(one.path("type"), "expected one of [\(TextAssertion.Kind.allCases.map(\.rawValue).joined(separator: ", "))]")
            }
            guard let value = try one.string("value") else { throw GoldenFault(one.path("value"), "missing") }
            assertions.append(TextAssertion(kind: kind, value: value))
        }
        return assertions
    }
}
