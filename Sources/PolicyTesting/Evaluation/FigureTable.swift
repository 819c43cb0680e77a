/// One figure of a report.
public enum Figure: Sendable, Equatable {
    case count(Int)
    /// 0...1; nil: nothing to divide by.
    case share(Double?)
    case interval(WilsonInterval?)
    /// 0...1, written with three decimals.
    case score(Double?)

    /// Percent for shares and intervals.
    var text: String {
        switch self {
        case .count(let number): "\(number)"
        case .share(let share): share.map { Decimal.fixed(100 * $0, 2) } ?? "-"
        case .score(let score): score.map { Decimal.fixed($0, 3) } ?? "-"
        case .interval(let interval): interval.map { "\(Decimal.fixed(100 * $0.low, 1))–\(Decimal.fixed(100 * $0.high, 1))" } ?? "-"
        }
    }

    var json: JSONValue {
        switch self {
        case .count(let number): JSONValue(number)
        case .share(let share), .score(let share): JSONValue(share)
        case .interval(let interval): interval.map { .array([JSONValue($0.low), JSONValue($0.high)]) } ?? .null
        }
    }
}

enum Decimal {
    /// With exactly `digits` decimals, halves away from zero.
    static func fixed(_ value: Double, _ digits: Int) -> String {
        var scale = 1
        for _ in 0..<digits { scale *= 10 }
        let scaled = (value.magnitude * Double(scale)).rounded(.toNearestOrAwayFromZero)
        guard scaled < 0x1p62 else { return "\(value)" }
        let whole = Int(scaled)
        let sign = value < 0 && whole > 0 ? "-" : ""
        guard digits > 0 else { return sign + "\(whole)" }
        let fraction = "\(whole % scale)"
        return sign + "\(whole / scale)." + String(repeating: "0", count: digits - fraction.count) + fraction
    }
}

/// Figures of one kind for several groups of texts.
public struct FigureTable: Sendable, Equatable {
    public struct Column: Sendable, Equatable {
        /// In JSON.
        public var key: String
        public var title: String
    }
    public struct Row: Sendable, Equatable {
        public var name: String
        public var figures: [Figure]
    }

    /// In JSON, `by_kind`.
    public var key: String
    public var title: String
    public var columns: [Column]
    public var rows: [Row]

    var json: JSONValue {
        .array(
            self.rows.map { row in
                .object([.init("name", JSONValue(row.name))] + zip(self.columns, row.figures).map { .init($0.key, $1.json) })
            })
    }

    private static let nameMax = 44

    /// Aligned columns.
    var text: String {
        let cells = self.rows.map { row in [String(row.name.prefix(Self.nameMax))] + row.figures.map(\.text) }
        let head = [""] + self.columns.map(\.title)
        let widths = head.indices.map { column in ([head] + cells).map { $0[column].count }.max() ?? 0 }
        let lines = ([head] + cells).map { row in
            let fields = row.indices.map { column in
                let gap = String(repeating: " ", count: widths[column] - row[column].count)
                return column == 0 ? row[column] + gap : gap + row[column]
            }
            return "  " + fields.joined(separator: "  ")
        }
        return "\(self.title)\n" + lines.joined(separator: "\n") + "\n"
    }

    /// A table of Markdown below a heading.
    var markdown: String {
        func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
        var text = "### \(self.title)\n\n" + line([""] + self.columns.map(\.title))
        text += line(["---"] + self.columns.map { _ in "--:" })
        for row in self.rows { text += line([row.name.split(separator: "|").joined(separator: "\\|")] + row.figures.map(\.text)) }
        return text
    }
}
