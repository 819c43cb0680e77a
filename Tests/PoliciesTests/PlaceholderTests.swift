import Exchange
import Settings
import Testing

@testable import Policies

@Suite("Placeholders")
struct PlaceholderTests {
    /// From the reference implementation's list, key and text 00 01 02 …
    @Test(arguments: [
        (0, "a3817f04ba25a8e66df67214c7550293"), (1, "da87c1d86b99af44347659119b22fc45"), (7, "a1f1ebbed8dbc153c0b84aa61ff08239"),
        (8, "3b62a9ba6258f5610f83e264f31497b4"), (15, "5493e99933b0a8117e08ec0f97cfc3d9"), (63, "5150d1772f50834a503e069a973fbd7c"),
    ])
    func `the hash is SipHash-2-4 of 128 bits`(count: Int, expected: String) {
        let key: [UInt8] = Array(0..<16)
        let text: [UInt8] = (0..<count).map { UInt8($0) }
        let hash = SipHash.hash(text.span, key: PlaceholderKey(key.span))
        let digits = [hash.low, hash.high].flatMap { word in
            (0..<8).map { byte -> String in
                let value = UInt8(truncatingIfNeeded: word >> UInt64(8 * byte))
                return String(value >> 4, radix: 16) + String(value & 15, radix: 16)
            }
        }
        #expect(digits.joined() == expected)
    }

    @Test func `another seed is another key, in its last byte too`() {
        let seed = [UInt8](repeating: 3, count: 32)
        #expect(PlaceholderKey(seed: seed) == PlaceholderKey(seed: seed))
        #expect(PlaceholderKey(seed: seed) != PlaceholderKey(seed: seed.dropLast() + [4]))
        #expect(PlaceholderKey(seed: seed) != PlaceholderKey(seed: [4] + seed.dropFirst()))
    }

    @Test(arguments: [("EMAIL", "EMAIL"), ("US_SSN", "SSN"), ("employee id", "EMPLOYEE_ID"), ("[a\"]é", "X_A_"), ("", "X"), ("7up", "X7UP"), ("_x", "X_X")])
    func `a stem is capitals, digits and underscores`(type: String, stem: String) {
        #expect(String(decoding: PlaceholderForm.stem(of: type), as: UTF8.self) == stem)
    }

    // MARK: Requests

    private static func settings(_ change: (inout PIIDetectorOptions) -> Void = { _ in }) -> PolicySettings {
        var settings = TestContent.settings([.piiDetector, .safetyFilter])
        settings.piiDetector.markerFormat = .reversible
        settings.piiDetector.detectPatterns = [CustomPattern(name: "note", pattern: "<<[^>]{1,24}>>")]
        change(&settings.piiDetector)
        return settings
    }

    private static func content(withFold: Bool = false) -> PolicyContent {
        var content = TestContent.make(withFold: withFold)
        let (own, others) = (PolicyContent().recognizers, content.recognizers)
        content.recognizers = { others($0) + own($0) }
        return content
    }

    private static func engine(
        withFold: Bool = false, key: PlaceholderKey = .published, _ change: (inout PIIDetectorOptions) -> Void = { _ in }
    ) throws -> PolicyEngine {
        try PolicyEngine(PolicyProgram.compile(self.settings(change), content: self.content(withFold: withFold)), placeholderKey: key)
    }

    private static func segment(_ text: String, _ field: TextField = .content) -> TextSegment {
        TextSegment(bytes: Array(text.utf8), origin: TextOrigin(role: .user, field: field, index: 0, subIndex: 0))
    }

    private static func rewritten(_ segment: TextSegment, _ outcome: PhaseOutcome, _ number: Int = 0) -> String {
        let edits = outcome.edits.filter { $0.segment == number }.map { Splice(range: $0.range, replacement: $0.replacement) }
        return String(decoding: spliced(segment.bytes.span, edits), as: UTF8.self)
    }

    /// What goes to the provider, and what its answer with the same text comes to.
    private static func echo(_ text: String, _ engine: PolicyEngine, _ field: TextField = .content) -> (sent: String, answer: String) {
        let segment = self.segment(text, field)
        let outcome = engine.evaluateInput([segment])
        let sent = self.rewritten(segment, outcome)
        let output = engine.beginOutput(restoring: outcome.placeholders)
        defer { engine.endOutput(output) }
        var answer: [UInt8] = []
        let bytes = Array(sent.utf8)
        _ = output.feed(field == .toolArguments ? .arguments : .content, bytes.span, isFinal: true, into: &answer)
        return (sent, String(decoding: answer, as: UTF8.self))
    }

    private static let bob = "[EMAIL_khjhjgtf]"

    @Test func `a value has the same placeholder wherever it stands, and comes back`() throws {
        let engine = try Self.engine()
        let (sent, answer) = Self.echo("bob@example.com, <<a\"b\\c>> and bob@example.com", engine)
        #expect(sent == "\(Self.bob), [NOTE_\(sent.split(separator: "_")[2].prefix(8))] and \(Self.bob)")
        #expect(answer == "bob@example.com, <<a\"b\\c>> and bob@example.com")
        let other = try Self.engine(key: PlaceholderKey(seed: [UInt8](repeating: 1, count: 32)))
        #expect(Self.echo("bob@example.com", other).sent != Self.bob)
    }

