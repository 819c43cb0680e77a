public import Settings

/// What stands in the place of a redacted value.
public enum RedactionMarker {
    /// The documented short name: `US_SSN` is `SSN`, every other type is called as it is.
    public static func name(for type: String) -> String { type == "US_SSN" ? "SSN" : type }

    /// Bytes of the marker for a value. With `.reversible` a label: values of requests get placeholders instead, which the engine makes since it
    /// holds the key; in an answer a value is the model's own, and no placeholder could be undone.
    ///
    /// A custom marker wins over the format. With `preservesLength` the marker has as many characters as the value.
    public static func text(for type: String, original: Span<UInt8>, options: PIIDetectorOptions) -> [UInt8] {
        let length = self.characterCount(original)
        if let custom = self.custom(type, options) { return self.fitted(Array(custom.utf8), to: length, options) }
        switch options.markerFormat {
        case .label, .reversible:
            return self.fitted(Array("[\(self.name(for: type))]".utf8), to: length, options)
        case .asterisks:
            return [UInt8](repeating: 0x2A, count: options.preservesLength ? length : 4)
        case .partial:
            return self.partial(original, length: length, options)
        }
    }

    /// The user's own marker for a type.
    static func custom(_ type: String, _ options: PIIDetectorOptions) -> String? {
        options.customMarkers[type] ?? options.customMarkers[self.name(for: type)]
    }

    /// Keeps the last four characters, of a short value none.
    private static func partial(_ original: Span<UInt8>, length: Int, _ options: PIIDetectorOptions) -> [UInt8] {
        let kept = length >= 8 ? 4 : 0
        var marker = [UInt8](repeating: 0x2A, count: options.preservesLength ? length - kept : 4)
        var start = original.count
        var found = 0
        while found < kept && start > 0 {
            start -= 1
            if original[start] & 0xC0 != 0x80 { found += 1 }
        }
        for index in start..<original.count { marker.append(original[index]) }
        return marker
    }

    private static func fitted(_ marker: [UInt8], to length: Int, _ options: PIIDetectorOptions) -> [UInt8] {
        guard options.preservesLength else { return marker }
        let count = marker.count { $0 & 0xC0 != 0x80 }
        if count > length { return [UInt8](repeating: 0x2A, count: length) }
        return marker + [UInt8](repeating: 0x2A, count: length - count)
    }

    private static func characterCount(_ text: Span<UInt8>) -> Int {
        var count = 0
        for index in text.indices where text[index] & 0xC0 != 0x80 { count += 1 }
        return count
    }
}
