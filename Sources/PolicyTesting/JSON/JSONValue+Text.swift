internal import Exchange

extension JSONValue {
    public init(_ text: String) { self = .string(text) }
    public init(_ number: Int) { self = .number("\(number)") }
    /// `null` for what JSON cannot write.
    public init(_ number: Double) {
        guard number.isFinite else {
            self = .null
            return
        }
        self = .number(Int(exactly: number).map { "\($0)" } ?? "\(number)")
    }
    public init(_ number: Double?) { self = number.map { JSONValue($0) } ?? .null }
    public init(_ text: String?) { self = text.map { .string($0) } ?? .null }

    /// Without any space.
    public var compact: [UInt8] {
        var bytes: [UInt8] = []
        self.append(to: &bytes, indentation: nil)
        return bytes
    }

    /// For people: two spaces a level, short lists and objects on one line, a line break at the end.
    public var pretty: String {
        var bytes: [UInt8] = []
        self.append(to: &bytes, indentation: 0)
        bytes.append(0x0A)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let shortMax = 100

    private func append(to bytes: inout [UInt8], indentation: Int?) {
        switch self {
        case .null: bytes += Array("null".utf8)
        case .bool(let flag): bytes += Array((flag ? "true" : "false").utf8)
        case .number(let text): bytes += Array(text.utf8)
        case .string(let text): Self.append(text, to: &bytes)
        case .array(let items):
            self.append("[", "]", items.count, to: &bytes, indentation) { index, bytes, inner in
                items[index].append(to: &bytes, indentation: inner)
            }
        case .object(let members):
            self.append("{", "}", members.count, to: &bytes, indentation) { index, bytes, inner in
                Self.append(members[index].key, to: &bytes)
                bytes += indentation == nil ? [0x3A] : [0x3A, 0x20]
                members[index].value.append(to: &bytes, indentation: inner)
            }
        }
    }

    private func append(
        _ open: String, _ close: String, _ count: Int, to bytes: inout [UInt8], _ indentation: Int?,
        _ item: (_ index: Int, _ bytes: inout [UInt8], _ indentation: Int?) -> Void
    ) {
        bytes += Array(open.utf8)
        if let indentation, !self.isShort {
            for index in 0..<count {
                bytes += Array((index == 0 ? "\n" : ",\n").utf8)
                bytes += [UInt8](repeating: 0x20, count: indentation + 2)
                item(index, &bytes, indentation + 2)
            }
            if count > 0 { bytes += [0x0A] + [UInt8](repeating: 0x20, count: indentation) }
        } else {
            for index in 0..<count {
                if index > 0 { bytes += Array((indentation == nil ? "," : ", ").utf8) }
                item(index, &bytes, indentation)
            }
        }
        bytes += Array(close.utf8)
    }

    private var isShort: Bool {
        switch self {
        case .array(let items): items.allSatisfy(\.isScalar) && self.compact.count <= Self.shortMax
        case .object(let members): members.allSatisfy { $0.value.isScalar } && self.compact.count <= Self.shortMax
        default: true
        }
    }

    private var isScalar: Bool {
        switch self {
        case .array(let items): items.isEmpty
        case .object(let members): members.isEmpty
        default: true
        }
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(0x22)
        JSONText.appendEscaped(text.utf8Span.span, to: &bytes)
        bytes.append(0x22)
    }
}
