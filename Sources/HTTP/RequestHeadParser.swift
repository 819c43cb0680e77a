/// Reads one request head out of a buffer that grows. Strict: RFC 9112 with every "MAY accept" refused.
///
/// Give it the same bytes again, with more at their end, until it returns a head or throws; it goes on at the line where it stopped.
/// Which head or fault comes out depends on the bytes alone, never on how they were cut.
public struct RequestHeadParser: Sendable {
    /// Header lines in one head or trailer section.
    public static let fieldsMax = 100

    private let headBytesMax: Int
    private let bodyBytesMax: Int
    private var head = RequestHead()
    /// Where the request line starts: 0, or 2 after one blank line (RFC 9112 2.2).
    private var start = 0
    /// Start of the first line that is not yet read.
    private var lineStart = 0
    /// No line feed stands between `lineStart` and here.
    private var searched = 0
    private var hasRequestLine = false
    private var host: Range<Int>?
    private var contentLength: Int?
    private var hasChunked = false
    private var hasOtherExpectation = false
    private var asksClose = false
    private var asksKeepAlive = false

    /// Whether a byte of the request line was seen.
    public private(set) var hasBegun = false
    /// Whether the request line was read and asks for no answer body.
    public var isHeadRequest: Bool { self.hasRequestLine && self.head.method == .head }

    /// `headBytesMax` counts from the request line to the blank line, both included.
    public init(headBytesMax: Int, bodyBytesMax: Int) {
        precondition(headBytesMax > 0 && headBytesMax <= 1 << 24, "a head limit out of range")
        self.headBytesMax = headBytesMax
        self.bodyBytesMax = bodyBytesMax
    }

    /// Reads on; nil while the head is incomplete. `consumed` is set with the head: the bytes before the body.
    public mutating func parse(_ bytes: Span<UInt8>, consumed: inout Int) throws(HTTPFault) -> RequestHead? {
        if !self.hasBegun {
            guard try self.begin(bytes) else { return nil }
        }
        let end = min(bytes.count, self.start + self.headBytesMax)
        while true {
            guard let feed = firstIndex(of: lineFeed, in: bytes, from: self.searched, to: end) else {
                self.searched = end
                if end == self.start + self.headBytesMax { throw .headersTooLarge }
                return nil
            }
            guard feed > self.lineStart, bytes[feed - 1] == carriageReturn else { throw .badRequest(.bareLineFeed) }
            let line = self.lineStart..<feed - 1
            self.lineStart = feed + 1
            self.searched = feed + 1
            if !self.hasRequestLine {
                try self.readRequestLine(bytes, line)
            } else if line.isEmpty {
                consumed = self.lineStart
                return try self.finish(bytes)
            } else {
                try self.readField(bytes, line)
            }
        }
    }

    private mutating func begin(_ bytes: Span<UInt8>) throws(HTTPFault) -> Bool {
        guard !bytes.isEmpty else { return false }
        var first = 0
        if bytes[0] == carriageReturn {
            guard bytes.count > 1 else { return false }
            guard bytes[1] == lineFeed else { throw .badRequest(.method) }
            guard bytes.count > 2 else { return false }
            first = 2
        }
        // At once, so that a TLS greeting or other noise without a line feed is not waited for.
        guard ASCIISet.token.contains(bytes[first]) else { throw .badRequest(.method) }
        self.start = first
        self.lineStart = first
        self.searched = first
        self.hasBegun = true
        self.head.fields.reserveCapacity(16)
        return true
    }

    // MARK: Request line

    private mutating func readRequestLine(_ bytes: Span<UInt8>, _ line: Range<Int>) throws(HTTPFault) {
        let methodEnd = endOfToken(in: bytes, from: line.lowerBound, to: line.upperBound)
        guard methodEnd < line.upperBound, bytes[methodEnd] == space else { throw .badRequest(.method) }
        guard let targetEnd = firstIndex(of: space, in: bytes, from: methodEnd + 1, to: line.upperBound) else { throw .badRequest(.requestLine) }
        self.head.versionMinor = try Self.versionMinor(bytes, targetEnd + 1..<line.upperBound)
        let method = line.lowerBound..<methodEnd
        if ("CONNECT" as StaticString).equals(bytes, method) { throw .badRequest(.connect) }
        self.head.method = Method(bytes, method)
        let target = try RequestTarget(bytes, methodEnd + 1..<targetEnd, method: self.head.method)
        self.head.methodRange = self.own(method)
        self.head.pathRange = self.own(target.path)
        self.head.queryRange = target.query.map { self.own($0) }
        self.head.authorityRange = target.authority.map { self.own($0) }
        self.hasRequestLine = true
    }

