internal import Exchange
public import Policies
internal import Settings

/// What a configuration makes of one case.
public struct GoldenRun: Sendable, Equatable {
    /// The stricter of the phases'.
    public var verdict = Verdict.allow
    public var reasonCode = ""
    public var policy: String?
    /// Of both phases, in the order of evaluation.
    public var reports: [PolicyReport] = []
    /// What goes on: to the provider, or with an answer to the client. Of a block what went on before it.
    public var texts: [String] = []
    /// What the text of this run is: the answer's first content, else the request's last text.
    public var text = ""
    /// Random cuts whose outcome was not that of the whole.
    public var cutDifferences = 0

    /// Runs a case. Throws where the request or the answer is none that the gateway would accept.
    public init(_ one: GoldenCase, engine: PolicyEngine) throws(GoldenFault) {
        let (placeholders, actions) = try self.runInput(one.request, engine)
        func begin() -> OutputPolicies {
            let output = engine.beginOutput(restoring: placeholders)
            output.goOn(afterActions: actions)
            return output
        }
        guard let answer = one.answer, self.verdict == .allow || self.verdict == .redact else { return }
        switch answer {
        case .text(let text): self.take([(Self.content, Array(text.utf8))], begin())
        case .body(let body): try self.takeBody(body, one.request.endpoint, begin())
        case .events(let events): try self.takeEvents(events, begin())
        case .pieces(let text, .places(let places)):
            let bytes = Array(text.utf8)
            let cuts = places.map { ScalarOffsets.byte($0, in: bytes) }
            let pieces = zip([0] + cuts, cuts + [bytes.count]).map { (Self.content, Array(bytes[$0..<$1])) }
            self.take(pieces, begin())
        case .pieces(let text, .random(let count, let seed)):
            let bytes = Array(text.utf8)
            self.take([(Self.content, bytes)], begin())
            var numbers = SeededNumbers(seed: seed)
            self.cutDifferences = StreamComparison(engine, restoring: placeholders).differences(bytes, count: count, &numbers)
        }
    }

    private static let content = TextOrigin(role: .assistant, field: .content, index: 0, subIndex: 0)

    // MARK: Request

    /// Returns what the answer's placeholders stand for, and how many tool calls the conversation holds.
    private mutating func runInput(_ request: GoldenCase.Request, _ engine: PolicyEngine) throws(GoldenFault) -> (Placeholders, actions: Int) {
        let body = request.body
        let document: RequestDocument
        do {
            document = try RequestDocument.decode(body.span, endpoint: request.endpoint.endpoint)
        } catch {
            throw GoldenFault("input", error.message)
        }
        let segments = document.texts.map { place in
            let raw = body.span.extracting(place.range)
            return TextSegment(bytes: place.hasEscapes ? JSONText.decoded(raw) : Array(body[place.range]), origin: place.origin)
        }
        let outcome = engine.evaluateInput(segments, tools: document.toolNames.map { JSONText.decoded(body.span.extracting($0.range)) })
        self.note(outcome)
        guard outcome.verdict == .allow || outcome.verdict == .redact else { return (Placeholders(), 0) }
        let texts = segments.enumerated().map { number, segment in
            let edits = outcome.edits.filter { $0.segment == number }.map { Splice(range: $0.range, replacement: $0.replacement) }
            return String(decoding: spliced(segment.bytes.span, edits), as: UTF8.self)
        }
        self.texts = texts
        // The names of tools and the like are not what a test is about.
        let spokenFields: [TextField] = [.content, .prompt, .input, .text]
        let spoken = segments.lastIndex { spokenFields.contains($0.origin.field) }
        self.text = spoken.map { texts[$0] } ?? texts.last ?? ""
        return (outcome.placeholders, outcome.actions)
    }

    // MARK: Answer

    private typealias Piece = (origin: TextOrigin, bytes: [UInt8])

    private mutating func takeBody(_ body: [UInt8], _ endpoint: GoldenEndpoint, _ output: OutputPolicies) throws(GoldenFault) {
        guard let document = AnswerDocument.decode(body.span, endpoint: endpoint.endpoint) else {
            throw GoldenFault("upstream_response", "is no answer that the gateway would read")
        }
        let pieces = document.texts.map { place -> Piece in (place.origin, JSONText.decoded(body.span.extracting(place.range))) }
        self.take(pieces, output, choices: document.choices.map(\.index), isWhole: true)
    }

    private mutating func takeEvents(_ events: [[UInt8]], _ output: OutputPolicies) throws(GoldenFault) {
        var pieces: [Piece] = []
        var chunk = ChunkDocument()
        var choices: [Int] = []
        for (number, event) in events.enumerated() {
            guard chunk.scan(event.span) else { throw GoldenFault("upstream_response.events[\(number)]", "is no event that the gateway would read") }
            pieces += chunk.texts.map { ($0.origin, JSONText.decoded(event.span.extracting($0.range))) }
            for choice in chunk.choices where !choices.contains(choice.index) { choices.append(choice.index) }
        }
        self.take(pieces, output, choices: choices)
    }

    /// Feeds the pieces of each channel in their order; what is held comes at the end, as the gateway does it. `isWhole`: each piece is a text of its own.
    private mutating func take(_ pieces: [Piece], _ output: OutputPolicies, choices: [Int] = [0], isWhole: Bool = false) {
        var origins: [TextOrigin] = []
        var delivered: [[UInt8]] = []
        var isBlocked = false
        func feed(_ number: Int, _ bytes: [UInt8], isFinal: Bool) {
            if isBlocked { return }
            if case .blocked = output.feed(origins[number], bytes.span, isFinal: isFinal, into: &delivered[number]) { isBlocked = true }
        }
        for piece in pieces {
            let known = isWhole ? nil : origins.firstIndex(of: piece.origin)
            if known == nil {
                origins.append(piece.origin)
                delivered.append([])
            }
            feed(known ?? origins.count - 1, piece.bytes, isFinal: isWhole)
        }
        if !isWhole { for number in origins.indices { feed(number, [], isFinal: true) } }
        let outcome = output.finish(isBlocked ? nil : AnswerFacts(choices: choices))
        self.note(outcome)
        // Of an answer that is refused as a whole nothing goes out.
        if !isBlocked, outcome.ending != nil { for number in delivered.indices { delivered[number] = [] } }
        self.texts = delivered.map { String(decoding: $0, as: UTF8.self) }
        let first = origins.firstIndex { $0.field == .content || $0.field == .text } ?? origins.startIndex
        self.text = self.texts.indices.contains(first) ? self.texts[first] : ""
    }

    private mutating func note(_ outcome: PhaseOutcome) {
        self.reports += outcome.reports
        guard outcome.verdict.rawValue > self.verdict.rawValue else { return }
        self.verdict = outcome.verdict
        self.reasonCode = outcome.reason
        self.policy = outcome.decidedBy?.rawValue
    }

    var findings: [Expectation.Finding] {
        self.reports.flatMap { report in
            report.findings.map { Expectation.Finding(policy: report.kind.rawValue, type: $0.type, count: $0.count) }
        }
    }
}

extension GoldenEndpoint {
    var endpoint: Endpoint {
        switch self {
        case .chatCompletions: .chatCompletions
        case .completions: .completions
        case .embeddings: .embeddings
        case .fim: .fim
        case .moderations: .moderations
        }
    }
}
