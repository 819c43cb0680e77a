internal import Exchange
internal import Policies

/// The input phase over one request body: texts decoded, evaluated, and what the policies rewrote as splices of the body.
enum InputCheck {
    struct Result {
        let outcome: PhaseOutcome
        let splices: [Splice]
    }

    static func run(body: Span<UInt8>, document: RequestDocument, engine: PolicyEngine) -> Result {
        var segments: [TextSegment] = []
        segments.reserveCapacity(document.texts.count)
        // Offset maps of the texts with escapes; the others map onto themselves.
        var maps: [Int: [Int32]] = [:]
        for (index, place) in document.texts.enumerated() {
            let raw = body.extracting(place.range)
            if place.hasEscapes {
                var decoded: [UInt8] = []
                var map: [Int32] = []
                JSONText.decode(raw, into: &decoded, map: &map)
                maps[index] = map
                segments.append(TextSegment(bytes: decoded, origin: place.origin))
            } else {
                segments.append(TextSegment(bytes: Array(copying: raw), origin: place.origin))
            }
        }
        let tools = document.toolNames.map { place in
            let raw = body.extracting(place.range)
            return place.hasEscapes ? JSONText.decoded(raw) : Array(copying: raw)
        }
        let outcome = engine.evaluateInput(segments, tools: tools)
        var splices: [Splice] = []
        for edit in outcome.edits {
            let start = document.texts[edit.segment].range.lowerBound
            let range: Range<Int>
            if let map = maps[edit.segment] {
                range = start + Int(map[edit.range.lowerBound])..<start + Int(map[edit.range.upperBound])
            } else {
                range = start + edit.range.lowerBound..<start + edit.range.upperBound
            }
            splices.append(Splice(range: range, replacement: JSONText.escaped(edit.replacement.span)))
        }
        return Result(outcome: outcome, splices: splices.sorted { $0.range.lowerBound < $1.range.lowerBound })
    }
}
