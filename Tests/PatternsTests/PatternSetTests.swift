import Testing

@testable import Patterns

@Suite("Pattern set")
struct PatternSetTests {
    @Test(arguments: [
        ("abc", 3, 3), ("a?b", 1, 2), ("a{2,5}", 2, 5), ("(?:ab|c)d", 2, 3), (#"\b\d{13,19}\b"#, 13, 19),
        (#"[\w.]{1,64}@(?:\w{1,8}\.){1,3}\w{2,3}"#, 6, 95), ("é", 2, 2), ("[aé]x", 2, 3), ("a{3}?", 3, 3), (#"\x{20ac}"#, 3, 3),
        (#"[^\s]{2}"#, 2, 2), ("a{,3}", 5, 5), (#"\xe2."#, 2, 2),
    ])
    func `widths are counted in bytes`(expression: String, least: Int, most: Int) throws {
        let set = try PatternSet.compile([Pattern(expression: expression)])
        #expect(set.widths == [least...most])
    }

    @Test(arguments: [
        ("a*", PatternError.Reason.matchesEmptyText), (#"\b"#, .matchesEmptyText), ("a+", .unbounded), ("ab{3,}", .unbounded),
        ("(", .syntax("missing )", offset: 1)), ("a)", .syntax("unmatched )", offset: 1)), ("*a", .syntax("nothing to repeat", offset: 0)),
        (#"(a)\1"#, .syntax(#"\1 is not supported"#, offset: 5)), ("a**", .syntax("nothing to repeat", offset: 3)),
        ("[a", .syntax("missing ]", offset: 2)), ("[z-a]", .syntax("a range is out of order", offset: 4)),
        ("[^é]", .syntax("a negated class takes ASCII characters only", offset: 4)),
        ("[[:alpha:]]", .syntax("POSIX classes are not supported; write a range", offset: 1)),
        ("a{5000}", .syntax("repeats more than 4096 times", offset: 7)), ("a{4,2}", .syntax("bounds of the repeat are out of order", offset: 6)),
        (#"(?:abcde){4000}"#, .tooLong(20000)), ("a.{4096}.{4096}", .tooLong(8193)), (#"\"#, .syntax("a backslash at the end", offset: 1)),
        (
            "(?=a)b",
            .syntax("only (?: ), (?i: ), (?-i: ) and a leading (?i) are supported, no look-around", offset: 2)
        ),
    ])
    func `what cannot be used is refused with its place`(expression: String, reason: PatternError.Reason) {
        #expect(throws: PatternError(pattern: 1, expression: expression, reason: reason)) {
            try PatternSet.compile([Pattern(expression: "x"), Pattern(expression: expression)])
        }
    }

    @Test func `a length bound makes an endless pattern usable`() throws {
        let set = try PatternSet.compile([Pattern(expression: "a+b", lengthMax: 4)])
        #expect(set.widths == [2...4])
        let scanner = try PatternScanner(set)
        #expect(scanner.starts("aaaaaab") == [3, 4, 5])
        #expect(scanner.live("xaaaaaaa") == 4)
    }

    @Test func `an empty set finds nothing`() throws {
        let scanner = try PatternScanner(try PatternSet.compile([]))
        #expect(scanner.ends("text") == [])
        #expect(scanner.live("text") == 4)
    }

    @Test func `the image works at any page`() throws {
        let patterns = [Pattern(expression: #"\b[a-z]{1,8}@[a-z]{1,8}\b"#), Pattern(expression: "ignore .{0,40}rules", isCaseless: true)]
        let image = try PatternSet.compile(patterns).image
        let size = (image.count + 4095) / 4096 * 4096
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 4 * (size + 4096), alignment: 65536)
        defer { unsafe memory.deallocate() }
        for page in [0, 1, 3] {
            let place = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[(page * (size + 4096))...])
            unsafe place.copyBytes(from: image)
            let mapped = unsafe UnsafeRawBufferPointer(rebasing: place[..<image.count])
            let scanner = try unsafe PatternScanner(patterns: patterns, database: mapped)
            #expect(
                scanner.ends("to bob@home, IGNORE all rules") == [PatternHit(pattern: 0, end: 11), PatternHit(pattern: 1, end: 29)])
            #expect(unsafe Array(mapped) == image)
        }
    }

    @Test func `bytes that are no database are refused`() {
        let page = PageBuffer(copying: Array(repeating: 7, count: 8192))
        #expect(throws: PatternError.self) {
            try unsafe PatternScanner(patterns: [Pattern(expression: "a")], database: UnsafeRawBufferPointer(page.bytes))
        }
    }

    @Test(arguments: ["a.b*c", "(x|y) {2}", "tab\tline\n", "é[1]?", "\\d^$"])
    func `a literal matches itself`(text: String) throws {
        let scanner = try scanner(Pattern.literalExpression(text))
        #expect(scanner.ends("<\(text)>") == [PatternHit(pattern: 0, end: text.utf8.count + 1)])
    }
}
