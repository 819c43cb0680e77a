internal import IPC
internal import Platform
internal import Settings

/// What is asked on the control socket.
extension GatewaySupervisor: ControlHandler {
    func openControl() throws(ControlSocketFailure) {
        let path = ControlSocket.path(
            runtimeDirectory: ThisProcess.environmentValue("RUNTIME_DIRECTORY"), stateDirectory: self.options.stateDirectory)
        self.control = try ControlSocket(path: path, on: self.loop, handler: self)
    }

    func handle(_ command: ControlCommand, from client: ControlClient) {
        let now = Instant.now()
        self.log.write(
            command == .status ? .debug : .notice, "\(command.rawValue) asked for on the control socket",
            [("pid", Int(client.peer.pid)), ("uid", Int(client.peer.uid))])
        switch command {
        case .status: client.send(object: self.statusReport(at: now).json)
        case .reload:
            self.requestReload(for: client)
            // Who joins one that runs hears how far it is.
            if !client.isClosed, !self.reloadWords.isEmpty { client.progress(self.reloadWords) }
        // Answered by the image that is there when it is decided.
        case .upgrade: self.requestUpgrade { [weak client] result in client?.finish(exit: result.isGood ? 0 : 1, message: result.message) }
        case .drain:
            guard self.stage == .serving else {
                return client.finish(exit: 1, message: "the gateway is \(self.stateName)")
            }
            self.drainCourse.ask(at: now)
        case .stop:
            switch self.stage {
            // Already asked to: it is waited for, not made more urgent.
            case .stopping: return
            case .compiling, .starting, .serving, .ended: self.stopRequested()
            }
        }
    }

    /// Tells those who wait how far it is, and lets go of who is gone. To be called in each pass.
    func tendControl(at now: Instant) {
        self.tendReloadClients()
        self.tendDrain(at: now)
        self.tendStop(at: now)
        self.control?.tend(at: now)
    }

    var controlWake: Instant {
        let wake = min(self.control?.nextWake ?? .distantFuture, self.drainCourse.nextWake)
        return min(wake, min(self.nextStopWord, self.timeoutExtension?.nextWake ?? .distantFuture))
    }

    /// The process ends now: the last words to everybody who waits.
    func closeControl(status: CInt) {
        for client in self.control?.waitingClients ?? [] {
            switch client.command {
            case .stop: client.finish(exit: status == 0 ? 0 : 1, message: "stopped")
            case .status, .reload, .upgrade, .drain, nil: client.finish(exit: 1, message: "the gateway has ended")
            }
        }
        self.control?.close()
        self.control = nil
    }

    private func clients(waitingFor command: ControlCommand) -> [ControlClient] {
        self.control?.waitingClients.filter { $0.command == command } ?? []
    }

    // MARK: Reload

    /// The client hears what comes of it.
    func requestReload(for client: ControlClient) {
        self.requestReload(cause: .control) { result in
            client.finish(exit: result.isGood ? 0 : 1, message: result.message)
        }
    }

    private func tendReloadClients() {
        let words =
            switch self.course.phase {
            case .idle: ""
            case .waiting: "waiting for requests of an older configuration to finish"
            case .compiling: "checking and compiling the configuration"
            case .starting: "starting \(self.starting?.members.count ?? 0) workers"
            }
        guard words != self.reloadWords else { return }
        self.reloadWords = words
        guard !words.isEmpty else { return }
        for client in self.clients(waitingFor: .reload) { client.progress(words) }
    }

    /// What came of an upgrade: its askers have been handed from image to image.
    func finishUpgradeClients(exit: Int32, _ message: String) {
        for client in self.clients(waitingFor: .upgrade) { client.finish(exit: exit, message: message) }
    }

    // MARK: Drain

    /// The gateway wants work again. `cause` after "the drain was ended by ".
    func endDrain(_ cause: String) {
        guard self.drainCourse.isOn else { return }
        self.drainCourse.end()
        self.log.write(.notice, "the drain was ended by \(cause)")
        for client in self.clients(waitingFor: .drain) { client.finish(exit: 1, message: "the drain was ended by \(cause)") }
    }

    /// What workers of all generations have in hand, requests that are still arriving included.
    var requestsInFlight: UInt64 {
        self.generations.flatMap(\.processes).reduce(0) { $0 &+ $1.region.snapshot().inHand }
    }

    private func tendDrain(at now: Instant) {
        self.tellDrain()
        guard self.drainCourse.nextWake <= now else { return }
        switch self.drainCourse.look(inFlight: self.requestsInFlight, at: now) {
        case .none: return
        case .progress(let count):
            for client in self.clients(waitingFor: .drain) { client.progress(Self.words(inFlight: count)) }
        case .done:
            self.log.write(.notice, "drained: no request is in flight; a reload makes the gateway ask for work again")
            for client in self.clients(waitingFor: .drain) { client.finish(exit: 0, message: "drained: no request is in flight") }
        }
    }

    /// Whoever serves knows whether the gateway wants work; successors of crashed workers too.
    func tellDrain() {
        for generation in self.generations where generation.role != .leaving {
            for member in generation.members where member.slot.isReady {
                guard let worker = member.worker, worker.isQuiesced != self.drainCourse.isOn else { continue }
                do throws(ChannelError) {
                    try worker.channel.send(.quiesce(isOn: self.drainCourse.isOn))
                    worker.isQuiesced = self.drainCourse.isOn
                } catch {
                    // A full socket is tried again at the next pass; a dead worker is noticed by its end.
                }
            }
        }
    }

    // MARK: Stop

    /// The workers drain until `deadline`.
    func stopBegan(deadline: Instant, at now: Instant) {
        self.timeoutExtension = TimeoutExtension(drainDeadline: deadline, at: now)
        self.nextStopWord = now
    }

    private func tendStop(at now: Instant) {
        guard self.stage == .stopping else { return }
        if self.timeoutExtension?.isDue(at: now) == true {
            self.manager.extendTimeout(by: TimeoutExtension.grant)
            self.manager.status("draining: \(Self.words(inFlight: self.requestsInFlight))")
        }
        guard self.nextStopWord <= now else { return }
        let words = Self.words(inFlight: self.requestsInFlight)
        for client in self.clients(waitingFor: .stop) { client.progress(words) }
        self.nextStopWord = now + DrainCourse.progressInterval
    }

    private static func words(inFlight count: UInt64) -> String {
        count == 1 ? "1 request is in flight" : "\(count) requests are in flight"
    }
}
