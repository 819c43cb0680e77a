internal import Patterns
internal import Settings

extension PhaseProgram {
    mutating func addPII(_ options: PIIDetectorOptions, _ content: PolicyContent) {
        let action = options.action
        var policy = Policy(kind: .piiDetector, action: action, reasonCode: Self.code(.piiDetector, "detected"))
        policy.reportsFindings = options.includesMetadata
        self.add(policy)
        let recognizers = content.recognizers(options)
        let ownStart = recognizers.count - options.detectPatterns.count
        let marker = content.marker
        var markers: Set<[UInt8]> = []
        var stems: Set<[UInt8]> = []
        for (index, recognizer) in recognizers.enumerated() {
            let lengthMax = index >= ownStart ? options.detectPatterns[index - ownStart].lengthMax : recognizer.lengthMax
            let type = recognizer.type
            let stem = Self.stem(of: type, options)
            if let stem { stems.insert(stem) }
            self.add(
                Pattern(expression: recognizer.expression, isCaseless: recognizer.isCaseless, lengthMax: lengthMax),
                .recognizer(recognizer), type: type, blocks: action == .block, stem: stem) { marker(type, $0, options) }
            // Only a marker that does not depend on the value can be known again.
            var plain = options
            plain.preservesLength = false
            let sample: [UInt8] = Array("0123456789".utf8)
            let other: [UInt8] = Array("abcdefghijk".utf8)
            let text = marker(type, sample.span, plain)
            if text == marker(type, other.span, plain), text.first.map({ $0 != 0x2A }) ?? false { markers.insert(text) }
        }
        for text in markers.sorted(by: { $0.lexicographicallyPrecedes($1) }) { self.addMarker(text) }
        self.addPlaceholders(stems)
    }

    /// nil: the type's values get no placeholders.
    private static func stem(of type: String, _ options: PIIDetectorOptions) -> [UInt8]? {
        let isReversible = options.markerFormat == .reversible && options.action == .redact
        return isReversible && RedactionMarker.custom(type, options) == nil ? PlaceholderForm.stem(of: type) : nil
    }
}
