internal import Exchange
internal import HTTP
internal import IPC
internal import Platform
internal import Policies
internal import Routing
internal import Server
internal import Settings
internal import Upstream

/// What the upstream says, and what the client gets of it.
extension RequestPipeline: UpstreamObserver {
    func upstreamHead(_ transfer: UpstreamTransfer, status: Int, headers: UpstreamHeaders) {
        self.answerHeaders = headers
        self.facts.firstByteAt = self.gateway.loop.now
        self.gateway.metrics.firstByte(at: self.gateway.loop.now, of: self)
        let isEventStream = headers.value(of: "content-type", beginsWith: "text/event-stream")
        if status == 200, isEventStream, self.document?.stream == true, !self.asksWhole {
            self.phase = .awaitingEvent
            self.idleEnd = self.gateway.loop.now.advanced(nanoseconds: self.link?.streamIdleNanoseconds ?? 0)
            self.keepAliveAt = self.gateway.loop.now.advanced(nanoseconds: self.gateway.keepAliveNanoseconds)
            self.arm()
        } else {
            self.phase = .collecting(status: status)
        }
    }

    func upstreamBody(_ transfer: UpstreamTransfer, _ bytes: Span<UInt8>) {
        self.facts.bytesFromUpstream += bytes.count
        switch self.phase {
        case .collecting(let status):
            let limit = status == 200 ? Gateway.answerBytesMax : Gateway.errorBytesMax
            guard self.answer.count + bytes.count <= limit else {
                return self.attemptFailed(.malformed, .upstream("The provider's answer is larger than \(limit) bytes."))
            }
            self.answer.append(bytesOf: bytes)
        case .awaitingEvent, .streaming:
            self.relayEvents(bytes)
        case .idle, .awaitingHead, .ended:
            break
        }
    }

    func upstreamEnded(_ transfer: UpstreamTransfer, failure: UpstreamFailure?) {
        switch self.phase {
        case .awaitingHead:
            self.attemptFailed(.connection, Self.fault(for: failure))
        case .collecting(let status):
            if let failure { return self.attemptFailed(.connection, Self.fault(for: failure)) }
            self.answered(status: status)
        case .awaitingEvent, .streaming:
            self.streamEnded(failure)
        case .ended:
            self.transfer = nil
            self.disarm()
        case .idle:
            break
        }
    }

    static func fault(for failure: UpstreamFailure?) -> GatewayFault {
        guard let failure else { return .upstream("The provider closed the connection without an answer.") }
        return switch failure.kind {
        case .connectTimedOut: .upstreamTimeout("The provider could not be reached in time.")
        case .resolveFailed: .upstream("The provider's name could not be resolved.")
        case .connectFailed: .upstream("The provider refused the connection.")
        case .tlsFailed: .upstream("The provider's certificate was not accepted, or TLS failed.")
        case .connectionClosed, .streamReset: .upstream("The provider broke off the connection.")
        case .protocolError, .headTooLarge: .upstream("The provider's answer is no valid HTTP.")
        case .invalidRequest, .other: .upstream("The provider could not be asked.")
        }
    }

    // MARK: Whole answers

    private func answered(status: Int) {
        guard status == 200 else { return self.answeredWithError(status) }
        let body = self.answer
        guard let document = self.recorded({ AnswerDocument.decode(body.span, endpoint: self.endpoint) }) else {
            return self.attemptFailed(.malformed, .upstream("The provider's answer is no JSON object."))
        }
        if let usage = document.usage { self.facts.usage = usage }
        if let model = document.model { self.facts.modelAnswered = Array(copying: self.answer.span.extracting(model)) }
        self.facts.completionBytes = document.texts.reduce(0) { $0 + $1.range.count }
        guard self.gateway.engine.hasOutputTexts else { return self.finishAnswer(self.answer) }
        let began = Instant.now()
        let (result, outcome) = self.recorded { self.checkOutput(document) }
        let nanoseconds = (Instant.now() - began).nanoseconds
        if let block = outcome.ending, block.kind == .qualityScorer, self.gateway.settings.policies.qualityScorer.failureAction == .retry,
            self.asksAgain(for: block.reason)
        {
            // Only the last answer's reports are the request's.
            self.facts.policyNanoseconds += nanoseconds
            return
        }
        self.facts.note(outcome, nanoseconds: nanoseconds)
        switch result {
        case .unchanged: self.finishAnswer(self.answer)
        case .rewritten(let body): self.finishAnswer(body)
        case .blocked(let block):
            self.endAnsweredAttempt()
            self.refuse(self.gateway.fault(for: block))
        }
    }

