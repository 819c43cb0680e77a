internal import Exchange
internal import Settings

extension PolicyContent {
    /// What the product looks for: the tables of `Kinds` and `Text`.
    public static let standard: PolicyContent = {
        var content = PolicyContent()
        content.recognizers = { PIIRecognizers.all($0) }
        content.marker = { RedactionMarker.text(for: $0, original: $1, options: $2) }
        content.injection = Self.injectionRules
        content.recognizerFold = { text, bytes, map in NormalizedText.fold(text, accents: .kept, into: &bytes, map: &map) }
        content.indicatorFold = { text, bytes, map in NormalizedText.fold(text, accents: .folded, into: &bytes, map: &map) }
        content.views = { text, options, views in views = DecodedViews.views(of: text, decodesBase64: options.decodesBase64) }
        return content
    }()

    /// The rules of the table, then the user's own patterns, each of which is evidence enough.
    private static func injectionRules(_ options: PromptInjectionOptions) -> IndicatorRules {
        let table = InjectionRules.indicators.filter { indicator in
            options.enforcesDelimiters || options.rejectsFakeBoundaries || indicator.family != "boundary"
        }
        let own = options.attackPatterns.enumerated().map { number, pattern in
            Indicator(
                id: InjectionRules.indicators.count + number, expression: pattern.pattern, isCaseless: true, weight: 1, family: "custom")
        }
        return IndicatorRules(indicators: table + own, threshold: options.threshold) { hits in
            if hits.contains(where: { $0.id >= InjectionRules.indicators.count }) { return 1 }
            return Self.score(hits)
        }
    }

    /// The highest score of any view of any text: what stands in different texts does not add up.
    private static func score(_ hits: [IndicatorHit]) -> Double {
        var best = 0.0
        var rest = hits[...]
        while let first = rest.first {
            let group = rest.filter { $0.segment == first.segment && $0.view == first.view }
            rest = rest.filter { $0.segment != first.segment || $0.view != first.view }[...]
            let score = InjectionRules.score(
                group.map { RuleHit(id: $0.id, end: $0.range.upperBound) },
                isFromTool: first.origin.role == .tool || first.origin.role == .function, isDecoded: first.view > 0)
            best = max(best, score)
        }
        return best
    }
}
