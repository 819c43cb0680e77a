import Glibc
import Policies
import Settings
import Testing

@testable import PolicyTesting

@Suite("Evaluation")
struct EvaluationTests {
    private static func item(_ isPositive: Bool, _ isFound: Bool, kind: String = "k", isBenign: Bool = false) -> BinaryEvaluation.Item {
        var text = LabelledText(id: "x", text: [])
        text.isPositive = isPositive
        text.kind = kind
        return BinaryEvaluation.Item(text: text, prediction: Prediction(isPositive: isFound, verdict: isFound ? "block" : "allow"), isBenign: isBenign)
    }

    @Test func `kinds that nobody can see are not of the core`() throws {
        let items = [
            Self.item(true, true), Self.item(true, false, kind: "social_engineering"), Self.item(false, false), Self.item(false, true, isBenign: true),
        ]
        let overall = try #require(BinaryEvaluation(task: .injection, items: items).tables.first)
        #expect(overall.rows.map(\.name) == ["all", "core kinds (attack visible in the text)", "labelled files only", "harmless files only"])
        let recall = overall.columns.firstIndex { $0.key == "recall" }
        let rate = overall.columns.firstIndex { $0.key == "false_positive_rate" }
        #expect(overall.rows.map { $0.figures[recall ?? 0] } == [.share(0.5), .share(1), .share(0.5), .share(nil)])
        #expect(overall.rows.map { $0.figures[rate ?? 0] } == [.share(0.5), .share(0.5), .share(0), .share(1)])
    }

    @Test func `groups are by kind, negatives apart, the largest first`() throws {
        let items = [Self.item(true, true), Self.item(false, false), Self.item(false, false)]
        let tables = BinaryEvaluation(task: .safety, items: items).tables
        #expect(tables.first { $0.key == "by_kind" }?.rows.map(\.name) == ["k (neg)", "k"])
    }

    private static func entities(_ texts: [(text: String, spans: [EntitySpan], found: [EntitySpan], out: String)], types: Set<String>? = nil) -> EntityEvaluation {
        EntityEvaluation(
            texts.map { one in
                var text = LabelledText(id: "x", text: Array(one.text.utf8))
                text.spans = one.spans
                text.types = types
                let prediction = Prediction(isPositive: !one.found.isEmpty, verdict: "redact", spans: one.found, textOut: Array(one.out.utf8))
                return EntityEvaluation.Item(text: text, prediction: prediction)
            }, fold: { $0 })
    }

