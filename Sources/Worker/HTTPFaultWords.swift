internal import HTTP

/// What the codec refuses, as rows of the table of errors.
enum HTTPFaultWords {
    static func fault(for fault: HTTPFault) -> GatewayFault {
        let code: String
        switch fault {
        case .badRequest, .expectationFailed, .versionNotSupported: code = "invalid_request"
        case .headersTooLarge: code = "headers_too_large"
        case .bodyTooLarge: code = "body_too_large"
        case .requestTimeout: code = "request_timeout"
        case .tooManyConnections: return .overloaded("The gateway has as many connections as it may.")
        }
        return GatewayFault(fault.status, code, type: "invalid_request_error", Self.sentence(fault.message))
    }

    private static func sentence(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() + "." }
}
