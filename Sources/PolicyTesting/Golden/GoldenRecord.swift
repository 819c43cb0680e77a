internal import Policies

/// A golden file made from one run.
public enum GoldenRecord {
    /// `source` is what goes in, as the user wrote it; its own `expected` gives way.
    public static func file(_ source: JSONValue, name: String, run: GoldenRun) -> JSONValue {
        var members: [JSONValue.Member] = [.init("name", JSONValue(name))]
        if source["input"] != nil {
            members += (source.members ?? []).filter { !["name", "expected"].contains($0.key) }
        } else {
            members.append(.init("input", source["request"] == nil ? .object([.init("request", source)]) : source))
        }
        var expected: [JSONValue.Member] = [.init("verdict", JSONValue(run.verdict.name))]
        if !run.reasonCode.isEmpty { expected.append(.init("reason_code", JSONValue(run.reasonCode))) }
        // What stands before a block is no promise to anybody.
        if run.verdict == .allow || run.verdict == .redact { expected.append(.init("text", JSONValue(run.text))) }
        members.append(.init("expected", .object(expected)))
        return .object(members)
    }

    /// A file's name for a test's: `Card numbers, in prompts` is `card-numbers-in-prompts`.
    public static func fileName(_ name: String) -> String {
        let words = name.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        return words.isEmpty ? "test" : words.joined(separator: "-")
    }
}
