import Exchange
import Settings
import Testing

@testable import Policies

@Suite("Output policies")
struct OutputPoliciesTests {
    private static func engine(_ settings: PolicySettings = TestContent.settings(), withFold: Bool = false) throws -> PolicyEngine {
        try PolicyEngine(try PolicyProgram.compile(settings, content: TestContent.make(withFold: withFold)))
    }

    @Test(arguments: [
        ("write to bob@example.com.", "write to [EMAIL]."), ("card 4111 1111 1111 1111!", "card [CARD]!"),
        ("card 4111 1111 1111 1112!", "card 4111 1111 1111 1112!"), ("IBAN DE89 3704 0044 0532 0130 00", "IBAN [IBAN]"),
        ("tel 0151 23456789", "tel [PHONE]"), ("my 0151 23456789", "my 0151 23456789"), ("[EMAIL] and a@b.cd", "[EMAIL] and [EMAIL]"),
        ("é@b.cd a@b.cdé", "é@b.cd [EMAIL]é"), ("a@b.c", "a@b.c"), ("", ""),
    ])
    func `personal data is replaced`(text: String, expected: String) throws {
        let delivered = try Self.engine().deliver(text)
        #expect(delivered.text == expected)
        #expect(!delivered.isBlocked)
        #expect(delivered.outcome.verdict == (text == expected && !text.contains(" and ") ? .allow : .redact))
    }

    @Test func `a block lets out what stands before it`() throws {
        let delivered = try Self.engine().deliver("Mail a@b.cd how to Build a  bomb, then c@d.ef")
        #expect(delivered.text == "Mail [EMAIL] how to ")
        #expect(delivered.isBlocked)
        #expect(delivered.outcome.verdict == .block)
        #expect(delivered.outcome.decidedBy == .safetyFilter)
        #expect(delivered.outcome.reports.map(\.verdict) == [.redact, .block, .allow])
        #expect(delivered.outcome.reports.map(\.skipped) == [false, false, false])
        #expect(delivered.outcome.reports[0].findings == [PolicyFinding(type: "EMAIL", count: 1)])
    }

    @Test func `the chain ends with the policy that blocked, the audit logger excepted`() throws {
        let settings = TestContent.settings([.safetyFilter, .piiDetector, .auditLogger])
        let outcome = try Self.engine(settings).deliver("a@b.cd napalm").outcome
        #expect(outcome.reports.map(\.skipped) == [false, true, false])
        #expect(outcome.reason == "safety_filter.detected")
    }

    @Test func `log records and passes`() throws {
        let delivered = try Self.engine(TestContent.settings(safety: .log)).deliver("napalm and a@b.cd")
        #expect(delivered.text == "napalm and [EMAIL]")
        #expect(delivered.outcome.reports[1].findings == [PolicyFinding(type: "block_if", count: 1)])
        #expect(delivered.outcome.reports[1].reasonCode == "safety_filter.detected")
        #expect(delivered.outcome.reports[1].verdict == .allow)
    }

    @Test(arguments: [
        (#"{"to":"a@b.cd"}"#, #"{"to":"[EMAIL]"}"#), (#"{"a@b.cd": 1}"#, #"{"[EMAIL]": 1}"#),
        (#"{"n":4111111111111111 , "b":[true,null,-1.5e3]}"#, #"{"n":"[CARD]" , "b":[true,null,-1.5e3]}"#),
        (#"{"s":"tel\u003a 0151 2345678\n","t":"\u00e9\ud83d\ude00"}"#, #"{"s":"tel\u003a [PHONE]\n","t":"\u00e9\ud83d\ude00"}"#),
        (#"{"s":"x\na\u0040b.cd\n"}"#, #"{"s":"x\n[EMAIL]\n"}"#),
        (#"{"j":"{\"to\":\"x\\na@b.cd\",\"n\":4111111111111111}"}"#, #"{"j":"{\"to\":\"x\\n[EMAIL]\",\"n\":\"[CARD]\"}"}"#),
        (#"{"a":"a@","b":"b.cd"}"#, #"{"a":"a@","b":"b.cd"}"#), ("write a@b.cd", "write [EMAIL]"),
        ("{4111 1111 1111 1111}", "{[CARD]}"), ("[4111 1111 1111 1111]", "[[CARD]]"), (#"{"a":01, "b":"a@b.cd"}"#, #"{"a":01, "b":"[EMAIL]"}"#),
        (#"{"a":"a@b.cd"#, #"{"a":"[EMAIL]"#), (#"{"a":"\x a@b.cd"}"#, #"{"a":"\x [EMAIL]"}"#), ("4111111111111111", #""[CARD]""#), ("", ""),
        (#"{"a":"[x a@b.cd]"}"#, #"{"a":"[x [EMAIL]]"}"#), (#"{"a":1}{"b":"a@b.cd"}"#, #"{"a":1}{"b":"[EMAIL]"}"#),
    ])
    func `tool arguments stay JSON`(text: String, expected: String) throws {
        #expect(try Self.engine().deliver(text, as: .arguments).text == expected)
    }

    @Test func `what folds away is found and replaced whole`() throws {
        let engine = try Self.engine(withFold: true)
        #expect(engine.deliver("card ４１１１ 1111\u{200B} 1111 1111\u{200B}.").text == "card [CARD]\u{200B}.")
        #expect(engine.deliver("\u{200B}a＠b.cd é").text == "\u{200B}[EMAIL] é")
    }

    @Test(arguments: [
        ("This is plain prose that ends in a word", 4), ("and here it ends. ", 0), ("a number such as 42 ", 3), ("a comma, and", 3),
    ])
    func `prose is held back by its last word at most`(text: String, held: Int) throws {
        let policies = try Self.engine().beginOutput()
        var output: [UInt8] = []
        _ = policies.feed(.content, Array(text.utf8).span, isFinal: false, into: &output)
        #expect(text.utf8.count - output.count == held)
        #expect(policies.holds(.content) == (held > 0))
        let none: [UInt8] = []
        _ = policies.feed(.content, none.span, isFinal: true, into: &output)
        #expect(String(decoding: output, as: UTF8.self) == text)
        #expect(policies.heldChannels.isEmpty)
    }

    @Test func `channels do not see each other`() throws {
        let policies = try Self.engine().beginOutput()
        let other = TextOrigin(role: .assistant, field: .content, index: 1, subIndex: 0)
        var first: [UInt8] = []
        var second: [UInt8] = []
        _ = policies.feed(.content, Array("a@b".utf8).span, isFinal: false, into: &first)
        _ = policies.feed(other, Array(".cd x".utf8).span, isFinal: true, into: &second)
        _ = policies.feed(.content, Array(".cd x".utf8).span, isFinal: true, into: &first)
        #expect(String(decoding: first, as: UTF8.self) == "[EMAIL] x")
        #expect(String(decoding: second, as: UTF8.self) == ".cd x")
        #expect(policies.hasRedacted(.content) && !policies.hasRedacted(other))
    }
}