    private func checkOutput(_ document: AnswerDocument) -> (OutputCheck.Result, PhaseOutcome) {
        let output = self.gateway.engine.beginOutput(restoring: self.placeholders)
        output.goOn(afterActions: self.facts.actions)
        defer { self.gateway.engine.endOutput(output) }
        let result = OutputCheck.run(body: self.answer.span, document: document, output: output)
        let outcome = output.finish(self.answerFacts(choices: document.choices.map(\.index)))
        if let block = outcome.ending { return (.blocked(block), outcome) }
        return (result, outcome)
    }

    /// What is known of the answer that has just come to its end.
    private func answerFacts(choices: [Int]) -> AnswerFacts {
        var facts = AnswerFacts(choices: choices)
        let now = self.gateway.loop.now
        facts.latencyMilliseconds = self.facts.attempts.last.map { Int((($0.endedAt ?? now) - $0.startedAt).nanoseconds / 1_000_000) }
        if let document, let index = self.facts.targetIndex, let price = self.gateway.links[index].settings.pricing {
            facts.costMicrocents = self.facts.tokensOfAnswer(document, self.endpoint).cost(price)
        }
        return facts
    }

    private func endAnsweredAttempt() {
        self.facts.endAttempt(status: 200, error: nil, at: self.gateway.loop.now, goesOn: false)
        self.releaseTarget()
    }

    private func finishAnswer(_ body: [UInt8]) {
        self.endAnsweredAttempt()
        self.deliver(body)
    }

    private var placeholders: Placeholders { self.checked?.placeholders ?? Placeholders() }

    /// Looks at something of the answer with the flight recorder on.
    private func recorded<Result>(_ look: () -> Result) -> Result {
        self.ticket.enter(.output)
        defer { self.ticket.leave() }
        return look()
    }

    private func deliver(_ body: [UInt8]) {
        if self.document?.stream == true {
            // A JSON answer to a request for a stream becomes one; SDKs would read nothing from it.
            // A provider without `stream_options` sends usage on every stream.
            let sendsUsage = self.asksWhole && self.facts.targetIndex.map { self.gateway.links[$0].refusesStreamOptions } ?? false
            let includesUsage = self.document?.includeUsage == true || sendsUsage
            guard let events = WholeAnswerStream.events(of: body.span, endpoint: self.endpoint, includesUsage: includesUsage) else {
                return self.refuse(.upstream("The provider answered a request for a stream with something else."))
            }
            self.openStream()
            self.facts.bytesToClient += events.count
            return self.end(outcome: .completed, status: 200) { self.exchange.finishStream(events.span) }
        }
        var lines = self.answerLines()
        lines.add("content-type", text: self.answerHeaders?.value(of: "content-type") ?? "application/json")
        self.facts.bytesToClient = body.count
        self.end(outcome: .completed, status: 200) { self.exchange.respond(status: 200, headers: lines, body: body) }
    }

    private func answeredWithError(_ status: Int) {
        if (300..<400).contains(status) || status < 200 || (201..<300).contains(status) {
            return self.attemptFailed(.malformed, .upstream("The provider answered \(status), which the gateway does not follow."))
        }
        let body = self.answer
        var fault = self.recorded { UpstreamErrorShape.fault(status: status, body: body.span) }
        let retryAfter = RetryAfter.parse(
            milliseconds: self.answerHeaders?.value(of: "retry-after-ms"), seconds: self.answerHeaders?.value(of: "retry-after"),
            now: self.gateway.wallClockSeconds())
        fault.retryAfter = retryAfter
        self.attemptFailed(.status(status, retryAfter: retryAfter), self.redacted(fault))
    }

    // MARK: Streams

