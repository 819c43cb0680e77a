internal import IPC
internal import Platform
internal import Settings

/// The first steps of an image that takes over from another one in the same process.
extension GatewaySupervisor {
    /// Runs an image that was executed with an order; returns the exit status.
    static func runAdopted(_ order: HandOverOrder, _ options: SupervisorOptions, _ log: EventLog) -> CInt {
        let supervisor: GatewaySupervisor
        // What has been taken over is kept until it serves, or until the image before has it again.
        var taken: GatewaySupervisor?
        defer { withExtendedLifetime(taken) {} }
        var descriptors: [CInt] = []
        do throws(AdoptionProblem) {
            let adoption = try Adoption(order, programDirectory: options.programDirectory)
            descriptors = adoption.handOver.descriptors
            supervisor = try GatewaySupervisor(adopting: adoption, options, log)
            taken = supervisor
            do throws(SystemCallError) { try supervisor.watchAll() } catch { throw AdoptionProblem(error.description) }
            supervisor.takeUp(adoption, reason: ThisProcess.environmentValue(HandOverOrder.reasonVariable))
        } catch {
            return Self.refuse(order, descriptors, reason: error.words, log)
        }
        do throws(SystemCallError) { return try supervisor.serve() } catch {
            log.write(.error, "cannot go on: \(error)")
            return 1
        }
    }

    /// Executes the image that handed over, which goes on as if nothing had been. Returns only when that fails too.
    private static func refuse(_ order: HandOverOrder, _ descriptors: [CInt], reason: String, _ log: EventLog) -> CInt {
        guard case .takeOver(let back) = order.kind else {
            log.write(.error, "cannot take over again: \(reason)")
            return 1
        }
        let next = HandOverOrder(file: order.file, kind: .refused)
        do throws(SystemCallError) {
            let program = try Files.openPath("/proc/self/fd/\(back)")
            throw Execution.replace(
                with: program, arguments: ThisProcess.arguments, environment: next.environment(ThisProcess.environment, reason: reason),
                keeping: descriptors + [order.file])
        } catch {
            log.write(.error, "cannot take over: \(reason); and cannot execute the build before: \(error)")
            return 1
        }
    }

    /// Takes possession of everything; nothing can fail.
    func takePossession(of adoption: Adoption, programs held: [Programs]) {
        let handOver = adoption.handOver
        let sealed = zip(adoption.sealed, handOver.sealed).map { sealed, number in
            HeldProgram(sealed, file: HeldFile(OwnedDescriptor(adopting: number)))
        }
        let groups = zip(adoption.addresses, handOver.groups).map { addresses, group in
            ListenerGroup(
                adopting: group.sockets, requested: addresses.requested, address: addresses.real,
                steeredTo: group.steeredTo?.map { Int($0) }, belongsToManager: group.belongsToManager)
        }
        func chosen(_ places: [UInt32]) -> [ListenerGroup] { places.map { groups[Int($0)] } }
        self.generationNumber = handOver.lastGeneration
        for record in handOver.generations {
            let program = sealed[Int(record.sealed)]
            let generation = Generation(
                number: record.number, program: program, cause: ReloadCause(rawValue: record.cause) ?? .signal,
                programs: held[Int(record.programs)], environment: self.environment, limits: Self.limits(program.sealed.plan),
                groups: chosen(record.groups), role: record.role == .current ? .current : .leaving, loadedAt: record.loadedAt)
            generation.hasServed = true
            (generation.takesQueue, generation.drainAt, generation.closing) = (record.takesQueue, record.drainAt, chosen(record.closing))
            for (member, record) in zip(generation.members, record.members) {
                func worker(_ worker: HandOver.Worker) -> WorkerProcess? {
                    adoption.regions[worker.region].map {
                        WorkerProcess(adopting: worker, region: $0, generation: generation.number, slot: member.index)
                    }
                }
                member.slot = WorkerSlot(record.slot, limits: generation.limits)
                member.worker = record.worker.flatMap(worker)
                member.dying = record.dying.compactMap(worker)
                member.resume(since: record.since)
            }
            self.generations.append(generation)
        }
        self.take(chosen(handOver.inForce))
        self.indexCount = Int(handOver.indexCount)
        let steered = self.groups.max { $0.count < $1.count }?.steeredTo
        self.steering = SlotSteering(indexCount: self.indexCount, chosen: steered, at: Instant.now())
        self.ownership = QueueOwnership(indexCount: self.indexCount, adopters: self.adopters)
        self.lastGood = handOver.lastGood.map { LastGood(program: sealed[Int($0.sealed)], programs: held[Int($0.programs)]) }
        self.probation = handOver.probation.map(Probation.init)
        self.stateLock = handOver.stateLock.map { HeldFile(OwnedDescriptor(adopting: $0)) }
        self.ledger = TruthLedger(adoption.truth, at: Instant.now())
        self.metricsLedger = MetricsLedger(retired: adoption.retired)
        for entry in handOver.reloads {
            self.reloadHistory.append(
                .init(
                    time: entry.time, generation: entry.generation, hash: entry.hash, cause: ReloadCause(rawValue: entry.cause) ?? .signal,
                    result: ReloadHistory.Entry.Result(rawValue: entry.result) ?? .failed, message: entry.message))
        }
        for death in handOver.deaths {
            self.deaths.append(
                DeathRecord(
                    time: death.time, slot: Int(death.slot), generation: death.generation, pid: death.pid, how: death.how,
                    kind: DeathRecord.Kind(rawValue: death.kind) ?? .crash, uptimeMilliseconds: Int(death.uptimeMilliseconds)))
        }
        for count in handOver.restarts {
            if let kind = DeathRecord.Kind(rawValue: count.name) { self.restarts[kind] = Int(clamping: count.count) }
        }
    }

