internal import Exchange
internal import Platform
internal import Policies
internal import Routing
internal import Server
internal import Settings
internal import Upstream

/// Attempts at targets: what is sent, what a failure leads to, and the deadlines.
extension RequestPipeline {
    func perform(_ decision: AttemptDecision) {
        switch decision {
        case .giveUp:
            self.giveUp()
        case .attempt(let target, let delay, let turnEnd):
            self.turnEnd = self.startedAt + turnEnd
            if delay > .zero {
                self.phase = .idle
                self.retryTarget = target
                self.retryAt = self.gateway.loop.now + delay
                self.arm()
            } else {
                self.send(to: target)
            }
        }
    }

    private func send(to index: Int) {
        guard let checked = self.checked else { return }
        let link = self.gateway.links[index]
        self.link = link
        link.inFlight += 1
        self.phase = .awaitingHead
        self.ticket.note(target: index)
        self.answer.removeAll(keepingCapacity: true)
        self.answerHeaders = nil
        self.events = EventReader()
        self.relay = nil
        if let output { self.gateway.engine.endOutput(output) }
        self.output = nil
        self.idleEnd = .distantFuture
        if !self.asksWhole {
            self.keepAliveAt = .distantFuture
        } else if self.keepAliveAt == .distantFuture {
            // The client hears nothing else until the whole answer was scored, through all attempts.
            self.keepAliveAt = self.gateway.loop.now.advanced(nanoseconds: self.gateway.keepAliveNanoseconds)
        }
        self.facts.beginAttempt(target: link.settings.id, at: self.gateway.loop.now)
        let body = self.exchange.body
        let rewrite = RequestRewrite(model: link.settings.model, streamOptions: self.streamOptions(for: link), isWhole: self.asksWhole, texts: checked.edits)
        let request = UpstreamRequest(
            url: link.url(for: self.endpoint), method: .post, headers: link.headerLines,
            requestHeaders: ClientHeaders.forwardedLines(of: self.exchange.head),
            body: rewrite.apply(to: checked.document, body: body.span), connectTimeout: .seconds(10),
            allowsInsecure: link.settings.allowsInsecure)
        self.gateway.metrics.attemptBegins(at: link, of: self)
        self.transfer = self.gateway.upstream.start(request, observer: self)
        self.arm()
    }

    /// Usage on a stream is asked for only where the provider wants asking and the client has not asked itself.
    func asksForUsage(_ link: TargetLink) -> Bool {
        guard let document else { return false }
        return document.stream && link.settings.wantsUsageAsked && !document.includeUsage
    }

    private func streamOptions(for link: TargetLink) -> RequestRewrite.StreamOptions {
        if link.refusesStreamOptions || self.asksWhole { return .remove }
        return self.asksForUsage(link) ? .includeUsage : .keep
    }

    /// One attempt has failed before a byte went to the client.
    func attemptFailed(_ failure: AttemptFailure, _ fault: GatewayFault) {
        self.gateway.metrics.attemptFailed(fault.status, of: self)
        self.endTransfer()
        self.lastFailure = fault
        self.phase = .idle
        guard var plan = self.plan else { return self.giveUp() }
        let decision = plan.next(after: failure, age: self.age, random: self.gateway.random.fraction())
        self.plan = plan
        self.facts.endAttempt(status: fault.status, error: fault.code, at: self.gateway.loop.now, goesOn: decision != .giveUp)
        self.perform(decision)
    }

    /// An answer came and a policy refuses it. True: the target is asked once more.
    func asksAgain(for reason: String) -> Bool {
        guard var plan = self.plan, let document else { return false }
        let decision = plan.again(age: self.age)
        guard decision != .giveUp else { return false }
        self.plan = plan
        self.facts.refuseAnswer(document, self.endpoint)
        self.facts.endAttempt(status: 200, error: reason, at: self.gateway.loop.now, goesOn: true)
        self.releaseTarget()
        self.phase = .idle
        self.perform(decision)
        return true
    }

    private func giveUp() {
        var fault = self.lastFailure
        if (self.plan?.attempts ?? 0) > 1 || fault.status == 502 || fault.status == 504 { fault.shouldRetry = false }
        self.refuse(fault)
    }

    /// Lets go of the transfer under way, if any. Its observer hears nothing more.
    func endTransfer() {
        self.transfer?.cancel()
        self.releaseTarget()
    }

    func releaseTarget() {
        self.transfer = nil
        self.link?.inFlight -= 1
        if let link { self.gateway.metrics.released(link) }
        self.facts.target = self.link?.settings.id ?? self.facts.target
        self.link = nil
    }
}

extension RequestPipeline: TimerHandler {
    /// Makes sure the timer fires no later than the next deadline. A later one is left alone and moved when it fires.
    func arm() {
        let next = min(min(self.turnEnd, self.idleEnd), min(self.keepAliveAt, self.retryAt))
        guard next < self.timerAt else { return }
        self.gateway.loop.cancel(self.timer)
        self.timerAt = next
        self.timer = self.gateway.loop.schedule(at: next, handler: self)
    }

    func disarm() {
        self.gateway.loop.cancel(self.timer)
        self.timer = .none
        self.timerAt = .distantFuture
    }

    func timerFired(kind: Int, at now: Instant) {
        self.timer = .none
        self.timerAt = .distantFuture
        if case .ended = self.phase { return self.endTransfer() }
        if now >= self.retryAt {
            self.retryAt = .distantFuture
            self.send(to: self.retryTarget)
        } else if now >= self.turnEnd {
            self.deadlinePassed("The provider did not answer in time.")
        } else if now >= self.idleEnd {
            self.deadlinePassed("The provider's stream fell silent.")
        } else if now >= self.keepAliveAt {
            self.sendKeepAlive()
        }
        if case .ended = self.phase { return }
        self.arm()
    }

    private func deadlinePassed(_ message: String) {
        switch self.phase {
        case .streaming: self.streamFailed(.upstreamTimeout(message))
        case .ended: break
        case .idle, .awaitingHead, .collecting, .awaitingEvent: self.attemptFailed(.timedOut, .upstreamTimeout(message))
        }
    }
}
