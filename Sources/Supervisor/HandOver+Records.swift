internal import IPC
internal import Platform

// The records within a hand-over. Their numbers are frozen as those of its own fields.

extension HandOver.Child {
    /// Two fields of the record that it is part of.
    func encode(into fields: inout TaggedWriter, pid: UInt16 = 1, pidfd: UInt16 = 2) {
        fields.put(pid, self.pid)
        fields.put(pidfd, self.pidfd)
    }

    init(_ fields: TaggedReader) throws(MalformedBytes) {
        self.init(pid: try fields.required(1), pidfd: try fields.requiredDescriptor(2))
    }

    /// nil: the record names none.
    static func optional(_ fields: TaggedReader) throws(MalformedBytes) -> HandOver.Child? {
        try fields.number(1, Int32.self) == nil ? nil : try HandOver.Child(fields)
    }
}

extension HandOver.Generation {
    func encode(into fields: inout TaggedWriter) {
        fields.put(1, self.number)
        fields.put(2, self.role.rawValue)
        fields.put(3, self.cause)
        fields.put(4, self.sealed)
        fields.put(5, self.programs)
        fields.put(6, self.loadedAt)
        fields.put(7, self.drainAt?.nanoseconds)
        fields.put(8, self.takesQueue)
        for group in self.groups { fields.put(9, group) }
        for group in self.closing { fields.put(10, group) }
        for member in self.members { fields.put(11) { member.encode(into: &$0) } }
    }

    init(_ fields: TaggedReader) throws(MalformedBytes) {
        guard let role = Role(rawValue: try fields.required(2)) else { throw MalformedBytes() }
        self.init(
            number: try fields.required(1), role: role, cause: try fields.requiredText(3), sealed: try fields.required(4),
            programs: try fields.required(5), loadedAt: try fields.requiredText(6), drainAt: try fields.moment(7),
            takesQueue: try fields.flag(8), groups: try fields.numbers(9), closing: try fields.numbers(10), members: [])
        for record in try fields.records(11) { self.members.append(try HandOver.Member(record)) }
    }
}

extension HandOver.Member {
    func encode(into fields: inout TaggedWriter) {
        fields.put(1) { self.slot.encode(into: &$0) }
        fields.put(2, self.since)
        if let worker = self.worker { fields.put(3) { worker.encode(into: &$0) } }
        for worker in self.dying { fields.put(4) { worker.encode(into: &$0) } }
    }

    init(_ fields: TaggedReader) throws(MalformedBytes) {
        guard let slot = try fields.records(1).first else { throw MalformedBytes() }
        self.init(slot: try HandOver.Slot(slot), since: try fields.requiredText(2))
        for record in try fields.records(3) { self.worker = try HandOver.Worker(record) }
        for record in try fields.records(4) { self.dying.append(try HandOver.Worker(record)) }
    }
}

extension HandOver.Slot {
    func encode(into fields: inout TaggedWriter) {
        fields.put(1, self.phase.rawValue)
        fields.put(2, self.phaseAt?.nanoseconds)
        fields.put(3, self.restarts)
        fields.put(4, self.crashes)
        fields.put(5, self.servingSince?.nanoseconds)
        fields.put(6, self.lastBeat?.nanoseconds)
        fields.put(7, self.abortAgainAt?.nanoseconds)
        fields.put(8, self.killAt?.nanoseconds)
    }

    init(_ fields: TaggedReader) throws(MalformedBytes) {
        guard let phase = Phase(rawValue: try fields.required(1)) else { throw MalformedBytes() }
        self.init(
            phase: phase, phaseAt: try fields.moment(2), restarts: try fields.number(3) ?? 0, crashes: try fields.number(4) ?? 0,
            servingSince: try fields.moment(5), lastBeat: try fields.moment(6), abortAgainAt: try fields.moment(7),
            killAt: try fields.moment(8))
    }
}