    /// Who of the current generation was sent whose sockets, by index.
    private var adopters: [Int?] {
        var adopters = [Int?](repeating: nil, count: self.indexCount)
        for member in self.current?.members ?? [] {
            for index in member.worker?.adopted ?? [] where index < adopters.count { adopters[index] = member.index }
        }
        return adopters
    }

    /// Everything that can speak to us is listened to.
    private func watchAll() throws(SystemCallError) {
        for worker in self.generations.flatMap(\.processes) { try self.watch(worker) }
        try self.demo?.watch(on: self.loop) { [unowned self] words in self.demoEnded(words) }
        try self.console?.adopt(leaving: self.leavingConsoles, on: self.loop)
        self.leavingConsoles = []
        try self.watchSignals()
    }

    /// Those who wait on the control socket wait on; without one, a new one takes its place.
    private func adoptControl(_ handedOver: HandOver.Control?) {
        guard let handedOver else { return }
        do throws(SystemCallError) {
            let control = try ControlSocket(
                adopting: OwnedDescriptor(adopting: handedOver.listener), path: handedOver.path, on: self.loop, handler: self)
            self.control = control
            for client in handedOver.clients {
                let socket = OwnedDescriptor(adopting: client.socket)
                guard let command = ControlCommand(rawValue: client.command) else { continue }
                let client = try ControlClient(adopting: socket, command: command, pendingOutput: client.pendingOutput)
                try control.adopt(client)
                // The reload that it waits for was to come after the upgrade.
                if command == .reload { self.requestReload(for: client) }
            }
        } catch {
            self.log.write(.error, "who waits on the control socket cannot be answered: \(error)")
        }
    }

    /// It is ours from here on.
    private func takeUp(_ adoption: Adoption, reason: String?) {
        let handOver = adoption.handOver
        ThisProcess.setName("kt-supervisor")
        // First, so that a reload that somebody waits for is this one.
        if case .takeOver = adoption.order.kind { self.requestReload(cause: .upgrade) }
        self.adoptControl(handOver.control)
        // What is due is looked at as soon as the loop runs.
        self.plannedWake = Instant.now()
        if let plan = self.current?.plan { self.heed(plan) }
        self.lastStatus = self.statusText(self.current?.members.count { $0.slot.isReady } ?? 0)
        // The hand-over has been read.
        _ = OwnedDescriptor(adopting: adoption.order.file)
        switch adoption.order.kind {
        case .takeOver:
            self.log.write(.notice, "build \(Build.version) takes over from build \(handOver.wayBack?.build ?? "?"); its own workers start")
        case .refused: self.upgradeFailed(reason.map { "the new build cannot take over: \($0)" } ?? "the new build cannot take over")
        case .comeBack: self.upgradeFailed(handOver.reason)
        }
    }
}
