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
        fields.put(4, self.program)
        fields.put(5, self.hash)
        fields.put(6, self.startedAt.nanoseconds)
        fields.put(7, self.drainDeadline?.nanoseconds)
        for member in self.members { fields.put(8) { member.encode(into: &$0) } }
    }

    init(_ fields: TaggedReader) throws(MalformedBytes) {
        guard let role = Role(rawValue: try fields.required(2)) else { throw MalformedBytes() }
        self.init(
            number: try fields.required(1), role: role, cause: try fields.requiredText(3), program: try fields.requiredDescriptor(4),
            hash: try fields.requiredText(5), startedAt: try fields.requiredMoment(6), drainDeadline: try fields.moment(7), members: [])
        for record in try fields.records(8) { self.members.append(try HandOver.Member(record)) }
    }
}

extension HandOver.Member {
    func encode(into fields: inout TaggedWriter) {
        fields.put(1) { self.slot.encode(into: &$0) }
        if let worker = self.worker { fields.put(2) { worker.encode(into: &$0) } }
    }

    init(_ fields: TaggedReader) throws(MalformedBytes) {
        guard let slot = try fields.records(1).first else { throw MalformedBytes() }
        self.init(slot: try HandOver.Slot(slot))
        for record in try fields.records(2) { self.worker = try HandOver.Worker(record) }
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
            servingSince: try fields.moment(5), lastBeat: try fields.moment(6), abortAgainAt: try fields.moment(7), killAt: try fields.moment(8))
    }
}

extension HandOver.Worker {
    func encode(into fields: inout TaggedWriter) {
        self.child.encode(into: &fields)
        fields.put(3, self.channel)
        fields.put(4, self.region)
        fields.put(5, self.spawnedAt.nanoseconds)
        fields.put(6, self.isAssigned)
        fields.put(7, self.nextSequence)
        fields.put(8, self.build)
    }

    init(_ fields: TaggedReader) throws(MalformedBytes) {
        self.init(
            child: try HandOver.Child(fields), channel: try fields.requiredDescriptor(3), region: try fields.requiredDescriptor(4),
            spawnedAt: try fields.requiredMoment(5), isAssigned: try fields.flag(6), nextSequence: try fields.number(7) ?? 0,
            build: try fields.text(8) ?? "")
    }
}

extension HandOver.Dying {
    func encode(into fields: inout TaggedWriter) {
        self.child.encode(into: &fields)
        fields.put(3, self.region)
        fields.put(4, self.generation)
        fields.put(5, self.slot)
        fields.put(6, self.killAt?.nanoseconds)
        fields.put(7, self.spawnedAt.nanoseconds)
    }

    init(_ fields: TaggedReader) throws(MalformedBytes) {
        self.init(
            child: try HandOver.Child(fields), region: try fields.descriptor(3), generation: try fields.required(4),
            slot: try fields.required(5), killAt: try fields.moment(6), spawnedAt: try fields.requiredMoment(7))
    }
}

extension HandOver.Group {
    func encode(into fields: inout TaggedWriter) {
        fields.put(1, self.address)
        for socket in self.sockets { fields.put(2, socket) }
        fields.put(3, self.isRemoved)
    }

    init(_ fields: TaggedReader) throws(MalformedBytes) {
        self.init(address: try fields.requiredText(1), sockets: try fields.descriptors(2), isRemoved: try fields.flag(3))
        guard !self.sockets.isEmpty else { throw MalformedBytes() }
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
        self.child?.encode(into: &fields)
        fields.put(3, self.channel)
        for listener in self.listeners { fields.put(4, listener) }
        for address in self.addresses { fields.put(5) { $0.put(1, address) } }
        fields.put(6, self.startAt?.nanoseconds)
        fields.put(7, self.crashes)
    }

    init(_ fields: TaggedReader) throws(MalformedBytes) {
        self.init(
            child: try HandOver.Child.optional(fields), channel: try fields.descriptor(3), listeners: try fields.descriptors(4), addresses: [],
            startAt: try fields.moment(6), crashes: try fields.number(7) ?? 0)
        for record in try fields.records(5) { self.addresses.append(try record.requiredText(1)) }
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
                record.put(3, client.id)
            }
        }
    }

    init(_ fields: TaggedReader) throws(MalformedBytes) {
        self.init(listener: try fields.requiredDescriptor(1), path: try fields.requiredText(2), clients: [])
        for record in try fields.records(3) {
            self.clients.append(
                HandOver.Client(socket: try record.requiredDescriptor(1), command: try record.requiredText(2), id: try record.required(3)))
        }
    }
}

extension HandOver.Programs {
    func encode(into fields: inout TaggedWriter) {
        fields.put(1, self.build)
        fields.put(2, self.supervisor)
        fields.put(3, self.worker)
        fields.put(4, self.compile)
        fields.put(5, self.demo)
        fields.put(6, self.console)
    }

    init(_ fields: TaggedReader) throws(MalformedBytes) {
        self.init(
            build: try fields.requiredText(1), supervisor: try fields.requiredDescriptor(2), worker: try fields.requiredDescriptor(3),
            compile: try fields.requiredDescriptor(4), demo: try fields.descriptor(5), console: try fields.descriptor(6))
    }
}

extension HandOver.Reload {
    func encode(into fields: inout TaggedWriter) {
        fields.put(1, self.at.nanoseconds)
        fields.put(2, self.generation)
        fields.put(3, self.cause)
        fields.put(4, self.outcome)
        fields.put(5, self.hasSucceeded)
    }

    init(_ fields: TaggedReader) throws(MalformedBytes) {
        self.init(
            at: try fields.requiredMoment(1), generation: try fields.required(2), cause: try fields.requiredText(3),
            outcome: try fields.requiredText(4), hasSucceeded: try fields.flag(5))
    }
}

extension HandOver.Death {
    func encode(into fields: inout TaggedWriter) {
        fields.put(1, self.at.nanoseconds)
        fields.put(2, self.slot)
        fields.put(3, self.generation)
        fields.put(4, self.pid)
        fields.put(5, self.ending)
        fields.put(6, self.served?.nanoseconds)
        fields.put(7, self.words)
    }

    init(_ fields: TaggedReader) throws(MalformedBytes) {
        self.init(
            at: try fields.requiredMoment(1), slot: try fields.required(2), generation: try fields.required(3), pid: try fields.required(4),
            ending: try fields.required(5), served: try fields.number(6, Int64.self).map { .nanoseconds($0) }, words: try fields.requiredText(7))
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