extension HandOver.Worker {
    func encode(into fields: inout TaggedWriter) {
        self.child.encode(into: &fields)
        fields.put(3, self.channel)
        fields.put(4, self.region)
        fields.put(5, self.spawnedAt.nanoseconds)
        fields.put(6, self.isAssigned)
        fields.put(7, self.sequence)
        for index in self.adopted { fields.put(8, index) }
        fields.put(9, self.endedBecause)
        fields.put(10, self.dyingSignal)
        fields.put(11, self.killAt?.nanoseconds)
        fields.put(12, self.isQuiesced)
    }

    init(_ fields: TaggedReader) throws(MalformedBytes) {
        self.init(
            child: try HandOver.Child(fields), channel: try fields.requiredDescriptor(3), region: try fields.requiredDescriptor(4),
            spawnedAt: try fields.requiredMoment(5), isAssigned: try fields.flag(6), sequence: try fields.required(7),
            adopted: try fields.numbers(8), endedBecause: try fields.number(9), dyingSignal: try fields.number(10),
            killAt: try fields.moment(11), isQuiesced: try fields.flag(12))
    }
}

extension HandOver.Group {
    func encode(into fields: inout TaggedWriter) {
        fields.put(1, self.requested)
        fields.put(2, self.address)
        for socket in self.sockets { fields.put(3, socket) }
        if let steeredTo = self.steeredTo { fields.put(4) { record in for index in steeredTo { record.put(1, index) } } }
        fields.put(5, self.belongsToManager)
    }

    init(_ fields: TaggedReader) throws(MalformedBytes) {
        self.init(requested: try fields.requiredText(1), address: try fields.requiredText(2), sockets: try fields.descriptors(3))
        for record in try fields.records(4) { self.steeredTo = try record.numbers(1) }
        self.belongsToManager = try fields.flag(5)
        guard !self.sockets.isEmpty else { throw MalformedBytes() }
    }
}

extension HandOver.Programs {
    func encode(into fields: inout TaggedWriter) {
        fields.put(1, self.worker)
        fields.put(2, self.compile)
    }

    init(_ fields: TaggedReader) throws(MalformedBytes) {
        self.init(worker: try fields.requiredDescriptor(1), compile: try fields.requiredDescriptor(2))
    }
}

extension HandOver.WayBack {
    func encode(into fields: inout TaggedWriter) {
        fields.put(1, self.build)
        fields.put(2, self.supervisor)
        fields.put(3, self.programs)
        fields.put(4, self.demo)
        fields.put(5, self.console)
    }

    init(_ fields: TaggedReader) throws(MalformedBytes) {
        self.init(
            build: try fields.requiredText(1), supervisor: try fields.requiredDescriptor(2), programs: try fields.required(3),
            demo: try fields.descriptor(4), console: try fields.descriptor(5))
    }
}

extension HandOver.LastGood {
    func encode(into fields: inout TaggedWriter) {
        fields.put(1, self.sealed)
        fields.put(2, self.programs)
    }

    init(_ fields: TaggedReader) throws(MalformedBytes) {
        self.init(sealed: try fields.required(1), programs: try fields.required(2))
    }
}

extension HandOver.Probation {
    func encode(into fields: inout TaggedWriter) {
        fields.put(1, self.end.nanoseconds)
        for count in self.ends { fields.put(2, count) }
        fields.put(3, self.hasFailed)
    }

    init(_ fields: TaggedReader) throws(MalformedBytes) {
        self.init(end: try fields.requiredMoment(1), ends: try fields.numbers(2), hasFailed: try fields.flag(3))
    }
}

extension HandOver.Demo {
    func encode(into fields: inout TaggedWriter) {
        self.child?.encode(into: &fields)
        fields.put(3, self.port)
        fields.put(4, self.listener)
        fields.put(5, self.lifelineOurs)
        fields.put(6, self.lifelineTheirs)
        fields.put(7, self.startedAt.nanoseconds)
        fields.put(8, self.startAt?.nanoseconds)
        fields.put(9, self.crashes)
    }

