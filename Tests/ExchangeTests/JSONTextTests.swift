import Testing

@testable import Exchange

@Suite("JSON text")
struct JSONTextTests {
    private func decoded(_ raw: String) -> (String, [Int32]) {
        var text: [UInt8] = []
        var map: [Int32] = []
        JSONText.decode(bytes(raw).span, into: &text, map: &map)
        return (string(text), map)
    }

    private func escaped(_ text: String) -> String {
        var output: [UInt8] = []
        JSONText.appendEscaped(bytes(text).span, to: &output)
        return string(output)
    }

    @Test(arguments: [
        ("", "", [0]), ("ab", "ab", [0, 1, 2]), (#"a\nb"#, "a\nb", [0, 1, 3, 4]), (#"\"\\\/\b\f\n\r\t"#, "\"\\/\u{8}\u{C}\n\r\t", [0, 2, 4, 6, 8, 10, 12, 14, 16]),
        (#"é\u00e9x"#, "éé" + "x", [0, 1, 2, 2, 8, 9]), (#"\ud83e\udd89!"#, "🦉!", [0, 0, 0, 0, 12, 13]),
        (#"\u6f22"#, "漢", [0, 0, 0, 6]), (#"\ud83ex"#, "\u{FFFD}x", [0, 0, 0, 6, 7]), (#"\udd89\ud83e"#, "\u{FFFD}\u{FFFD}", [0, 0, 0, 6, 6, 6, 12]),
        (#"\ud83e\u0041"#, "\u{FFFD}A", [0, 0, 0, 6, 12]), (#"\u0000"#, "\u{0}", [0, 6]),
    ] as [(String, String, [Int32])])
    func `escapes are undone and the map leads back`(raw: String, text: String, map: [Int32]) {
        let (decodedText, decodedMap) = self.decoded(raw)
        #expect(decodedText == text)
        #expect(decodedMap == map)
        #expect(string(JSONText.decoded(bytes(raw).span)) == text)
    }

    @Test func `only what must be escaped is escaped`() {
        #expect(self.escaped("a\"b\\c/é🦉\u{7F}\u{2028}") == "a\\\"b\\\\c/é🦉\u{7F}\u{2028}")
        #expect(self.escaped("\u{0}\u{8}\t\n\u{B}\u{C}\r\u{1F}") == #"\u0000\b\t\n\u000b\f\r\u001f"#)
    }

    @Test func `escaping and decoding again gives the same text`() {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<3_000 {
            var text = ""
            for _ in 0..<random.below(40) {
                let bound = random.oneOf([0x20, 0x80, 0x800, 0xD800, 0x10FFFF])
                if let scalar = Unicode.Scalar(UInt32(random.below(bound))) { text.unicodeScalars.append(scalar) }
            }
            let (again, map) = self.decoded(self.escaped(text))
            #expect(again == text)
            #expect(map.count == text.utf8.count + 1)
            #expect(zip(map, map.dropFirst()).allSatisfy { $0 <= $1 })
        }
    }

    @Test func `a decoded range maps to exactly its raw text`() {
        for seed in 0..<2_000 as Range<UInt64> {
            var generator = JSONGenerator(seed: seed)
            let raw = String(generator.string().dropFirst().dropLast())
            let (text, map) = self.decoded(raw)
            // Every character's raw form, decoded alone, is the character, unless it is half of a pair.
            var offset = 0
            for scalar in text.unicodeScalars {
                let length = UTF8.width(scalar)
                let piece = Array(bytes(raw)[Int(map[offset])..<Int(map[offset + length])])
                #expect(string(JSONText.decoded(piece.span)) == String(Character(scalar)), "seed \(seed)")
                offset += length
            }
        }
    }
}

@Suite("Splice")
struct SpliceTests {
    @Test func `splices replace, remove and insert`() {
        let document = bytes("abcdef")
        let splices = [
            Splice(range: 0..<0, replacement: bytes("<")), Splice(range: 1..<3, replacement: bytes("X")),
            Splice(range: 3..<4, replacement: []), Splice(range: 6..<6, replacement: bytes(">")),
        ]
        #expect(string(spliced(document.span, splices)) == "<aXef>")
        var output = bytes("pre ")
        spliced(document.span, [], into: &output)
        #expect(string(output) == "pre abcdef")
    }
}

@Suite("JSON writer")
struct JSONWriterTests {
    @Test func `objects, arrays and values get their commas`() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("a", "x\"\n")
        writer.member("none", nil as String?)
        writer.key("b")
        writer.beginArray()
        writer.integer(-1)
        writer.integer(Int64.min)
        writer.integer(UInt16.max)
        writer.beginObject()
        writer.endObject()
        writer.beginArray()
        writer.endArray()
        writer.endArray()
        writer.key(escaping: "k\"")
        writer.bool(true)
        writer.key("raw")
        writer.raw(#"{"r":1}"#)
        writer.endObject()
        let expected = #"{"a":"x\"\n","none":null,"b":[-1,-9223372036854775808,65535,{},[]],"k\"":true,"raw":{"r":1}}"#
        #expect(string(writer.bytes) == expected)
    }

    @Test(arguments: [
        (0.0, "0"), (3.0, "3"), (-2.5, "-2.5"), (0.1, "0.1"), (1e-7, "1e-07"), (1e300, "1e+300"), (.infinity, "null"), (.nan, "null"),
    ])
    func `numbers are written as integers where they are`(value: Double, expected: String) {
        var writer = JSONWriter()
        writer.double(value)
        #expect(string(writer.bytes) == expected)
    }
}
