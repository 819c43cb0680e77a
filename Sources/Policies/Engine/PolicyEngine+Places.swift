public import Exchange
public import Settings

/// Where a policy found something in a text: for tools that show it to whoever gave them the text, never for a log or an event.
public struct PolicyPlace: Sendable, Equatable {
    public var kind: PolicyKind
    /// As in `PolicyFinding`.
    public var type: String
    /// In bytes of the text, or of `view`.
    public var range: Range<Int>
    /// The decoded reading in which it was found; nil: the text itself.
    public var view: [UInt8]?
    public init(kind: PolicyKind, type: String, range: Range<Int>, view: [UInt8]? = nil) {
        self.kind = kind
        self.type = type
        self.range = range
        self.view = view
    }
}

extension PolicyEngine {
    /// Everything that the phase's policies see in one whole text, ascending. A detection of its own, with the phase's detector: evaluations keep no places.
    /// An indicator has a place whatever the score comes to; what an earlier policy's block would have hidden is there too.
    public func places(_ phase: PolicyPhase, in text: [UInt8], role: TextRole) -> [PolicyPlace] {
        let detector = phase == .input ? self.input : self.output
        guard !text.isEmpty, !detector.program.isEmpty else { return [] }
        var places = self.places(detector, in: text, role: role, fold: self.content.recognizerFold, indicators: phase == .output, recognizers: true)
        if phase == .input, detector.program.hasIndicators {
            places += self.places(detector, in: text, role: role, fold: self.indicatorFold, indicators: true, recognizers: false)
            places += self.viewPlaces(detector, in: text, role: role)
        }
        return places.sorted { left, right in
            if (left.view == nil) != (right.view == nil) { return left.view == nil }
            return (left.range.lowerBound, left.range.upperBound) < (right.range.lowerBound, right.range.upperBound)
        }
    }

    private func places(
        _ detector: PhaseDetector, in text: [UInt8], role: TextRole, fold: TextFold?, indicators: Bool, recognizers: Bool
    ) -> [PolicyPlace] {
        var folded: [UInt8] = []
        var map: [Int32] = []
        let isFolded = fold?(text.span, &folded, &map) ?? false
        return self.find(detector, in: isFolded ? folded : text, role: role, indicators: indicators, recognizers: recognizers) { range in
            isFolded ? NormalizedText.originalRange(range, map: map, in: text.span) : range
        }
    }

    private func viewPlaces(_ detector: PhaseDetector, in text: [UInt8], role: TextRole) -> [PolicyPlace] {
        guard let makeViews = self.content.views,
            detector.program.policies.contains(where: { $0.kind == .promptInjection && $0.roles?.contains(role.rawValue) ?? true })
        else { return [] }
        var views: [TextView] = []
        makeViews(text.span, self.settings.promptInjection, &views)
        return views.flatMap { view in
            self.find(detector, in: view.bytes, role: role, indicators: true, recognizers: false) { $0 }.map { place in
                PolicyPlace(kind: place.kind, type: place.type, range: place.range, view: view.bytes)
            }
        }
    }

    private func find(
        _ detector: PhaseDetector, in text: [UInt8], role: TextRole, indicators: Bool, recognizers: Bool,
        original: (_ range: Range<Int>) -> Range<Int>
    ) -> [PolicyPlace] {
        detector.scan(text.span)
        detector.sortHits()
        var candidates = CandidateQueue()
        _ = detector.decide(
            text.span,
            PhaseDetector.Window(
                from: 0, to: text.count, cursor: 0, startsText: true, endsText: true, hits: 0..<detector.hits.count, offset: 0,
                wantsRecognizers: recognizers, wantsIndicators: indicators, serial: detector.nextSerial()),
            &candidates)
        let program = detector.program
        return detector.findings.compactMap { finding in
            let use = program.uses[finding.use]
            let policy = program.policies[use.policy]
            if case .marker = use.role { return nil }
            if let roles = policy.roles, !roles.contains(role.rawValue) { return nil }
            return PolicyPlace(kind: policy.kind, type: program.types[use.type].name, range: original(finding.start..<finding.end))
        }
    }
}