    @Test func `values that differ in their form only are different values`() throws {
        let engine = try Self.engine()
        let text = "4111 1111 1111 1111 or 4111-1111-1111-1111"
        let (sent, answer) = Self.echo(text, engine)
        let placeholders = sent.split(separator: " or ")
        #expect(placeholders.count == 2 && placeholders[0] != placeholders[1])
        #expect(placeholders.allSatisfy { $0.hasPrefix("[CARD_") && $0.utf8.count == 15 })
        #expect(answer == text)
    }

    @Test func `a value comes back byte for byte, not as it was folded`() throws {
        let engine = try Self.engine(withFold: true)
        for text in ["４１１１ 1111 1111 1111", "bob\u{200B}@example.com", "x\u{200B}bob@ｅxample.com\u{200B}."] {
            let (sent, answer) = Self.echo(text, engine)
            #expect(sent.contains("[") && !sent.contains("1111") && !sent.contains("com"))
            #expect(answer == text)
            let argument = "{\"a\":\"\(text)\"}"
            #expect(Self.echo(argument, engine, .toolArguments).answer == argument)
        }
    }

    @Test func `arguments of tool calls stay JSON, and their values are what the strings say`() throws {
        let engine = try Self.engine()
        let text = #"{"bob@example.com":["bob\u0040example.com",4111111111111111,"{\"n\":\"<<a\\\\b\\\"c>>\"}"]}"#
        let segment = Self.segment(text, .toolArguments)
        let outcome = engine.evaluateInput([segment])
        let sent = Self.rewritten(segment, outcome)
        let note = try #require(outcome.edits.last?.replacement)
        #expect(sent == #"{"\#(Self.bob)":["\#(Self.bob)","[CARD_\#(sent.split(separator: "_")[3].prefix(8))]","{\"n\":\"\#(String(decoding: note, as: UTF8.self))\"}"]}"#)
        #expect(outcome.placeholders.value(of: Array(Self.bob.utf8).span) == Array("bob@example.com".utf8))
        #expect(outcome.placeholders.value(of: note.span) == Array(#"<<a\b"c>>"#.utf8))
        // The value of a number comes back as the text that its placeholder is.
        #expect(
            Self.echo(text, engine, .toolArguments).answer
                == #"{"bob@example.com":["bob@example.com","4111111111111111","{\"n\":\"<<a\\\\b\\\"c>>\"}"]}"#)
    }

    @Test func `values with the same code get longer ones`() throws {
        let engine = try Self.engine()
        let text = "user5562@example.com user43627@example.com bob@example.com"
        let (sent, answer) = Self.echo(text, engine)
        #expect(sent == "[EMAIL_sptckpqsnpdv] [EMAIL_sptckpqsstqg] \(Self.bob)")
        #expect(answer == text)
        #expect(Self.echo("user5562@example.com", engine).sent == "[EMAIL_sptckpqs]")
    }

    @Test func `a placeholder that the request already holds stands for nothing`() throws {
        let engine = try Self.engine()
        let text = "\(Self.bob) is bob@example.com, not [EMAIL_bcdfghjk]"
        let (sent, answer) = Self.echo(text, engine)
        #expect(sent == "\(Self.bob) is [EMAIL_khjhjgtfnkdh], not [EMAIL_bcdfghjk]")
        #expect(answer == text)
        // Every length of it.
        let code = Array("khjhjgtfnkdhrjgdmqpnfkrnhchcrtnf")
        let all = stride(from: 8, through: 32, by: 4).map { "[EMAIL_\(String(code[..<$0]))]" }.joined(separator: " ")
        #expect(Self.echo(all + " bob@example.com", engine).sent == all + " [EMAIL]")
        #expect(Self.echo(all + " bob@example.com", engine).answer == all + " [EMAIL]")
    }

    @Test func `markers of the user's own choice win, and a block gives nothing to restore`() throws {
        let engine = try Self.engine {
            $0.customMarkers = ["EMAIL": "<mail>"]
            $0.preservesLength = true
        }
        #expect(Self.echo("bob@example.com", engine).sent == "<mail>")
        let (sent, answer) = Self.echo("4111 1111 1111 1111", engine)
        #expect(sent.hasPrefix("[CARD_") && sent.utf8.count == 15)
        #expect(answer == "4111 1111 1111 1111")
        let blocking = try Self.engine { $0.action = .block }
        let outcome = blocking.evaluateInput([Self.segment("bob@example.com")])
        #expect(outcome.verdict == .block)
        #expect(outcome.placeholders.isEmpty)
    }

