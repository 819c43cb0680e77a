internal import Exchange
internal import HTTP
internal import Platform
internal import Routing
internal import Server
internal import Settings

/// Every request's way in: the address list, the path, and the answers that need no target.
final class GatewayHandler: RequestHandler {
    private let gateway: Gateway

    init(_ gateway: Gateway) { self.gateway = gateway }

    func handle(_ exchange: ServerExchange) {
        let head = exchange.head
        let requestID = self.requestID(of: head)
        guard self.gateway.admission.accepts(exchange.clientAddress, forwardedFor: head.headerList("x-forwarded-for")) else {
            return self.answer(exchange, .addressNotAllowed, requestID)
        }
        guard let route = Route(path: head.path) else {
            return self.answer(exchange, .notFound(path: String(decoding: Array(copying: head.path).prefix(128), as: UTF8.self)), requestID)
        }
        if head.method == .options { return self.answerOptions(exchange, route, requestID) }
        switch (route, head.method) {
        case (.relay(let endpoint), .post):
            self.gateway.start(exchange, endpoint: endpoint, requestID: requestID)
        case (.models, .get), (.models, .head):
            guard self.gateway.admission.accepts(authorization: head.headerBytes("authorization")) else {
                return self.answer(exchange, .invalidKey, requestID)
            }
            self.answer(exchange, status: 200, self.models(), requestID)
        case (.health, .get), (.health, .head):
            self.answer(exchange, status: 200, Array("{\"status\":\"ok\"}".utf8), requestID)
        case (.ready, .get), (.ready, .head):
            let isReady = !self.gateway.isDraining && self.gateway.recorder?.isReady(at: self.gateway.loop.now) != false
            self.answer(
                exchange, status: isReady ? 200 : 503, Array((isReady ? "{\"status\":\"ready\"}" : self.gateway.isDraining ? "{\"status\":\"draining\"}" : "{\"status\":\"audit_unavailable\"}").utf8), requestID)
        default:
            self.answer(exchange, .methodNotAllowed(allow: route.allow), requestID)
        }
    }

    /// What the codec refuses, in our words. The connection closes after it.
    func refusal(for fault: HTTPFault) -> Refusal {
        let error = HTTPFaultWords.fault(for: fault)
        let requestID = self.gateway.random.requestID()
        var lines = HeaderLines()
        lines.add("x-request-id", requestID.span)
        error.addLines(to: &lines)
        return Refusal(status: error.status, headers: lines, body: error.body(requestID: requestID))
    }

    private func requestID(of head: RequestHead) -> [UInt8] {
        if let given = head.headerBytes("x-request-id"), ClientHeaders.isUsableRequestID(given) { return given }
        return self.gateway.random.requestID()
    }

    private func answerOptions(_ exchange: ServerExchange, _ route: Route, _ requestID: [UInt8]) {
        var lines = HeaderLines()
        lines.add("x-request-id", requestID.span)
        lines.add("allow", text: route.allow)
        self.gateway.addCrossOrigin(to: &lines, head: exchange.head, isPreflight: true)
        exchange.respond(status: 204, headers: lines, body: [])
    }

    private func answer(_ exchange: ServerExchange, _ fault: GatewayFault, _ requestID: [UInt8]) {
        var lines = HeaderLines()
        lines.add("x-request-id", requestID.span)
        fault.addLines(to: &lines)
        self.gateway.addCrossOrigin(to: &lines, head: exchange.head, isPreflight: false)
        exchange.respond(status: fault.status, headers: lines, body: fault.body(requestID: requestID))
    }

    private func answer(_ exchange: ServerExchange, status: Int, _ body: [UInt8], _ requestID: [UInt8]) {
        var lines = HeaderLines()
        lines.add("x-request-id", requestID.span)
        lines.add("content-type", "application/json")
        self.gateway.addCrossOrigin(to: &lines, head: exchange.head, isPreflight: false)
        exchange.respond(status: status, headers: lines, body: body)
    }

    /// Models, target ids and groups of the configuration, as OpenAI's list of models.
    private func models() -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("object", "list")
        writer.key("data")
        writer.beginArray()
        for name in self.gateway.table.modelNames {
            writer.beginObject()
            writer.member("id", name)
            writer.member("object", "model")
            writer.member("created", 0)
            writer.member("owned_by", self.gateway.settings.pack.name)
            // Mistral's SDK wants these two as well.
            writer.member("type", "base")
            writer.key("capabilities")
            writer.raw(#"{"completion_chat":true,"function_calling":true}"#)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}
