internal import IPC

/// Appends fields as tag u16 | length u32 | bytes: who does not know a tag steps over it, who misses one takes its default.
struct TaggedWriter {
    private var writer = ByteWriter()

    var bytes: [UInt8] { self.writer.bytes }

    mutating func put(_ tag: UInt16, raw: [UInt8]) {
        self.writer.put(tag)
        self.writer.put(UInt32(raw.count))
        self.writer.put(raw: raw)
    }

    mutating func put<Value: FixedWidthInteger>(_ tag: UInt16, _ value: Value) {
        var field = ByteWriter()
        field.put(value)
        self.put(tag, raw: field.bytes)
    }

    mutating func put(_ tag: UInt16, _ flag: Bool) { self.put(tag, UInt8(flag ? 1 : 0)) }

    /// UTF-8.
    mutating func put(_ tag: UInt16, _ text: String) { self.put(tag, raw: Array(text.utf8)) }

    /// Absent stays absent.
    mutating func put<Value: FixedWidthInteger>(_ tag: UInt16, _ value: Value?) { if let value { self.put(tag, value) } }

    mutating func put(_ tag: UInt16, record fill: (inout TaggedWriter) -> Void) {
        var record = TaggedWriter()
        fill(&record)
        self.put(tag, raw: record.bytes)
    }
}

/// Reads what `TaggedWriter` wrote. Nothing is believed: lengths are checked, numbers must have their width.
struct TaggedReader {
    private var fields: [(tag: UInt16, bytes: ArraySlice<UInt8>)] = []

    init(_ bytes: ArraySlice<UInt8>) throws(MalformedBytes) {
        var rest = bytes
        while !rest.isEmpty {
            var head = ByteReader(rest.prefix(6))
            let (tag, count) = (try head.take(UInt16.self), Int(try head.take(UInt32.self)))
            rest = rest.dropFirst(6)
            guard count <= rest.count else { throw MalformedBytes() }
            self.fields.append((tag, rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
    }

    /// The first field of this tag.
    private func first(_ tag: UInt16) -> ArraySlice<UInt8>? { self.fields.first { $0.tag == tag }?.bytes }

    /// nil: absent.
    func number<Value: FixedWidthInteger>(_ tag: UInt16, _: Value.Type = Value.self) throws(MalformedBytes) -> Value? {
        guard let bytes = self.first(tag) else { return nil }
        guard bytes.count == Value.bitWidth / 8 else { throw MalformedBytes() }
        var reader = ByteReader(bytes)
        return try reader.take()
    }

    /// The field must be there.
    func required<Value: FixedWidthInteger>(_ tag: UInt16, _: Value.Type = Value.self) throws(MalformedBytes) -> Value {
        guard let value = try self.number(tag, Value.self) else { throw MalformedBytes() }
        return value
    }

    func flag(_ tag: UInt16) throws(MalformedBytes) -> Bool { try self.number(tag, UInt8.self).map { $0 != 0 } ?? false }

    func text(_ tag: UInt16) throws(MalformedBytes) -> String? {
        guard let bytes = self.first(tag) else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw MalformedBytes() }
        return text
    }

    func raw(_ tag: UInt16) -> [UInt8] { self.first(tag).map(Array.init) ?? [] }

    /// Every field of this tag as a record, in order.
    func records(_ tag: UInt16) throws(MalformedBytes) -> [TaggedReader] {
        var records: [TaggedReader] = []
        for field in self.fields where field.tag == tag { records.append(try TaggedReader(field.bytes)) }
        return records
    }

    /// Every field of this tag as a number of this width, in order.
    func numbers<Value: FixedWidthInteger>(_ tag: UInt16, _: Value.Type = Value.self) throws(MalformedBytes) -> [Value] {
        var numbers: [Value] = []
        for field in self.fields where field.tag == tag {
            guard field.bytes.count == Value.bitWidth / 8 else { throw MalformedBytes() }
            var reader = ByteReader(field.bytes)
            numbers.append(try reader.take())
        }
        return numbers
    }
}
