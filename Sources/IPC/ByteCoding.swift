/// Appends little-endian integers and length-prefixed strings.
package struct ByteWriter {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package mutating func put<Value: FixedWidthInteger>(_ value: Value) {
        var rest = value
        for _ in 0..<(Value.bitWidth / 8) {
            self.bytes.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    /// UTF-8 behind its length in 32 bits.
    package mutating func put(_ text: String) {
        self.put(UInt32(text.utf8.count))
        self.bytes.append(contentsOf: text.utf8)
    }

    package mutating func put(raw: [UInt8]) { self.bytes.append(contentsOf: raw) }

    package mutating func pad(to count: Int) {
        if self.bytes.count < count { self.bytes.append(contentsOf: [UInt8](repeating: 0, count: count - self.bytes.count)) }
    }
}

/// The bytes are not what their reader was promised.
package struct MalformedBytes: Error {
    package init() {}
}

/// Reads what `ByteWriter` wrote; every length is checked against what is there.
package struct ByteReader {
    private let bytes: ArraySlice<UInt8>
    private var place: Int

    package init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        self.place = bytes.startIndex
    }

    package var remaining: Int { self.bytes.endIndex - self.place }

    package mutating func take<Value: FixedWidthInteger>(_: Value.Type = Value.self) throws(MalformedBytes) -> Value {
        let width = Value.bitWidth / 8
        guard self.remaining >= width else { throw MalformedBytes() }
        var value: Value = 0
        for index in (0..<width).reversed() { value = value << 8 | Value(truncatingIfNeeded: self.bytes[self.place + index]) }
        self.place += width
        return value
    }

    package mutating func take(count: Int) throws(MalformedBytes) -> [UInt8] {
        guard count >= 0, count <= self.remaining else { throw MalformedBytes() }
        defer { self.place += count }
        return Array(self.bytes[self.place..<self.place + count])
    }

    package mutating func takeText() throws(MalformedBytes) -> String {
        let count = Int(try self.take(UInt32.self))
        guard count <= self.remaining else { throw MalformedBytes() }
        let range = self.place..<self.place + count
        self.place += count
        guard let text = String(validating: self.bytes[range], as: UTF8.self) else { throw MalformedBytes() }
        return text
    }
}
