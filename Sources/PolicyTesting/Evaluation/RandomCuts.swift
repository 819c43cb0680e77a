/// Numbers that are the same on every machine (SplitMix64, Steele et al. 2014).
public struct SeededNumbers: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { self.state = seed }

    public mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var word = self.state
        word = (word ^ (word &>> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word &>> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word &>> 31)
    }
}

/// Places where a text is cut.
public enum RandomCuts {
    private static let most = [1, 2, 4, 8, 16, 32]

    /// Ascending, each inside of the text: from one cut to one after each byte, bytes of one character included.
    public static func places(byteCount: Int, _ numbers: inout SeededNumbers) -> [Int] {
        guard byteCount > 1 else { return [] }
        // Short texts are cut everywhere now and then.
        if byteCount <= 256, Int.random(in: 0..<16, using: &numbers) == 0 { return Array(1..<byteCount) }
        let count = Self.most[Int.random(in: 0..<Self.most.count, using: &numbers)]
        let places = (0..<count).map { _ in Int.random(in: 1..<byteCount, using: &numbers) }
        return Set(places).sorted()
    }
}
