internal import Glibc
internal import IPC
internal import Platform
internal import Record
internal import Settings

/// What a dead worker left in its memory, and what follows from it.
extension GatewaySupervisor {
    /// Called once for each worker that has been reaped, before its region is let go. Why it ended.
    func autopsy(of worker: WorkerProcess, ending: ChildProcess.Ending, asked: Bool, at now: Instant) -> Autopsy.Reason {
        let requests = worker.region.requestsInFlight()
        let result = Autopsy(self.facts(worker, ending: ending, asked: asked, requests: requests))
        if worker.culprit == nil, let culprit = result.culprit { self.quarantine(culprit, of: worker, requests, at: now) }
        if let (generation, _) = self.place(of: worker) {
            self.noteAborted(requests, of: worker, generation, at: now)
        }
        return result.reason
    }

    /// Its DYING has come: clients whose connection it broke come back at once, and the body must not meet another worker while this one still
    /// writes its back trace.
    func blame(_ worker: WorkerProcess, at now: Instant) {
        let requests = worker.region.requestsInFlight()
        if let culprit = Autopsy(self.facts(worker, ending: nil, asked: false, requests: requests)).culprit {
            self.quarantine(culprit, of: worker, requests, at: now)
        }
    }

    private typealias Requests = [(index: Int, state: InFlightEntry.State, entry: InFlightEntry)]

    private func facts(_ worker: WorkerProcess, ending: ChildProcess.Ending?, asked: Bool, requests: Requests) -> Autopsy.Facts {
        let signal: Autopsy.OurSignal =
            switch worker.endedBecause {
            case nil: .none
            case .hung: .hang
            case .stalled: .stall
            case .notReady, .drainOver, .notNeeded: .dismissal
            }
        return Autopsy.Facts(
            pid: worker.child.pid, ending: ending, ourSignal: signal, wasAsked: asked,
            memoryRanOut: ending == .killed(signal: ChildSignal.kill) && self.memoryWatch.hasMoved(), lastWords: worker.region.lastWords(),
            flight: worker.region.flight(), silentFlight: worker.silentFlight.flight, requests: requests)
    }

    private func quarantine(_ culprit: Autopsy.Culprit, of worker: WorkerProcess, _ requests: Requests, at now: Instant) {
        worker.culprit = culprit
        let policy = culprit.policyName
        self.tell(self.ledger.quarantine(culprit.fingerprint, policy: policy, at: now), at: now)
        let entry = requests.first { $0.index == culprit.entry }?.entry
        let request = entry.map { "request \(String(decoding: $0.requestID, as: UTF8.self))" } ?? "a request"
        self.log.write(
            .error, "worker \(worker.slot) was ended by \(request) in \(policy); the same body is refused for ten minutes",
            self.fields(worker))
    }

    // MARK: Events

    private func noteAborted(_ requests: Requests, of worker: WorkerProcess, _ generation: Generation, at now: Instant) {
        guard !requests.isEmpty else { return }
        self.log.write(
            .warning, "worker \(worker.slot) left \(requests.count) \(requests.count == 1 ? "request" : "requests") unfinished",
            self.fields(worker) + [("in_flight", requests.count)])
        guard generation.plan.hasAuditLogger else { return }
        let doubtful = AbortedEvents.doubtful(requests, slot: worker.slot, generation: worker.generation)
        var written: Set<String> = []
        do throws(SystemCallError) {
            written = try SpoolBatch.written(
                doubtful, directory: self.spoolDirectory, slot: worker.slot, generation: Int(clamping: worker.generation))
        } catch {
            // Better twice than not at all.
            self.log.write(.warning, "the events of worker \(worker.slot) cannot be read: \(error)", self.fields(worker))
        }
        self.abortedEvents.add(
            AbortedEvents(
                of: (slot: worker.slot, generation: worker.generation), requests: requests, written: written, culprit: worker.culprit,
                plan: generation.plan, hash: generation.program.sealed.hash, endedAt: now))
    }

    private var spoolDirectory: String { "\(self.options.stateDirectory)/spool" }

    /// Writes the next of the events that are owed, a bounded number.
    func tendAbortedEvents(at now: Instant) {
        guard self.abortedEvents.nextWake <= now else { return }
        let directory = self.spoolDirectory
        let start = UTCTime(nanoseconds: WallClock.nanoseconds())
        do throws(SystemCallError) {
            try self.abortedEvents.writeNext(at: now) { events, slot, generation throws(SystemCallError) in
                try SpoolBatch.write(events, directory: directory, slot: slot, generation: Int(clamping: generation), start: start)
            }
        } catch {
            self.log.write(.error, "events of requests that ended with their worker cannot be written, trying again: \(error)")
        }
    }

    /// Writes all that are owed: this process is about to end or to become another program.
    func flushAbortedEvents() {
        while !self.abortedEvents.waiting.isEmpty {
            let before = self.abortedEvents.count
            self.tendAbortedEvents(at: max(self.abortedEvents.nextWake, Instant.now()))
            guard self.abortedEvents.count < before else {
                return self.log.write(.error, "the events of \(before) requests are lost: the spool cannot be written")
            }
        }
    }
}
