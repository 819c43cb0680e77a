/// The key under which a gateway names values: the same in all of its workers, so that a value has one placeholder.
public struct PlaceholderKey: Sendable, Equatable {
    let low: UInt64
    let high: UInt64

    /// Sixteen bytes as they are.
    init(_ bytes: Span<UInt8>) {
        precondition(bytes.count == 16, "a key has 16 bytes")
        self.low = littleEndian(bytes, 0..<8)
        self.high = littleEndian(bytes, 8..<16)
    }

    /// - Parameter seed: the gateway's secret, from which other keys are made too; 16 bytes or more.
    public init(seed: [UInt8]) {
        precondition(seed.count >= 16, "a seed has 16 bytes or more")
        let message = Array("keeptrusts placeholder 1".utf8) + seed[16...]
        let hash = SipHash.hash(message.span, key: PlaceholderKey(seed.span.extracting(0..<16)))
        self.low = hash.low
        self.high = hash.high
    }

    /// For tools and tests, whose results have to be the same on every run. It is no secret.
    public static let published = PlaceholderKey(seed: Array("placeholders of kt policy, known to all".utf8))
}
