/// A parsed expression over bytes.
indirect enum Expression: Equatable, Sendable {
    case empty
    case bytes(ByteSet)
    case sequence([Expression])
    case alternatives([Expression])
    /// `max` nil: without an upper bound.
    case repeated(Expression, min: Int, max: Int?)
    case assertion(Assertion)

    enum Assertion: Equatable, Sendable { case wordBoundary, noWordBoundary, textStart, textEnd }

    /// Shortest match in bytes.
    var widthMin: Int {
        switch self {
        case .empty, .assertion: 0
        case .bytes: 1
        case .sequence(let parts): parts.reduce(0) { saturatingSum($0, $1.widthMin) }
        case .alternatives(let parts): parts.map(\.widthMin).min() ?? 0
        case .repeated(let part, let min, _): saturatingProduct(part.widthMin, min)
        }
    }

    /// Longest match in bytes; nil: there is none.
    var widthMax: Int? {
        switch self {
        case .empty, .assertion: return 0
        case .bytes: return 1
        case .sequence(let parts):
            var sum = 0
            for part in parts {
                guard let width = part.widthMax else { return nil }
                sum = saturatingSum(sum, width)
            }
            return sum
        case .alternatives(let parts):
            var widest = 0
            for part in parts {
                guard let width = part.widthMax else { return nil }
                widest = Swift.max(widest, width)
            }
            return widest
        case .repeated(let part, _, let max):
            guard let width = part.widthMax else { return nil }
            if width == 0 { return 0 }
            guard let max else { return nil }
            return saturatingProduct(width, max)
        }
    }

    func contains(_ wanted: (Assertion) -> Bool) -> Bool {
        switch self {
        case .empty, .bytes: false
        case .assertion(let assertion): wanted(assertion)
        case .sequence(let parts), .alternatives(let parts): parts.contains { $0.contains(wanted) }
        case .repeated(let part, _, _): part.contains(wanted)
        }
    }
}

private func saturatingSum(_ left: Int, _ right: Int) -> Int {
    let (sum, overflows) = left.addingReportingOverflow(right)
    return overflows ? Int.max : sum
}

private func saturatingProduct(_ left: Int, _ right: Int) -> Int {
    let (product, overflows) = left.multipliedReportingOverflow(by: right)
    return overflows ? Int.max : product
}

// MARK: - The pattern engine's form

extension Expression {
    /// The same language in the pattern engine's syntax, without anything the two could read differently.
    /// `isCaseless`: the engine is told to ignore case, so a pair of cases is written as one letter.
    func rendered(isCaseless: Bool) -> String {
        var text = ""
        self.render(into: &text, isCaseless: isCaseless)
        return text
    }

    private func render(into text: inout String, isCaseless: Bool) {
        switch self {
        case .empty: text += "(?:)"
        case .bytes(let set): Self.render(set, into: &text, isCaseless: isCaseless)
        case .sequence(let parts):
            for part in parts {
                if case .alternatives = part {
                    text += "(?:"
                    part.render(into: &text, isCaseless: isCaseless)
                    text += ")"
                } else {
                    part.render(into: &text, isCaseless: isCaseless)
                }
            }
        case .alternatives(let parts):
            for (index, part) in parts.enumerated() {
                if index > 0 { text += "|" }
                part.render(into: &text, isCaseless: isCaseless)
            }
        case .repeated(let part, let min, let max):
            if case .bytes = part {
                part.render(into: &text, isCaseless: isCaseless)
            } else {
                text += "(?:"
                part.render(into: &text, isCaseless: isCaseless)
                text += ")"
            }
            switch (min, max) {
            case (0, 1): text += "?"
            case (0, nil): text += "*"
            case (1, nil): text += "+"
            case (_, nil): text += "{\(min),}"
            case (_, .some(let max)): text += min == max ? "{\(min)}" : "{\(min),\(max)}"
            }
        case .assertion(.wordBoundary): text += "\\b"
        case .assertion(.noWordBoundary): text += "\\B"
        case .assertion(.textStart): text += "\\A"
        case .assertion(.textEnd): text += "\\z"
        }
    }

    private static func render(_ set: ByteSet, into text: inout String, isCaseless: Bool) {
        if set == .all {
            text += "."
            return
        }
        let runs = set.runs
        if runs.count == 1, let run = runs.first, run.count == 1 {
            self.render(run.lowerBound, into: &text)
            return
        }
        if isCaseless, runs.count == 2, let last = runs.last, set == ByteSet(last.lowerBound).caseFolded {
            self.render(last.lowerBound, into: &text)
            return
        }
        text += "["
        for run in runs {
            self.render(run.lowerBound, into: &text)
            if run.count > 1 {
                text += "-"
                self.render(run.upperBound, into: &text)
            }
        }
        text += "]"
    }

    private static func render(_ byte: UInt8, into text: inout String) {
        if isWordByte(byte) {
            text.unicodeScalars.append(Unicode.Scalar(byte))
        } else {
            text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
    }
}
