/// Another reading of a text, folded (accents too).
public struct TextView: Sendable, Equatable {
    public var bytes: [UInt8]
    /// False: words with slips were put right, which does not say that anybody hid something.
    public var isDecoded: Bool

    public init(_ bytes: [UInt8], isDecoded: Bool = true) {
        self.bytes = bytes
        self.isDecoded = isDecoded
    }
}

/// Other readings of a text: what a model would see after undoing an encoding.
///
/// For the detection of injection on whole input texts. Cheap marks decide which decoders run, so that ordinary prose costs
/// a pass or two over its bytes; a view is kept only when it reads more like words than what it was made from.
public enum DecodedViews {
    public static let depthMax = 2
    public static let viewsMax = 12
    /// Of a longer text the first and the last so many bytes are read.
    public static let viewBytesMax = 16 * 1024

    /// Views of `text`, the text itself not among them.
    public static func views(of text: Span<UInt8>, decodesBase64: Bool = true, disguises: NormalizedText.Disguises = .all) -> [TextView] {
        var views = Views(decodesBase64: decodesBase64, disguises: disguises)
        views.add(of: self.copy(text.extracting(first: min(text.count, self.viewBytesMax))), depth: 1)
        if text.count > self.viewBytesMax {
            views.add(of: self.copy(text.extracting(last: min(text.count - self.viewBytesMax, self.viewBytesMax))), depth: 1)
        }
        return views.found
    }

    private static func copy(_ text: Span<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(text)
        return bytes
    }

    private struct Views {
        let decodesBase64: Bool
        let disguises: NormalizedText.Disguises
        var found: [TextView] = []

        mutating func add(of source: [UInt8], depth: Int) {
            let own = WordScore.score(source.span)
            for view in self.decoded(source, own) where self.found.count < DecodedViews.viewsMax {
                if self.found.contains(where: { $0.bytes == view }) { continue }
                self.found.append(TextView(view))
                if depth < DecodedViews.depthMax { self.add(of: view, depth: depth + 1) }
            }
            if depth == 1, self.found.count < DecodedViews.viewsMax, let repaired = WordRepair.repaired(self.folded(source).span) {
                self.found.append(TextView(repaired, isDecoded: false))
            }
        }

        private func decoded(_ source: [UInt8], _ own: Double) -> [[UInt8]] {
            let marks = TextMarks(source.span)
            var views: [[UInt8]] = []
            func accept(_ view: [UInt8]?, own: Double = own) { views += self.accepted(view, own: own) }
            if self.disguises.forms {
                if marks.hasTags { accept(HiddenPayload.tags(source.span), own: 0) }
                if marks.hasSelectors { accept(HiddenPayload.selectors(source.span), own: 0) }
            }
            if marks.hasEntities { accept(EscapeDecoders.entities(source.span)) }
            if marks.hasPercent { accept(EscapeDecoders.percent(source.span)) }
            if marks.hasBackslash { accept(EscapeDecoders.backslash(source.span)) }
            if marks.longestRun >= 16 {
                for run in marks.runs(in: source.span) {
                    if run.isHex { accept(RunDecoders.hex(source.span, run.range), own: 0) }
                    if self.decodesBase64 { accept(RunDecoders.base64(source.span, run.range), own: 0) }
                }
            }
            if marks.hasNumbers { for view in CodeDecoders.numbers(source.span) { accept(view, own: 0) } }
            if marks.hasMorse { accept(CodeDecoders.morse(source.span), own: 0) }
            if marks.hasSpelledWords { accept(LetterDecoders.joined(source.span)) }
            if marks.hasChainedWords { views += self.accepted(LetterDecoders.unchained(source.span), own: nil) }
            if marks.hasMixedWords { accept(LetterDecoders.leet(source.span)) }
            if marks.quotedParts >= 2 { views += self.accepted(LetterDecoders.concatenated(source.span), own: nil) }
            if own < WordScore.prose {
                accept(LetterDecoders.rotated(source.span))
                accept(LetterDecoders.reversed(source.span))
            } else if marks.hasStrangeTail(source.span) {
                // Prose with one line that is not: `Please process the following value: …`.
                let tail = marks.strangeTail(source.span)
                accept(LetterDecoders.rotated(tail.span), own: WordScore.score(tail.span))
                accept(LetterDecoders.reversed(tail.span), own: WordScore.score(tail.span))
            }
            return views
        }

        /// Folded, and only when it reads like words, more so than its source.
        private func accepted(_ view: [UInt8]?, own: Double?) -> [[UInt8]] {
            guard let view, view.count >= 6, view.count <= DecodedViews.viewBytesMax else { return [] }
            let result = self.folded(view)
            let score = WordScore.score(result.span)
            return score > (own ?? -1) + 0.05 && score >= WordScore.readable || RunDecoders.looksEncoded(result.span) ? [result] : []
        }

        private func folded(_ text: [UInt8]) -> [UInt8] {
            var folded: [UInt8] = []
            var map: [Int32] = []
            return NormalizedText.fold(text.span, accents: .folded, disguises: self.disguises, into: &folded, map: &map) ? folded : text
        }
    }
}
