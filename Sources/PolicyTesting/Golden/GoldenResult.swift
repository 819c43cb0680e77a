internal import Policies
internal import Settings

/// A case and what came of it.
public struct GoldenResult: Sendable, Equatable {
    public struct Difference: Sendable, Equatable {
        /// `verdict`, `reason_code`, `text`.
        public var field: String
        public var expected: String
        public var actual: String
    }

    public var name: String
    /// Where the case stands: a golden file, or the configuration.
    public var file: String
    public var run: GoldenRun
    public var differences: [Difference]
    public var isPassed: Bool { self.differences.isEmpty }

    public init(_ one: GoldenCase, file: String, run: GoldenRun) {
        self.name = one.name
        self.file = file
        self.run = run
        self.differences = Self.differences(one, run)
    }

    private static func differences(_ one: GoldenCase, _ run: GoldenRun) -> [Difference] {
        var differences: [Difference] = []
        func compare(_ field: String, _ expected: String?, _ actual: String) {
            guard let expected, expected != actual else { return }
            differences.append(Difference(field: field, expected: expected, actual: actual))
        }
        let expected = one.expected
        compare("verdict", expected.verdict.name, run.verdict.name)
        compare("reason_code", expected.reasonCode, run.reasonCode)
        compare("policy", expected.policy, run.policy ?? "")
        compare("text", expected.text, run.text)
        compare("texts", expected.texts.map(Self.list), Self.list(run.texts))
        compare("findings", expected.findings.map(Self.list), Self.list(run.findings))
        for assertion in one.assertions where !assertion.holds(for: run.text) {
            differences.append(Difference(field: "text \(assertion.kind.rawValue)", expected: assertion.value, actual: run.text))
        }
        if run.cutDifferences > 0 {
            differences.append(Difference(field: "cuts", expected: "0 differ from the whole", actual: "\(run.cutDifferences) differ from the whole"))
        }
        return differences
    }

    private static func list(_ texts: [String]) -> String {
        String(decoding: JSONValue.array(texts.map { JSONValue($0) }).compact, as: UTF8.self)
    }

    private static func list(_ findings: [Expectation.Finding]) -> String {
        findings.map { "\($0.policy) \($0.type) \($0.count)" }.sorted().joined(separator: ", ")
    }

    /// What `quality-scorer` made of the answer; empty without one.
    private var qualityScores: JSONValue {
        guard let report = self.run.reports.first(where: { !$0.assertions.isEmpty }) else { return .object([]) }
        return .object([.init("score", JSONValue(report.score)), .init("assertions", .array(report.assertions.map(\.json)))])
    }

    public var json: JSONValue {
        let policies = self.run.reports.map { report -> JSONValue in
            .object([
                .init("policy", JSONValue(report.kind.rawValue)), .init("phase", JSONValue(report.phase == .input ? "input" : "output")),
                .init("verdict", JSONValue(report.verdict.name)), .init("reason_code", JSONValue(report.reasonCode)),
                .init("score", JSONValue(report.score)), .init("skipped", .bool(report.skipped)),
                .init(
                    "findings",
                    .array(report.findings.map { .object([.init("type", JSONValue($0.type)), .init("count", JSONValue($0.count))]) })),
            ])
        }
        return .object([
            .init("name", JSONValue(self.name)), .init("file", JSONValue(self.file)), .init("verdict", JSONValue(self.run.verdict.name)),
            .init("reason_code", JSONValue(self.run.reasonCode)), .init("passed", .bool(self.isPassed)),
            .init(
                "differences",
                .array(
                    self.differences.map {
                        .object([
                            .init("field", JSONValue($0.field)), .init("expected", JSONValue($0.expected)), .init("actual", JSONValue($0.actual)),
                        ])
                    })),
            .init("details", .object([.init("policy_results", .array(policies)), .init("quality_scores", self.qualityScores)])),
        ])
    }
}

extension AssertionReport {
    var json: JSONValue {
        .object([
            .init("name", JSONValue(self.name)), .init("type", JSONValue(self.type)), .init("mode", JSONValue(self.mode.rawValue)),
            .init("score", JSONValue(self.score)), .init("passed", .bool(self.isPassed)),
        ])
    }
}
