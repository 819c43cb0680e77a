import Testing

@testable import Supervisor

@Suite("Crash reports")
struct CrashReportsTests {
    private func report(_ number: Int, bytes: Int = 1000) -> CrashReports.Report {
        CrashReports.Report(name: "r\(number)", byteCount: bytes, modifiedSeconds: Int64(number))
    }

    @Test func `few and small ones stay`() {
        #expect(CrashReports.surplus(of: []).isEmpty)
        #expect(CrashReports.surplus(of: (0..<32).map { self.report($0) }).isEmpty)
        #expect(CrashReports.surplus(of: [self.report(1, bytes: CrashReports.bytesMax)]).isEmpty)
    }

    @Test func `the oldest go first, in whatever order they are listed`() {
        let reports = (0..<35).map { self.report($0) }.shuffled()
        #expect(CrashReports.surplus(of: reports) == ["r0", "r1", "r2"])
    }

    @Test func `bytes count too, and nothing older than what goes stays`() {
        let reports = [self.report(4, bytes: 10 << 20), self.report(3, bytes: 7 << 20), self.report(2), self.report(1)]
        #expect(CrashReports.surplus(of: reports) == ["r1", "r2", "r3"])
    }

    @Test func `a path with a comma is not said`() {
        let plain = CrashReports(stateDirectory: "/state", programDirectory: "/nowhere")
        #expect(plain.backtraceOptions == ",output-to=/state/crash/")
        #expect(ChildEnvironment.lines([], crashReports: plain).first?.hasSuffix(",output-to=/state/crash/") == true)
        #expect(CrashReports(stateDirectory: "/a,b", programDirectory: "/nowhere").backtraceOptions.isEmpty)
    }
}
