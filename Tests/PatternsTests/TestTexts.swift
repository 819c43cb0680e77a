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

    func live(_ text: String, notBefore: Int = 0) -> Int {
        let bytes = Array(text.utf8)
        return self.liveSuffixStart(in: bytes.span, notBefore: notBefore)
    }
}

func scanner(_ expressions: String..., isCaseless: Bool = false) throws -> PatternScanner {
    try PatternScanner(try PatternSet.compile(expressions.map { Pattern(expression: $0, isCaseless: isCaseless) }))
}
