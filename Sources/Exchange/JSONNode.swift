/// A JSON value as a tree, for the few places that look at more than known members.
public indirect enum JSONNode: Sendable, Hashable {
    case null
    case bool(Bool)
    /// Numbers that no `Double` can tell apart are equal.
    case number(Double)
    /// UTF-8, without escapes.
    case string([UInt8])
    case array([JSONNode])
    /// In the order of the document. A key may stand twice.
    case object([Member])

    public struct Member: Sendable, Hashable {
        public var key: [UInt8]
        public var value: JSONNode

        public init(key: [UInt8], value: JSONNode) {
            self.key = key
            self.value = value
        }
    }

    /// Strict (RFC 8259) and no deeper than this module reads; nil for anything else.
    public static func parse(_ document: Span<UInt8>) -> JSONNode? {
        var scanner = JSONScanner(document, refusesFoldedKeys: false)
        do {
            scanner.skipSpace()
            let node = try Self.read(&scanner)
            try scanner.finish()
            return node
        } catch {
            return nil
        }
    }

    /// Whether a document is one JSON value, by the same rules.
    public static func isValid(_ document: Span<UInt8>) -> Bool {
        var scanner = JSONScanner(document, refusesFoldedKeys: false)
        do {
            scanner.skipSpace()
            try scanner.skip()
            try scanner.finish()
            return true
        } catch {
            return false
        }
    }

    /// The same value with the members of every object in the order of their keys: two values that mean the same are equal.
    public var sorted: JSONNode {
        switch self {
        case .null, .bool, .number, .string: self
        case .array(let items): .array(items.map(\.sorted))
        case .object(let members):
            .object(
                members.map { Member(key: $0.key, value: $0.value.sorted) }
                    .sorted { $0.key.lexicographicallyPrecedes($1.key) })
        }
    }

    private static func read(_ scanner: inout JSONScanner) throws(ScanFault) -> JSONNode {
        switch scanner.next {
        case UInt8(ascii: "{"):
            var members: [Member] = []
            var walk = try scanner.openObject()
            while let key = try scanner.nextKey(&walk) {
                let name = scanner.decoded(key)
                members.append(Member(key: name, value: try Self.read(&scanner)))
            }
            return .object(members)
        case UInt8(ascii: "["):
            var items: [JSONNode] = []
            try scanner.openArray()
            var index = -1
            while try scanner.nextElement(&index) { items.append(try Self.read(&scanner)) }
            return .array(items)
        case UInt8(ascii: "\""):
            let string = try scanner.scanString()
            return .string(scanner.decoded(string))
        case UInt8(ascii: "t"), UInt8(ascii: "f"):
            return .bool(try scanner.scanBool() ?? false)
        case UInt8(ascii: "n"):
            try scanner.skip()
            return .null
        default:
            let start = scanner.position
            let whole = scanner.isAtNumber ? try scanner.scanNumber() : nil
            if scanner.position == start { try scanner.skip() }
            if let whole { return .number(Double(whole)) }
            // The grammar of JSON numbers is part of Swift's.
            return .number(Double(scanner.bytes.text(start..<scanner.position)) ?? .infinity)
        }
    }
}
