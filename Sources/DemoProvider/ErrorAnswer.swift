/// An answer that is an error, or a redirect, in one of the shapes that providers use.
struct ErrorAnswer: Sendable {
    let status: Int
    let contentType: StaticString
    let body: [UInt8]
    let retryAfterSeconds: Int?
    /// OpenAI's finer header beside it.
    let retryAfterMilliseconds: Int?
    let location: String?

    static let failureText = "the demo provider was asked to fail"

    /// OpenAI's shape. Its `code` is a number, as many compatible servers have it, although the type says string.
    init(status: Int, type: String, message: JSONString, modes: Modes = .none) {
        var body = Array("{\"error\":{\"message\":".utf8)
        message.append(to: &body)
        body += ",\"type\":\"\(type)\",\"param\":null,\"code\":\(status)}}\n".utf8
        self.init(status: status, body: body, modes: modes)
    }

    private init(status: Int, contentType: StaticString = "application/json", body: [UInt8], modes: Modes, location: String? = nil) {
        self.status = status
        self.contentType = contentType
        self.body = body
        self.retryAfterSeconds = modes[.retry] ?? (status == 429 || status == 503 ? 1 : nil)
        self.retryAfterMilliseconds = modes[.retryms]
        self.location = location
    }

    /// The error that the modes of a request ask for when nothing counted is in the way; nil: an ordinary answer.
    ///
    /// With `echo` the message is the prompt, so that a test can put text into it.
    static func asked(by request: DemoRequest, status forced: Int?) -> ErrorAnswer? {
        let modes = request.modes
        let message = modes.has(.echo) ? request.prompt : JSONString(Self.failureText)
        if let status = modes[.redirect] {
            return ErrorAnswer(
                status: status, contentType: "text/html", body: Array("<html>moved</html>\n".utf8), modes: modes,
                location: "/elsewhere/v1/chat/completions")
        }
        if let status = modes[.htmlerror] {
            let page = "<!DOCTYPE html><html><head><title>\(status)</title></head><body><h1>\(status) Bad Gateway</h1></body></html>\n"
            return ErrorAnswer(status: forced ?? status, contentType: "text/html", body: Array(page.utf8), modes: modes)
        }
        if let status = modes[.mistralerror] {
            var body = Array("{\"object\":\"error\",\"message\":".utf8)
            message.append(to: &body)
            body += ",\"type\":\"invalid_request_error\",\"param\":null,\"code\":\"1500\"}\n".utf8
            return ErrorAnswer(status: forced ?? status, body: body, modes: modes)
        }
        if modes.has(.detail) {
            var body = Array("{\"detail\":[{\"type\":\"extra_forbidden\",\"loc\":[\"body\",\"temperature\"],\"msg\":".utf8)
            message.append(to: &body)
            body += ",\"input\":1}]}\n".utf8
            return ErrorAnswer(status: forced ?? 422, body: body, modes: modes)
        }
        guard let status = forced, status != 200 else { return nil }
        let type = status == 429 ? "rate_limit_error" : status < 500 ? "invalid_request_error" : "server_error"
        return ErrorAnswer(status: status, type: type, message: message, modes: modes)
    }
}
