public import Exchange
public import Settings

/// An indicator seen in a text.
public struct IndicatorSighting: Sendable, Equatable {
    /// `Indicator.id`.
    public var id: Int
    public var origin: TextOrigin
    /// Number of the text among those evaluated together; in an answer the strings of one channel.
    public var segment: Int
    /// 0 for the text itself, else the number of the decoded view, below 0 that of a view with words put right.
    public var view: Int
    /// In the folded bytes of the view.
    public var range: Range<Int>
    /// In requests: where the view stands in the bytes that were evaluated together.
    public var text: Range<Int>
    public init(id: Int, origin: TextOrigin, segment: Int, view: Int, range: Range<Int>, text: Range<Int> = 0..<0) {
        self.id = id
        self.origin = origin
        self.segment = segment
        self.view = view
        self.range = range
        self.text = text
    }
}

/// Indicators and what they add up to. Pure.
public struct IndicatorRules: Sendable {
    public static let sightingsMax = 256
    public var indicators: [Indicator]
    /// A score at or above it is a finding.
    public var threshold: Double
    /// All sightings of a request, or those of one channel of an answer so far, the last `sightingsMax` of them: a stream is
    /// judged after each one. Those of one view stand together.
    public var score: @Sendable (_ sightings: [IndicatorSighting]) -> Double
    /// Sightings that begin further apart do not count together; an answer is judged by those within it of the last one.
    public var reach = Int.max
    /// By id: a sighting cannot raise the score by itself, so that an answer need not be judged after it. Ids beyond it can.
    public var neverRaises: [Bool] = []
    /// Indicators, by id, that are not looked for in answers.
    public var requestsOnly: Set<Int> = []
    /// What a score above the threshold is reported as; nil: how often each family was seen. Types are families of the indicators.
    public var findings: (@Sendable (_ sightings: [IndicatorSighting]) -> [PolicyFinding])?
    /// Instead of `score` for requests, where set: also reads what `IndicatorSighting.text` is a range of.
    public var scoreInTexts: (@Sendable (_ sightings: [IndicatorSighting], _ texts: [UInt8]) -> Double)?
    public init(indicators: [Indicator], threshold: Double, score: @escaping @Sendable (_ sightings: [IndicatorSighting]) -> Double) {
        self.indicators = indicators
        self.threshold = threshold
        self.score = score
    }
}

/// Appends a folded copy of a text to `bytes` and for each of its bytes the offset of the code point it comes from to `map`, with one more
/// entry for the end. Each code point is folded by itself. False: the text is plain ASCII and nothing was appended.
public typealias TextFold = @Sendable (_ text: Span<UInt8>, _ bytes: inout [UInt8], _ map: inout [Int32]) -> Bool

/// What the policy kinds look for: the one place where the engine meets their content.
public struct PolicyContent: Sendable {
    /// The recognisers that the options ask for; the user's own patterns last, one for each of `detectPatterns`.
    public var recognizers: @Sendable (PIIDetectorOptions) -> [Recognizer] = { options in
        options.detectPatterns.map { pattern in
            Recognizer(
                type: pattern.name ?? "CUSTOM", expression: pattern.pattern, isCaseless: false, leftContextMax: 0,
                confirm: { _, _, _ in true }, priority: 100)
        }
    }
    /// What stands in place of a redacted value. A function of its arguments only.
    public var marker: @Sendable (_ type: String, _ original: Span<UInt8>, _ options: PIIDetectorOptions) -> [UInt8] = {
        type, _, options in Array((options.customMarkers[type] ?? "[\(type)]").utf8)
    }
    public var injection: @Sendable (PromptInjectionOptions) -> IndicatorRules = { options in
        IndicatorRules(indicators: [], threshold: options.threshold, score: { _ in 0 })
    }
    public var safety: @Sendable (SafetyFilterOptions) -> IndicatorRules = { options in
        let phrases = options.blockIf.enumerated().map { number, phrase in
            Indicator(id: number, expression: PolicyContent.phraseExpression(phrase), isCaseless: true, weight: 1, family: "block_if")
        }
        return IndicatorRules(indicators: phrases, threshold: 1, score: { $0.isEmpty ? 0 : 1 })
    }
    /// For recognisers; nil: texts are looked at as they are.
    public var recognizerFold: TextFold?
    /// For indicators in requests. Answers are read as recognisers read them.
    public var indicatorFold: (@Sendable (_ options: PromptInjectionOptions) -> TextFold)?
    /// Appends what else a text of a request says when it is decoded.
    public var views: (@Sendable (_ text: Span<UInt8>, _ options: PromptInjectionOptions, _ views: inout [TextView]) -> Void)?
    /// What `test-fault` does at a command word, its errors apart.
    var testFault: @Sendable (TestFaultCommand) -> Void = { _ in }

    public init() {}

    /// A phrase as whole words, any white space between them.
    static func phraseExpression(_ phrase: String) -> String {
        let words = phrase.split(whereSeparator: \.isWhitespace).map { escaped(String($0)) }
        let body = words.joined(separator: #"\s{1,4}"#)
        func isWord(_ character: Character?) -> Bool {
            guard let ascii = character?.asciiValue else { return false }
            return (ascii | 0x20 >= 0x61 && ascii | 0x20 <= 0x7A) || (ascii >= 0x30 && ascii <= 0x39) || ascii == 0x5F
        }
        let first = phrase.first { !$0.isWhitespace }
        let last = phrase.last { !$0.isWhitespace }
        return (isWord(first) ? #"\b"# : "") + body + (isWord(last) ? #"\b"# : "")
    }
}
