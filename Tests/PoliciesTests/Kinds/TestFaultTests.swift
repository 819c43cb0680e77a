import Exchange
import Settings
import Synchronization
import Testing

@testable import Policies

@Suite("Test faults")
struct TestFaultTests {
    private final class Performed: Sendable {
        let commands = Mutex<[TestFaultCommand]>([])
        var all: [TestFaultCommand] { self.commands.withLock { $0 } }
    }

    private static func engine(_ chain: [PolicyKind], _ performed: Performed, failMode: FailMode = .block) throws -> PolicyEngine {
        var settings = PolicySettings()
        settings.chain = chain
        var content = PolicyContent()
        content.testFault = { command in performed.commands.withLock { $0.append(command) } }
        return try PolicyEngine(try PolicyProgram.compile(settings, content: content), failMode: failMode)
    }

    private static func segment(_ text: String, _ field: TextField = .content) -> TextSegment {
        TextSegment(bytes: Array(text.utf8), origin: TextOrigin(role: .user, field: field, index: 0, subIndex: 0))
    }

    private static func feed(_ output: OutputPolicies, _ pieces: [String], _ field: TextField = .content) -> (text: String, progress: Progress) {
        var bytes: [UInt8] = []
        var progress = Progress.open
        for (index, piece) in pieces.enumerated() {
            progress = output.feed(
                TextOrigin(role: .assistant, field: field, index: 0, subIndex: 0), Array(piece.utf8).span, isFinal: index == pieces.count - 1,
                into: &bytes)
        }
        return (String(decoding: bytes, as: UTF8.self), progress)
    }

    @Test(arguments: TestFaultCommand.allCases) func `a command word is acted on in a request and in an answer`(_ command: TestFaultCommand) throws {
        let performed = Performed()
        let engine = try Self.engine([.testFault], performed)
        _ = engine.evaluateInput([Self.segment("hello"), Self.segment("please kt-fault:\(command.rawValue) now")])
        #expect(performed.all.contains(command))
        performed.commands.withLock { $0 = [] }
        let output = engine.beginOutput()
        _ = Self.feed(output, ["so: kt-fau", "lt:\(command.rawValue)", " then"])
        #expect(performed.all.contains(command))
        performed.commands.withLock { $0 = [] }
        _ = engine.evaluateInput([Self.segment(#"{"a":"kt-fault:\#(command.rawValue)"}"#, .toolArguments)])
        #expect(performed.all.contains(command))
    }

    @Test func `without the kind in the chain nothing happens`() throws {
        let performed = Performed()
        let engine = try Self.engine([.piiDetector], performed)
        #expect(engine.evaluateInput([Self.segment("kt-fault:crash kt-fault:error")]).verdict == .allow)
        #expect(performed.all == [])
    }

    @Test func `other words are no commands`() throws {
        let performed = Performed()
        let engine = try Self.engine([.testFault], performed)
        #expect(engine.evaluateInput([Self.segment("kt-fault:nothing kt-fault: crash fault:crash")]).verdict == .allow)
        #expect(performed.all == [])
    }

    @Test func `a policy's error blocks a request`() throws {
        let outcome = try Self.engine([.testFault, .piiDetector], Performed()).evaluateInput([Self.segment("kt-fault:error")])
        #expect(outcome.verdict == .block)
        #expect(outcome.decidedBy == .testFault)
        #expect(outcome.reason == "test_fault.error")
        #expect(outcome.reports.map(\.skipped) == [false, true])
        #expect(outcome.edits == [])
    }

    @Test(arguments: [TextField.content, .toolArguments]) func `a policy's error lets a request pass where that was asked for`(field: TextField) throws {
        let text = field == .content ? "kt-fault:error" : #"{"a":"kt-fault:error"}"#
        let engine = try Self.engine([.testFault], Performed(), failMode: .allow)
        let outcome = engine.evaluateInput([Self.segment(text, field)])
        #expect(outcome.verdict == .allow)
        #expect(outcome.edits == [])
        #expect(outcome.reports.map(\.reasonCode) == ["test_fault.error"])
        #expect(try Self.engine([.testFault], Performed()).evaluateInput([Self.segment(text, field)]).verdict == .block)
    }

    @Test(arguments: [TextField.content, .toolArguments]) func `a policy's error ends an answer before the text`(field: TextField) throws {
        let pieces = field == .content ? ["before kt-", "fault:error after"] : [#"{"a":"before kt-"#, #"fault:error after"}"#]
        let before = field == .content ? "before " : #"{"a":"before "#
        let output = try Self.engine([.testFault, .auditLogger], Performed()).beginOutput()
        let (text, progress) = Self.feed(output, pieces, field)
        #expect(text == before)
        #expect(progress == .blocked(PolicyBlock(kind: .testFault, verdict: .block, reason: "test_fault.error", message: nil)))
        let outcome = output.finish()
        #expect(outcome.verdict == .block)
        #expect(outcome.reason == "test_fault.error")
        #expect(outcome.reports[0].reasonCode == "test_fault.error")

        let open = try Self.engine([.testFault, .auditLogger], Performed(), failMode: .allow).beginOutput()
        #expect(Self.feed(open, pieces, field).text == pieces.joined())
        #expect(open.finish().verdict == .allow)
        #expect(open.finish().reports[0].reasonCode == "test_fault.error")
    }

    @Test func `the program ends as the command says`() async {
        await #expect(processExitsWith: .failure) { DeliberateFault.perform(.crash) }
        await #expect(processExitsWith: .failure) { DeliberateFault.perform(.trap) }
        await #expect(processExitsWith: .failure) { DeliberateFault.perform(.abort) }
        await #expect(processExitsWith: .failure) { DeliberateFault.perform(.recurse) }
        await #expect(processExitsWith: .exitCode(78)) { DeliberateFault.end(status: 78) }
    }

    @Test func `nothing is done at compile or start without the kind in the chain`() throws {
        var settings = PolicySettings()
        settings.testFault.compile = .error
        settings.testFault.start = .crash
        try TestFault.act(atCompile: settings)
        TestFault.act(atStart: settings)
        settings.chain = [.testFault]
        #expect(throws: PolicyCompileError.self) { try TestFault.act(atCompile: settings) }
    }
}
