/// Writes JSON by appending; it sets the commas, the caller keeps the order of calls legal.
public struct JSONWriter: Sendable {
    /// What was written so far.
    public private(set) var bytes: [UInt8] = []
    private var needsComma = false

    public init(capacity: Int = 256) { self.bytes.reserveCapacity(capacity) }

    /// Starts anew and keeps the storage.
    public mutating func removeAll() {
        self.bytes.removeAll(keepingCapacity: true)
        self.needsComma = false
    }

    public mutating func beginObject() { self.begin(UInt8(ascii: "{")) }
    public mutating func endObject() { self.end(UInt8(ascii: "}")) }
    public mutating func beginArray() { self.begin(UInt8(ascii: "[")) }
    public mutating func endArray() { self.end(UInt8(ascii: "]")) }

    /// A key that needs no escapes.
    public mutating func key(_ name: StaticString) {
        self.comma()
        self.bytes.append(UInt8(ascii: "\""))
        self.bytes.append(name)
        self.bytes.append(#"":"#)
        self.needsComma = false
    }

    public mutating func key(escaping name: String) {
        self.string(name)
        self.bytes.append(UInt8(ascii: ":"))
        self.needsComma = false
    }

    public mutating func string(_ text: String) { self.string(utf8: text.utf8Span.span) }

    /// A text that is UTF-8.
    public mutating func string(utf8 text: Span<UInt8>) {
        self.comma()
        self.bytes.append(UInt8(ascii: "\""))
        JSONText.appendEscaped(text, to: &self.bytes)
        self.bytes.append(UInt8(ascii: "\""))
    }

    public mutating func string(_ text: String?) {
        if let text { self.string(text) } else { self.null() }
    }

    public mutating func integer(_ value: some BinaryInteger) {
        self.comma()
        Self.append(Int64(value), to: &self.bytes)
    }

    /// An integer when the value is one, else the shortest form that reads back the same; `null` for what JSON cannot write.
    public mutating func double(_ value: Double) {
        guard value.isFinite else { return self.null() }
        if let whole = Int64(exactly: value) { return self.integer(whole) }
        self.comma()
        self.bytes.append(contentsOf: value.description.utf8)
    }

    public mutating func bool(_ value: Bool) {
        self.comma()
        self.bytes.append(value ? "true" : "false")
    }

    public mutating func null() {
        self.comma()
        self.bytes.append("null")
    }

    /// A whole value that is JSON already.
    public mutating func raw(_ json: Span<UInt8>) {
        self.comma()
        self.bytes.append(bytesOf: json)
    }

    public mutating func raw(_ json: StaticString) {
        self.comma()
        self.bytes.append(json)
    }

    // MARK: Members

    public mutating func member(_ name: StaticString, _ value: String?) {
        self.key(name)
        self.string(value)
    }

    public mutating func member(_ name: StaticString, _ value: Int) {
        self.key(name)
        self.integer(value)
    }

    public mutating func member(_ name: StaticString, _ value: Double) {
        self.key(name)
        self.double(value)
    }

    public mutating func member(_ name: StaticString, _ value: Bool) {
        self.key(name)
        self.bool(value)
    }

    // MARK: Punctuation

    private mutating func comma() {
        if self.needsComma { self.bytes.append(UInt8(ascii: ",")) }
        self.needsComma = true
    }

    private mutating func begin(_ byte: UInt8) {
        self.comma()
        self.bytes.append(byte)
        self.needsComma = false
    }

    private mutating func end(_ byte: UInt8) {
        self.bytes.append(byte)
        self.needsComma = true
    }

    /// Appends a number in decimal digits.
    static func append(_ value: Int64, to output: inout [UInt8]) {
        if value < 0 { output.append(UInt8(ascii: "-")) }
        var rest = value.magnitude
        let start = output.count
        repeat {
            output.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        output[start...].reverse()
    }
}
