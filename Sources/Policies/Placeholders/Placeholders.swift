/// What the placeholders of one request stand for. It is made from the request and kept as long as its answer takes, nowhere else.
public struct Placeholders: Sendable, Equatable {
    private var values: [[UInt8]: [UInt8]] = [:]

    public init() {}

    public var isEmpty: Bool { self.values.isEmpty }

    mutating func add(_ placeholder: [UInt8], _ value: [UInt8]) { self.values[placeholder] = value }

    /// The value, byte for byte as it stood in the request; nil: a placeholder of no value of this request.
    func value(of placeholder: Span<UInt8>) -> [UInt8]? { self.values.isEmpty ? nil : self.values[Array(copying: placeholder)] }
}

/// Gives the values of one request their placeholders. For one request and one thread.
///
/// A placeholder is as long as it has to be to stand for one value only, and not to be in the request's own texts already: most have the
/// least length. That is known when all values are, so the first round may have given out some that are too short.
final class PlaceholderMaker {
    private struct Value: Hashable {
        let stem: [UInt8]
        let bytes: [UInt8]
    }

    private let key: PlaceholderKey
    /// Each value's placeholder; without a `_code` where all lengths were taken.
    private var given: [Value: [UInt8]] = [:]

    init(_ key: PlaceholderKey) { self.key = key }

    /// What stands for a value that is found in the request.
    func placeholder(_ stem: [UInt8], _ value: [UInt8]) -> [UInt8] {
        let value = Value(stem: stem, bytes: value)
        if let known = self.given[value] { return known }
        let placeholder = PlaceholderForm.placeholder(stem, self.code(value)[..<PlaceholderForm.lengthMin])
        self.given[value] = placeholder
        return placeholder
    }

    private func code(_ value: Value) -> [UInt8] { PlaceholderForm.code(value.stem, value.bytes, self.key) }

    /// All values are known. True: some have another placeholder than before.
    func settle(_ texts: [TextSegment]) -> Bool {
        var taken: Set<[UInt8]> = []
        for text in texts { PlaceholderForm.collectCodes(text.bytes.span, into: &taken) }
        var open = self.given.keys.map { ($0, self.code($0)) }
        var length = PlaceholderForm.lengthMin
        var hasChanged = false
        while !open.isEmpty {
            var counts: [[UInt8]: Int] = [:]
            for (value, code) in open { counts[PlaceholderForm.placeholder(value.stem, code[..<length]), default: 0] += 1 }
            open.removeAll { value, code in
                let placeholder = PlaceholderForm.placeholder(value.stem, code[..<length])
                guard counts[placeholder] == 1, !taken.contains(Array(code[..<length])) else { return false }
                if self.given.updateValue(placeholder, forKey: value) != placeholder { hasChanged = true }
                return true
            }
            length += PlaceholderForm.lengthStep
            if length > PlaceholderForm.lengthMax { break }
        }
        for (value, _) in open {
            self.given[value] = [0x5B] + value.stem + [0x5D]
            hasChanged = true
        }
        return hasChanged
    }

    /// The way back.
    var placeholders: Placeholders {
        var placeholders = Placeholders()
        for (value, placeholder) in self.given where placeholder.count > value.stem.count + 2 { placeholders.add(placeholder, value.bytes) }
        return placeholders
    }
}
