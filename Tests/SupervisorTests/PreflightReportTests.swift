import IPC
import Testing

@testable import Supervisor

@Suite("Preflight report")
struct PreflightReportTests {
    static let own = PreflightReport(build: "1.0.0", handOver: 1...2, messages: .init(lowest: 1, highest: 2))

    @Test func `it reads what it writes`() {
        #expect(Self.own.text == "build 1.0.0\nhandover 1 2\nprotocol 1 2\n")
        #expect(PreflightReport(Self.own.text) == Self.own)
        #expect(PreflightReport("news 7\nprotocol 1 2\nhandover 1 2\nbuild 1.0.0") == Self.own)
    }

    @Test(arguments: [
        "", "build 1\n", "build 1\nhandover 1 2\nprotocol 1\n", "build 1\nhandover 2 1\nprotocol 1 1\n",
        "build 1\nhandover 1 70000\nprotocol 1 1\n", "build a b\nhandover 1 1\nprotocol 1 1\n", "problem kt-worker is missing\n",
    ])
    func `anything else is no report`(text: String) { #expect(PreflightReport(text) == nil) }

    @Test func `it must read what is written and speak with the workers that run`() {
        let fits = PreflightReport(build: "2", handOver: 2...3, messages: .init(lowest: 2, highest: 3))
        #expect(fits.objection(from: Self.own) == nil)
        let early = PreflightReport(build: "0.9", handOver: 1...1, messages: .init(lowest: 1, highest: 1))
        #expect(early.objection(from: Self.own) == "build 0.9 reads hand-overs 1, this one writes 2")
        let late = PreflightReport(build: "9", handOver: 2...9, messages: .init(lowest: 3, highest: 4))
        #expect(late.objection(from: Self.own) == "build 9 speaks protocol 3 to 4 with workers, the running ones 1 to 2")
    }
}
