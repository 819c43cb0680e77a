/// Personal data: are the right values found, and can they still be read afterwards?
struct EntityEvaluation {
    struct Item {
        var text: LabelledText
        var prediction: Prediction
    }

    /// Values of one group.
    private struct Counts {
        var tally: [SpanMatch.Rule: Tally] = [:]
        var values = 0
        var readable = 0
    }

    private(set) var tables: [FigureTable] = []
    /// Sentences about the whole.
    private(set) var facts: [String] = []
    private(set) var figures: [JSONValue.Member] = []

    static let columns: [FigureTable.Column] = [
        .init(key: "values", title: "values"), .init(key: "recall", title: "recall %"), .init(key: "recall_ci95", title: "95 %"),
        .init(key: "precision", title: "prec %"), .init(key: "f1", title: "F1"), .init(key: "false_positives", title: "FP"),
        .init(key: "exact_f1", title: "exact F1"), .init(key: "still_readable", title: "readable"),
    ]
    static let negativeColumns: [FigureTable.Column] = [
        .init(key: "texts", title: "texts"), .init(key: "with_false_alarm", title: "alarms"), .init(key: "rate", title: "FPR %"),
        .init(key: "rate_ci95", title: "95 %"),
    ]

    private var groups: [String: [String: Counts]] = [:]
    private var others: [String: Int] = [:]
    private var clean: [String: [String: (texts: Int, alarms: Int)]] = [:]
    private var touched = 0
    private var charactersCovered = 0
    private var characters = 0
    private var changed = 0
    private let known: Set<String>
    private let fold: (_ text: [UInt8]) -> [UInt8]

    /// `fold` makes compatibility forms plain: a value in full-width digits is readable too.
    init(_ items: [Item], fold: @escaping (_ text: [UInt8]) -> [UInt8]) {
        self.known = Set(items.flatMap { $0.text.spans.map(\.type) })
        self.fold = fold
        for item in items { self.add(item) }
        self.summarise()
    }

    private mutating func add(_ item: Item) {
        let text = item.text
        let scope = text.types ?? self.known
        let found = item.prediction.spans.filter { scope.contains($0.type) || !self.known.contains($0.type) }
        for rule in SpanMatch.Rule.allCases {
            let pairs = SpanMatch.pairs(text.spans, found, rule)
            let hits = Set(pairs.map(\.expected))
            let used = Set(pairs.map(\.found))
            for (index, span) in text.spans.enumerated() {
                self.count(text, span.type) { $0.tally[rule, default: Tally()].add(isPositive: true, isFound: hits.contains(index)) }
            }
            for (index, span) in found.enumerated() where !used.contains(index) {
                if self.known.contains(span.type) {
                    self.count(text, span.type) { $0.tally[rule, default: Tally()].falsePositives += 1 }
                } else if rule == .overlap {
                    self.others[span.type, default: 0] += 1
                }
            }
        }
        self.addCoverage(text, found)
        self.addReadable(item)
        guard text.spans.isEmpty else { return }
        let isAlarm = found.contains { self.known.contains($0.type) }
        if let out = item.prediction.textOut, out != text.text { self.changed += 1 }
        for (dimension, name) in [("all", "all"), ("kind", text.kind), ("language", text.language), ("source", text.source)] {
            self.clean[dimension, default: [:]][name, default: (0, 0)].texts += 1
            if isAlarm { self.clean[dimension, default: [:]][name, default: (0, 0)].alarms += 1 }
        }
    }

    private mutating func count(_ text: LabelledText, _ type: String, _ change: (inout Counts) -> Void) {
        let group = EntityNames.contextual.contains(type) ? "needs context" : "structured"
        for (dimension, name) in [("group", group), ("type", type), ("language", text.language), ("source", text.source), ("kind", text.kind)] {
            change(&self.groups[dimension, default: [:]][name, default: Counts()])
        }
    }

