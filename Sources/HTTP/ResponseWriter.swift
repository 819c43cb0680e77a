/// Writes answers: heads, chunks, dates.
public enum ResponseWriter {
    /// How the answer's body is delimited.
    public enum Framing: Sendable, Equatable {
        case length(Int)
        case chunked
        /// Until the connection ends; HTTP/1.0.
        case untilClose
        /// 1xx, 204 and 304 (RFC 9112 6.3).
        case none
    }

    /// What the answer says about the connection.
    public enum ConnectionOption: Sendable, Equatable { case none, close, keepAlive }

    /// `100 Continue`, whole.
    public static let continueHead = "HTTP/1.1 100 Continue\r\n\r\n" as StaticString

    /// Appends a whole head: status line, `headers`, `dateLine` (see `appendDateLine`), framing, connection, blank line.
    public static func appendHead(
        status: Int, headers: HeaderLines, dateLine: Span<UInt8>, framing: Framing, connection: ConnectionOption, to output: inout [UInt8]
    ) {
        output.append(copying: "HTTP/1.1 ")
        output.append(decimal: status)
        output.append(space)
        output.append(copying: reasonPhrase(status))
        output.append(copying: "\r\n")
        output.append(contentsOf: headers.bytes)
        output.append(copying: dateLine)
        switch framing {
        case .length(let count):
            output.append(copying: "content-length: ")
            output.append(decimal: count)
            output.append(copying: "\r\n")
        case .chunked: output.append(copying: "transfer-encoding: chunked\r\n")
        case .untilClose, .none: break
        }
        switch connection {
        case .none: break
        case .close: output.append(copying: "connection: close\r\n")
        case .keepAlive: output.append(copying: "connection: keep-alive\r\n")
        }
        output.append(copying: "\r\n")
    }

    /// Appends one chunk. Nothing for an empty payload, which would end the body.
    public static func appendChunk(_ payload: Span<UInt8>, to output: inout [UInt8]) {
        guard !payload.isEmpty else { return }
        output.append(hexadecimal: payload.count)
        output.append(copying: "\r\n")
        output.append(copying: payload)
        output.append(copying: "\r\n")
    }

    /// Appends the chunk that ends a body.
    public static func appendLastChunk(to output: inout [UInt8]) { output.append(copying: "0\r\n\r\n") }

    /// Appends `text` as it is.
    public static func append(_ text: StaticString, to output: inout [UInt8]) { output.append(copying: text) }

    /// Appends `date: Sun, 06 Nov 1994 08:49:37 GMT` with its line end, for seconds since 1970.
    public static func appendDateLine(unixSeconds: Int, to output: inout [UInt8]) {
        let (days, second) = unixSeconds.quotientAndRemainder(dividingBy: 86_400)
        let (year, month, day) = civilDate(days)
        output.append(copying: "date: ")
        appendName("ThuFriSatSunMonTueWed", days % 7, to: &output)
        output.append(copying: ", ")
        appendTwoDigits(day, to: &output)
        output.append(space)
        appendName("JanFebMarAprMayJunJulAugSepOctNovDec", month - 1, to: &output)
        output.append(space)
        output.append(decimal: year)
        output.append(space)
        appendTwoDigits(second / 3600, to: &output)
        output.append(UInt8(ascii: ":"))
        appendTwoDigits(second / 60 % 60, to: &output)
        output.append(UInt8(ascii: ":"))
        appendTwoDigits(second % 60, to: &output)
        output.append(copying: " GMT\r\n")
    }

    private static func appendTwoDigits(_ number: Int, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: number / 10))
        output.append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: number % 10))
    }

    private static func appendName(_ names: String, _ index: Int, to output: inout [UInt8]) {
        output.append(contentsOf: names.utf8.dropFirst(index * 3).prefix(3))
    }

    /// Days since 1970 as a Gregorian date. Counts in years that begin in March, so that the leap day is a year's last.
    private static func civilDate(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}

/// The phrase of a status line; empty for a status that we do not know.
public func reasonPhrase(_ status: Int) -> StaticString {
    switch status {
    case 200: "OK"
    case 201: "Created"
    case 202: "Accepted"
    case 204: "No Content"
    case 301: "Moved Permanently"
    case 302: "Found"
    case 303: "See Other"
    case 304: "Not Modified"
    case 307: "Temporary Redirect"
    case 308: "Permanent Redirect"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 402: "Payment Required"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 406: "Not Acceptable"
    case 408: "Request Timeout"
    case 409: "Conflict"
    case 410: "Gone"
    case 411: "Length Required"
    case 412: "Precondition Failed"
    case 413: "Content Too Large"
    case 414: "URI Too Long"
    case 415: "Unsupported Media Type"
    case 417: "Expectation Failed"
    case 421: "Misdirected Request"
    case 422: "Unprocessable Content"
    case 425: "Too Early"
    case 426: "Upgrade Required"
    case 428: "Precondition Required"
    case 429: "Too Many Requests"
    case 431: "Request Header Fields Too Large"
    case 451: "Unavailable For Legal Reasons"
    case 500: "Internal Server Error"
    case 501: "Not Implemented"
    case 502: "Bad Gateway"
    case 503: "Service Unavailable"
    case 504: "Gateway Timeout"
    case 505: "HTTP Version Not Supported"
    case 529: "Site is overloaded"
    default: ""
    }
}
