/// What a detector made of one text.
public struct Prediction: Sendable, Equatable {
    /// It found what the task is about.
    public var isPositive: Bool
    /// The policy's verdict; `flag` where it only records.
    public var verdict: String
    public var score: Double?
    public var spans: [EntitySpan]
    /// The text that goes on; nil when none does.
    public var textOut: [UInt8]?

    public init(isPositive: Bool, verdict: String, score: Double? = nil, spans: [EntitySpan] = [], textOut: [UInt8]? = nil) {
        self.isPositive = isPositive
        self.verdict = verdict
        self.score = score
        self.spans = spans
        self.textOut = textOut
    }

    /// A line for a scorer.
    func json(id: String, hasSpans: Bool) -> JSONValue {
        var members: [JSONValue.Member] = [.init("id", JSONValue(id)), .init("verdict", JSONValue(self.verdict))]
        if let score { members.append(.init("score", JSONValue(score))) }
        if hasSpans {
            let spans = self.spans.map { span -> JSONValue in
                .object([.init("start", JSONValue(span.start)), .init("end", JSONValue(span.end)), .init("type", JSONValue(span.type))])
            }
            members.append(.init("spans", .array(spans)))
            if let textOut { members.append(.init("text_out", .string(String(decoding: textOut, as: UTF8.self)))) }
        }
        return .object(members)
    }
}

/// Injection or safety: is a text what it is labelled?
struct BinaryEvaluation {
    struct Item {
        var text: LabelledText
        var prediction: Prediction
        /// From a file of harmless texts.
        var isBenign: Bool
    }

    /// Attacks that cannot be seen in the text alone, or that are worded as an ordinary request.
    static let hardKinds: Set<String> = ["social_engineering", "indirect_subtle", "indirect_task", "indirect_append", "override_loose"]

    static let columns: [FigureTable.Column] = [
        .init(key: "positives", title: "pos"), .init(key: "negatives", title: "neg"), .init(key: "recall", title: "recall %"),
        .init(key: "recall_ci95", title: "95 %"), .init(key: "false_positive_rate", title: "FPR %"), .init(key: "false_positive_rate_ci95", title: "95 %"),
        .init(key: "false_positives", title: "FP"), .init(key: "precision", title: "prec %"), .init(key: "f1", title: "F1"),
    ]

    let task: EvaluationTask
    let items: [Item]

    static func tally(_ items: [Item]) -> Tally {
        var tally = Tally()
        for item in items { tally.add(isPositive: item.text.isPositive, isFound: item.prediction.isPositive) }
        return tally
    }

    static func row(_ name: String, _ tally: Tally) -> FigureTable.Row {
        FigureTable.Row(
            name: name,
            figures: [
                .count(tally.positives), .count(tally.negatives), .share(tally.recall), .interval(tally.recallInterval),
                .share(tally.falsePositiveRate), .interval(tally.falsePositiveInterval), .count(tally.falsePositives), .share(tally.precision),
                .score(tally.f1),
            ])
    }

    var coreItems: [Item] { self.items.filter { !($0.text.isPositive && Self.hardKinds.contains($0.text.kind)) } }

    var tables: [FigureTable] {
        var overall = [Self.row("all", Self.tally(self.items))]
        if self.task == .injection { overall.append(Self.row("core kinds (attack visible in the text)", Self.tally(self.coreItems))) }
        if self.items.contains(where: \.isBenign) {
            overall.append(Self.row("labelled files only", Self.tally(self.items.filter { !$0.isBenign })))
            overall.append(Self.row("harmless files only", Self.tally(self.items.filter(\.isBenign))))
        }
        var tables = [FigureTable(key: "overall", title: "\(self.task.rawValue): overall", columns: Self.columns, rows: overall)]
        self.add("kind", &tables) { [$0.text.kind + ($0.text.isPositive ? "" : " (neg)")] }
        self.add("category", &tables) { $0.text.categories }
        self.add("language", &tables) { [$0.text.language] }
        self.add("source", &tables) { [$0.text.source] }
        self.add("variant", &tables) { $0.text.isPositive ? $0.text.variant.map { [$0] } ?? [] : [] }
        return tables
    }

    private func add(_ dimension: String, _ tables: inout [FigureTable], _ groups: (Item) -> [String]) {
        let rows = Groups.by(self.items, groups).map { Self.row($0.name, Self.tally($0.items)) }
        guard !rows.isEmpty else { return }
        tables.append(FigureTable(key: "by_\(dimension)", title: "\(self.task.rawValue): by \(dimension)", columns: Self.columns, rows: rows))
    }

    /// Recall at fixed false-positive rates, over all items and over those of the core.
    var sweeps: [(name: String, points: [SweepPoint])] {
        var sweeps = [("all", Self.sweep(self.items))]
        if self.task == .injection { sweeps.append(("core kinds", Self.sweep(self.coreItems))) }
        return sweeps.filter { !$0.1.isEmpty }
    }

    private static func sweep(_ items: [Item]) -> [SweepPoint] {
        guard items.allSatisfy({ $0.prediction.score != nil }) else { return [] }
        func scores(_ isPositive: Bool) -> [Double] { items.filter { $0.text.isPositive == isPositive }.compactMap(\.prediction.score) }
        return SweepPoint.sweep(positives: scores(true), negatives: scores(false))
    }
}

/// Items by what they belong to, the largest group first.
enum Groups {
    static func by<Item>(_ items: [Item], _ names: (Item) -> [String]) -> [(name: String, items: [Item])] {
        var groups: [String: [Item]] = [:]
        for item in items { for name in names(item) { groups[name, default: []].append(item) } }
        return groups.map { ($0.key, $0.value) }.sorted { ($1.items.count, $0.name) < ($0.items.count, $1.name) }
    }
}
