internal import Exchange

/// One reading of one text of a request, and the rules of the table that were seen in it.
struct InjectionReading {
    /// 0 for the text itself, else the number of the decoded view.
    var view: Int
    /// A tool's result or a retrieved document, where nobody gives orders.
    var isFromTool: Bool
    /// In the order of their ends.
    var hits: [IndicatorHit]
    /// Where each of them starts.
    var starts: [Int]
    /// Where it stands among the bytes of the request.
    var text: Range<Int>

    /// What stands in different texts, or in different readings of one, does not add up. `sightings` of one reading stand together.
    static func all(in sightings: [IndicatorSighting]) -> [InjectionReading] {
        var readings: [InjectionReading] = []
        var start = 0
        while start < sightings.count {
            let first = sightings[start]
            var seen: [(hit: IndicatorHit, start: Int)] = []
            while start < sightings.count, sightings[start].segment == first.segment, sightings[start].view == first.view {
                let sighting = sightings[start]
                if InjectionRules.indicators.indices.contains(sighting.id) {
                    seen.append((IndicatorHit(id: sighting.id, end: sighting.range.upperBound), sighting.range.lowerBound))
                }
                start += 1
            }
            if seen.isEmpty { continue }
            seen.sort { ($0.hit.end, $0.hit.id) < ($1.hit.end, $1.hit.id) }
            readings.append(
                InjectionReading(
                    view: first.view, isFromTool: first.origin.role == .tool || first.origin.role == .function, hits: seen.map(\.hit),
                    starts: seen.map(\.start), text: first.text))
        }
        return readings
    }
}