    private func relayEvents(_ bytes: Span<UInt8>) {
        self.idleEnd = self.gateway.loop.now.advanced(nanoseconds: self.link?.streamIdleNanoseconds ?? 0)
        if self.relay == nil {
            self.output = self.gateway.engine.hasOutputTexts ? self.gateway.engine.beginOutput(restoring: self.placeholders) : nil
            self.output?.goOn(afterActions: self.facts.actions)
            self.relay = StreamRelay(output: self.output, hidesUsage: self.link.map(self.asksForUsage) ?? false, requestID: self.requestID)
        }
        var out = self.gateway.takeBuffer()
        var step = StreamRelay.Step.goOn
        let parsed = self.events.feed(bytes) { event in
            guard case .goOn = step else { return }
            step = self.relayEvent(event, into: &out)
        }
        if !parsed, case .goOn = step {
            step = self.failRelay(.upstream("The provider sent an event larger than the gateway accepts."), into: &out)
        }
        self.settle(step, out)
    }

    private func relayEvent(_ event: borrowing EventStreamEvent, into out: inout [UInt8]) -> StreamRelay.Step {
        self.facts.events += 1
        self.ticket.enter(.output)
        defer { self.ticket.leave() }
        guard self.output != nil else { return self.relay?.event(event.data, wire: event.wire, into: &out) ?? .goOn }
        let began = Instant.now()
        let step = self.relay?.event(event.data, wire: event.wire, into: &out) ?? .goOn
        self.outputNanoseconds += (Instant.now() - began).nanoseconds
        return step
    }

    private func failRelay(_ fault: GatewayFault, into out: inout [UInt8]) -> StreamRelay.Step {
        self.ticket.enter(.output)
        defer { self.ticket.leave() }
        return self.relay?.fail(fault, into: &out) ?? .failed(fault)
    }

    private func endRelay(into out: inout [UInt8]) -> StreamRelay.Step {
        self.ticket.enter(.output)
        defer { self.ticket.leave() }
        return self.relay?.upstreamEnded(into: &out) ?? .failed(.upstream("The provider's stream was empty."))
    }

    /// Sends what a step produced and performs how it ended.
    private func settle(_ step: StreamRelay.Step, _ produced: [UInt8]) {
        var out = produced
        switch step {
        case .goOn:
            if !out.isEmpty {
                self.openStream()
                self.send(out)
            }
        case .failed(let fault):
            if case .awaitingEvent = self.phase, out.isEmpty {
                self.gateway.giveBack(out)
                return self.attemptFailed(fault.status == 504 ? .timedOut : .status(fault.status, retryAfter: nil), self.redacted(fault))
            }
            self.gateway.metrics.attemptFailed(fault.status, of: self)
            self.endTransfer()
            self.openStream()
            EventStreamWriter.append(self.redacted(fault).body(requestID: self.requestID).span, to: &out)
            self.facts.endAttempt(status: 200, error: fault.code, at: self.gateway.loop.now, goesOn: false)
            self.end(outcome: .failed, status: 200) {
                self.exchange.send(out.span)
                self.exchange.abort()
            }
        case .finished:
            self.endTransferAfterDone()
            self.openStream()
            self.facts.bytesToClient += out.count
            self.facts.endAttempt(status: 200, error: nil, at: self.gateway.loop.now, goesOn: false)
            self.end(outcome: .completed, status: 200) { self.exchange.finishStream(out.span) }
        case .blocked(let block):
            self.endTransfer()
            self.facts.endAttempt(status: 200, error: nil, at: self.gateway.loop.now, goesOn: false)
            if case .awaitingEvent = self.phase, self.relay?.hasSent != true {
                self.gateway.giveBack(out)
                return self.refuse(self.gateway.fault(for: block))
            }
            self.openStream()
            self.facts.bytesToClient += out.count
            self.end(outcome: .blocked, status: 200) { self.exchange.finishStream(out.span) }
        }
        self.gateway.giveBack(out)
    }

    private func redacted(_ fault: GatewayFault) -> GatewayFault {
        guard self.gateway.engine.hasOutputTexts else { return fault }
        return self.recorded {
            var result = fault
            let placeholders = self.placeholders
            result.message = OutputCheck.policedMessage(fault.message, restoring: placeholders, engine: self.gateway.engine)
            result.param = fault.param.map { OutputCheck.policedMessage($0, restoring: placeholders, engine: self.gateway.engine) }
            return result
        }
    }

