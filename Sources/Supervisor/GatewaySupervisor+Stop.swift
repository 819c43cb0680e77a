internal import IPC
internal import Platform
internal import Settings

/// The end: drained, forced, or given up.
extension GatewaySupervisor {
    func stopRequested() {
        let now = Instant.now()
        switch self.stage {
        case .compiling: self.end(status: 0)
        case .starting, .serving:
            let drain = Duration.seconds(self.current?.plan.drainSeconds ?? 0)
            self.log.write(.notice, "stopping: open requests have \(drain.components.seconds) s to finish; a second signal ends them")
            self.manager.stopping(status: "draining", within: TimeoutExtension.grant)
            self.stopBegan(deadline: now + drain, at: now)
            self.stage = .stopping
            self.compilation?.child.send(signal: ChildSignal.kill)
            // Names first, then the workers' sockets, then our own: what is queued is still taken by the workers.
            for generation in self.generations {
                for group in generation.groups { group.unlink() }
                generation.takesQueue = true
                let leaving = generation.members.filter(\.slot.isDraining)
                self.drain(generation, until: now + drain, at: now)
                // Those that leave already, by their own deadline, learn that nobody serves after them.
                for member in leaving { self.askToDrain(member, of: generation, at: now) }
                generation.role = .leaving
            }
            for generation in self.generations { for group in generation.groups { group.close() } }
            self.groups = []
            self.answer(self.course.abandonAll() + self.upgrade.finish(), self.result(isGood: false, message: "the gateway is stopping"))
        case .stopping:
            self.log.write(.warning, "ending at once")
            self.end(status: 0)
        case .ended: return
        }
    }

    /// Nothing is waited for any more but the deaths of our children, so that what they had in their hands is told.
    func end(status: CInt) {
        let workers = self.generations.flatMap(\.processes)
        for worker in workers { worker.child.send(signal: ChildSignal.kill) }
        self.compilation?.child.send(signal: ChildSignal.kill)
        self.preflight?.child.send(signal: ChildSignal.kill)
        let deadline = Instant.now() + .seconds(1)
        for worker in workers {
            do throws(SystemCallError) {
                let now = Instant.now()
                guard let ending = try worker.child.wait(max(.zero, deadline - now)) else { continue }
                self.buried(worker, ending, asked: true, at: now)
            } catch {}
        }
        self.flushAbortedEvents()
        for group in self.groups { group.unlink() }
        for group in self.starting?.groups ?? [] { group.unlink() }
        self.demo?.stop(on: self.loop)
        self.console?.stop()
        self.answer(self.course.abandonAll() + self.upgrade.finish(), self.result(isGood: false, message: "the gateway has ended"))
        // Another gateway's file stays.
        if self.lastState != nil { Files.remove(self.statePath) }
        self.stage = .ended(status: status)
    }
}