    @Test func `values are counted by type, and what can still be read`() throws {
        let evaluation = Self.entities([
            ("mail a@example.com", [.init(start: 5, end: 18, type: "EMAIL_ADDRESS")], [.init(start: 5, end: 18, type: "EMAIL_ADDRESS")], "mail [EMAIL]"),
            ("mail b@example.com", [.init(start: 5, end: 18, type: "EMAIL_ADDRESS")], [], "mail b@example.com"),
            ("nothing here", [], [.init(start: 0, end: 7, type: "EMAIL_ADDRESS")], "[EMAIL] here"), ("nothing", [], [], "nothing"),
        ])
        let types = try #require(evaluation.tables.first { $0.key == "by_type" })
        #expect(types.rows.map(\.name) == ["EMAIL_ADDRESS"])
        #expect(
            types.rows[0].figures == [
                .count(2), .share(0.5), .interval(WilsonInterval(1, of: 2)), .share(0.5), .score(0.5), .count(1), .score(0.5), .count(1),
            ])
        let clean = try #require(evaluation.tables.first { $0.key == "clean_texts" })
        #expect(clean.rows[0].figures == [.count(2), .count(1), .share(0.5), .interval(WilsonInterval(1, of: 2))])
        #expect(evaluation.facts[0] == "structured values touched by any finding: 50.00 %, characters covered: 50.00 %")
        #expect(evaluation.facts[1] == "values still readable in redacted output: 1 of 2, clean texts changed: 1")
    }

    @Test func `a text counts only for the types it was labelled for`() throws {
        let found: [EntitySpan] = [.init(start: 0, end: 4, type: "PERSON"), .init(start: 0, end: 4, type: "MAC_ADDRESS")]
        let evaluation = Self.entities(
            [("Erik a@example.com", [.init(start: 5, end: 18, type: "EMAIL_ADDRESS")], found, "")], types: ["EMAIL_ADDRESS"])
        let person = Self.entities([("Erik", [.init(start: 0, end: 4, type: "PERSON")], [], "")])
        #expect(evaluation.facts.last == "types that the data does not label (not counted): MAC_ADDRESS 1, PERSON 1")
        #expect(person.tables.first { $0.key == "by_group" }?.rows.map(\.name) == ["needs context"])
    }

    static func fixture(_ name: String) throws -> LabelledFile {
        try LabelledFile.parse(try Fixtures.read("\(name).jsonl"), name: "\(name).jsonl")
    }

    @Test func `the policies are measured, streamed as well`() throws {
        var settings = PolicySettings()
        settings.chain = [.promptInjection, .piiDetector, .safetyFilter]
        var options = Evaluation.Options()
        options.cuts = 20
        options.keepsPredictions = true
        let files = try ["injection", "safety", "pii", "harmless"].map(Self.fixture)
        let evaluation = try Evaluation(files, settings: settings, options: options)
        #expect(evaluation.report.cuts?.texts == 15)
        #expect(evaluation.report.cuts?.differences == 0)
        #expect(evaluation.predictions.map(\.task) == [.injection, .safety, .pii])
        let lines = try #require(evaluation.predictions.last).lines.split(separator: 0x0A)
        let predictions = try lines.map { try JSONValue.parse(line: $0) }
        #expect(predictions.map { $0["id"]?.string } == ["p1", "p2", "p3", "p4", "p5"])
        let spans = predictions.map { $0["spans"]?.array?.map { "\($0["start"]?.int ?? -1)-\($0["end"]?.int ?? -1) \($0["type"]?.string ?? "")" } ?? [] }
        #expect(spans == [["16-38 EMAIL_ADDRESS"], ["13-32 CREDIT_CARD"], ["16-43 IBAN_CODE"], [], []])
        #expect(predictions[1]["text_out"]?.string?.contains("4111") == false)
        #expect(evaluation.report.json["streams"]?["differences"]?.int == 0)
        #expect(evaluation.report.text.contains("injection: by kind"))
        #expect(evaluation.report.markdown.contains("## pii"))
        #expect(!evaluation.report.markdown.contains("4111"))
    }

    @Test func `a policy that is not in the chain is not measured`() throws {
        var settings = PolicySettings()
        settings.chain = [.piiDetector]
        let evaluation = try Evaluation([try Self.fixture("injection")], settings: settings, options: .init())
        #expect(evaluation.report.notes == ["injection: prompt-injection is not in the chain, nothing is evaluated"])
        #expect(evaluation.report.text == "injection: prompt-injection is not in the chain, nothing is evaluated\n")
    }

    @Test func `cuts lie inside, ascend, and depend on nothing but the seed`() {
        var first = SeededNumbers(seed: 7)
        var second = SeededNumbers(seed: 7)
        for byteCount in [0, 1, 2, 3, 100, 5000] {
            for _ in 0..<50 {
                let places = RandomCuts.places(byteCount: byteCount, &first)
                #expect(places == RandomCuts.places(byteCount: byteCount, &second))
                #expect(places == Set(places).sorted())
                #expect(places.allSatisfy { $0 > 0 && $0 < byteCount })
                #expect(places.isEmpty == (byteCount < 2))
            }
        }
    }

    @Test func `numbers are those of the published generator`() {
        var numbers = SeededNumbers(seed: 1_234_567)
        #expect([numbers.next(), numbers.next()] == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973])
    }
}

enum Fixtures {
    struct Missing: Error { let path: String }

    static func read(_ name: String) throws -> [UInt8] {
        let path = "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/") + "/Fixtures/\(name)"
        guard let file = unsafe fopen(path, "r") else { throw Missing(path: path) }
        defer { _ = unsafe fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = unsafe fread(&bytes, 1, bytes.count, file)
        return Array(bytes[..<count])
    }
}
