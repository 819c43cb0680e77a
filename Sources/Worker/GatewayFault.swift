internal import Exchange
internal import Settings

/// An answer of our own making instead of the provider's: one row of the table of errors, with its words.
///
/// Always JSON in the shape of OpenAI's API: `{"error": {"message", "type", "param", "code", …}}`.
struct GatewayFault: Error, Equatable {
    var status: Int
    var code: String
    var type: String
    var message: String
    var param: String?
    /// Only for decisions of a policy.
    var policy: String?
    var reason: String?
    /// Sent as `retry-after` (whole seconds, rounded up) and `retry-after-ms`.
    var retryAfter: Duration?
    /// Sent as `x-should-retry` where the status alone would mislead the SDKs.
    var shouldRetry: Bool?
    /// Sent as `allow` with 405.
    var allow: String?

    init(_ status: Int, _ code: String, type: String, _ message: String) {
        self.status = status
        self.code = code
        self.type = type
        self.message = message
    }

    // MARK: The table

    static func invalid(_ fault: RequestFault) -> GatewayFault {
        var result = GatewayFault(400, fault.code == .invalidJSON ? "invalid_json" : "invalid_request", type: "invalid_request_error", fault.message)
        result.param = fault.param
        return result
    }

    static func contextLengthExceeded(limit: Int, estimated: Int) -> GatewayFault {
        GatewayFault(
            400, "context_length_exceeded", type: "invalid_request_error",
            "This target accepts at most \(limit) tokens of prompt and answer together; the request needs about \(estimated).")
    }

    /// A policy said no. `status` is the configured one for blocks.
    static func blocked(status: Int, phase: String, policy: String, reason: String, message: String?) -> GatewayFault {
        var result = GatewayFault(
            status, "\(phase)_blocked", type: "policy_violation",
            message ?? "The \(phase == "input" ? "request" : "answer") was blocked by the policy \(policy).")
        result.policy = policy
        result.reason = reason
        if status == 409 { result.shouldRetry = false }
        return result
    }

    static func escalated(policy: String, reason: String) -> GatewayFault {
        var result = GatewayFault(
            403, "escalation_required", type: "policy_violation", "The policy \(policy) wants a person to decide about this exchange.")
        result.policy = policy
        result.reason = reason
        return result
    }

    /// A policy crashed over this body a moment ago.
    static func quarantined(policy: String) -> GatewayFault {
        var result = GatewayFault(
            400, "policy_crash_quarantined", type: "policy_violation",
            "The gateway failed while it checked this very request, and does not try again for some minutes.")
        result.policy = policy
        result.reason = Self.quarantineReason
        return result
    }

    static let quarantineReason = "policy_crash.quarantined"

    static let invalidKey = GatewayFault(401, "invalid_api_key", type: "authentication_error", "The gateway token is missing or wrong.")
    static let addressNotAllowed = GatewayFault(403, "ip_not_allowed", type: "permission_error", "This address may not use the gateway.")

    static func notFound(path: String) -> GatewayFault {
        GatewayFault(404, "not_found", type: "invalid_request_error", "There is nothing at \(path).")
    }

    static func methodNotAllowed(allow: String) -> GatewayFault {
        var result = GatewayFault(405, "method_not_allowed", type: "invalid_request_error", "This path accepts \(allow).")
        result.allow = allow
        return result
    }

    static func noTarget(_ why: String, retryAfter: Duration) -> GatewayFault {
        var result = GatewayFault(503, "no_target_available", type: "server_error", why)
        result.retryAfter = retryAfter
        return result
    }

    static let auditUnavailable: GatewayFault = {
        var result = GatewayFault(503, "audit_unavailable", type: "server_error", "The audit record cannot be written, so the request was not served.")
        result.retryAfter = .seconds(5)
        return result
    }()

    static let policyFailed = GatewayFault(500, "policy_error", type: "server_error", "A policy could not be evaluated; the gateway fails closed.")

    static func overloaded(_ why: String) -> GatewayFault {
        var result = GatewayFault(503, "overloaded", type: "server_error", why)
        result.retryAfter = .seconds(1)
        return result
    }

    static func upstream(_ message: String) -> GatewayFault {
        GatewayFault(502, "upstream_error", type: "upstream_error", message)
    }

    static func upstreamTimeout(_ message: String) -> GatewayFault {
        GatewayFault(504, "upstream_timeout", type: "upstream_error", message)
    }

    // MARK: Bytes

    /// The JSON body.
    func body(requestID: [UInt8]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("error")
        self.writeError(to: &writer, requestID: requestID)
        writer.endObject()
        return writer.bytes
    }

    func writeError(to writer: inout JSONWriter, requestID: [UInt8]) {
        writer.beginObject()
        writer.key("message")
        writer.string(self.message)
        writer.key("type")
        writer.string(self.type)
        writer.key("param")
        if let param { writer.string(param) } else { writer.null() }
        writer.key("code")
        writer.string(self.code)
        if let policy {
            writer.key("policy")
            writer.string(policy)
            writer.key("reason")
            writer.string(self.reason ?? "")
            writer.key("request_id")
            writer.string(utf8: requestID.span)
        }
        writer.endObject()
    }
}
