import Testing

@testable import Patterns

@Suite("Expression matcher")
struct ExpressionMatcherTests {
    @Test(arguments: [
        ("abc", ["xabcx"], ["ab", "", "ABC"]), ("^abc$", ["abc"], ["xabc", "abcx", "abc\n"]), ("a+b*", ["a", "xaab"], ["b", ""]), ("^$", [""], ["a", " "]),
        ("^[a-z]*$", ["", "abc"], ["a1", "A"]), ("x*", ["", "y"], []), (#"\bcat\b"#, ["a cat.", "cat"], ["concat", "cats"]), (#"\Bcat"#, ["concat"], ["cat", "a cat"]),
        ("(?i)yes|no", ["YES", "No"], ["maybe"]), ("a.{3,5}b", ["a123b", "a12345b"], ["a12b", "a123456"]), (#"^\d{4}-\d{2}$"#, ["2024-01"], ["2024-1", "12024-01"]),
        ("größe", ["die größe"], ["grösse"]), ("a{200}", [String(repeating: "a", count: 200)], [String(repeating: "a", count: 199)]),
        (#"\b"#, ["a", " a"], ["", "..."]), ("^a|b$", ["ax", "xb"], ["xa", "bx"]), ("[^a]", ["b", "é"], ["a", ""]), (".*z", ["abcz"], ["abc"]),
    ])
    func `it finds what the syntax says, anywhere`(expression: String, right: [String], wrong: [String]) throws {
        let matcher = try ExpressionMatcher(expression)
        for text in right { #expect(matcher.matches(text), "\(text)") }
        for text in wrong { #expect(!matcher.matches(text), "\(text)") }
    }

    @Test func `case may be left aside`() throws {
        #expect(try ExpressionMatcher("größe", isCaseless: true).matches("GRÖßE"))
    }

    @Test(arguments: ["a(?=b)", "(a", "a)", "*", #"(a)\1"#, "[a"])
    func `what the syntax does not have is refused`(expression: String) {
        #expect(throws: PatternError.self) { try ExpressionMatcher(expression) }
    }

    @Test func `an expression has at most so many places`() throws {
        _ = try ExpressionMatcher("a{\(ExpressionMatcher.placesMax)}")
        #expect(throws: PatternError.self) { try ExpressionMatcher("a{\(ExpressionMatcher.placesMax)}b") }
    }

    /// More states than are kept: they are made again.
    @Test func `many states are forgotten and made again`() throws {
        let matcher = try ExpressionMatcher("a.{14}Z")
        var text: [UInt8] = []
        var state: UInt64 = 1
        for _ in 0..<20_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            text.append(state >> 60 & 1 == 0 ? 0x61 : 0x62)
        }
        let isEarly = matcher.matches(text.span)
        #expect(!isEarly)
        text += Array("abbbbbbbbbbbbbbZ".utf8)
        let isFound = matcher.matches(text.span)
        #expect(isFound)
    }
}

extension ExpressionMatcher {
    fileprivate func matches(_ text: String) -> Bool { self.matches(Array(text.utf8).span) }
}
