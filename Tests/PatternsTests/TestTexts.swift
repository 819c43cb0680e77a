@testable import Patterns

/// SplitMix64: the same numbers on every run.
struct SeededRandom: RandomNumberGenerator {
    var state: UInt64
    init(_ seed: UInt64) { self.state = seed }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var value = self.state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

extension PatternScanner {
    func ends(_ text: String) -> [PatternHit] {
        var hits: [PatternHit] = []
        let bytes = Array(text.utf8)
        self.scan(bytes.span, into: &hits)
        return hits.sorted { ($0.pattern, $0.end) < ($1.pattern, $1.end) }
    }

    func starts(_ text: String, pattern: Int = 0, end: Int? = nil, endsText: Bool = true) -> [Int] {
        let bytes = Array(text.utf8)
        var starts: [Int] = []
        self.matchStarts(
            pattern: pattern, end: end ?? bytes.count, in: bytes.span, notBefore: 0, endsText: endsText, into: &starts)
        return starts.reversed()
    }

    func live(_ text: String) -> Int { self.live(Array(text.utf8)) }

    func live(_ text: [UInt8], notBefore: Int = 0) -> Int {
        var starts = LiveStarts()
        return self.liveSuffixStart(&starts, in: text.span, notBefore: notBefore)
    }
}

func scanner(_ expressions: String..., isCaseless: Bool = false) throws -> PatternScanner {
    try PatternScanner(try PatternSet.compile(expressions.map { Pattern(expression: $0, isCaseless: isCaseless) }))
}

/// The pattern engine with whole expressions, for comparison.
final class WholeExpressions {
    private let page: PageBuffer
    private let scanner: DatabaseScanner

    struct Unusable: Error {}

    init(_ patterns: [Pattern]) throws {
        let sources = try patterns.map { pattern in
            let expression = try ExpressionParser.parse(pattern.expression, isCaseless: pattern.isCaseless)
            return DatabaseCompiler.Source(
                expression: expression.rendered(isCaseless: pattern.isCaseless), isCaseless: pattern.isCaseless)
        }
        self.page = PageBuffer(copying: try DatabaseCompiler.compile(sources))
        guard let scanner = unsafe DatabaseScanner(UnsafeRawBufferPointer(self.page.bytes), owner: self.page) else {
            throw Unusable()
        }
        self.scanner = scanner
    }

    func ends(_ text: [UInt8]) -> [PatternHit] {
        var hits: [PatternHit] = []
        _ = self.scanner.scan(text.span, into: &hits)
        var seen: Set<Int> = []
        return hits.filter { seen.insert($0.end << 20 | $0.pattern).inserted }
            .sorted { ($0.end, $0.pattern) < ($1.end, $1.pattern) }
    }
}

extension Expression {
    /// A text that the expression matches, if its assertions allow.
    func sample(_ random: inout SeededRandom) -> [UInt8] {
        switch self {
        case .empty, .assertion: return []
        case .bytes(let set):
            var members: [UInt8] = []
            set.forEach { members.append($0) }
            let printable = members.filter { $0 >= 0x20 && $0 < 0x7F }
            return [(printable.isEmpty ? members : printable).randomElement(using: &random) ?? 0x20]
        case .sequence(let parts): return parts.reduce(into: []) { $0 += $1.sample(&random) }
        case .alternatives(let branches): return branches.randomElement(using: &random)?.sample(&random) ?? []
        case .repeated(let part, let min, let max):
            let most = Swift.min(max ?? min + 4, min + 12)
            return (0..<Int.random(in: min...most, using: &random)).reduce(into: []) { result, _ in result += part.sample(&random) }
        }
    }
}
