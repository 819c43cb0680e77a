internal import IPC
internal import Platform
internal import Settings

/// What is looked at whenever the loop has run: slots, sockets, reload, stage, reports, the next wake.
extension GatewaySupervisor {
    func passEnded(at now: Instant) {
        defer { self.log.flush() }
        if case .ended = self.stage { return }
        // We were stopped or starved ourselves: heartbeats have not been looked at, so they get a new chance.
        let overslept = self.plannedWake != .distantFuture && now - self.plannedWake > .seconds(1)
        for generation in self.generations { self.tendMembers(of: generation, overslept: overslept, at: now) }
        self.checkQueues(at: now)
        self.memoryWatch.tend(at: now)
        self.tendProbation(at: now)
        self.tendUpgrade(at: now)
        self.tendReload(at: now)
        self.steer(at: now)
        self.tendTruth(at: now)
        self.tendAbortedEvents(at: now)
        self.tendDemo(at: now)
        self.tendConsole(at: now)
        let serving = self.current?.members.map { $0.slot.isServing(at: now) } ?? []
        self.advance(serving, at: now)
        self.tendStore()
        self.tendControl(at: now)
        self.report(serving.count { $0 }, at: now)
        self.plannedWake = self.nextWake(after: now)
    }

    private func tendMembers(of generation: Generation, overslept: Bool, at now: Instant) {
        for member in generation.members {
            if let worker = member.worker, let beat = overslept ? now : worker.region.snapshot().heartbeat {
                self.handle(.beat(beat), member, of: generation, at: now)
            }
            if let worker = member.worker, worker.endedBecause == nil {
                worker.silentFlight.look(isStale: member.slot.isStale(at: now)) { worker.region.flight() }
            }
            self.handle(.timerFired, member, of: generation, at: now)
            member.noteState(time: currentTimestamp)
            for worker in member.dying where worker.killAt <= now {
                worker.killAt = .distantFuture
                self.log.write(.warning, "worker \(worker.slot) is killed: its back trace takes too long", self.fields(worker))
                worker.child.send(signal: ChildSignal.kill)
            }
        }
    }

    func demoEnded(_ words: String) { self.log.write(.error, "the demo provider \(words); starting it again") }

    func tendDemo(at now: Instant) {
        guard self.stage != .stopping, let demo = self.demo else { return }
        do throws(SystemCallError) {
            try demo.startIfDue(on: self.loop, at: now) { [unowned self] words in self.demoEnded(words) }
        } catch {
            self.log.write(.error, "the demo provider cannot be started: \(error)")
        }
    }

    func advance(_ serving: [Bool], at now: Instant) {
        switch self.stage {
        case .compiling(let deadline):
            guard deadline <= now else { return }
            self.log.write(.error, "kt-compile takes longer than \(Self.compileLimit.components.seconds) s and is killed")
            self.end(status: 1)
        case .starting(let deadline):
            if self.current?.members.allSatisfy({ $0.slot.phase == .failed }) != false {
                self.log.write(.error, "no worker can serve this configuration")
                self.end(status: WorkerControl.permanentExitStatus)
            } else if !serving.contains(false) || (deadline <= now && serving.contains(true)) {
                self.stage = .serving
            } else if deadline <= now {
                self.log.write(.error, "no worker got ready within \(Self.bootLimit.components.seconds) s")
                self.end(status: 1)
            }
        case .stopping:
            guard self.generations.allSatisfy(\.isGone) else { return }
            self.log.write(.notice, "stopped")
            self.end(status: 0)
        case .serving, .ended: return
        }
    }

    func statusText(_ servingCount: Int) -> String {
        guard let generation = self.current else { return "compiling the configuration" }
        let plan = generation.plan
        let total = generation.members.count
        let count = servingCount == total ? "\(servingCount)" : "\(servingCount) of \(total)"
        let noun = total == 1 ? "worker" : "workers"
        let addresses = self.listenNames.joined(separator: ", ")
        let text = "serving on \(addresses) with \(count) \(noun) (pack \(plan.packName) \(plan.packVersion))"
        return self.lastReloadFailed ? "reload FAILED, generation \(generation.number) stays in force: \(text)" : text
    }