    init(_ fields: TaggedReader) throws(MalformedBytes) {
        self.init(
            port: try fields.required(3), listener: try fields.requiredDescriptor(4), lifelineOurs: try fields.requiredDescriptor(5),
            lifelineTheirs: try fields.requiredDescriptor(6), child: try HandOver.Child.optional(fields),
            startedAt: try fields.requiredMoment(7), startAt: try fields.moment(8), crashes: try fields.number(9) ?? 0)
    }
}

extension HandOver.Console {
    func encode(into fields: inout TaggedWriter) {
        for child in self.leaving { fields.put(1) { child.encode(into: &$0) } }
        for listener in self.listeners { fields.put(2, listener) }
        fields.put(3, self.requested)
        fields.put(4, self.address)
    }

    init(_ fields: TaggedReader) throws(MalformedBytes) {
        self.init(
            leaving: [], listeners: try fields.descriptors(2), requested: try fields.requiredText(3), address: try fields.requiredText(4))
        for record in try fields.records(1) { self.leaving.append(try HandOver.Child(record)) }
    }
}

extension HandOver.Control {
    func encode(into fields: inout TaggedWriter) {
        fields.put(1, self.listener)
        fields.put(2, self.path)
        for client in self.clients {
            fields.put(3) { record in
                record.put(1, client.socket)
                record.put(2, client.command)
                record.put(3, raw: client.pendingOutput)
            }
        }
    }

    init(_ fields: TaggedReader) throws(MalformedBytes) {
        self.init(listener: try fields.requiredDescriptor(1), path: try fields.requiredText(2), clients: [])
        for record in try fields.records(3) {
            self.clients.append(
                HandOver.Client(
                    socket: try record.requiredDescriptor(1), command: try record.requiredText(2), pendingOutput: record.raw(3)))
        }
    }
}

extension HandOver.Reload {
    func encode(into fields: inout TaggedWriter) {
        fields.put(1, self.time)
        fields.put(2, self.generation)
        fields.put(3, self.hash)
        fields.put(4, self.cause)
        fields.put(5, self.result)
        fields.put(6, self.message)
    }

    init(_ fields: TaggedReader) throws(MalformedBytes) {
        self.init(
            time: try fields.requiredText(1), generation: try fields.required(2), hash: try fields.requiredText(3),
            cause: try fields.requiredText(4), result: try fields.requiredText(5), message: try fields.requiredText(6))
    }
}

extension HandOver.Death {
    func encode(into fields: inout TaggedWriter) {
        fields.put(1, self.time)
        fields.put(2, self.slot)
        fields.put(3, self.generation)
        fields.put(4, self.pid)
        fields.put(5, self.how)
        fields.put(6, self.kind)
        fields.put(7, self.uptimeMilliseconds)
    }

    init(_ fields: TaggedReader) throws(MalformedBytes) {
        self.init(
            time: try fields.requiredText(1), slot: try fields.required(2), generation: try fields.required(3),
            pid: try fields.required(4), how: try fields.requiredText(5), kind: try fields.requiredText(6),
            uptimeMilliseconds: try fields.required(7))
    }
}

extension HandOver.Count {
    func encode(into fields: inout TaggedWriter) {
        fields.put(1, self.name)
        fields.put(2, self.count)
    }

    init(_ fields: TaggedReader) throws(MalformedBytes) {
        self.init(name: try fields.requiredText(1), count: try fields.required(2))
    }
}

extension HandOver.Part {
    func encode(into fields: inout TaggedWriter) {
        fields.put(1, self.name)
        fields.put(2, raw: self.bytes)
        for descriptor in self.descriptors { fields.put(3, descriptor) }
    }

    init(_ fields: TaggedReader) throws(MalformedBytes) {
        self.init(name: try fields.requiredText(1), bytes: fields.raw(2), descriptors: try fields.descriptors(3))
    }
}
