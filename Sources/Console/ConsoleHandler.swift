internal import Exchange
internal import HTTP
internal import IPC
internal import Metrics
internal import Platform
internal import Record
internal import Server

/// Answers on the admin listener. Knows nothing by itself: it asks the supervisor and looks at the spool.
final class ConsoleHandler: RequestHandler {
    private let source: any ConsoleSource
    private let token: AdminToken?
    private let spool: String

    /// `token`: nil lets nobody in.
    init(source: any ConsoleSource, token: AdminToken?, stateDirectory: String) {
        self.source = source
        self.token = token
        self.spool = "\(stateDirectory)/spool"
    }

    func handle(_ exchange: ServerExchange) {
        let head = exchange.head
        let path = head.text(head.pathRange)
        guard let route = ConsoleRoute(path: path) else { return Self.refuse(exchange, .notFound(String(path.prefix(128)))) }
        guard route.accepts(head.method) else { return Self.refuse(exchange, .methodNotAllowed(route.methods)) }
        guard route.isOpen || self.admits(head) else { return Self.refuse(exchange, .unauthorized) }
        exchange.body = []
        switch route {
        case .metrics: self.withReport(exchange) { self.answerMetrics(exchange, $0) }
        case .health:
            self.withReport(exchange) { report in
                let view = ReportView(report: report)
                Self.answer(exchange, status: view.health == .unhealthy ? 503 : 200, view.healthJSON)
            }
        case .configuration:
            let configuration = self.source.configuration
            if configuration.isEmpty { return Self.refuse(exchange, .unavailable("There is no configuration yet.")) }
            Self.answer(exchange, configuration)
        case .providers: self.withReport(exchange) { Self.answer(exchange, ReportView(report: $0).targetsJSON) }
        case .status:
            self.source.ask(.status) { reply in
                switch reply {
                case .answer(_, let text): Self.answer(exchange, text)
                case .unavailable(let why): Self.refuse(exchange, .unavailable(why))
                }
            }
        case .reload: self.source.ask(.reload) { Self.answerReload(exchange, $0) }
        }
    }

    func refusal(for fault: HTTPFault) -> Refusal {
        let error = ConsoleFault(fault)
        return Refusal(status: error.status, headers: error.headers, body: error.body)
    }

    private func admits(_ head: RequestHead) -> Bool {
        func value(_ name: StaticString) -> [UInt8]? { head.range(of: name).map { Array(head.bytes[$0]) } }
        return self.token?.accepts(authorization: value("authorization"), adminToken: value("x-admin-token")) ?? false
    }

    private func withReport(_ exchange: ServerExchange, _ body: @escaping (MetricsReport) -> Void) {
        self.source.ask(.metrics) { reply in
            switch reply {
            case .answer(true, let bytes):
                if let report = MetricsReport.decode(bytes) { return body(report) }
                Self.refuse(exchange, .unavailable("The supervisor's figures cannot be read."))
            case .answer(false, _): Self.refuse(exchange, .unavailable("The supervisor has no figures."))
            case .unavailable(let why): Self.refuse(exchange, .unavailable(why))
            }
        }
    }

    // MARK: Answers

    private func answerMetrics(_ exchange: ServerExchange, _ report: MetricsReport) {
        let usage = SpoolUsage(directory: self.spool)
        let spool = usage.map { usage in
            SpoolGauges(
                bytes: UInt64(clamping: usage.bytes), lag: usage.oldestStart.map { UInt64(clamping: WallClock.nanoseconds() - $0) } ?? 0)
        }
        var lines = HeaderLines()
        lines.add("content-type", PrometheusText.contentType)
        lines.add("cache-control", "no-store")
        exchange.respond(status: 200, headers: lines, body: PrometheusText.render(report.sums, report.gauges, spool: spool))
    }

    /// Says what `kt gateway reload` would print.
    private static func answerReload(_ exchange: ServerExchange, _ reply: ConsoleReply) {
        switch reply {
        case .answer(true, let text):
            var writer = JSONWriter()
            writer.beginObject()
            writer.member("result", "ok")
            writer.member("message", Self.words(text))
            writer.endObject()
            Self.answer(exchange, writer.bytes)
        case .answer(false, let text): Self.refuse(exchange, .notReloaded(Self.words(text)))
        case .unavailable(let why): Self.refuse(exchange, .unavailable(why))
        }
    }

    private static func words(_ text: [UInt8]) -> String {
        var end = text.count
        while end > 0, text[end - 1] == 0x0A { end -= 1 }
        return String(decoding: text[..<end], as: UTF8.self)
    }

    private static func answer(_ exchange: ServerExchange, status: Int = 200, _ json: [UInt8]) {
        var lines = HeaderLines()
        lines.add("content-type", "application/json")
        lines.add("cache-control", "no-store")
        exchange.respond(status: status, headers: lines, body: json)
    }

    private static func refuse(_ exchange: ServerExchange, _ fault: ConsoleFault) {
        exchange.respond(status: fault.status, headers: fault.headers, body: fault.body)
    }
}