    /// Tells the state file, the service manager, people and the watchdog what has changed, in this order.
    func report(_ servingCount: Int, at now: Instant) {
        if case .ended = self.stage { return }
        if let state = self.state(), state != self.lastState, now >= self.stateRetryAt ?? now {
            do throws(SystemCallError) {
                try Files.replace(self.statePath, with: Array((state.json + "\n").utf8))
                self.lastState = state
                self.stateRetryAt = nil
            } catch {
                if self.stateRetryAt == nil { self.log.write(.warning, "cannot write the state file, trying again: \(error)") }
                self.stateRetryAt = now + .seconds(1)
            }
        }
        let status = self.stage == .serving && self.course.isIdle ? self.statusText(servingCount) : self.lastStatus
        if status != self.lastStatus {
            if self.lastStatus.isEmpty {
                self.manager.ready(status: status)
                let milliseconds = Int((now - self.startedAt).nanoseconds / 1_000_000)
                self.log.write(.notice, status, [("workers", servingCount), ("milliseconds", milliseconds)])
            } else {
                self.manager.status(status)
            }
            self.lastStatus = status
        }
        let isExcused = self.stage != .serving
        // Only where somebody listens to the answer: each probe is a connection that a worker accepts.
        if self.watchdog != nil, !isExcused { self.probe.tend(self.groups, at: now) }
        let isDue = self.watchdog?.isDue(
            freshSlots: servingCount, slotCount: self.current?.members.count ?? 0, addressesAnswer: self.probe.allAnswer, isExcused: isExcused, at: now)
        if isDue == true { self.manager.alive() }
    }

    var statePath: String { "\(self.options.stateDirectory)/\(GatewayState.fileName)" }

    /// As in `gateway status`.
    var stateName: String {
        switch self.stage {
        case .compiling, .starting: "starting"
        case .serving where !self.course.isIdle: "reloading"
        case .serving where self.drainCourse.isOn: "draining"
        // Whoever waits for a gateway that serves waits on.
        case .serving: self.servesAnybody ? "serving" : "starting"
        case .stopping, .ended: "draining"
        }
    }

    private var servesAnybody: Bool {
        let now = Instant.now()
        return self.generations.contains { $0.role == .current && $0.members.contains { $0.slot.isServing(at: now) } }
    }

    func state() -> GatewayState? {
        guard let generation = self.current ?? self.generations.last else { return nil }
        let plan = generation.plan
        return GatewayState(
            pid: ThisProcess.pid, state: self.stateName, generation: generation.number, packName: plan.packName,
            packVersion: plan.packVersion, hash: generation.program.sealed.hash, listen: self.listenNames,
            adminListen: (self.console?.address ?? plan.adminListen).description, demoPort: self.demo?.port, workers: self.workerStates(),
            reloads: self.reloadHistory, controlSocket: self.control?.path)
    }

    /// Of all generations, oldest first; those that are leaving only as far as there are processes.
    func workerStates() -> [GatewayState.Worker] {
        self.generations.flatMap { generation in
            generation.members.flatMap { member in
                func worker(_ process: WorkerProcess?, _ state: String) -> GatewayState.Worker {
                    GatewayState.Worker(
                        slot: member.index, pid: process?.child.pid, generation: generation.number, state: state,
                        restarts: member.slot.restarts)
                }
                let dying = member.dying.map { worker($0, "dying") }
                if member.worker == nil, generation.role == .leaving { return dying }
                return dying + [worker(member.worker, member.slot.stateName)]
            }
        }
    }

    func nextWake(after now: Instant) -> Instant {
        var wake = Instant.distantFuture
        switch self.stage {
        case .compiling(let deadline), .starting(let deadline): wake = deadline
        case .serving, .stopping, .ended: break
        }
        let isServing = self.stage == .serving
        for generation in self.generations {
            for member in generation.members {
                wake = min(wake, member.slot.nextWake(after: now))
                for worker in member.dying { wake = min(wake, worker.killAt) }
                if isServing, generation.role == .current { wake = min(wake, member.acceptProgress.nextWake(after: now)) }
            }
            if let drainAt = generation.drainAt { wake = min(wake, drainAt) }
        }
        if isServing, self.compilation?.tookTooLong != true { wake = min(wake, self.course.nextWake) }
        // Asked for during the start, which is over since this pass.
        if isServing, self.course.isIdle, self.course.hasPending { wake = now }
        if isServing, let probation = self.probation { wake = min(wake, probation.nextWake) }
        if isServing { wake = min(wake, self.ownership.nextWake(after: now)) }
        if isServing { wake = min(wake, self.upgrade.nextWake) }
        if let steering = self.steering { wake = min(wake, steering.nextWake(after: now)) }
        if let watchdog = self.watchdog { wake = min(wake, watchdog.nextWake) }
        if self.watchdog != nil, isServing { wake = min(wake, self.probe.nextWake) }
        wake = min(wake, self.controlWake, self.nextTruthWake, self.abortedEvents.nextWake)
        if let start = self.console?.startAt, isServing { wake = min(wake, start) }
        if let start = self.demo?.startAt, self.stage != .stopping { wake = min(wake, start) }
        return wake
    }
}
