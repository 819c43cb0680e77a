/// Reads any JSON object by its keys, where speed does not matter. Strict like the rest of this module.
public enum JSONDocument {
    public struct Member: Sendable, Equatable {
        public let key: String
        /// The value in bytes of the document.
        public let value: Range<Int>
    }

    /// The members of an object in their order; nil when the bytes are no JSON object.
    public static func members(of object: Span<UInt8>) -> [Member]? {
        var scanner = JSONScanner(object, refusesFoldedKeys: false)
        var members: [Member] = []
        do {
            scanner.skipSpace()
            guard scanner.next == UInt8(ascii: "{") else { return nil }
            var walk = try scanner.openObject()
            while let key = try scanner.nextKey(&walk) {
                members.append(Member(key: scanner.text(key), value: try scanner.skip()))
            }
            try scanner.finish()
        } catch {
            return nil
        }
        return members
    }

    /// The value below nested keys; nil when there is none. Of keys that stand twice the first counts.
    public static func value(at path: [String], in object: Span<UInt8>) -> Range<Int>? {
        var range = 0..<object.count
        for key in path {
            guard let members = Self.members(of: object.extracting(range)),
                let member = members.first(where: { $0.key == key })
            else { return nil }
            range = range.lowerBound + member.value.lowerBound..<range.lowerBound + member.value.upperBound
        }
        return range
    }

    /// The elements of an array in their order, in its bytes; nil when the bytes are no JSON array.
    public static func elements(of array: Span<UInt8>) -> [Range<Int>]? {
        var scanner = JSONScanner(array, refusesFoldedKeys: false)
        var elements: [Range<Int>] = []
        do {
            scanner.skipSpace()
            guard scanner.next == UInt8(ascii: "[") else { return nil }
            try scanner.openArray()
            var index = -1
            while try scanner.nextElement(&index) { elements.append(try scanner.skip()) }
            try scanner.finish()
        } catch {
            return nil
        }
        return elements
    }

    /// The text of a value that is a string; nil for any other.
    public static func text(_ value: Span<UInt8>) -> String? {
        var scanner = JSONScanner(value, refusesFoldedKeys: false)
        guard scanner.next == UInt8(ascii: "\"") else { return nil }
        do {
            let string = try scanner.scanString()
            try scanner.finish()
            return scanner.text(string)
        } catch {
            return nil
        }
    }
}
