/// A text with places marked in it, line by line: underlined on a terminal, with a line of `^` below otherwise.
public struct MarkedText {
    public struct Mark: Sendable, Equatable {
        public var range: Range<Int>
        public var label: String
        public init(range: Range<Int>, label: String) {
            self.range = range
            self.label = label
        }
    }

    /// Of a long line what stands this far around a mark is shown.
    static let around = 60
    static let lineMax = 160

    let scalars: [Unicode.Scalar]
    let marks: [Mark]
    let isColored: Bool
    let visible: (Unicode.Scalar) -> Unicode.Scalar

    /// `visible` turns each scalar into one that steers no terminal.
    public init(_ text: String, _ marks: [Mark], isColored: Bool, visible: @escaping (Unicode.Scalar) -> Unicode.Scalar) {
        self.scalars = Array(text.unicodeScalars)
        self.marks = marks.sorted { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
        self.isColored = isColored
        self.visible = visible
    }

    /// Only lines with a mark, each behind `indentation`.
    public func lines(indentation: String) -> String {
        var text = ""
        var start = 0
        while start <= self.scalars.count {
            let end = self.scalars[start...].firstIndex(of: "\n") ?? self.scalars.count
            let own = self.marks.filter { $0.range.lowerBound < max(end, start + 1) && $0.range.upperBound > start && !$0.range.isEmpty }
            if !own.isEmpty { text += self.line(start..<end, own, indentation) }
            start = end + 1
        }
        return text
    }

    private func line(_ line: Range<Int>, _ marks: [Mark], _ indentation: String) -> String {
        let window = self.window(line, marks)
        let before = window.lowerBound > line.lowerBound ? "…" : ""
        let after = window.upperBound < line.upperBound ? "…" : ""
        var text = indentation + before + self.shown(window, marks) + after + "\n"
        // A mark below another that it overlaps gets a row of its own.
        for mark in marks {
            let part = max(mark.range.lowerBound, window.lowerBound)..<max(min(mark.range.upperBound, window.upperBound), window.lowerBound)
            guard part.lowerBound < part.upperBound else { continue }
            let gap = String(repeating: " ", count: before.count + part.lowerBound - window.lowerBound)
            text += indentation + gap + self.colored(String(repeating: "^", count: part.count) + " " + mark.label, "2") + "\n"
        }
        return text
    }

    private func window(_ line: Range<Int>, _ marks: [Mark]) -> Range<Int> {
        guard line.count > Self.lineMax, let first = marks.first else { return line }
        let last = marks.map(\.range.upperBound).max() ?? first.range.upperBound
        let low = max(line.lowerBound, first.range.lowerBound - Self.around)
        return low..<min(line.upperBound, max(low + Self.lineMax, last + Self.around))
    }

    private func shown(_ window: Range<Int>, _ marks: [Mark]) -> String {
        var text = String.UnicodeScalarView()
        var isMarked = false
        for index in window {
            let now = self.isColored && marks.contains { $0.range.contains(index) }
            if now != isMarked {
                text.append(contentsOf: (now ? "\u{1B}[4;33m" : "\u{1B}[0m").unicodeScalars)
                isMarked = now
            }
            text.append(self.visible(self.scalars[index]))
        }
        if isMarked { text.append(contentsOf: "\u{1B}[0m".unicodeScalars) }
        return String(text)
    }

    private func colored(_ text: String, _ code: String) -> String { self.isColored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }
}
