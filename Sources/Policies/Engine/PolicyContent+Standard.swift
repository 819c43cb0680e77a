internal import Exchange
internal import Settings

extension PolicyContent {
    /// What the product looks for: the tables of `Kinds` and `Text`.
    public static let standard: PolicyContent = {
        var content = PolicyContent()
        content.recognizers = { PIIRecognizers.all($0) }
        content.marker = { RedactionMarker.text(for: $0, original: $1, options: $2) }
        content.injection = Self.injectionRules
        content.safety = { IndicatorRules.safety($0) }
        content.recognizerFold = { text, bytes, map in NormalizedText.fold(text, accents: .kept, into: &bytes, map: &map) }
        content.indicatorFold = { options in
            let disguises = Self.disguises(options)
            return { text, bytes, map in NormalizedText.fold(text, accents: .folded, disguises: disguises, into: &bytes, map: &map) }
        }
        content.views = { text, options, views in
            views = DecodedViews.views(of: text, decodesBase64: options.decodesBase64, disguises: Self.disguises(options))
        }
        content.testFault = { DeliberateFault.perform($0) }
        return content
    }()

    private static func disguises(_ options: PromptInjectionOptions) -> NormalizedText.Disguises {
        NormalizedText.Disguises(forms: options.normalizesUnicode, lookAlikes: options.detectsHomoglyphs)
    }

    /// The rules of the table, then the user's own patterns, each of which is evidence enough.
    private static func injectionRules(_ options: PromptInjectionOptions) -> IndicatorRules {
        let table = InjectionRules.indicators.filter { indicator in
            options.enforcesDelimiters || options.rejectsFakeBoundaries || indicator.family != "boundary"
        }
        let own = options.attackPatterns.enumerated().map { number, pattern in
            Indicator(
                id: InjectionRules.indicators.count + number, expression: pattern.pattern, isCaseless: true, weight: 1, family: "custom")
        }
        @Sendable func score(_ sightings: [IndicatorSighting], _ texts: [UInt8]) -> Double {
            if sightings.contains(where: { $0.id >= InjectionRules.indicators.count }) { return 1 }
            return InjectionScore.value(sightings, in: texts)
        }
        var rules = IndicatorRules(indicators: table + own, threshold: options.threshold) { score($0, []) }
        rules.scoreInTexts = score
        return rules
    }

    /// The highest score of any view of any text: what stands in different texts does not add up.
    private static func highest(
        _ sightings: [IndicatorSighting], _ score: (_ hits: [IndicatorHit], _ first: IndicatorSighting) -> Double
    ) -> Double {
        var best = 0.0
        var start = 0
        while start < sightings.count {
            let first = sightings[start]
            var hits: [IndicatorHit] = []
            hits.reserveCapacity(min(sightings.count - start, IndicatorRules.sightingsMax))
            while start < sightings.count, sightings[start].segment == first.segment, sightings[start].view == first.view {
                hits.append(IndicatorHit(id: sightings[start].id, end: sightings[start].range.upperBound))
                start += 1
            }
            best = max(best, score(hits, first))
        }
        return best
    }
}
