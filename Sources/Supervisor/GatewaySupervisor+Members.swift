internal import IPC
internal import Platform
internal import Settings

/// Performs what a slot decides, and tells it what its worker does.
extension GatewaySupervisor {
    func handle(_ event: WorkerSlot.Event, _ member: Member, of generation: Generation, at now: Instant) {
        let action = member.slot.handle(event, at: now, jitter: Double.random(in: -1...1))
        self.perform(action, member, of: generation, at: now)
    }

    func perform(_ action: WorkerSlot.Action, _ member: Member, of generation: Generation, at now: Instant) {
        let slot = member.index
        switch action {
        case .none: return
        case .spawn:
            // A generation that starts spawns each of its members once, so only the current one can go on and on.
            let earliest =
                generation.role == .current
                ? self.spawnGuard.earliestSpawn(poolSize: generation.members.count, at: now) : now
            if earliest > now { return self.handle(.spawnPostponed(until: earliest), member, of: generation, at: now) }
            self.spawn(member, of: generation, at: now)
        case .askToDrain: self.askToDrain(member, of: generation, at: now)
        case .abort(let reason):
            guard let worker = member.worker else { return }
            worker.endedBecause = reason
            worker.silentFlight.confirm(worker.region.flight())
            self.log.write(.error, "worker \(slot) does not answer; ending it with a back trace", self.fields(worker))
            worker.child.send(signal: ChildSignal.abort)
            // One that was stopped can only write its trace when it runs.
            worker.child.send(signal: ChildSignal.resume)
        case .abortAgain: member.worker?.child.send(signal: ChildSignal.abort)
        case .kill(let reason):
            guard let worker = member.worker else { return }
            // The end of the time for its back trace is no reason of its own.
            if worker.endedBecause != .stalled { worker.endedBecause = reason }
            let words =
                switch reason {
                case .notReady: "it did not get ready within \(Self.bootLimit.components.seconds) s"
                case .hung, .stalled: "it does not answer"
                case .drainOver: "the time for open requests is over"
                case .notNeeded: "it serves nobody yet"
                }
            self.log.write(.warning, "worker \(slot) is killed: \(words)", self.fields(worker))
            worker.child.send(signal: ChildSignal.kill)
        }
    }

    func fields(_ worker: WorkerProcess) -> [(String, Int)] {
        [("slot", worker.slot), ("generation", Int(clamping: worker.generation)), ("pid", Int(worker.child.pid))]
    }

    func spawn(_ member: Member, of generation: Generation, at now: Instant) {
        do throws(SystemCallError) {
            let worker = try WorkerProcess(
                generation: generation.number, slot: member.index, executable: generation.programs.worker,
                environment: generation.environment, tableCapacity: generation.plan.connectionsMax, at: now)
            do throws(SystemCallError) {
                try self.watch(worker)
            } catch {
                self.loop.kill(worker.child)
                throw error
            }
            member.worker = worker
            member.acceptProgress = AcceptProgress()
            self.log.write(.debug, "worker \(member.index) starts", self.fields(worker))
        } catch {
            self.log.write(
                .error, "worker \(member.index) cannot be started: \(error)",
                [("slot", member.index), ("generation", Int(clamping: generation.number))])
            self.handle(.spawnFailed, member, of: generation, at: now)
            if generation.role == .starting { self.reloadFailed("worker \(member.index) cannot be started: \(error)") }
        }
    }

    /// Callbacks name generation and slot by the process they are about.
    func watch(_ worker: WorkerProcess) throws(SystemCallError) {
        try worker.watch(
            on: self.loop, message: { [unowned self, unowned worker] in self.receive(worker) },
            ended: { [unowned self, unowned worker] in self.ended(worker) })
    }

    /// Where a process belongs; nil when its generation is forgotten.
    func place(of worker: WorkerProcess) -> (Generation, Member)? {
        guard let generation = self.generations.first(where: { $0.number == worker.generation }),
            worker.slot < generation.members.count
        else { return nil }
        return (generation, generation.members[worker.slot])
    }

