internal import HTTP
internal import Platform
internal import Server

/// Answers like an OpenAI-compatible provider, and fails like one when asked to.
///
/// `docs/demo-provider.md` lists its paths and modes. It checks no key and opens no connection.
final class DemoProvider: RequestHandler {
    let clock: any DemoClock
    var statistics = Statistics()
    /// Modes that hold for every request, under its own.
    private var standing = Modes.none
    /// Head and body of the last request to an endpoint, cut at `lastBytesMax`.
    private var last: [UInt8] = []
    private var requestNumber: UInt64 = 0
    /// Answers under way; an exchange holds its observer weakly.
    private var players: [ObjectIdentifier: AnswerPlayer] = [:]

    private static let lastBytesMax = 256 * 1024

    init(clock: any DemoClock) { self.clock = clock }

    // MARK: Requests

    func handle(_ exchange: ServerExchange) {
        let path = Array(exchange.head.bytes[exchange.head.pathRange])
        if exchange.head.method == .post, let endpoint = DemoEndpoint(path: path) {
            self.handle(exchange, endpoint)
        } else {
            self.statistics.otherPaths += 1
            self.handleOther(exchange, path)
        }
    }

    func refusal(for fault: HTTPFault) -> Refusal {
        let error = ErrorAnswer(status: fault.status, type: "invalid_request_error", message: JSONString(fault.message))
        return Refusal(status: fault.status, headers: AnswerHead(error).headers, body: error.body)
    }

    private func handle(_ exchange: ServerExchange, _ endpoint: DemoEndpoint) {
        self.statistics.requests += 1
        self.requestNumber += 1
        self.statistics.bytesIn += exchange.body.count
        self.last = exchange.head.bytes + exchange.body.prefix(Self.lastBytesMax)
        var modes = self.standing
        if let header = exchange.head.range(of: "x-mock"), !modes.read(exchange.head.bytes[header]) {
            return self.refuse(exchange, 400, "invalid_request_error", "unknown mode in X-Mock")
        }
        do throws(DemoRequest.Fault) {
            let request = try DemoRequest(endpoint: endpoint, body: exchange.body, modes: modes)
            exchange.body = []
            self.begin(request, on: exchange)
        } catch {
            switch error {
            case .notAnObject: self.refuse(exchange, 400, "invalid_request_error", "the request body is not a JSON object")
            case .unknownMode: self.refuse(exchange, 404, "model_not_found", "unknown mode in the model name")
            }
        }
    }

    private func begin(_ request: DemoRequest, on exchange: ServerExchange) {
        for mode in request.modes.all { self.statistics.modeCounts[mode, default: 0] += 1 }
        if request.isStream { self.statistics.streams += 1 } else { self.statistics.plain += 1 }
        let player = AnswerPlayer(request: request, number: self.requestNumber, exchange: exchange, provider: self)
        self.players[ObjectIdentifier(player)] = player
        player.begin()
    }

    func ended(_ player: AnswerPlayer) { self.players[ObjectIdentifier(player)] = nil }

    private func refuse(_ exchange: ServerExchange, _ status: Int, _ type: String, _ message: String) {
        self.statistics.badRequests += 1
        self.respond(exchange, ErrorAnswer(status: status, type: type, message: JSONString(message)))
    }

    /// The error that a request's modes want now; `fail` and `flaky` count it.
    func failure(of request: DemoRequest) -> ErrorAnswer? {
        let modes = request.modes
        var status = modes[.status]
        if let first = modes.positive(.fail) {
            self.statistics.failSeen += 1
            if self.statistics.failSeen > first { return nil }
            status = status ?? 503
        } else if let every = modes.positive(.flaky) {
            self.statistics.flakySeen += 1
            if !self.statistics.flakySeen.isMultiple(of: every) { return nil }
            status = status ?? 503
        }
        return ErrorAnswer.asked(by: request, status: status)
    }

    // MARK: Other paths

    private func handleOther(_ exchange: ServerExchange, _ path: [UInt8]) {
        switch exchange.head.method {
        case .post where path.hasSuffix("/stats/reset"):
            self.statistics = Statistics()
            self.respond(exchange, body: Array("{}\n".utf8))
        case .post where path.hasPrefix("/default/"):
            var modes = Modes.none
            guard modes.read(path.dropFirst("/default/".utf8.count)) else {
                return self.respond(exchange, ErrorAnswer(status: 400, type: "invalid_request_error", message: JSONString("unknown mode")))
            }
            self.standing = modes
            self.respond(exchange, body: Array("{}\n".utf8))
        case .get where path.hasSuffix("/stats"):
            let counts = self.clock.connectionCounts
            let body = self.statistics.body(accepted: counts.accepted, open: counts.open, active: self.players.count)
            self.respond(exchange, body: body)
        case .get where path.hasSuffix("/last"):
            self.respond(exchange, contentType: "text/plain", body: self.last)
        case .get where path.hasSuffix("/health") || path.hasSuffix("/healthz"):
            self.respond(exchange, body: Array("{\"status\":\"ok\"}\n".utf8))
        case .get where path.hasSuffix("/models"):
            self.respond(exchange, body: ModelList.body)
        default:
            let name = path.lastIndex(of: UInt8(ascii: "/")).map { String(decoding: path[($0 + 1)...], as: UTF8.self) } ?? ""
            if exchange.head.method == .get, path.hasSuffix("/models/" + name), let body = ModelList.body(of: name) {
                return self.respond(exchange, body: body)
            }
            self.respond(exchange, ErrorAnswer(status: 404, type: "invalid_request_error", message: JSONString("no such path")))
        }
    }

    private func respond(_ exchange: ServerExchange, contentType: StaticString = "application/json", body: [UInt8]) {
        exchange.respond(status: 200, headers: AnswerHead(contentType: contentType).headers, body: body)
    }

    private func respond(_ exchange: ServerExchange, _ error: ErrorAnswer) {
        self.statistics.statusCounts[error.status, default: 0] += 1
        exchange.respond(status: error.status, headers: AnswerHead(error).headers, body: error.body)
    }
}

/// What the demo needs of the loop and the server around it.
protocol DemoClock: AnyObject {
    var now: Instant { get }
    var connectionCounts: (accepted: Int, open: Int) { get }
    func schedule(after delay: Duration, handler: any TimerHandler) -> EventLoop.Timer
    func cancel(_ timer: EventLoop.Timer)
    func deferToPassEnd(_ action: @escaping () -> Void)
}

/// Status and header lines of an answer.
struct AnswerHead {
    let status: Int
    var headers = HeaderLines()

    init(status: Int = 200, contentType: StaticString, number: UInt64 = 0) {
        self.status = status
        self.headers.add("content-type", contentType)
        self.headers.add("x-request-id", text: "req-demo-\(number)")
    }

    init(_ error: ErrorAnswer, number: UInt64 = 0) {
        self.init(status: error.status, contentType: error.contentType, number: number)
        if let seconds = error.retryAfterSeconds { self.headers.add("retry-after", number: seconds) }
        if let milliseconds = error.retryAfterMilliseconds { self.headers.add("retry-after-ms", number: milliseconds) }
        if let location = error.location { self.headers.add("location", text: location) }
    }
}
