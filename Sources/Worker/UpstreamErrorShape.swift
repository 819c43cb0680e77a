internal import Exchange

/// Brings the errors of providers into the one shape that SDKs read.
enum UpstreamErrorShape {
    /// A fault that says what the upstream said. Known shapes: OpenAI's, Mistral's `{"object":"error","message",…}` and
    /// `{"detail":[{"msg",…}]}`, `{"error":"text"}`, `{"message"}`; anything else gets a message of ours and none of its bytes.
    static func fault(status: Int, body: Span<UInt8>) -> GatewayFault {
        var result = GatewayFault(status, Self.code(status), type: Self.type(status), "The provider answered \(status).")
        guard let words = ErrorWords.find(in: body) else { return result }
        if let message = words.message, !message.isEmpty { result.message = message }
        if let type = words.type, !type.isEmpty { result.type = type }
        if let code = words.code, !code.isEmpty { result.code = code }
        result.param = words.param
        return result
    }

    private static func type(_ status: Int) -> String {
        switch status {
        case 400, 404, 405, 413, 415, 422: "invalid_request_error"
        case 401: "authentication_error"
        case 403: "permission_error"
        case 429: "rate_limit_error"
        case 500...: "upstream_error"
        default: "upstream_error"
        }
    }

    private static func code(_ status: Int) -> String {
        switch status {
        case 401: "invalid_api_key"
        case 404: "not_found"
        case 408, 504: "upstream_timeout"
        case 429: "rate_limit_exceeded"
        case 400..<500: "invalid_request"
        default: "upstream_error"
        }
    }
}