    func askToDrain(_ member: Member, of generation: Generation, at now: Instant) {
        guard case .draining(let deadline) = member.slot.phase, let worker = member.worker else { return }
        let milliseconds = UInt32(clamping: max(0, (deadline - now).nanoseconds / 1_000_000))
        do throws(ChannelError) {
            try worker.channel.send(
                .drain(
                    .init(deadlineMilliseconds: milliseconds, takesQueue: generation.takesQueue, isLast: self.stage == .stopping)))
        } catch {
            worker.child.send(signal: ChildSignal.kill)
        }
    }

    func receive(_ worker: WorkerProcess) {
        guard let (generation, member) = self.place(of: worker) else { return }
        do {
            // One that never stops talking has its turn like everybody; the rest is read in the next pass.
            for _ in 0..<WorkerWords.messagesMax {
                switch try worker.channel.receive() {
                case .nothing: return
                case .end:
                    worker.stopListening()
                    // A worker without control socket cannot be led; one that drains or dies is on its way out.
                    if member.worker === worker, !member.slot.isDraining { worker.child.send(signal: ChildSignal.kill) }
                    return
                case .message(let message, _): try self.handle(message, from: worker, member, of: generation)
                }
            }
        } catch {
            self.log.write(.error, "worker \(worker.slot) breaks the protocol (\(error)) and is killed", self.fields(worker))
            worker.stopListening()
            worker.child.send(signal: ChildSignal.kill)
        }
    }

    struct ProtocolBreach: Error { let description: String }

    func handle(_ message: Message, from worker: WorkerProcess, _ member: Member, of generation: Generation) throws {
        let now = Instant.now()
        let slot = worker.slot
        switch message {
        case .hello(let hello):
            guard !worker.isAssigned, hello.pid == worker.child.pid else { throw ProtocolBreach(description: "a HELLO not its own") }
            guard ProtocolRange.ours.common(with: hello.range) != nil else {
                throw ProtocolBreach(description: "speaks versions \(hello.range.lowest) to \(hello.range.highest)")
            }
            try self.assign(worker, member, of: generation)
        case .ready:
            guard worker.isAssigned else { throw ProtocolBreach(description: "READY before its assignment") }
            guard worker.words.isFirstReady() else { throw ProtocolBreach(description: "a second READY") }
            guard member.worker === worker else { return }
            self.handle(.becameReady, member, of: generation, at: now)
            generation.hasServed = true
            let milliseconds = Int((now - worker.spawnedAt).nanoseconds / 1_000_000)
            self.log.write(
                self.stage == .serving && generation.role == .current ? .notice : .debug, "worker \(slot) serves after \(milliseconds) ms",
                self.fields(worker) + [("milliseconds", milliseconds)])
        case .gone(let gone):
            guard worker.words.isFirstGone() else { throw ProtocolBreach(description: "a second GONE") }
            self.log.write(
                .info, "worker \(slot) has finished: \(gone.finished) requests done, \(gone.aborted) cut off",
                self.fields(worker) + [("finished", Int(clamping: gone.finished)), ("aborted", Int(clamping: gone.aborted))])
        case .dying(let signal):
            // Its handler speaks once; what it was at is blamed once.
            guard worker.words.isFirstDying(), worker.dyingSignal == nil else { return }
            self.isDying(worker, signal: signal, member, of: generation, at: now)
        case .resync: worker.truthDelivery.asked(at: now)
        case .assign, .drain, .adopt, .release, .truth, .change, .quiesce, .assignConsole, .configuration, .ask, .answer:
            throw ProtocolBreach(description: "a message that is ours to send")
        case .skipped: return
        }
    }

    func assign(_ worker: WorkerProcess, _ member: Member, of generation: Generation) throws(ChannelError) {
        // One that leaves has been killed, and its addresses may be closed.
        guard generation.role != .leaving, self.stage != .stopping else { return }
        let assign = Message.Assign(
            slot: UInt32(worker.slot), generation: generation.number, workers: UInt32(generation.members.count),
            programHash: generation.program.sealed.hash, demoPort: self.demo?.port ?? 0, stateDirectory: self.options.stateDirectory,
            flags: member.slot.restarts > 0 ? .succeedsCrash : [], listenerCount: UInt16(generation.groups.count), seed: self.seed)
        try worker.assign(
            assign, program: generation.program.file.rawNumber, listeners: generation.groups.map { $0.socket(of: worker.slot) },
            truth: self.truth)
    }

