internal import HTTP
internal import Platform
internal import Server

/// Plays one answer to one client, at the pace and with the faults that its modes say.
final class AnswerPlayer: TimerHandler, ExchangeObserver {
    /// What happens when the timer fires.
    private enum Wait { case start, nextEvent, nextByte }
    /// How an answer breaks off.
    private enum BreakOff { case reset, cut }

    private let request: DemoRequest
    private let number: UInt64
    private let exchange: ServerExchange
    private let provider: DemoProvider
    private let modes: Modes

    private var wait = Wait.start
    private var timer = EventLoop.Timer.none
    private var script: EventScript?
    /// When the last paced event was due.
    private var due: Instant?
    private var waitsForClient = false
    private var hasEnded = false
    /// An answer in wire form of which the first `rawSent` bytes have left, for `drip`.
    private var raw: [UInt8] = []
    private var rawSent = 0
    private var rawBreakOff: BreakOff?

    private static let eventsPerPass = 64
    /// A paced stream that is later than this does not hurry to catch up.
    private static let latenessForgiven = Duration.milliseconds(50)

    init(request: DemoRequest, number: UInt64, exchange: ServerExchange, provider: DemoProvider) {
        self.request = request
        self.number = number
        self.exchange = exchange
        self.provider = provider
        self.modes = request.modes
    }

    // MARK: Beginning

    func begin() {
        self.exchange.observer = self
        self.exchange.endsConnection = self.modes.has(.bye)
        if self.modes.has(.hang) { return }
        if let delay = self.modes.positive(.delay) { self.waitFor(delay, then: .start) } else { self.start() }
    }

    private func start() {
        if let error = self.provider.failure(of: self.request) {
            return self.play(AnswerHead(error, number: self.number), error.body)
        }
        let writer = AnswerWriter(request: self.request, number: self.number)
        if self.request.isStream, !self.modes.has(.jsonforstream), self.hasStream {
            self.startStream(writer)
        } else {
            self.play(AnswerHead(contentType: "application/json", number: self.number), writer.plainBody())
        }
    }

    private var hasStream: Bool { self.request.endpoint != .embeddings && self.request.endpoint != .moderations }

    /// Where the answer breaks off: before this content event of a stream, or after so many bytes of a body.
    private var breakOff: (how: BreakOff, at: Int)? {
        if let at = self.modes[.reset] { return (.reset, at) }
        return self.modes[.cut].map { (.cut, $0) }
    }

    // MARK: Whole answers

    private func play(_ head: AnswerHead, _ body: [UInt8]) {
        self.provider.statistics.statusCounts[head.status, default: 0] += 1
        if self.breakOff != nil || self.modes.has(.drip) { return self.playRaw(head, body) }
        self.provider.statistics.bytesOut += body.count
        if self.modes.has(.chunked), body.count > 1 {
            self.exchange.startStream(status: head.status, headers: head.headers)
            self.exchange.send(body.span.extracting(0..<(body.count / 2)))
            self.exchange.finishStream(body.span.extracting((body.count / 2)..<body.count))
        } else {
            self.exchange.respond(status: head.status, headers: head.headers, body: body)
        }
        self.finish()
    }

    private func playRaw(_ head: AnswerHead, _ body: [UInt8]) {
        var bytes: [UInt8] = []
        Self.appendHead(head, framing: .length(body.count), to: &bytes)
        if let breakOff = self.breakOff {
            let kept = breakOff.at > 0 ? min(bytes.count + breakOff.at, bytes.count + body.count) : 0
            bytes = Array((bytes + body).prefix(kept))
            self.rawBreakOff = breakOff.how
        } else {
            bytes += body
        }
        self.playRaw(bytes)
    }

    private static func appendHead(_ head: AnswerHead, framing: ResponseWriter.Framing, to bytes: inout [UInt8]) {
        let noDate: [UInt8] = []
        ResponseWriter.appendHead(
            status: head.status, headers: head.headers, dateLine: noDate.span, framing: framing, connection: .close, to: &bytes)
    }

    /// Sends bytes that are a whole answer, or its beginning, already in wire form; the connection ends after them.
    private func playRaw(_ bytes: [UInt8]) {
        self.raw = bytes
        self.exchange.startRaw()
        if self.modes.positive(.drip) != nil, !bytes.isEmpty { return self.dripByte() }
        self.exchange.send(bytes.span)
        self.provider.statistics.bytesOut += bytes.count
        self.endRaw()
    }

    private func dripByte() {
        self.exchange.send(self.raw.span.extracting(self.rawSent..<(self.rawSent + 1)))
        self.rawSent += 1
        self.provider.statistics.bytesOut += 1
        // With its last byte a client has all, and leaves.
        if self.rawSent == self.raw.count { return self.endRaw() }
        self.waitFor(self.modes.positive(.drip) ?? 1, then: .nextByte)
    }

