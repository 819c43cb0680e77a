/// Header lines of an answer in wire form: `name: value`, CRLF, and so on. Names are lower case.
///
/// A value cannot end its line: control characters in it become spaces.
public struct HeaderLines: Sendable, Equatable {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    /// Both are written in the program and must be valid as they are.
    public mutating func add(_ name: StaticString, _ value: StaticString) {
        self.begin(name)
        self.bytes.append(copying: value)
        self.end()
    }

    public mutating func add(_ name: StaticString, _ value: Span<UInt8>) {
        self.begin(name)
        for index in value.indices { self.append(value[index]) }
        self.end()
    }

    public mutating func add(_ name: StaticString, text value: String) {
        self.begin(name)
        for byte in value.utf8 { self.append(byte) }
        self.end()
    }

    public mutating func add(_ name: StaticString, number value: Int) {
        self.begin(name)
        self.bytes.append(decimal: value)
        self.end()
    }

    /// For names that come from elsewhere, such as those of an upstream. False, and nothing added, when the name is not a token.
    public mutating func add(name: Span<UInt8>, value: Span<UInt8>) -> Bool {
        guard !name.isEmpty else { return false }
        for index in name.indices where !ASCIISet.token.contains(name[index]) { return false }
        for index in name.indices { self.bytes.append(lowercased(name[index])) }
        self.bytes.append(copying: ": ")
        for index in value.indices { self.append(value[index]) }
        self.end()
        return true
    }

    public mutating func append(_ other: HeaderLines) { self.bytes.append(contentsOf: other.bytes) }

    private mutating func begin(_ name: StaticString) {
        self.bytes.append(copying: name)
        self.bytes.append(copying: ": ")
    }

    private mutating func append(_ byte: UInt8) { self.bytes.append(isFieldValueByte(byte) ? byte : space) }

    private mutating func end() { self.bytes.append(copying: "\r\n") }
}
