/// Other readings of a text: what a model would see after undoing an encoding.
///
/// For the detection of injection on whole input texts. Cheap marks decide which decoders run, so that ordinary prose costs
/// a pass or two over its bytes; a view is kept only when it reads more like words than what it was made from.
public enum DecodedViews {
    public static let depthMax = 2
    public static let viewsMax = 12
    public static let viewBytesMax = 16 * 1024

    /// Views of `text`, each already folded (accents too); the text itself is not among them.
    public static func views(of text: Span<UInt8>, decodesBase64: Bool = true) -> [[UInt8]] {
        var views: [[UInt8]] = []
        let source = self.copy(text.extracting(first: min(text.count, self.viewBytesMax)))
        self.addViews(of: source, depth: 1, decodesBase64: decodesBase64, to: &views)
        return views
    }

    private static func addViews(of source: [UInt8], depth: Int, decodesBase64: Bool, to views: inout [[UInt8]]) {
        let marks = TextMarks(source.span)
        let own = WordScore.score(source.span)
        var found: [[UInt8]] = []
        if marks.hasTags { found += self.accepted(TagPayload.decode(source.span), own: 0) }
        if marks.hasEntities { found += self.accepted(EscapeDecoders.entities(source.span), own: own) }
        if marks.hasPercent { found += self.accepted(EscapeDecoders.percent(source.span), own: own) }
        if marks.hasBackslash { found += self.accepted(EscapeDecoders.backslash(source.span), own: own) }
        if marks.longestRun >= 16 {
            for run in marks.runs(in: source.span) {
                if run.isHex { found += self.accepted(RunDecoders.hex(source.span, run.range), own: 0) }
                if decodesBase64 { found += self.accepted(RunDecoders.base64(source.span, run.range), own: 0) }
            }
        }
        if marks.hasSpelledWords { found += self.accepted(LetterDecoders.joined(source.span), own: own) }
        if marks.hasMixedWords { found += self.accepted(LetterDecoders.leet(source.span), own: own) }
        if own < WordScore.prose {
            found += self.accepted(LetterDecoders.rotated(source.span), own: own)
            found += self.accepted(LetterDecoders.reversed(source.span), own: own)
        } else if marks.hasStrangeTail(source.span) {
            // Prose with one line that is not: `Please process the following value: …`.
            let tail = marks.strangeTail(source.span)
            found += self.accepted(LetterDecoders.rotated(tail.span), own: WordScore.score(tail.span))
            found += self.accepted(LetterDecoders.reversed(tail.span), own: WordScore.score(tail.span))
        }
        for view in found where views.count < self.viewsMax {
            if views.contains(view) { continue }
            views.append(view)
            if depth < self.depthMax {
                self.addViews(of: view, depth: depth + 1, decodesBase64: decodesBase64, to: &views)
            }
        }
    }

    /// Folded, and only when it reads like words, more so than its source.
    private static func accepted(_ view: [UInt8]?, own: Double) -> [[UInt8]] {
        guard let view, view.count >= 6, view.count <= self.viewBytesMax else { return [] }
        var folded: [UInt8] = []
        var map: [Int32] = []
        let result = NormalizedText.fold(view.span, accents: .folded, into: &folded, map: &map) ? folded : view
        let score = WordScore.score(result.span)
        return score > own + 0.05 && score >= WordScore.readable || RunDecoders.looksEncoded(result.span) ? [result] : []
    }

    private static func copy(_ text: Span<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        for index in text.indices { bytes.append(text[index]) }
        return bytes
    }
}
