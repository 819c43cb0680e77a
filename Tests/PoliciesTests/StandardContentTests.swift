import Settings
import Testing

@testable import Policies

@Suite("Standard content")
struct StandardContentTests {
    @Test func `every pattern of every kind compiles, with a longest match`() throws {
        var settings = PolicySettings()
        settings.chain = PolicyKind.allCases
        settings.piiDetector.healthcareMode = true
        let program = try PolicyProgram.compile(settings, content: .standard)
        #expect(program.outputHoldBackMax > 0)
        #expect(program.outputHoldBackMax <= 4096 + 4096 / 15)
        #expect(program.inputWidthMax <= 4096 + 3)
    }
}
