import Exchange
import Patterns
import Settings
import Testing

@testable import Policies

/// Hostile texts may cost more than prose, but not without bound.
@Suite("Cost")
struct CostTests {
    private static func repeated(_ word: String, _ count: Int) -> [UInt8] {
        let word = Array(word.utf8)
        return (0..<count).map { word[$0 % word.count] }
    }

    /// Recognisers asked per byte, streamed in pieces of `size`.
    private static func confirmsPerByte(_ text: [UInt8], _ size: Int) throws -> Double {
        var settings = PolicySettings()
        settings.chain = [.piiDetector]
        settings.piiDetector.healthcareMode = true
        settings.piiDetector.pciMode = true
        let program = try PolicyProgram.compile(settings, content: .standard)
        let context = OutputContext(
            PhaseDetector(program.output, try PatternScanner(program.outputSet), PolicyWatch()), fold: program.content.recognizerFold)
        let policies = OutputPolicies(context)
        var output: [UInt8] = []
        var start = 0
        while start < text.count {
            let end = min(text.count, start + size)
            _ = policies.feed(.content, text.span.extracting(start..<end), isFinal: end == text.count, into: &output)
            start = end
        }
        return Double(context.detector.confirmCount) / Double(text.count)
    }

    @Test(arguments: ["1 2 3 ", "12 345 ", "0", "tel 1 2 3 order ", "aGVsbG8xQmFy", "a@", "a@a.aa", "eyJ", "eyJa.", "[", "sk-a1-", "1.1.", "born 1.2."])
    func `few candidates are confirmed per byte, whole and in pieces`(word: String) throws {
        for (count, size) in [(4096, 4096), (16384, 16384), (4096, 5)] {
            let steps = try Self.confirmsPerByte(Self.repeated(word, count), size)
            #expect(steps <= 64, "\(word): \(steps) for \(count) bytes in pieces of \(size)")
        }
    }

    @Test func `scores of many hits are those of their windows`() {
        let hits = (0..<4096).map { IndicatorHit(id: $0 % InjectionRules.indicators.count, end: 10 * $0) }
        let one = InjectionRulesTests.score(Array(hits[..<InjectionRules.indicators.count]))
        #expect(InjectionRulesTests.score(hits) >= one)
        #expect(InjectionRulesTests.score(hits.reversed()) == InjectionRulesTests.score(hits))
    }
}
