/// Why a request is refused before it reaches a handler. After any of these the connection is closed.
public enum HTTPFault: Error, Sendable, Equatable {
    case badRequest(BadRequest)
    case headersTooLarge
    case bodyTooLarge
    case requestTimeout
    case expectationFailed
    case versionNotSupported
    /// More connections than the server serves, in all or for one client address.
    case tooManyConnections

    public var status: Int {
        switch self {
        case .badRequest: 400
        case .requestTimeout: 408
        case .bodyTooLarge: 413
        case .expectationFailed: 417
        case .headersTooLarge: 431
        case .tooManyConnections: 503
        case .versionNotSupported: 505
        }
    }

    /// One sentence for the client; names a rule, never the client's bytes.
    public var message: String {
        switch self {
        case .badRequest(let reason): reason.rawValue
        case .requestTimeout: "the request did not arrive in time"
        case .bodyTooLarge: "the request body is larger than this server accepts"
        case .expectationFailed: "the only supported expectation is 100-continue"
        case .headersTooLarge: "the request head is larger than this server accepts"
        case .tooManyConnections: "too many connections"
        case .versionNotSupported: "this server speaks HTTP/1.1"
        }
    }
}

/// The rule of RFC 9110 or 9112 that a request broke. Where they say that a recipient may be lenient, we are not.
public enum BadRequest: String, Sendable, Equatable {
    case method = "the method is not a token"
    case requestLine = "the request line is not method, target and version with one space between them"
    case target = "the request target is not valid"
    case connect = "CONNECT is not supported"
    case bareLineFeed = "a line ends without a carriage return"
    case fieldName = "a header name is empty or not a token"
    case spaceBeforeColon = "there is white space before the colon of a header"
    case foldedLine = "a header line is folded"
    case missingColon = "a header line has no colon"
    case fieldValue = "a header value contains a control character"
    case hostMissing = "the Host header is missing"
    case hostRepeated = "there is more than one Host header"
    case hostInvalid = "the Host header is not valid"
    case hostDiffers = "the Host header differs from the request target"
    case contentLength = "Content-Length is not a number"
    case contentLengthRepeated = "there is more than one Content-Length"
    case transferCoding = "the only supported transfer coding is chunked, given once"
    case transferCodingInOldVersion = "HTTP/1.0 has no Transfer-Encoding"
    case bothFramings = "Content-Length and Transfer-Encoding exclude each other"
    case chunkSize = "a chunk size is not a hexadecimal number"
    case chunkExtension = "a chunk extension is not valid or too long"
    case chunkEnd = "a chunk is longer than its size"
    case trailer = "a trailer line is not valid"
}