    private mutating func addCoverage(_ text: LabelledText, _ found: [EntitySpan]) {
        for span in text.spans where !EntityNames.contextual.contains(span.type) {
            self.characters += span.end - span.start
            self.charactersCovered += (span.start..<span.end).count { place in found.contains { $0.start <= place && place < $0.end } }
            if found.contains(where: { SpanMatch.overlaps($0, span) }) { self.touched += 1 }
        }
    }

    private mutating func addReadable(_ item: Item) {
        guard let out = item.prediction.textOut else { return }
        let spans = item.text.spans.filter { !EntityNames.contextual.contains($0.type) }
        guard !spans.isEmpty else { return }
        let output = Readability.key(out[...], fold: self.fold)
        for span in spans {
            let value = Readability.key(item.text.text[ScalarOffsets.bytes(span.start..<span.end, in: item.text.text)], fold: self.fold)
            let isReadable = Readability.contains(output, value)
            self.count(item.text, span.type) { counts in
                counts.values += 1
                if isReadable { counts.readable += 1 }
            }
        }
    }

    private mutating func summarise() {
        for (dimension, title) in [("group", "group"), ("type", "type"), ("language", "language"), ("source", "source"), ("kind", "kind")] {
            guard let counts = self.groups[dimension] else { continue }
            let rows = counts.sorted { left, right in
                let (leftCount, rightCount) = (left.value.tally[.overlap]?.positives ?? 0, right.value.tally[.overlap]?.positives ?? 0)
                return leftCount != rightCount ? leftCount > rightCount : left.key < right.key
            }.map { Self.row($0.key, $0.value) }
            self.tables.append(FigureTable(key: "by_\(dimension)", title: "pii: values by \(title)", columns: Self.columns, rows: rows))
        }
        for (dimension, title) in [("all", "in all"), ("kind", "by kind"), ("language", "by language"), ("source", "by source")] {
            guard let counts = self.clean[dimension] else { continue }
            let rows = counts.sorted { ($1.value.texts, $0.key) < ($0.value.texts, $1.key) }.map { name, count in
                FigureTable.Row(
                    name: name,
                    figures: [
                        .count(count.texts), .count(count.alarms), .share(Tally.share(count.alarms, count.texts)),
                        .interval(WilsonInterval(count.alarms, of: count.texts)),
                    ])
            }
            let key = dimension == "all" ? "clean_texts" : "clean_texts_by_\(dimension)"
            self.tables.append(FigureTable(key: key, title: "pii: false alarms on clean texts \(title)", columns: Self.negativeColumns, rows: rows))
        }
        let structured = self.groups["group"]?["structured"] ?? Counts()
        let total = structured.tally[.overlap]?.positives ?? 0
        let anyType = Tally.share(self.touched, total)
        let covered = Tally.share(self.charactersCovered, self.characters)
        self.facts = [
            "structured values touched by any finding: \(Figure.share(anyType).text) %, characters covered: \(Figure.share(covered).text) %",
            "values still readable in redacted output: \(structured.readable) of \(structured.values), clean texts changed: \(self.changed)",
        ]
        if !self.others.isEmpty {
            let list = self.others.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }
            self.facts.append("types that the data does not label (not counted): " + list.joined(separator: ", "))
        }
        self.figures = [
            .init("any_type_recall", JSONValue(anyType)), .init("character_recall", JSONValue(covered)),
            .init("structured_values", JSONValue(structured.values)), .init("still_readable", JSONValue(structured.readable)),
            .init("clean_texts_changed", JSONValue(self.changed)),
            .init("unlabelled_types", .object(self.others.sorted { $0.key < $1.key }.map { .init($0.key, JSONValue($0.value)) })),
        ]
    }

    private static func row(_ name: String, _ counts: Counts) -> FigureTable.Row {
        let overlap = counts.tally[.overlap] ?? Tally()
        return FigureTable.Row(
            name: name,
            figures: [
                .count(overlap.positives), .share(overlap.recall), .interval(overlap.recallInterval), .share(overlap.precision), .score(overlap.f1),
                .count(overlap.falsePositives), .score(counts.tally[.exact]?.f1), .count(counts.readable),
            ])
    }
}
