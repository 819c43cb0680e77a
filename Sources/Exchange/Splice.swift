/// A change to a document: the bytes of `range` give way to `replacement`. An empty range inserts.
public struct Splice: Sendable, Equatable {
    public var range: Range<Int>
    public var replacement: [UInt8]

    public init(range: Range<Int>, replacement: [UInt8]) {
        self.range = range
        self.replacement = replacement
    }
}

/// The document with all splices applied; they must be ascending and must not overlap. All other bytes stay as they are.
public func spliced(_ document: Span<UInt8>, _ splices: [Splice]) -> [UInt8] {
    var output: [UInt8] = []
    spliced(document, splices, into: &output)
    return output
}

/// Appends the document with all splices applied.
public func spliced(_ document: Span<UInt8>, _ splices: [Splice], into output: inout [UInt8]) {
    var growth = 0
    for splice in splices { growth += splice.replacement.count - splice.range.count }
    output.reserveCapacity(output.count + document.count + growth)
    var position = 0
    for splice in splices {
        precondition(splice.range.lowerBound >= position, "splices that overlap or do not ascend")
        output.append(bytesOf: document.extracting(position..<splice.range.lowerBound))
        output.append(contentsOf: splice.replacement)
        position = splice.range.upperBound
    }
    output.append(bytesOf: document.extracting(position..<document.count))
}

extension TextPlace {
    /// The change to the document that a change to the decoded text means. `decodedRange` must begin and end between
    /// characters, `map` is of this text, `replacement` is plain UTF-8.
    public func splice(_ decodedRange: Range<Int>, map: [Int32], replacement: Span<UInt8>) -> Splice {
        let start = self.range.lowerBound + Int(map[decodedRange.lowerBound])
        let end = self.range.lowerBound + Int(map[decodedRange.upperBound])
        var escaped: [UInt8] = []
        escaped.reserveCapacity(replacement.count)
        JSONText.appendEscaped(replacement, to: &escaped)
        return Splice(range: start..<end, replacement: escaped)
    }

    /// The same for a text without escapes, in which decoded offsets are raw offsets.
    public func splice(_ range: Range<Int>, replacement: Span<UInt8>) -> Splice {
        precondition(!self.hasEscapes, "a text with escapes needs its map")
        var escaped: [UInt8] = []
        JSONText.appendEscaped(replacement, to: &escaped)
        let start = self.range.lowerBound
        return Splice(range: start + range.lowerBound..<start + range.upperBound, replacement: escaped)
    }
}
