internal import Exchange
public import Policies

/// The output policies over one text, whole and in pieces: both must come to the same.
public struct StreamComparison {
    /// What reached the client, and what was decided.
    public struct Result: Equatable, Sendable {
        public var text: [UInt8]
        public var outcome: PhaseOutcome
    }

    private static let content = TextOrigin(role: .assistant, field: .content, index: 0, subIndex: 0)
    private static let arguments = TextOrigin(role: .assistant, field: .toolArguments, index: 0, subIndex: 0)
    /// Every that many-th trial sends the text as a string in the arguments of a tool call.
    private static let argumentsEvery = 5

    private let engine: PolicyEngine
    private let placeholders: Placeholders

    /// - Parameter restoring: the placeholders of the request that the text answers.
    public init(_ engine: PolicyEngine, restoring placeholders: Placeholders = Placeholders()) {
        self.engine = engine
        self.placeholders = placeholders
    }

    /// One text of an answer, fed in pieces that end at `cuts`.
    public func run(_ text: [UInt8], cuts: [Int] = []) -> Result { self.run(text, Self.content, cuts) }

    private func run(_ text: [UInt8], _ origin: TextOrigin, _ cuts: [Int]) -> Result {
        let output = self.engine.beginOutput(restoring: self.placeholders)
        defer { self.engine.endOutput(output) }
        var delivered: [UInt8] = []
        var start = 0
        var isEnded = true
        for end in cuts + [text.count] {
            let piece = Array(text[start..<end])
            let progress = output.feed(origin, piece.span, isFinal: end == text.count, into: &delivered)
            if case .blocked = progress {
                isEnded = false
                break
            }
            start = end
        }
        let outcome = output.finish(isEnded ? AnswerFacts(choices: [origin.index]) : nil)
        // Of an answer that is refused as a whole nothing goes out.
        return Result(text: isEnded && outcome.ending != nil ? [] : delivered, outcome: outcome)
    }

    /// How many of `count` ways to cut the text come to something else than the whole.
    public func differences(_ text: [UInt8], count: Int, _ numbers: inout SeededNumbers) -> Int {
        guard count > 0 else { return 0 }
        let whole = self.run(text, Self.content, [])
        let call = Array("{\"text\": \"".utf8) + JSONText.escaped(text.span) + Array("\"}".utf8)
        var wholeCall: Result?
        var differences = 0
        for trial in 1...count {
            if trial % Self.argumentsEvery == 0 {
                let expected = wholeCall ?? self.run(call, Self.arguments, [])
                wholeCall = expected
                let cuts = RandomCuts.places(byteCount: call.count, &numbers)
                if self.run(call, Self.arguments, cuts) != expected { differences += 1 }
            } else {
                let cuts = RandomCuts.places(byteCount: text.count, &numbers)
                if self.run(text, Self.content, cuts) != whole { differences += 1 }
            }
        }
        return differences
    }
}
