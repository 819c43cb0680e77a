internal import HTTP
internal import Platform

extension ClientConnection {
    /// A body up to this size is copied behind its head; a larger one is sent from where it is.
    private static let copiedBodyMax = 16 * 1024

    var pendingOutputCount: Int { self.output.count }

    // MARK: What the exchange asks for

    func respond(status: Int, headers: HeaderLines, body: [UInt8]) {
        guard let exchange = self.exchange, !self.hasFailed else { return }
        precondition(self.stream == .none, "a stream has begun; it cannot be answered as a whole")
        let keepsAlive = exchange.head.keepsAlive && !self.server.isDraining && !exchange.endsConnection
        self.write(
            status: status, headers: headers, body: body, connection: Self.option(exchange.head, keepsAlive: keepsAlive),
            isHeadOnly: exchange.head.method == .head)
        self.endExchange(keepsAlive: keepsAlive)
    }

    func startStream(status: Int, headers: HeaderLines) {
        guard let exchange = self.exchange, !self.hasFailed else { return }
        precondition(self.stream == .none, "a stream has begun already")
        let isOld = exchange.head.versionMinor == 0
        let keepsAlive = exchange.head.keepsAlive && !self.server.isDraining && !exchange.endsConnection && !isOld
        let framing: ResponseWriter.Framing = Self.isBodiless(status) ? .none : isOld ? .untilClose : .chunked
        self.stream = framing == .none || exchange.head.method == .head ? .bodiless : isOld ? .untilClose : .chunked
        self.closesAfterAnswer = !keepsAlive
        var buffer = self.server.takeSendBuffer()
        ResponseWriter.appendHead(
            status: status, headers: headers, dateLine: self.server.currentDateLine().span, framing: framing,
            connection: keepsAlive ? .none : .close, to: &buffer)
        if self.output.isEmpty { self.clock.progress(at: self.loop.now) }
        self.output.append(buffer.span)
        self.server.giveBack(sendBuffer: buffer)
        self.isHeadHeld = true
        self.server.hold(self)
    }

    func startRaw() {
        guard self.exchange != nil, !self.hasFailed else { return }
        precondition(self.stream == .none, "an answer has begun already")
        self.stream = .untilClose
        self.closesAfterAnswer = true
    }

    func send(_ bytes: Span<UInt8>) {
        guard self.exchange != nil, !bytes.isEmpty else { return }
        self.writeStreamed(bytes, isLast: false)
    }

    func finishStream() {
        let nothing: [UInt8] = []
        self.finishStream(nothing.span)
    }

    func finishStream(_ bytes: Span<UInt8>) {
        guard self.exchange != nil else { return }
        self.writeStreamed(bytes, isLast: true)
        self.endExchange(keepsAlive: !self.closesAfterAnswer)
    }

    func abort() {
        guard self.exchange != nil else { return }
        guard self.stream != .none else {
            self.exchange?.connection = nil
            self.exchange = nil
            self.close()
            return
        }
        self.releaseHead()
        self.endExchange(keepsAlive: false)
    }

    func reset() {
        guard self.exchange != nil else { return }
        StreamSocket.resetOnClose(self.number)
        self.exchange?.connection = nil
        self.exchange = nil
        self.close()
    }

    /// Answers what is no exchange, and ends the connection.
    func refuse(_ fault: HTTPFault) {
        let isHeadOnly = self.parser.isHeadRequest
        self.head = nil
        self.body = []
        self.chunks = nil
        self.isRequestComplete = false
        self.pending.removeAll()
        let refusal = self.server.handler.refusal(for: fault)
        self.write(status: refusal.status, headers: refusal.headers, body: refusal.body, connection: .close, isHeadOnly: isHeadOnly)
        self.endExchange(keepsAlive: false)
    }

    func sendContinue() {
        var buffer = self.server.takeSendBuffer()
        ResponseWriter.append(ResponseWriter.continueHead, to: &buffer)
        self.transmit(buffer.span)
        self.server.giveBack(sendBuffer: buffer)
    }

    // MARK: Bytes

    private static func isBodiless(_ status: Int) -> Bool { status == 204 || status == 304 }

    private static func option(_ head: RequestHead, keepsAlive: Bool) -> ResponseWriter.ConnectionOption {
        if !keepsAlive { return .close }
        return head.versionMinor == 0 ? .keepAlive : .none
    }

    private func write(
        status: Int, headers: HeaderLines, body: [UInt8], connection: ResponseWriter.ConnectionOption, isHeadOnly: Bool
    ) {
        let isBodiless = Self.isBodiless(status)
        var buffer = self.server.takeSendBuffer()
        ResponseWriter.appendHead(
            status: status, headers: headers, dateLine: self.server.currentDateLine().span, framing: isBodiless ? .none : .length(body.count),
            connection: connection, to: &buffer)
        if isBodiless || isHeadOnly {
            self.transmit(buffer.span)
        } else if body.count <= Self.copiedBodyMax || self.tls != nil || !self.output.isEmpty {
            buffer.append(contentsOf: body)
            self.transmit(buffer.span)
        } else {
            self.transmit(buffer.span, body.span)
        }
        self.server.giveBack(sendBuffer: buffer)
    }

