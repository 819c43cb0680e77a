/// The figures of an evaluation, for people, programs and documents.
public struct EvaluationReport: Sendable {
    struct File: Sendable {
        var name: String
        var task: EvaluationTask
        var count: Int
    }
    struct Section: Sendable {
        var task: EvaluationTask
        var tables: [FigureTable]
        /// Sentences.
        var facts: [String]
        var figures: [JSONValue.Member]
    }

    var files: [File] = []
    var sections: [Section] = []
    var notes: [String] = []
    public internal(set) var cuts: Evaluation.CutResult?

    mutating func add(_ evaluation: EntityEvaluation) {
        self.sections.append(Section(task: .pii, tables: evaluation.tables, facts: evaluation.facts, figures: evaluation.figures))
    }

    mutating func add(_ evaluation: BinaryEvaluation) {
        var facts: [String] = []
        var sweeps: [JSONValue.Member] = []
        for (name, points) in evaluation.sweeps {
            let list = points.map { "\(Figure.share($0.recall).text) % at \(Decimal.fixed(100 * $0.rate, 1)) %" }
            facts.append("recall at fixed false-positive rates, \(name): " + list.joined(separator: ", "))
            let objects = points.map { point -> JSONValue in
                .object([
                    .init("rate", JSONValue(point.rate)), .init("threshold", JSONValue(point.threshold)), .init("recall", JSONValue(point.recall)),
                    .init("false_positive_rate", JSONValue(point.falsePositiveRate)),
                ])
            }
            sweeps.append(.init(name == "all" ? "all" : "core", .array(objects)))
        }
        let figures: [JSONValue.Member] = sweeps.isEmpty ? [] : [.init("recall_at_rate", .object(sweeps))]
        self.sections.append(Section(task: evaluation.task, tables: evaluation.tables, facts: facts, figures: figures))
    }

    private var cutLine: String? {
        self.cuts.map { cuts in
            "streams: \(cuts.texts) texts cut in \(cuts.cuttings) ways, \(cuts.differences) differences from the whole"
                + (cuts.ids.isEmpty ? "" : " (\(cuts.ids.joined(separator: ", ")))")
        }
    }

    public var text: String {
        var parts: [String] = []
        for section in self.sections {
            parts.append((section.tables.map(\.text) + [section.facts.map { $0 + "\n" }.joined()]).joined(separator: "\n"))
        }
        let last = self.notes + [self.cutLine].compactMap { $0 }
        if !last.isEmpty { parts.append(last.map { $0 + "\n" }.joined()) }
        return parts.joined(separator: "\n")
    }

    public var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init(
                "files",
                .array(
                    self.files.map { file in
                        .object([
                            .init("name", JSONValue(file.name)), .init("task", JSONValue(file.task.rawValue)), .init("texts", JSONValue(file.count)),
                        ])
                    }))
        ]
        for section in self.sections {
            members.append(.init(section.task.rawValue, .object(section.figures + section.tables.map { .init($0.key, $0.json) })))
        }
        if let cuts {
            members.append(
                .init(
                    "streams",
                    .object([
                        .init("texts", JSONValue(cuts.texts)), .init("cuttings", JSONValue(cuts.cuttings)),
                        .init("differences", JSONValue(cuts.differences)), .init("ids", .array(cuts.ids.map { JSONValue($0) })),
                    ])))
        }
        members.append(.init("notes", .array(self.notes.map { JSONValue($0) })))
        return .object(members)
    }

    /// A page for the documentation, below a title of the caller's.
    public var markdown: String {
        var text = "Data: " + self.files.map { "`\($0.name)` (\($0.count))" }.joined(separator: ", ") + ".\n"
        for section in self.sections {
            text += "\n## \(section.task.rawValue)\n"
            if !section.facts.isEmpty { text += "\n" + section.facts.map { "- \($0)\n" }.joined() }
            for table in section.tables { text += "\n" + table.markdown }
        }
        let last = self.notes + [self.cutLine].compactMap { $0 }
        if !last.isEmpty { text += "\n## Streams and notes\n\n" + last.map { "- \($0)\n" }.joined() }
        return text
    }
}
