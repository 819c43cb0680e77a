import Exchange
import Settings
import Testing

@testable import Policies

/// However a text is cut, what goes out is the same.
@Suite("Streams")
struct StreamPropertyTests {
    private static let prose = [
        "bob@example.com", "john.smith@mail.example.co.uk", "a@b", "@", "4111 1111 1111 1111", "4111-1111-1111-1112", "5500005555555559",
        "DE89 3704 0044 0532 0130 00", "fr1420041010050500013M02606", "tel ", "0151 23456789", "+49 151 234567", "1", "12 34", "é", "日本",
        "😀", " ", " ", " ", ", ", ".", "word", "build a ", "bomb", "bo", "[EMAIL]", "[CARD", "]", "\n", "\u{200B}", "４１１１", "tel:", "a", "Z9",
    ]
    private static let pieces = [
        "{", "}", "[", "]", ":", ",", "\"", "\"a\":", "\"bob@example.com\"", "\"x", "4111111111111111", "-1.5e3", "true", "nul", "\\n", "\\u0040", "\\ud83d\\ude00",
        "\\ud83d", "\\", "\\\"", "\"{\\\"k\\\":\\\"a@b.cd\\\"}\"", "a@b.cd", " ", "{\"k\": ", "0151 2345678", "tel ", "é", "\"4111 1111 1111 1111\"", "\"[1,4111111111111111]\"",
    ]

    private static func text(_ random: inout SeededRandom, isJSON: Bool) -> [UInt8] {
        if isJSON, Int.random(in: 0..<3, using: &random) > 0 {
            return Array(Self.json(&random, 3).utf8)
        }
        let source = isJSON ? Self.pieces : Self.prose
        return (0..<Int.random(in: 1...12, using: &random)).flatMap { _ in Array((source.randomElement(using: &random) ?? "").utf8) }
    }

    private static func json(_ random: inout SeededRandom, _ depth: Int) -> String {
        let space = ["", "", " ", "\n "].randomElement(using: &random) ?? ""
        switch depth == 0 ? Int.random(in: 0...1, using: &random) : Int.random(in: 0...4, using: &random) {
        case 0: return (["1", "4111111111111111", "true", "-2.5", "5500005555555559", "null"].randomElement(using: &random) ?? "0") + space
        case 1:
            let text = (0..<Int.random(in: 0...4, using: &random)).map { _ in Self.prose.randomElement(using: &random) ?? "" }.joined()
            return Self.quoted(text, &random) + space
        case 2: return Self.quoted(Self.json(&random, depth - 1), &random)
        case 3:
            return "[" + space + (0..<Int.random(in: 0...3, using: &random)).map { _ in Self.json(&random, depth - 1) }.joined(separator: ",") + "]" + space
        default:
            let members = (0..<Int.random(in: 1...3, using: &random)).map { number in
                (number == 0 ? "\"bob@example.com\"" : "\"key\(number)\"") + space + ":" + space + Self.json(&random, depth - 1)
            }
            return "{" + members.joined(separator: ", ") + "}"
        }
    }