    /// It serves nobody any more: its slot is vacant at once, while it has some seconds for its back trace.
    func isDying(_ worker: WorkerProcess, signal: Int32, _ member: Member, of generation: Generation, at now: Instant) {
        worker.dyingSignal = signal
        self.blame(worker, at: now)
        guard member.worker === worker else { return }
        if member.slot.isDraining { return self.handle(.dying, member, of: generation, at: now) }
        // Nobody succeeds it, so there is nothing to hurry for.
        guard generation.role == .current else { return }
        member.worker = nil
        worker.killAt = now + member.slot.limits.lastTrace
        member.dying.append(worker)
        let fields = self.fields(worker) + [("signal", Int(signal))]
        self.vacate(.dying, member, of: generation, why: "is dying of signal \(signal)", fields, at: now)
    }

    /// The process is reaped: its memory is looked at once, and its slot hears of it unless it has a successor already.
    func ended(_ worker: WorkerProcess) {
        guard let (generation, member) = self.place(of: worker), let ending = reaped(worker.child) else { return }
        // Its last words may still be in the queue.
        self.receive(worker)
        let now = Instant.now()
        self.buried(worker, ending, asked: member.slot.isDraining && member.worker === worker, at: now)
        if let index = member.dying.firstIndex(where: { $0 === worker }) {
            member.dying.remove(at: index)
            self.log.write(.error, "worker \(worker.slot) \(ending.words)", self.fields(worker))
            return
        }
        guard member.worker === worker else { return }
        member.worker = nil
        let isPermanent = ending.isPermanent(hasServed: generation.hasServed)
        self.vacate(.exited(isPermanent: isPermanent), member, of: generation, why: ending.words, self.fields(worker), at: now)
        if member.slot.phase == .gone, ending != .exited(0), worker.endedBecause != .notNeeded {
            self.log.write(.warning, "worker \(worker.slot) \(ending.words) while draining", self.fields(worker))
        }
    }

    /// What is done with every process that has been reaped, once. `asked`: its end was wanted.
    func buried(_ worker: WorkerProcess, _ ending: ChildProcess.Ending, asked: Bool, at now: Instant) {
        let reason = self.autopsy(of: worker, ending: ending, asked: asked, at: now)
        self.retire(worker)
        self.crashReports.prune()
        worker.forget()
        guard !asked else { return }
        let kind: DeathRecord.Kind =
            switch reason {
            case .hang: .hang
            case .outOfMemory: .oom
            case .crash, .asked: .crash
            }
        self.restarts[kind, default: 0] += 1
        self.deaths.append(
            DeathRecord(
                time: currentTimestamp(), slot: worker.slot, generation: worker.generation, pid: worker.child.pid, how: ending.words,
                kind: kind, uptimeMilliseconds: Int((now - worker.spawnedAt).nanoseconds / 1_000_000)))
    }

    /// A slot lost its process. Only the current generation starts another one.
    private func vacate(
        _ event: WorkerSlot.Event, _ member: Member, of generation: Generation, why: String, _ fields: [(String, Int)], at now: Instant
    ) {
        let isAsked = member.slot.isDraining
        if !isAsked, generation.role == .current {
            self.spawnGuard.died(at: now)
            self.probation?.ended(slot: member.index, isPermanent: event == .exited(isPermanent: true), at: now)
        }
        // A slot that is to drain and has no process is gone.
        if generation.role != .current { self.handle(.drainRequested(deadline: now), member, of: generation, at: now) }
        self.handle(event, member, of: generation, at: now)
        let consequence: String
        switch member.slot.phase {
        case .gone where isAsked: return
        case .gone: consequence = "it is not started again"
        case .failed: consequence = "it is not started again with this configuration"
        case .backoff(let until): consequence = "starting again in \((until - now).nanoseconds / 1_000_000) ms"
        case .vacant, .starting, .serving, .ending, .draining: consequence = "starting again at once"
        }
        self.log.write(.error, "worker \(member.index) \(why); \(consequence)", fields)
        if generation.role == .starting { self.reloadFailed("worker \(member.index) \(why)") }
    }
}
