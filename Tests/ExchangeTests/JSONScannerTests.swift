import Testing

@testable import Exchange

@Suite("JSON scanner")
struct JSONScannerTests {
    /// Accepted as the value of an unknown member.
    private func accepts(_ value: [UInt8]) -> Bool {
        fault(bytes(#"{"messages":[],"x":"#) + value + bytes("}")) == nil
    }

    @Test(arguments: [
        "0", "-0", "1", "10", "-10.50", "0e0", "1E+5", "1e-05", "12345678901234567890", "1.7976931348623157e309", "true", "false",
        "null", "{}", "[]", "[ ]", "{ }", "[[],{}]", #"{"":""}"#, #""""#, #""\u0000\uD800\b\f\n\r\t\/\\\"""#, "\"\u{7F}\u{80}\u{7FF}\u{800}\u{FFFF}\u{10000}\u{10FFFF}\"",
        #"{"a":1,"a":2}"#, " \t\r\n1 ",
    ])
    func `valid values`(value: String) { #expect(self.accepts(bytes(value))) }

    @Test(arguments: [
        "", "-", "+1", "01", "-01", "1.", ".5", "1.e5", "1e", "1e+", "0x10", "1_0", "NaN", "Infinity", "-Infinity", "tru", "True", "nulll",
        "nul", "falsee", "undefined", "'a'", "a", "{a:1}", "{1:1}", "{null:1}", "[1,]", "[,1]", "[1 2]", "[1,,2]", "[", "]", "{", #"{"a"}"#,
        #"{"a":}"#, #"{"a":1,}"#, #"{,"a":1}"#, #"{"a" 1}"#, #"{"a":1 "b":2}"#, #"{"a":1;"b":2}"#, "[1}", #"{"a":1]"#, #""abc"#, #""\x""#,
        #""\u12""#, #""\u12G4""#, #""\u+123""#, #""\""#, "\"\n\"", "\"\t\"", "\"\u{0}\"", "\"\u{1F}\"", "// c\n1", "/* c */1", "1 // c", "\u{FEFF}1",
        "\u{A0}1", "\u{B}1", "\u{0}", "1\u{0}", "\"a\"\"b\"", "1,\"y\"", "--1", "1e5.5", "0.0.0",
    ])
    func `invalid values`(value: String) { #expect(!self.accepts(bytes(value))) }

    @Test(arguments: [
        [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF], [0xE1, 0x80],
        [0xE1, 0x80, 0x41], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF1, 0x80, 0x80],
        [0xF1, 0x80, 0x80, 0x41], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xFE], [0xF8, 0x88, 0x80, 0x80, 0x80],
    ] as [[UInt8]])
    func `invalid UTF-8 at any place of a word`(sequence: [UInt8]) {
        for padding in 0..<17 {
            let value = [0x22] + [UInt8](repeating: 0x61, count: padding) + sequence + [0x62, 0x63, 0x22]
            #expect(!self.accepts(value))
        }
    }

    @Test func `each character is accepted at any place of a word`() {
        for scalar: Unicode.Scalar in ["a", "\u{80}", "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}", "\u{FFFD}", "\u{10000}", "\u{10FFFF}"] {
            for padding in 0..<17 {
                let text = String(repeating: "a", count: padding) + String(Character(scalar))
                #expect(self.accepts(bytes("\"\(text)\"")))
            }
        }
    }

    @Test func `each byte that ends a run is seen at any place of a word`() {
        for byte in UInt8(0)...255 {
            let isPlain = byte >= 0x20 && byte < 0x80 && byte != 0x22 && byte != 0x5C
            for padding in 0..<17 {
                let value = [0x22] + [UInt8](repeating: 0x7E, count: padding) + [byte] + [0x23, 0x5D, 0x21, 0x22]
                #expect(self.accepts(value) == isPlain, "byte \(byte) after \(padding)")
            }
        }
    }

    @Test func `arrays nest 128 deep and not deeper`() {
        func nested(_ depth: Int) -> [UInt8] {
            [UInt8](repeating: 0x5B, count: depth) + [UInt8](repeating: 0x5D, count: depth)
        }
        #expect(self.accepts(nested(127)))
        #expect(!self.accepts(nested(128)))
        #expect(fault(nested(128))?.code == .invalidRequest)
        #expect(fault(nested(129))?.code == .invalidJSON)
        #expect(fault(nested(100_000))?.code == .invalidJSON)
    }

    @Test func `objects and parts nest 128 deep and not deeper`() {
        func body(_ depth: Int) -> String {
            #"{"messages":[],"x":"# + String(repeating: #"{"x":"#, count: depth) + "1" + String(repeating: "}", count: depth + 1)
        }
        #expect(fault(body(127)) == nil)
        #expect(fault(body(128))?.message.contains("128 levels") == true)
        let parts =
            #"{"messages":[{"content":"# + String(repeating: #"[{"content":"#, count: 100) + #""x""#
            + String(repeating: "}]", count: 100) + "}]}"
        #expect(fault(parts)?.message.contains("128 levels") == true)
    }

    @Test(arguments: ["{}x", "{} {}", "{},", "{}\u{0}", "{}]"])
    func `nothing follows the object`(body: String) {
        #expect(fault(body)?.code == .invalidJSON)
    }

    @Test func `empty bodies are invalid JSON`() {
        for body in ["", " ", "\n\n"] { #expect(fault(body)?.code == .invalidJSON) }
    }
}
