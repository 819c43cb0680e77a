internal import IPC
internal import Platform
internal import Settings

/// What is looked at whenever the loop has run: slots, steering, stage, reports, the next wake.
extension GatewaySupervisor {
    func passEnded(at now: Instant) {
        // We were stopped or starved ourselves: heartbeats have not been looked at, so they get a new chance.
        let overslept = self.plannedWake != .distantFuture && now - self.plannedWake > .seconds(1)
        for slot in self.slots.indices {
            if let beat = overslept ? now : self.workers[slot]?.region.snapshot().heartbeat {
                self.handle(.beat(beat), slot: slot, at: now)
            }
            self.handle(.timerFired, slot: slot, at: now)
        }
        let serving = self.slots.map { $0.isServing(at: now) }
        self.steer(at: now)
        self.tendDemo(at: now)
        self.tendConsole(at: now)
        self.advance(serving, at: now)
        self.report(serving.count { $0 }, at: now)
        self.plannedWake = self.nextWake(after: now)
    }

    func steer(at now: Instant) {
        guard self.stage != .stopping,
            let slots = self.steering?.update(self.slots.map { $0.presence(at: now) }, at: now)
        else { return }
        for group in self.groups {
            do throws(SystemCallError) {
                try group.steer(to: slots)
            } catch {
                // The kernel then spreads over all, and what waits on a vacant slot waits for its successor.
                self.log.write(.warning, "cannot steer connections on \(group.address): \(error)")
            }
        }
        self.log.write(.debug, "new connections go to workers \(slots.map(String.init).joined(separator: ", "))")
    }

    func tendDemo(at now: Instant) {
        guard self.stage != .stopping, let demo = self.demo else { return }
        do throws(SystemCallError) {
            try demo.startIfDue(on: self.loop, at: now) { [unowned self] words in
                self.log.write(.error, "the demo provider \(words); starting it again")
            }
        } catch {
            self.log.write(.error, "the demo provider cannot be started: \(error)")
        }
    }

    func advance(_ serving: [Bool], at now: Instant) {
        switch self.stage {
        case .compiling(let deadline):
            guard deadline <= now else { return }
            self.log.write(.error, "kt-compile takes longer than \(Self.compileLimit.components.seconds) s and is killed")
            self.compiler?.send(signal: ChildSignal.kill)
            self.end(status: 1)
        case .starting(let deadline):
            if self.slots.allSatisfy({ $0.phase == .failed }) {
                self.log.write(.error, "no worker can serve this configuration")
                self.end(status: WorkerControl.permanentExitStatus)
            } else if !serving.contains(false) || (deadline <= now && serving.contains(true)) {
                self.stage = .serving
            } else if deadline <= now {
                self.log.write(.error, "no worker got ready within \(Self.bootLimit.components.seconds) s")
                self.end(status: 1)
            }
        case .stopping:
            guard self.slots.allSatisfy({ $0.phase == .gone }) else { return }
            self.log.write(.notice, "stopped")
            self.end(status: 0)
        case .serving, .ended: return
        }
    }

    func statusText(_ servingCount: Int) -> String {
        guard let plan = self.generation?.program.plan else { return "compiling the configuration" }
        let count = servingCount == self.slots.count ? "\(servingCount)" : "\(servingCount) of \(self.slots.count)"
        let noun = self.slots.count == 1 ? "worker" : "workers"
        let addresses = self.listenNames.joined(separator: ", ")
        return "serving on \(addresses) with \(count) \(noun) (pack \(plan.packName) \(plan.packVersion))"
    }

    /// Tells the state file, the service manager, people and the watchdog what has changed, in this order.
    func report(_ servingCount: Int, at now: Instant) {
        if case .ended = self.stage { return }
        if let state = self.state()?.json, state != self.lastState {
            self.lastState = state
            do throws(SystemCallError) {
                try Files.replace(self.statePath, with: Array((state + "\n").utf8))
            } catch {
                self.log.write(.warning, "cannot write the state file: \(error)")
            }
        }
        let status = self.stage == .serving ? self.statusText(servingCount) : self.lastStatus
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
            freshSlots: servingCount, slotCount: self.slots.count, addressesAnswer: self.probe.allAnswer, isExcused: isExcused, at: now)
        if isDue == true { self.manager.alive() }
    }

    var statePath: String { "\(self.options.stateDirectory)/\(GatewayState.fileName)" }

    func state() -> GatewayState? {
        guard let generation = self.generation, !self.slots.isEmpty else { return nil }
        let plan = generation.program.plan
        let workers = self.slots.indices.map { slot in
            GatewayState.Worker(
                slot: slot, pid: self.workers[slot]?.child.pid, generation: generation.number, state: self.slots[slot].stateName,
                restarts: self.slots[slot].restarts)
        }
        let name =
            switch self.stage {
            case .compiling, .starting: "starting"
            case .serving: "serving"
            case .stopping, .ended: "draining"
            }
        return GatewayState(
            pid: ThisProcess.pid, state: name, generation: generation.number, packName: plan.packName,
            packVersion: plan.packVersion, hash: generation.program.hash, listen: self.listenNames,
            adminListen: (self.console?.address ?? plan.adminListen).description, demoPort: self.demo?.port, workers: workers)
    }

    func nextWake(after now: Instant) -> Instant {
        var wake = Instant.distantFuture
        switch self.stage {
        case .compiling(let deadline), .starting(let deadline): wake = deadline
        case .serving, .stopping, .ended: break
        }
        for slot in self.slots { wake = min(wake, slot.nextWake(after: now)) }
        if let steering = self.steering { wake = min(wake, steering.nextWake(after: now)) }
        if let watchdog = self.watchdog { wake = min(wake, watchdog.nextWake) }
        if self.watchdog != nil, self.stage == .serving { wake = min(wake, self.probe.nextWake) }
        if let start = self.console?.startAt, self.stage == .serving { wake = min(wake, start) }
        if let start = self.demo?.startAt, self.stage != .stopping { wake = min(wake, start) }
        return wake
    }
}