    private func writeStreamed(_ bytes: Span<UInt8>, isLast: Bool) {
        precondition(self.stream != .none, "no stream has begun")
        switch self.stream {
        case .none, .bodiless: break
        case .untilClose: self.transmit(bytes)
        case .chunked:
            var buffer = self.server.takeSendBuffer()
            ResponseWriter.appendChunk(bytes, to: &buffer)
            if isLast { ResponseWriter.appendLastChunk(to: &buffer) }
            self.transmit(buffer.span)
            self.server.giveBack(sendBuffer: buffer)
        }
        if isLast { self.releaseHead() }
    }

    /// Sends now what the socket takes; the rest waits behind what waits already.
    private func transmit(_ bytes: Span<UInt8>) {
        guard !self.hasFailed, self.phase != .closed, !bytes.isEmpty else { return }
        guard self.output.isEmpty else {
            self.output.append(bytes)
            if self.isHeadHeld { self.releaseHead() } else { self.noteOutput() }
            return
        }
        guard let sent = self.sent(self.socketSend(bytes)), sent < bytes.count else { return }
        self.keep(bytes.extracting(sent..<bytes.count))
    }

    private func transmit(_ first: Span<UInt8>, _ second: Span<UInt8>) {
        guard !self.hasFailed, self.phase != .closed else { return }
        guard let sent = self.sent(StreamSocket.send(self.number, first, second)) else { return }
        if sent < first.count { self.keep(first.extracting(sent..<first.count)) }
        let sentOfSecond = max(0, sent - first.count)
        if sentOfSecond < second.count { self.keep(second.extracting(sentOfSecond..<second.count)) }
    }

    private func keep(_ bytes: Span<UInt8>) {
        if self.output.isEmpty { self.clock.progress(at: self.loop.now) }
        self.output.append(bytes)
        self.noteOutput()
    }

    private func noteOutput() {
        if self.output.count > ServerExchange.pausedAboveBytes { self.isAbovePause = true }
        self.settle()
    }

    private func socketSend(_ bytes: Span<UInt8>) -> StreamSocket.Outcome {
        guard let tls = self.tls else { return StreamSocket.send(self.number, bytes) }
        // One call takes one record at most.
        var sent = 0
        while sent < bytes.count {
            switch tls.send(bytes.extracting(sent..<bytes.count)) {
            case .bytes(let count): sent += count
            case .wouldBlock: return sent > 0 ? .bytes(sent) : .wouldBlock
            case .ended: return .ended
            case .failed(let number): return .failed(number)
            }
        }
        return .bytes(sent)
    }

    /// Bytes that left; nil after a failure.
    private func sent(_ outcome: StreamSocket.Outcome) -> Int? {
        switch outcome {
        case .bytes(let count): return count
        case .wouldBlock: return 0
        case .ended, .failed:
            self.fail()
            return nil
        }
    }

    /// Lets the held head of a stream go, with what has come behind it.
    func releaseHead() {
        guard self.isHeadHeld else { return }
        self.isHeadHeld = false
        self.flush()
        if !self.output.isEmpty { self.noteOutput() }
    }

    /// Sends what waits, as far as the socket takes it.
    func flush() {
        guard !self.output.isEmpty, !self.hasFailed else { return }
        var waiting = ByteQueue()
        swap(&waiting, &self.output)
        let sent = self.sent(self.socketSend(waiting.bytes))
        guard let sent else { return }
        if sent > 0 { self.clock.progress(at: self.loop.now) }
        waiting.removeFirst(sent)
        swap(&waiting, &self.output)
        if self.output.isEmpty, self.phase == .flushing { self.answerLeft() }
        if self.isAbovePause, self.output.count <= ServerExchange.drainedAtBytes {
            self.isAbovePause = false
            if let exchange = self.exchange { exchange.observer?.clientDrained(exchange) }
        }
    }

    // MARK: The end of an answer

    private func endExchange(keepsAlive: Bool) {
        self.exchange?.connection = nil
        self.exchange = nil
        self.closesAfterAnswer = !keepsAlive
        self.stream = .none
        self.isAbovePause = false
        self.enter(.flushing)
        if self.output.isEmpty { self.answerLeft() }
        self.settle()
    }

    private func answerLeft() {
        if self.hasFailed { return }
        if self.closesAfterAnswer { self.closeGracefully() } else { self.becomeIdle() }
    }
}
