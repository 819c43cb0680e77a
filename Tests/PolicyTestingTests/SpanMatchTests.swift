import Testing

@testable import PolicyTesting

@Suite("Span match")
struct SpanMatchTests {
    private static func span(_ start: Int, _ end: Int, _ type: String = "A") -> EntitySpan { EntitySpan(start: start, end: end, type: type) }

    private static func pairs(_ expected: [EntitySpan], _ found: [EntitySpan], _ rule: SpanMatch.Rule) -> [[Int]] {
        SpanMatch.pairs(expected, found, rule).map { [$0.expected, $0.found] }
    }

    @Test func `exact is exact`() {
        #expect(Self.pairs([Self.span(2, 5)], [Self.span(2, 5)], .exact) == [[0, 0]])
        #expect(Self.pairs([Self.span(2, 5)], [Self.span(2, 6)], .exact) == [])
        #expect(Self.pairs([Self.span(2, 5)], [Self.span(2, 5, "B")], .exact) == [])
    }

    @Test func `an overlap needs a character in common`() {
        #expect(Self.pairs([Self.span(2, 5)], [Self.span(4, 9)], .overlap) == [[0, 0]])
        #expect(Self.pairs([Self.span(2, 5)], [Self.span(5, 9)], .overlap) == [])
        #expect(Self.pairs([Self.span(2, 5)], [Self.span(0, 9, "B")], .overlap) == [])
    }

    @Test func `the best one is taken, and each only once`() {
        let found = [Self.span(0, 3), Self.span(2, 6), Self.span(5, 9)]
        #expect(Self.pairs([Self.span(2, 6), Self.span(0, 9)], found, .overlap) == [[0, 1], [1, 2]])
        #expect(Self.pairs([Self.span(0, 4), Self.span(1, 3)], [Self.span(0, 4)], .overlap) == [[0, 0]])
    }

    @Test func `offsets go from bytes to scalars and back`() {
        let text = Array("é👍a\u{301}z".utf8)
        #expect(ScalarOffsets.scalars([0..<2, 2..<6, 6..<9, 9..<10], in: text) == [0..<1, 1..<2, 2..<4, 4..<5])
        #expect(ScalarOffsets.bytes(1..<2, in: text) == 2..<6)
        #expect(ScalarOffsets.bytes(2..<5, in: text) == 6..<10)
        #expect(ScalarOffsets.scalars([], in: text) == [])
    }

    @Test func `a value is readable whatever its punctuation`() {
        func key(_ text: String) -> [UInt8] { Readability.key(Array(text.utf8)[...]) { $0 } }
        #expect(Readability.contains(key("card 4111-1111 1111.1111!"), key("4111 1111 1111 1111")))
        #expect(!Readability.contains(key("card [CREDIT_CARD]"), key("4111 1111 1111 1111")))
        #expect(Readability.contains(key("MAX.Muster at home"), key("max muster")))
        // Three characters say nothing.
        #expect(!Readability.contains(key("abc"), key("abc")))
        #expect(!Readability.contains(key(""), key("abcd")))
    }
}