    @Test func `findings are those of labels`() throws {
        let texts = [Self.segment("bob@example.com, bob@example.com, 4111 1111 1111 1111"), Self.segment(#"{"a":"bob@example.com"}"#, .toolArguments)]
        let reversible = try Self.engine().evaluateInput(texts)
        let label = try Self.engine { $0.markerFormat = .label }.evaluateInput(texts)
        #expect(reversible.reports == label.reports)
        #expect(reversible.reports.first?.findings == [.init(type: "EMAIL", count: 3), .init(type: "CARD", count: 1)])
        #expect(reversible.verdict == .redact)
    }

    @Test func `without metadata a report says that something was redacted, not what`() throws {
        let engine = try Self.engine { $0.includesMetadata = false }
        let outcome = engine.evaluateInput([Self.segment("bob@example.com")])
        #expect(outcome.verdict == .redact)
        #expect(outcome.reports.first?.reasonCode == "pii_detector.detected")
        #expect(outcome.reports.first?.findings == [])
        let answer = engine.deliver("bob@example.com")
        #expect(answer.text == "[EMAIL]")
        #expect(answer.outcome.reports.first?.verdict == .redact)
        #expect(answer.outcome.reports.first?.findings == [])
    }

    // MARK: Answers

    /// A part of an answer and what must become of it; nil: it stays as it came.
    private typealias Part = (text: String, restored: String?)
    private static let first: Part = ("[EMAIL_khjhjgtf]", "bob@example.com")
    private static let second: Part = ("[EMAIL_tgjgtbjd]", "max@example.com")
    private static let note: Part = ("[NOTE_tbkmbrrg]", "<<a\"b\\c\né>>")
    private static let pieces: [[Part]] = [
        [first], [second], [note], [first, second], [("[", nil), first, ("]", nil)], [("[EMAIL_", nil), first], [("eve@example.com", "[EMAIL]")],
        [("[EMAIL_bcdfghjk]", nil)], [("[EMAIL]", nil)], [("[EMAIL_khjhjgt]", nil)], [("[EMAIL_khjhjgtfn]", nil)], [("EMAIL_khjhjgtf]", nil)], [("[", nil)],
        [("[E", nil)], [("[CARD_khjhjgtf]", nil)], [("a word", nil)], [("é😀", nil)], [("[1]", nil)], [("]", nil)], [note, ("x", nil), note],
    ]

    private static func request(_ engine: PolicyEngine) -> PhaseOutcome {
        engine.evaluateInput([Self.segment("bob@example.com max@example.com <<a\"b\\c\né>>")])
    }

    private static func escaped(_ text: String, _ random: inout SeededRandom, depth: Int) -> String {
        if depth == 0 { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\n": result += "\\n"
            default:
                if Int.random(in: 0..<12, using: &random) == 0 {
                    for unit in String(scalar).utf16 {
                        let digits = String(unit, radix: 16)
                        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                    }
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return self.escaped(result, &random, depth: depth - 1)
    }

    @Test(arguments: UInt64(0)..<6)
    func `placeholders come back from any cut, in texts and in arguments`(seed: UInt64) throws {
        var random = SeededRandom(seed)
        let engine = try Self.engine(withFold: seed % 2 == 0)
        let outcome = Self.request(engine)
        #expect(outcome.edits.map { String(decoding: $0.replacement, as: UTF8.self) } == ["[EMAIL_khjhjgtf]", "[EMAIL_tgjgtbjd]", "[NOTE_tbkmbrrg]"])
        for number in 0..<12 {
            let depth = number % 3
            let (before, after) = [("", ""), ("{\"k\": \"", "\"}"), ("[\"{\\\"k\\\": \\\"", "\\\"}\"]")][depth]
            var (text, expected) = (before, before)
            for index in 0..<Int.random(in: 1...6, using: &random) {
                if index > 0 { (text, expected) = (text + " ", expected + " ") }
                for part in Self.pieces.randomElement(using: &random) ?? [] {
                    let raw = Self.escaped(part.text, &random, depth: depth)
                    text += raw
                    expected += part.restored.map { Self.quoted($0, depth) } ?? raw
                }
            }
            (text, expected) = (text + after, expected + after)
            let bytes = Array(text.utf8)
            let origin = depth == 0 ? TextOrigin.content : .arguments
            func check(_ cuts: [Int]) {
                let output = engine.beginOutput(restoring: outcome.placeholders)
                defer { engine.endOutput(output) }
                var answer: [UInt8] = []
                for (start, end) in zip([0] + cuts, cuts + [bytes.count]) {
                    _ = output.feed(origin, bytes.span.extracting(start..<end), isFinal: false, into: &answer)
                }
                _ = output.feed(origin, [UInt8]().span, isFinal: true, into: &answer)
                if String(decoding: answer, as: UTF8.self) != expected {
                    Issue.record("\(text) cut at \(cuts): \(String(decoding: answer, as: UTF8.self)) instead of \(expected)")
                }
            }
            for cut in 0...bytes.count { check([cut]) }
            check(Array(0...bytes.count))
            for _ in 0..<4 { check((0..<6).map { _ in Int.random(in: 0...bytes.count, using: &random) }.sorted()) }
        }
    }

    private static func quoted(_ text: String, _ depth: Int) -> String {
        var bytes = Array(text.utf8)
        for _ in 0..<depth { bytes = jsonEscaped(bytes) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
