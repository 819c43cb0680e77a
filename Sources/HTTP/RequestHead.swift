/// A request's method. Names are case-sensitive (RFC 9110 9.1).
public enum Method: UInt8, Sendable {
    case get, head, post, put, patch, delete, options, trace
    /// Any other token; `RequestHead.methodRange` has its name.
    case other
}

/// One header line: where its name and its value stand in `RequestHead.bytes`.
public struct HeaderField: Sendable, Equatable {
    let nameStart: UInt32
    let nameEnd: UInt32
    let valueStart: UInt32
    let valueEnd: UInt32

    /// The name, lower case.
    public var name: Range<Int> { Int(self.nameStart)..<Int(self.nameEnd) }
    /// The value without the white space around it; may be empty.
    public var value: Range<Int> { Int(self.valueStart)..<Int(self.valueEnd) }
}

/// How a request body is delimited.
public enum BodyFraming: Sendable, Equatable {
    case none
    case length(Int)
    case chunked
}

/// A whole, valid request head. Ranges point into `bytes`.
public struct RequestHead: Sendable, Equatable {
    /// The head from its request line to its blank line; header names are in lower case, all else is as it came.
    public internal(set) var bytes: [UInt8] = []
    public internal(set) var fields: [HeaderField] = []
    public internal(set) var method: Method = .other
    public internal(set) var methodRange: Range<Int> = 0..<0
    /// The absolute path, still percent-encoded; begins with `/`. `*` for `OPTIONS *`.
    public internal(set) var pathRange: Range<Int> = 0..<0
    /// What follows the first `?`; nil without one.
    public internal(set) var queryRange: Range<Int>?
    /// Host and port: of the target when it is in absolute form, else of the Host header; nil only in HTTP/1.0.
    public internal(set) var authorityRange: Range<Int>?
    /// The `x` of HTTP/1.x: 0 or 1.
    public internal(set) var versionMinor = 1
    public internal(set) var framing: BodyFraming = .none
    /// Whether the client lets the connection go on after this exchange.
    public internal(set) var keepsAlive = true
    /// Whether the client waits for `100 Continue` before it sends the body.
    public internal(set) var expectsContinue = false

    init() {}

    public var contentLength: Int? {
        if case .length(let count) = self.framing { count } else { nil }
    }

    public var isChunked: Bool { self.framing == .chunked }

    /// Where the value of the first header of this lower-case name stands.
    public func range(of lowercaseName: StaticString) -> Range<Int>? {
        let bytes = self.bytes.span
        for field in self.fields where lowercaseName.equals(bytes, field.name) { return field.value }
        return nil
    }

    /// How many header lines have this lower-case name.
    public func count(of lowercaseName: StaticString) -> Int {
        let bytes = self.bytes.span
        var count = 0
        for field in self.fields where lowercaseName.equals(bytes, field.name) { count += 1 }
        return count
    }

    /// The value of the first header of this lower-case name.
    @_lifetime(borrow self)
    public func header(_ lowercaseName: StaticString) -> Span<UInt8>? {
        guard let range = self.range(of: lowercaseName) else { return nil }
        return self.bytes.span.extracting(range)
    }

    /// The bytes of a range of this head.
    @_lifetime(borrow self)
    public func bytes(_ range: Range<Int>) -> Span<UInt8> { self.bytes.span.extracting(range) }

    /// The absolute path, still percent-encoded.
    public var path: Span<UInt8> {
        @_lifetime(borrow self) get { self.bytes.span.extracting(self.pathRange) }
    }

    /// Whether the path is this text.
    public func pathEquals(_ path: StaticString) -> Bool { path.equals(self.bytes.span, self.pathRange) }

    /// A range of this head as a string; bytes that are not UTF-8 become U+FFFD.
    public func text(_ range: Range<Int>) -> String { String(decoding: self.bytes[range], as: UTF8.self) }
}
