internal import IPC
internal import Platform
internal import Settings

/// Performs what a slot decides, and tells it what its worker does.
extension GatewaySupervisor {
    func handle(_ event: WorkerSlot.Event, slot: Int, at now: Instant) {
        self.perform(self.slots[slot].handle(event, at: now), slot: slot, at: now)
    }

    func perform(_ action: WorkerSlot.Action, slot: Int, at now: Instant) {
        switch action {
        case .none: return
        case .spawn: self.spawn(slot, at: now)
        case .askToDrain: self.askToDrain(slot, at: now)
        case .abort:
            self.log.write(.error, "worker \(slot) does not answer; ending it with a back trace", self.fields(slot))
            self.workers[slot]?.child.send(signal: ChildSignal.abort)
        case .abortAgain: self.workers[slot]?.child.send(signal: ChildSignal.abort)
        case .kill(let reason):
            let words =
                switch reason {
                case .notReady: "it did not get ready within \(Self.bootLimit.components.seconds) s"
                case .hung: "it does not answer"
                case .drainOver: "the time for open requests is over"
                case .notNeeded: "it serves nobody yet"
                }
            self.log.write(.warning, "worker \(slot) is killed: \(words)", self.fields(slot))
            self.workers[slot]?.child.send(signal: ChildSignal.kill)
        }
    }

    func fields(_ slot: Int) -> [(String, Int)] {
        [("slot", slot), ("generation", Int(self.generation?.number ?? 0)), ("pid", Int(self.workers[slot]?.child.pid ?? 0))]
    }

    func spawn(_ slot: Int, at now: Instant) {
        do throws(SystemCallError) {
            let worker = try WorkerProcess(slot: slot, executable: self.programs.worker, environment: self.environment,
                tableCapacity: self.generation?.program.plan.connectionsMax ?? 1, at: now)
            self.workers[slot] = worker
            try worker.watch(
                on: self.loop, message: { [unowned self] in self.receive(slot) }, ended: { [unowned self] in self.ended(slot) })
            self.log.write(.debug, "worker \(slot) starts", self.fields(slot))
        } catch {
            self.log.write(.error, "worker \(slot) cannot be started: \(error)", self.fields(slot))
            self.workers[slot]?.child.send(signal: ChildSignal.kill)
            self.workers[slot] = nil
            self.handle(.spawnFailed, slot: slot, at: now)
        }
    }

    func askToDrain(_ slot: Int, at now: Instant) {
        guard case .draining(let deadline) = self.slots[slot].phase, let worker = self.workers[slot] else { return }
        let milliseconds = UInt32(clamping: max(0, (deadline - now).nanoseconds / 1_000_000))
        do throws(ChannelError) {
            try worker.channel.send(.drain(.init(deadlineMilliseconds: milliseconds, takesQueue: true)))
        } catch {
            worker.child.send(signal: ChildSignal.kill)
        }
    }

    func receive(_ slot: Int) {
        guard let worker = self.workers[slot] else { return }
        do {
            while true {
                switch try worker.channel.receive() {
                case .nothing: return
                case .end:
                    worker.stopListening()
                    // A worker without control socket cannot be led; one that drains is on its way out.
                    if case .draining = self.slots[slot].phase { return }
                    worker.child.send(signal: ChildSignal.kill)
                    return
                case .message(let message, _): try self.handle(message, slot: slot, worker: worker)
                }
            }
        } catch {
            self.log.write(.error, "worker \(slot) breaks the protocol (\(error)) and is killed", self.fields(slot))
            worker.stopListening()
            worker.child.send(signal: ChildSignal.kill)
        }
    }

    struct ProtocolBreach: Error { let description: String }

    func handle(_ message: Message, slot: Int, worker: WorkerProcess) throws {
        let now = Instant.now()
        switch message {
        case .hello(let hello):
            guard !worker.isAssigned, hello.pid == worker.child.pid else { throw ProtocolBreach(description: "a HELLO not its own") }
            guard ProtocolRange.ours.common(with: hello.range) != nil else {
                throw ProtocolBreach(description: "speaks versions \(hello.range.lowest) to \(hello.range.highest)")
            }
            try self.assign(slot, worker)
        case .ready:
            guard worker.isAssigned else { throw ProtocolBreach(description: "READY before its assignment") }
            self.handle(.becameReady, slot: slot, at: now)
            let milliseconds = Int((now - worker.spawnedAt).nanoseconds / 1_000_000)
            self.log.write(
                self.stage == .serving ? .notice : .debug, "worker \(slot) serves after \(milliseconds) ms",
                self.fields(slot) + [("milliseconds", milliseconds)])
        case .gone(let gone):
            self.log.write(
                .info, "worker \(slot) has finished: \(gone.finished) requests done, \(gone.aborted) cut off",
                self.fields(slot) + [("finished", Int(clamping: gone.finished)), ("aborted", Int(clamping: gone.aborted))])
        case .resync, .dying: return
        case .assign, .drain, .adopt, .release, .truth, .change, .quiesce, .assignConsole, .configuration, .ask, .answer: throw ProtocolBreach(description: "a message that is ours to send")
        case .skipped: return
        }
    }

    func assign(_ slot: Int, _ worker: WorkerProcess) throws(ChannelError) {
        guard let generation = self.generation else { return }
        let assign = Message.Assign(
            slot: UInt32(slot), generation: generation.number, workers: UInt32(self.slots.count),
            programHash: generation.program.hash, demoPort: self.demo?.port ?? 0, stateDirectory: self.options.stateDirectory,
            flags: self.slots[slot].restarts > 0 ? .succeedsCrash : [], listenerCount: UInt16(self.groups.count), seed: self.seed)
        try worker.assign(
            assign, program: generation.programFile.rawNumber, listeners: self.groups.map { $0.socket(of: slot) })
    }

    func ended(_ slot: Int) {
        guard let worker = self.workers[slot], let ending = reaped(worker.child) else { return }
        // Its last words may still be in the queue.
        self.receive(slot)
        let now = Instant.now()
        let fields = self.fields(slot)
        worker.forget()
        self.workers[slot] = nil
        self.ledger.retire(worker.region, targets: self.generation?.program.plan.targets ?? [])
        let wasHung = self.slots[slot].phase == .ending
        self.handle(.exited(isPermanent: ending == .exited(WorkerControl.permanentExitStatus)), slot: slot, at: now)
        switch self.slots[slot].phase {
        case .gone: break
        default: self.ledger.note(wasHung ? .hang : .crash)
        }
        let consequence: String
        switch self.slots[slot].phase {
        case .gone:
            if ending != .exited(0) { self.log.write(.warning, "worker \(slot) \(ending.words) while draining", fields) }
            return
        case .failed: consequence = "it is not started again with this configuration"
        case .backoff(let until): consequence = "starting again in \((until - now).nanoseconds / 1_000_000) ms"
        case .vacant, .starting, .serving, .ending, .draining: consequence = "starting again at once"
        }
        self.log.write(.error, "worker \(slot) \(ending.words); \(consequence)", fields)
    }
}
