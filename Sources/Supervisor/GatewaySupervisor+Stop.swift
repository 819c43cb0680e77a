internal import IPC
internal import Platform
internal import Settings

/// The end: drained, forced, or given up.
extension GatewaySupervisor {
    func stopRequested() {
        let now = Instant.now()
        switch self.stage {
        case .compiling:
            self.compiler?.send(signal: ChildSignal.kill)
            self.end(status: 0)
        case .starting, .serving:
            let drain = Duration.seconds(self.generation?.program.plan.drainSeconds ?? 0)
            self.log.write(.notice, "stopping: open requests have \(drain.components.seconds) s to finish; a second signal ends them")
            self.manager.stopping(status: "draining", within: drain + .seconds(10))
            self.stage = .stopping
            // Names first, then the workers' sockets, then our own: what is queued is still taken by the workers.
            for group in self.groups { group.unlink() }
            for slot in self.slots.indices { self.handle(.drainRequested(deadline: now + drain), slot: slot, at: now) }
            self.groups = []
        case .stopping:
            self.log.write(.warning, "ending at once")
            self.end(status: 0)
        case .ended: return
        }
    }

    func end(status: CInt) {
        for worker in self.workers { worker?.child.send(signal: ChildSignal.kill) }
        for group in self.groups { group.unlink() }
        self.demo?.stop()
        self.console?.stop()
        // Another gateway's file stays.
        if !self.lastState.isEmpty { Files.remove(self.statePath) }
        self.stage = .ended(status: status)
    }
}
