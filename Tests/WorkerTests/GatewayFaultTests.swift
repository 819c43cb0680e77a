import Exchange
import Testing

@testable import Worker

@Suite("Errors of our own making")
struct GatewayFaultTests {
    private func body(_ fault: GatewayFault) -> String { String(decoding: fault.body(requestID: Array("req_1".utf8)), as: UTF8.self) }

    @Test func `the shape is OpenAI's, with null where there is nothing to say`() {
        #expect(
            self.body(.upstream("no")) == #"{"error":{"message":"no","type":"upstream_error","param":null,"code":"upstream_error"}}"#)
    }

    @Test func `a policy's error names policy, reason and request`() {
        let fault = GatewayFault.blocked(status: 400, phase: "input", policy: "prompt-injection", reason: "prompt_injection.detected", message: nil)
        #expect(
            self.body(fault)
                == #"{"error":{"message":"The request was blocked by the policy prompt-injection.","type":"policy_violation","param":null,"code":"input_blocked","policy":"prompt-injection","reason":"prompt_injection.detected","request_id":"req_1"}}"#
        )
        #expect(fault.shouldRetry == nil)
        #expect(GatewayFault.blocked(status: 409, phase: "input", policy: "p", reason: "r", message: "m").shouldRetry == false)
    }

    @Test(arguments: [
        (429, #"{"error":{"message":"slow down","type":"requests","param":null,"code":"rate"}}"#, "slow down", "requests", "rate"),
        (422, #"{"detail":[{"loc":["body"],"msg":"field required","type":"missing"}]}"#, "field required", "missing", "invalid_request"),
        (401, #"{"message":"Unauthorized"}"#, "Unauthorized", "authentication_error", "invalid_api_key"),
        (500, "<html>oops</html>", "The provider answered 500.", "upstream_error", "upstream_error"),
        (503, "", "The provider answered 503.", "upstream_error", "upstream_error"),
    ])
    func `an upstream's error keeps its status and its words`(status: Int, body: String, message: String, type: String, code: String) {
        let fault = UpstreamErrorShape.fault(status: status, body: Array(body.utf8).span)
        #expect(fault.status == status)
        #expect(fault.message == message)
        #expect(fault.type == type)
        #expect(fault.code == code)
    }
}