    private func send(_ bytes: [UInt8]) {
        self.exchange.send(bytes.span)
        self.facts.bytesToClient += bytes.count
        self.keepAliveAt = self.gateway.loop.now.advanced(nanoseconds: self.gateway.keepAliveNanoseconds)
        if !self.isPaused, self.exchange.pendingBytes > Gateway.pendingBytesMax {
            self.isPaused = true
            self.transfer?.pause()
        }
    }

    func streamFailed(_ fault: GatewayFault) {
        var out = self.gateway.takeBuffer()
        let step = self.failRelay(fault, into: &out)
        self.settle(step, out)
    }

    private func streamEnded(_ failure: UpstreamFailure?) {
        self.transfer = nil
        var out = self.gateway.takeBuffer()
        var step = StreamRelay.Step.goOn
        // A last event without its blank line counts only where the stream ended well, and only while something is still missing.
        self.events.finish { event in
            if failure == nil, self.relay?.isComplete != true { step = self.relayEvent(event, into: &out) }
        }
        if case .goOn = step {
            if let failure, self.relay?.isComplete != true {
                step = self.failRelay(Self.fault(for: failure), into: &out)
            } else {
                step = self.endRelay(into: &out)
            }
        }
        self.settle(step, out)
    }

    /// The head goes out with the first event, or with the first keep-alive comment.
    private func openStream() {
        if self.isOpen { return }
        if case .ended = self.phase { return }
        var lines = self.answerLines()
        lines.add("content-type", "text/event-stream")
        lines.add("cache-control", "no-cache")
        lines.add("x-accel-buffering", "no")
        self.isOpen = true
        if case .awaitingEvent = self.phase { self.phase = .streaming }
        self.gateway.openStreams += 1
        self.exchange.startStream(status: 200, headers: lines)
    }

    func sendKeepAlive() {
        self.openStream()
        self.send(Array(": keep-alive\n\n".utf8))
    }

    /// `[DONE]` has been seen: the rest of the answer is awaited for a moment and dropped, so that the connection can be used again.
    private func endTransferAfterDone() {
        let tail = self.transfer
        self.releaseTarget()
        self.transfer = tail
    }

    // MARK: Endings

    /// Headers of every answer that came from a target.
    private func answerLines() -> HeaderLines {
        var lines = HeaderLines()
        self.addCommonLines(to: &lines)
        self.addUpstreamLines(to: &lines, withRetryAfter: true)
        return lines
    }

    /// Of the upstream's headers only what SDKs use goes back.
    private func addUpstreamLines(to lines: inout HeaderLines, withRetryAfter: Bool) {
        guard let headers = self.answerHeaders else { return }
        for field in headers.fields {
            let name = headers.wire.span.extracting(field.name)
            guard ClientHeaders.goesBack(name, withRetryAfter: withRetryAfter) else { continue }
            _ = lines.add(name: name, value: headers.wire.span.extracting(field.value))
        }
    }

    private func addCommonLines(to lines: inout HeaderLines) {
        let requestID = self.requestID
        lines.add("x-request-id", requestID.span)
        if let target = self.link?.settings.id ?? self.facts.target { lines.add("x-keeptrusts-target", text: target) }
        lines.add("x-keeptrusts-verdict", text: self.facts.verdict.name)
        lines.add("x-keeptrusts-attempts", number: self.plan?.attempts ?? 0)
        let timing = self.facts.serverTiming(startedAt: self.startedAt, now: Instant.now())
        lines.add("server-timing", timing.span)
        self.gateway.addCrossOrigin(to: &lines, head: self.exchange.head, isPreflight: false)
    }

    /// An error answer of ours, or the end of a stream of which the client has only heard comments.
    func refuse(_ fault: GatewayFault, as given: ExchangeFacts.Outcome? = nil) {
        if self.isOpen { return self.endStream(fault, as: given) }
        var lines = HeaderLines()
        self.addCommonLines(to: &lines)
        self.addUpstreamLines(to: &lines, withRetryAfter: false)
        fault.addLines(to: &lines)
        let body = fault.body(requestID: self.requestID)
        self.facts.bytesToClient = body.count
        let outcome: ExchangeFacts.Outcome = given ?? (fault.policy != nil ? .blocked : .failed)
        self.end(outcome: outcome, status: fault.status) { self.exchange.respond(status: fault.status, headers: lines, body: body) }
    }

