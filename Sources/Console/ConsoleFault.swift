internal import Exchange
internal import HTTP

/// An error answer: always JSON in the shape of OpenAI's API, as everywhere in this gateway.
struct ConsoleFault: Equatable {
    var status: Int
    var code: String
    var type: String
    var message: String
    /// Sent as `allow`.
    var allow: String?
    /// Whole seconds, sent as `retry-after`.
    var retryAfter: Int?

    static func notFound(_ path: String) -> ConsoleFault {
        ConsoleFault(status: 404, code: "not_found", type: "invalid_request_error", message: "There is nothing at \(path).")
    }

    static func methodNotAllowed(_ allow: String) -> ConsoleFault {
        ConsoleFault(
            status: 405, code: "method_not_allowed", type: "invalid_request_error", message: "This path accepts \(allow).", allow: allow)
    }

    static let unauthorized = ConsoleFault(
        status: 401, code: "invalid_api_key", type: "authentication_error",
        message: "The admin token is missing or wrong; it is in the file admin-token of the state directory.")

    static func unavailable(_ why: String) -> ConsoleFault {
        ConsoleFault(status: 503, code: "overloaded", type: "server_error", message: why, retryAfter: 1)
    }

    /// The configuration in force stays.
    static func notReloaded(_ why: String) -> ConsoleFault {
        ConsoleFault(status: 422, code: "reload_failed", type: "invalid_request_error", message: why)
    }

    /// What the codec refuses.
    init(_ fault: HTTPFault) {
        let code =
            switch fault {
            case .bodyTooLarge: "body_too_large"
            case .headersTooLarge: "headers_too_large"
            case .requestTimeout: "request_timeout"
            case .tooManyConnections: "overloaded"
            case .badRequest, .expectationFailed, .versionNotSupported: "invalid_request"
            }
        let type = fault.status >= 500 ? "server_error" : "invalid_request_error"
        self.init(status: fault.status, code: code, type: type, message: fault.message)
    }

    init(status: Int, code: String, type: String, message: String, allow: String? = nil, retryAfter: Int? = nil) {
        self.status = status
        self.code = code
        self.type = type
        self.message = message
        self.allow = allow
        self.retryAfter = retryAfter
    }

    var body: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("error")
        writer.beginObject()
        writer.key("message")
        writer.string(self.message)
        writer.key("type")
        writer.string(self.type)
        writer.key("param")
        writer.null()
        writer.key("code")
        writer.string(self.code)
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }

    var headers: HeaderLines {
        var lines = HeaderLines()
        lines.add("content-type", "application/json")
        lines.add("cache-control", "no-store")
        if let allow { lines.add("allow", text: allow) }
        if let retryAfter { lines.add("retry-after", number: retryAfter) }
        if self.status == 401 { lines.add("www-authenticate", "Bearer") }
        return lines
    }
}