    private static func versionMinor(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(HTTPFault) -> Int {
        if ("HTTP/1.1" as StaticString).equals(bytes, range) { return 1 }
        if ("HTTP/1.0" as StaticString).equals(bytes, range) { return 0 }
        let start = range.lowerBound
        guard range.count == 8, ("HTTP/" as StaticString).equals(bytes, start..<start + 5), isDigit(bytes[start + 5]),
            bytes[start + 6] == UInt8(ascii: "."), isDigit(bytes[start + 7])
        else { throw .badRequest(.requestLine) }
        throw .versionNotSupported
    }

    /// A range of the caller's bytes as a range of the head's own.
    private func own(_ range: Range<Int>) -> Range<Int> { range.lowerBound - self.start..<range.upperBound - self.start }

    // MARK: Header lines

    private mutating func readField(_ bytes: Span<UInt8>, _ line: Range<Int>) throws(HTTPFault) {
        guard self.head.fields.count < Self.fieldsMax else { throw .headersTooLarge }
        let (name, value) = try Self.splitField(bytes, line)
        let (ownName, ownValue) = (self.own(name), self.own(value))
        self.head.fields.append(
            HeaderField(
                nameStart: UInt32(truncatingIfNeeded: ownName.lowerBound), nameEnd: UInt32(truncatingIfNeeded: ownName.upperBound),
                valueStart: UInt32(truncatingIfNeeded: ownValue.lowerBound), valueEnd: UInt32(truncatingIfNeeded: ownValue.upperBound)))
        switch name.count {
        case 4 where ("host" as StaticString).equalsIgnoringCase(bytes, name):
            guard self.host == nil else { throw .badRequest(.hostRepeated) }
            guard isAuthority(bytes, value) else { throw .badRequest(.hostInvalid) }
            self.host = value
        case 6 where ("expect" as StaticString).equalsIgnoringCase(bytes, name):
            if ("100-continue" as StaticString).equalsIgnoringCase(bytes, value) {
                self.head.expectsContinue = true
            } else {
                self.hasOtherExpectation = true
            }
        case 10 where ("connection" as StaticString).equalsIgnoringCase(bytes, name):
            self.readConnectionOptions(bytes, value)
        case 14 where ("content-length" as StaticString).equalsIgnoringCase(bytes, name):
            guard self.contentLength == nil else { throw .badRequest(.contentLengthRepeated) }
            self.contentLength = try Self.length(bytes, value)
        case 17 where ("transfer-encoding" as StaticString).equalsIgnoringCase(bytes, name):
            // Names of codings are case-insensitive (RFC 9112 7).
            guard !self.hasChunked, ("chunked" as StaticString).equalsIgnoringCase(bytes, value) else { throw .badRequest(.transferCoding) }
            self.hasChunked = true
        default:
            break
        }
    }

    /// Name and trimmed value of a header line that is not empty and has no line end in it.
    private static func splitField(_ bytes: Span<UInt8>, _ line: Range<Int>) throws(HTTPFault) -> (name: Range<Int>, value: Range<Int>) {
        let colon = endOfToken(in: bytes, from: line.lowerBound, to: line.upperBound)
        guard colon < line.upperBound else { throw .badRequest(.missingColon) }
        guard bytes[colon] == UInt8(ascii: ":") else {
            let isBlank = bytes[colon] == space || bytes[colon] == horizontalTab
            throw .badRequest(isBlank ? (colon == line.lowerBound ? .foldedLine : .spaceBeforeColon) : .fieldName)
        }
        guard colon > line.lowerBound else { throw .badRequest(.fieldName) }
        var (first, last) = (colon + 1, line.upperBound)
        while first < last, bytes[first] == space || bytes[first] == horizontalTab { first += 1 }
        while first < last, bytes[last - 1] == space || bytes[last - 1] == horizontalTab { last -= 1 }
        guard isFieldValue(bytes, first..<last) else { throw .badRequest(.fieldValue) }
        return (line.lowerBound..<colon, first..<last)
    }

    /// Digits only (RFC 9110 8.6): no sign, no list, nothing beyond 63 bits.
    private static func length(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(HTTPFault) -> Int {
        guard !range.isEmpty else { throw .badRequest(.contentLength) }
        var number = 0
        for index in range {
            guard isDigit(bytes[index]) else { throw .badRequest(.contentLength) }
            let (product, overflow) = number.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int(bytes[index] - UInt8(ascii: "0")))
            if overflow || carry { throw .badRequest(.contentLength) }
            number = sum
        }
        return number
    }

    private mutating func readConnectionOptions(_ bytes: Span<UInt8>, _ value: Range<Int>) {
        var start = value.lowerBound
        while start < value.upperBound {
            let end = firstIndex(of: UInt8(ascii: ","), in: bytes, from: start, to: value.upperBound) ?? value.upperBound
            var (first, last) = (start, end)
            while first < last, bytes[first] == space || bytes[first] == horizontalTab { first += 1 }
            while first < last, bytes[last - 1] == space || bytes[last - 1] == horizontalTab { last -= 1 }
            if ("close" as StaticString).equalsIgnoringCase(bytes, first..<last) { self.asksClose = true }
            if ("keep-alive" as StaticString).equalsIgnoringCase(bytes, first..<last) { self.asksKeepAlive = true }
            start = end + 1
        }
    }

    // MARK: The whole head

    private mutating func finish(_ bytes: Span<UInt8>) throws(HTTPFault) -> RequestHead {
        let isOld = self.head.versionMinor == 0
        if let host = self.host {
            if let authority = self.head.authorityRange {
                guard Self.equalIgnoringCase(bytes, host, authority.lowerBound + self.start..<authority.upperBound + self.start)
                else { throw .badRequest(.hostDiffers) }
            } else {
                self.head.authorityRange = self.own(host)
            }
        } else if !isOld {
            throw .badRequest(.hostMissing)
        }
        if self.hasChunked {
            if isOld { throw .badRequest(.transferCodingInOldVersion) }
            if self.contentLength != nil { throw .badRequest(.bothFramings) }
            self.head.framing = .chunked
        } else if let length = self.contentLength {
            if length > self.bodyBytesMax { throw .bodyTooLarge }
            self.head.framing = .length(length)
        }
        if self.hasOtherExpectation { throw .expectationFailed }
        // An HTTP/1.0 client cannot mean it (RFC 9110 10.1.1).
        if isOld || self.head.framing == .none || self.head.framing == .length(0) { self.head.expectsContinue = false }
        self.head.keepsAlive = !self.asksClose && (!isOld || self.asksKeepAlive)
        self.takeBytes(bytes)
        return self.head
    }

    private mutating func takeBytes(_ bytes: Span<UInt8>) {
        self.head.bytes.append(copying: bytes.extracting(self.start..<self.lineStart))
        lowercaseNames(of: self.head.fields, in: &self.head.bytes)
        if self.head.pathRange.isEmpty {
            // Absolute form without a path: `/`, and `*` for OPTIONS (RFC 9112 3.2.1, 3.2.4).
            let isServerWide = self.head.method == .options && self.head.queryRange == nil
            self.head.pathRange = self.head.bytes.count..<self.head.bytes.count + 1
            self.head.bytes.append(UInt8(ascii: isServerWide ? "*" : "/"))
        }
    }

    private static func equalIgnoringCase(_ bytes: Span<UInt8>, _ a: Range<Int>, _ b: Range<Int>) -> Bool {
        guard a.count == b.count else { return false }
        for offset in 0..<a.count where lowercased(bytes[a.lowerBound + offset]) != lowercased(bytes[b.lowerBound + offset]) { return false }
        return true
    }
}

extension Method {
    fileprivate init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        if ("POST" as StaticString).equals(bytes, range) {
            self = .post
        } else if ("GET" as StaticString).equals(bytes, range) {
            self = .get
        } else if ("HEAD" as StaticString).equals(bytes, range) {
            self = .head
        } else if ("OPTIONS" as StaticString).equals(bytes, range) {
            self = .options
        } else if ("PUT" as StaticString).equals(bytes, range) {
            self = .put
        } else if ("PATCH" as StaticString).equals(bytes, range) {
            self = .patch
        } else if ("DELETE" as StaticString).equals(bytes, range) {
            self = .delete
        } else if ("TRACE" as StaticString).equals(bytes, range) {
            self = .trace
        } else {
            self = .other
        }
    }
}
