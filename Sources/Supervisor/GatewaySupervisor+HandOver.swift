internal import IPC
internal import Metrics
internal import Platform
internal import Settings

/// Objects by their places in a list of a hand-over, each once.
private struct Places<Object: AnyObject> {
    private(set) var objects: [Object] = []

    mutating func place(of object: Object) -> UInt32 {
        if let index = self.objects.firstIndex(where: { $0 === object }) { return UInt32(index) }
        self.objects.append(object)
        return UInt32(self.objects.count - 1)
    }
}

/// What the next image of this process goes on from.
extension GatewaySupervisor {
    /// `home`: the build that goes on if the other does not. Every descriptor is lent: nothing may change until the image is replaced.
    func handOver(_ purpose: HandOver.Purpose, home: WayBack, reason: String = "") -> HandOver {
        var (sealed, programs, groups) = (Places<HeldProgram>(), Places<Programs>(), Places<ListenerGroup>())
        var value = HandOver(
            purpose: purpose, supervisorPid: ThisProcess.pid, startedAt: self.startedAt, seed: self.seed, directory: self.homeDirectory,
            lastGeneration: self.generationNumber)
        value.inForce = self.groups.map { groups.place(of: $0) }
        value.indexCount = UInt32(self.indexCount)
        for generation in self.generations {
            value.generations.append(
                HandOver.Generation(
                    number: generation.number, role: generation.role == .current ? .current : .leaving, cause: generation.cause.rawValue,
                    sealed: sealed.place(of: generation.program), programs: programs.place(of: generation.programs),
                    loadedAt: generation.loadedAt, drainAt: generation.drainAt, takesQueue: generation.takesQueue,
                    // A closed one has nothing to hand over, and nobody asks for it again.
                    groups: generation.groups.filter { $0.count > 0 }.map { groups.place(of: $0) },
                    closing: generation.closing.map { groups.place(of: $0) },
                    members: generation.members.map { member in
                        HandOver.Member(
                            slot: member.slot.handOver, since: member.since, worker: member.worker?.handOver,
                            dying: member.dying.map(\.handOver))
                    }))
        }
        value.lastGood = self.lastGood.map {
            HandOver.LastGood(sealed: sealed.place(of: $0.program), programs: programs.place(of: $0.programs))
        }
        value.probation = self.probation?.handOver
        value.demo = self.demo?.handOver
        value.console = self.console?.handOver
        value.control = self.control.map { control in
            HandOver.Control(
                listener: control.rawNumber, path: control.path,
                clients: control.waitingClients.compactMap { client in
                    guard let number = client.rawNumber, let command = client.command else { return nil }
                    return HandOver.Client(socket: number, command: command.rawValue, pendingOutput: client.pendingOutput)
                })
        }
        value.retiredMetrics = self.metricsLedger.retired.encode()
        value.stateLock = self.stateLock.map(\.rawNumber)
        value.truth = self.truth.encode()
        value.reloads = self.reloadHistory.entries.map {
            HandOver.Reload(
                time: $0.time, generation: $0.generation, hash: $0.hash, cause: $0.cause.rawValue, result: $0.result.rawValue,
                message: $0.message)
        }
        value.deaths = self.deaths.elements.map {
            HandOver.Death(
                time: $0.time, slot: UInt32($0.slot), generation: $0.generation, pid: $0.pid, how: $0.how, kind: $0.kind.rawValue,
                uptimeMilliseconds: Int64($0.uptimeMilliseconds))
        }
        value.restarts = self.restarts.map { HandOver.Count(name: $0.key.rawValue, count: UInt64(clamping: $0.value)) }
        value.wayBack = HandOver.WayBack(
            build: home.build, supervisor: home.supervisor.rawNumber, programs: programs.place(of: home.programs),
            demo: home.demo.flatMap { $0 === self.demo?.program || purpose == .wayBack ? $0.rawNumber : nil },
            console: home.console?.rawNumber)
        value.reason = reason
        value.sealed = sealed.objects.map(\.file.rawNumber)
        value.programs = programs.objects.map { HandOver.Programs(worker: $0.worker.rawNumber, compile: $0.compile.rawNumber) }
        value.groups = groups.objects.map { group in
            HandOver.Group(
                requested: group.requested.description, address: group.address.description, sockets: group.allSockets,
                steeredTo: group.steeredTo?.map { UInt32($0) }, belongsToManager: group.belongsToManager)
        }
        return value
    }
}

extension Probation {
    var handOver: HandOver.Probation {
        HandOver.Probation(end: self.end, ends: self.ends.map { UInt32(clamping: $0) }, hasFailed: self.hasFailed)
    }
}

/// A build that goes on if the next one does not: its programs, held whatever is on disk.
final class WayBack {
    let build: String
    let supervisor: HeldFile
    let programs: Programs
    let demo: HeldFile?
    let console: HeldFile?

    init(build: String, supervisor: HeldFile, programs: Programs, demo: HeldFile?, console: HeldFile?) {
        self.build = build
        self.supervisor = supervisor
        self.programs = programs
        self.demo = demo
        self.console = console
    }
}