    private func endRaw() {
        guard let how = self.rawBreakOff else {
            self.exchange.finishStream()
            return self.finish()
        }
        self.breakOffNow(how)
    }

    // MARK: Streams

    private func startStream(_ writer: AnswerWriter) {
        self.provider.statistics.statusCounts[200, default: 0] += 1
        var head = AnswerHead(contentType: "text/event-stream; charset=utf-8", number: self.number)
        head.headers.add("cache-control", "no-cache")
        self.script = EventScript(writer: writer)
        if self.modes.has(.drip) { return self.dripStream(head) }
        self.exchange.startStream(status: 200, headers: head.headers)
        if let pause = self.modes.positive(.ttft) { self.waitFor(pause, then: .nextEvent) } else { self.playEvents() }
    }

    private func dripStream(_ head: AnswerHead) {
        var bytes: [UInt8] = []
        Self.appendHead(head, framing: .chunked, to: &bytes)
        while self.rawBreakOff == nil, let events = self.nextEvents() { ResponseWriter.appendChunk(events.span, to: &bytes) }
        if self.rawBreakOff == nil { ResponseWriter.appendLastChunk(to: &bytes) }
        self.playRaw(bytes)
    }

    /// The next write of the script; sets `rawBreakOff` and returns nil where the stream shall break off.
    private func nextEvents() -> [UInt8]? {
        if let breakOff = self.breakOff, self.script?.nextPiece == breakOff.at {
            self.rawBreakOff = breakOff.how
            return nil
        }
        guard let events = self.script?.next() else { return nil }
        self.provider.statistics.chunksSent += 1
        return events
    }

    /// Plays until the pace, the client or the fairness of the loop wants a pause.
    private func playEvents() {
        if self.modes.has(.burst) { return self.playBurst() }
        for _ in 0..<Self.eventsPerPass {
            guard self.exchange.isOpen, !self.hasEnded else { return }
            if self.exchange.pendingBytes > ServerExchange.pausedAboveBytes {
                self.waitsForClient = true
                return
            }
            guard let events = self.nextEvents() else { return self.endStream([]) }
            if self.script?.isEnded == true { return self.endStream(events) }
            self.exchange.send(events.span)
            self.provider.statistics.bytesOut += events.count
            if let interval = self.modes.positive(.interval) { return self.waitForPace(interval) }
        }
        self.provider.clock.deferToPassEnd { self.playEvents() }
    }

    private func playBurst() {
        var bytes: [UInt8] = []
        while let events = self.nextEvents() { bytes += events }
        self.endStream(bytes)
    }

    private func endStream(_ bytes: [UInt8]) {
        self.provider.statistics.bytesOut += bytes.count
        if let how = self.rawBreakOff {
            if !bytes.isEmpty { self.exchange.send(bytes.span) }
            return self.breakOffNow(how)
        }
        self.exchange.finishStream(bytes.span)
        self.finish()
    }

    private func waitForPace(_ milliseconds: Int) {
        let now = self.provider.clock.now
        let from = self.due.flatMap { $0 + Self.latenessForgiven > now ? $0 : nil } ?? now
        let due = from + .milliseconds(milliseconds)
        self.due = due
        self.wait = .nextEvent
        self.timer = self.provider.clock.schedule(after: due - now, handler: self)
    }

    // MARK: Ending

    private func breakOffNow(_ how: BreakOff) {
        guard !self.hasEnded else { return }
        self.provider.statistics.cutShort += 1
        self.end()
        switch how {
        case .reset: self.exchange.reset()
        case .cut: self.exchange.abort()
        }
    }

    private func finish() {
        guard !self.hasEnded else { return }
        self.provider.statistics.finished += 1
        self.end()
    }

    private func end() {
        self.hasEnded = true
        self.provider.clock.cancel(self.timer)
        self.provider.ended(self)
    }

    // MARK: Events

    private func waitFor(_ milliseconds: Int, then wait: Wait) {
        self.wait = wait
        self.timer = self.provider.clock.schedule(after: .milliseconds(milliseconds), handler: self)
    }

    func timerFired(kind: Int, at now: Instant) {
        guard !self.hasEnded else { return }
        switch self.wait {
        case .start: self.start()
        case .nextEvent: self.playEvents()
        case .nextByte: self.dripByte()
        }
    }

    func clientGone(_ exchange: ServerExchange) {
        guard !self.hasEnded else { return }
        self.provider.statistics.clientGone += 1
        self.end()
    }

    func clientDrained(_ exchange: ServerExchange) {
        guard self.waitsForClient, !self.hasEnded else { return }
        self.waitsForClient = false
        self.playEvents()
    }
}
