/// A request target in one of the three forms that we serve (RFC 9112 3.2); ranges are in the bytes it was read from.
struct RequestTarget {
    var authority: Range<Int>?
    /// Empty for an absolute form without a path.
    var path: Range<Int>
    var query: Range<Int>?

    init(_ bytes: Span<UInt8>, _ range: Range<Int>, method: Method) throws(HTTPFault) {
        guard !range.isEmpty else { throw .badRequest(.target) }
        var start = range.lowerBound
        switch bytes[start] {
        case UInt8(ascii: "/"):
            break
        case UInt8(ascii: "*"):
            guard range.count == 1, method == .options else { throw .badRequest(.target) }
            self.path = range
            return
        default:
            guard let scheme = Self.schemeLength(bytes, range) else { throw .badRequest(.target) }
            start += scheme
            var end = start
            while end < range.upperBound, bytes[end] != UInt8(ascii: "/"), bytes[end] != UInt8(ascii: "?") { end += 1 }
            guard isAuthority(bytes, start..<end) else { throw .badRequest(.target) }
            self.authority = start..<end
            start = end
        }
        let end = try Self.scan(bytes, start..<range.upperBound, allowed: .path)
        self.path = start..<end
        guard end < range.upperBound else { return }
        guard bytes[end] == UInt8(ascii: "?") else { throw .badRequest(.target) }
        let queryEnd = try Self.scan(bytes, end + 1..<range.upperBound, allowed: .query)
        guard queryEnd == range.upperBound else { throw .badRequest(.target) }
        self.query = end + 1..<queryEnd
    }

    /// The place of the first character that is not in `allowed`; percent-encodings are checked and passed.
    private static func scan(_ bytes: Span<UInt8>, _ range: Range<Int>, allowed: ASCIISet) throws(HTTPFault) -> Int {
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = bytes[index]
            if allowed.contains(byte) {
                index += 1
            } else if byte == UInt8(ascii: "%") {
                guard index + 2 < range.upperBound, hexadecimalValue(bytes[index + 1]) != nil, hexadecimalValue(bytes[index + 2]) != nil
                else { throw .badRequest(.target) }
                index += 3
            } else {
                return index
            }
        }
        return index
    }

    private static func schemeLength(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        for (scheme, count) in [("http://" as StaticString, 7), ("https://" as StaticString, 8)] where range.count > count {
            if scheme.equalsIgnoringCase(bytes, range.lowerBound..<range.lowerBound + count) { return count }
        }
        return nil
    }
}

/// Whether a range is a host with or without a port: a name, an IPv4 address, or an IPv6 address in brackets.
///
/// Narrower than RFC 3986: no user information, no percent-encoding, no sub-delimiters, no empty host, no empty port.
func isAuthority(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    guard !range.isEmpty else { return false }
    var index = range.lowerBound
    if bytes[index] == UInt8(ascii: "[") {
        index += 1
        let start = index
        var colons = 0
        while index < range.upperBound, hexadecimalValue(bytes[index]) != nil || bytes[index] == UInt8(ascii: ":") || bytes[index] == UInt8(ascii: ".") {
            if bytes[index] == UInt8(ascii: ":") { colons += 1 }
            index += 1
        }
        guard colons >= 2, index - start <= 45, index < range.upperBound, bytes[index] == UInt8(ascii: "]") else { return false }
        index += 1
    } else {
        let start = index
        while index < range.upperBound, ASCIISet.host.contains(bytes[index]) { index += 1 }
        guard index > start else { return false }
    }
    guard index < range.upperBound else { return true }
    guard bytes[index] == UInt8(ascii: ":") else { return false }
    let digits = index + 1..<range.upperBound
    guard (1...5).contains(digits.count) else { return false }
    var port = 0
    for place in digits {
        guard isDigit(bytes[place]) else { return false }
        port = port * 10 + Int(bytes[place] - UInt8(ascii: "0"))
    }
    return port <= 65535
}