    private func endStream(_ fault: GatewayFault, as given: ExchangeFacts.Outcome?) {
        var out: [UInt8] = []
        guard fault.policy != nil else {
            EventStreamWriter.append(fault.body(requestID: self.requestID).span, to: &out)
            self.facts.bytesToClient += out.count
            return self.end(outcome: given ?? .failed, status: 200) {
                self.exchange.send(out.span)
                self.exchange.abort()
            }
        }
        WholeAnswerStream.appendEnding(fault, of: self.answer.span, endpoint: self.endpoint, requestID: self.requestID, to: &out)
        self.facts.bytesToClient += out.count
        self.end(outcome: given ?? .blocked, status: 200) { self.exchange.finishStream(out.span) }
    }

    /// The record is written before the last byte goes out: an answer that cannot be recorded is not given.
    func end(outcome: ExchangeFacts.Outcome, status: Int, deliver: () -> Void = {}) {
        if case .ended = self.phase { return }
        let wasStreaming = self.isOpen
        if wasStreaming { self.gateway.openStreams -= 1 }
        self.phase = .ended
        self.disarm()
        if let relay {
            self.facts.usage = relay.usage ?? self.facts.usage
            self.facts.modelAnswered = relay.modelAnswered ?? self.facts.modelAnswered
            self.facts.completionBytes = relay.textBytes
        }
        if let output {
            self.recorded {
                let facts = outcome == .completed ? self.answerFacts(choices: self.relay?.choices ?? []) : nil
                self.facts.note(output.finish(facts), nanoseconds: self.outputNanoseconds)
                self.gateway.engine.endOutput(output)
            }
            self.output = nil
            self.relay = nil
        }
        self.exchange.observer = nil
        let isRecorded = self.record(outcome, status)
        self.gateway.metrics.ended(self, status: isRecorded || wasStreaming ? status : GatewayFault.auditUnavailable.status)
        self.ticket.close()
        if isRecorded { deliver() } else { self.withhold(wasStreaming) }
        self.gateway.ended(self, outcome)
    }

    /// False: the event should be in the spool and is not.
    private func record(_ outcome: ExchangeFacts.Outcome, _ status: Int) -> Bool {
        guard let recorder = self.gateway.recorder else { return true }
        self.ticket.recording()
        return recorder.record(self, outcome: outcome, status: status, at: Instant.now())
    }
}

extension RequestPipeline {
    /// The event is not in the spool: the client gets no answer that nobody can account for. What was streamed before cannot be taken
    /// back, but the stream does not end well.
    private func withhold(_ wasStreaming: Bool) {
        let fault = GatewayFault.auditUnavailable
        if wasStreaming {
            var out: [UInt8] = []
            EventStreamWriter.append(fault.body(requestID: self.requestID).span, to: &out)
            self.exchange.send(out.span)
            self.exchange.abort()
        } else {
            var lines = HeaderLines()
            let requestID = self.requestID
            lines.add("x-request-id", requestID.span)
            fault.addLines(to: &lines)
            self.exchange.respond(status: fault.status, headers: lines, body: fault.body(requestID: requestID))
        }
    }
}

extension RequestPipeline {
    /// The worker goes before the request is done.
    func abort() {
        self.endTransfer()
        let fault = GatewayFault.overloaded("The gateway is stopping.")
        switch self.phase {
        case .ended: break
        case .streaming:
            self.end(outcome: .aborted, status: 200) {
                var out: [UInt8] = []
                EventStreamWriter.append(fault.body(requestID: self.requestID).span, to: &out)
                self.exchange.send(out.span)
                self.exchange.abort()
            }
        case .idle, .awaitingHead, .collecting, .awaitingEvent:
            self.refuse(fault, as: .aborted)
        }
    }
}

extension RequestPipeline: ExchangeObserver {
    func clientGone(_ exchange: ServerExchange) {
        self.endTransfer()
        self.end(outcome: .clientClosed, status: 499)
    }

    func clientDrained(_ exchange: ServerExchange) {
        guard self.isPaused else { return }
        self.isPaused = false
        self.transfer?.resume()
    }
}