    private static func quoted(_ text: String, _ random: inout SeededRandom) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" {
                result += "\\\(scalar)"
            } else if scalar.value < 0x20 || Int.random(in: 0..<12, using: &random) == 0 {
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    @Test(arguments: UInt64(0)..<8)
    func `every cut gives the same`(seed: UInt64) throws {
        var random = SeededRandom(seed)
        var settings = TestContent.settings(pii: seed % 4 == 3 ? .block : .redact)
        if seed % 2 == 1 {
            settings.chain = [.safetyFilter, .dlpFilter, .piiDetector]
            settings.dlpFilter.detectPatterns = [CustomPattern(pattern: "word.{0,12}a"), CustomPattern(pattern: "^Z9"), CustomPattern(pattern: "mail.*uk$", lengthMax: 20)]
            settings.dlpFilter.blockedTerms = ["email", "日本 a"]
        }
        let program = try PolicyProgram.compile(settings, content: TestContent.make(withFold: seed % 3 == 0))
        let engine = try PolicyEngine(program)
        for number in 0..<30 {
            let isJSON = number % 2 == 1
            let text = Self.text(&random, isJSON: isJSON)
            let origin = isJSON ? TextOrigin.arguments : .content
            let whole = engine.deliver(text, as: origin)
            func check(_ cuts: [Int]) {
                let parts = engine.deliver(text, cuts: cuts, as: origin)
                if parts != whole {
                    Issue.record("\(String(decoding: text, as: UTF8.self).debugDescription) cut at \(cuts): \(parts.text.debugDescription) instead of \(whole.text.debugDescription), \(parts.isBlocked) \(whole.isBlocked), \(parts.outcome == whole.outcome)")
                }
            }
            for cut in 0...text.count { check([cut]) }
            check(Array(0...text.count))
            for _ in 0..<4 {
                check((0..<Int.random(in: 1...8, using: &random)).map { _ in Int.random(in: 0...text.count, using: &random) }.sorted())
            }
            if !isJSON { Self.checkHoldBack(engine, program, text) }
        }
    }

    private static let hostile = [
        "1 2 3 ", "12 345 ", "0", "4111", "+49 ", "00", "tel ", "order ", "call me 0", ".", "-", "(0)", "aGVsbG8x", "Zm9vYmFy/", "token=", "a@", "@", "a.aa",
        "[", "[EMAIL]", "\"", "\\\"", "-----BEGIN PRIVATE KEY-----", "-----BEGIN RSA PRIVATE KEY-----\n", "-----END PRIVATE KEY-----", "eyJ", "eyJhbGciOiJI", "sk-a1B2",
        "DE89 3704", "1.1.", ":ab", "born 1.2.", "http://a:", "build a ", "bomb",
    ]

    @Test(arguments: UInt64(0)..<6)
    func `every cut of a hostile text gives the same`(seed: UInt64) throws {
        var random = SeededRandom(100 + seed)
        var settings = TestContent.settings(pii: seed % 3 == 2 ? .block : .redact)
        settings.piiDetector.healthcareMode = true
        settings.piiDetector.pciMode = true
        let content = seed % 2 == 0 ? PolicyContent.standard : TestContent.make(withFold: true)
        let engine = try PolicyEngine(try PolicyProgram.compile(settings, content: content))
        for number in 0..<24 {
            // Few different words, many times.
            let words = (0..<Int.random(in: 1...3, using: &random)).map { _ in Array((Self.hostile.randomElement(using: &random) ?? "").utf8) }
            var text: [UInt8] = []
            while text.count < 400 + 40 * number { text += words.randomElement(using: &random) ?? [] }
            let origin = number % 4 == 3 ? TextOrigin.arguments : .content
            let whole = engine.deliver(text, as: origin)
            for size in [1, 5, 20, 50] {
                #expect(engine.deliver(text, cuts: Array(stride(from: size, to: text.count, by: size)), as: origin) == whole, "\(String(decoding: text, as: UTF8.self)) by \(size)")
            }
            let cuts = (0..<8).map { _ in Int.random(in: 0...text.count, using: &random) }.sorted()
            #expect(engine.deliver(text, cuts: cuts, as: origin) == whole, "\(String(decoding: text, as: UTF8.self)) at \(cuts)")
        }
    }

    private static func checkHoldBack(_ engine: PolicyEngine, _ program: PolicyProgram, _ text: [UInt8]) {
        let policies = engine.beginOutput()
        defer { engine.endOutput(policies) }
        for index in text.indices {
            var output: [UInt8] = []
            if case .blocked = policies.feed(.content, text.span.extracting(index..<(index + 1)), isFinal: false, into: &output) { return }
            #expect(policies.heldByteCount(.content) <= program.outputHoldBackMax * 3)
        }
    }

    @Test func `what may still become a match is held back no longer than the longest match`() throws {
        let program = try PolicyProgram.compile(TestContent.settings(), content: TestContent.make())
        let policies = try PolicyEngine(program).beginOutput()
        let byte: [UInt8] = [0x61]
        var longest = 0
        for _ in 0..<2000 {
            var output: [UInt8] = []
            _ = policies.feed(.content, byte.span, isFinal: false, into: &output)
            longest = max(longest, policies.heldByteCount(.content))
        }
        #expect(longest <= program.outputHoldBackMax)
        #expect(longest > 60)
    }
}
