internal import Glibc
internal import IPC
internal import Platform
internal import Settings

/// The process tree of one gateway: waits for events and performs what the value types decide.
public final class GatewaySupervisor {
    private enum Stage: Equatable {
        case compiling(deadline: Instant)
        /// READY is owed.
        case starting(deadline: Instant)
        case serving
        case stopping
        case ended(status: CInt)
    }

    /// One configuration in force. The next issue's reload makes a second one beside it.
    private final class Generation {
        let number: UInt64
        let program: SealedProgram
        let programFile: OwnedDescriptor

        init(number: UInt64, program: SealedProgram, file: consuming OwnedDescriptor) {
            self.number = number
            self.program = program
            self.programFile = file
        }
    }

    private final class Programs {
        let compile: OwnedDescriptor
        let worker: OwnedDescriptor

        init(directory: String) throws(SystemCallError) {
            self.compile = try Files.openPath("\(directory)/kt-compile")
            self.worker = try Files.openPath("\(directory)/kt-worker")
        }
    }

    private static let compileLimit = Duration.seconds(30)
    private static let bootLimit = Duration.seconds(10)

    private let options: SupervisorOptions
    private let loop: ServiceLoop
    private let manager = ServiceManager()
    private let directory: String
    private let programs: Programs
    private let environment: [String]
    private let startedAt: Instant
    private var log: EventLog
    private var stage: Stage
    private var signalSources: [ServiceLoop.Source] = []
    private var watchdog: WatchdogRule?
    private let probe = AddressProbe()

    private var compiler: ChildProcess?
    private var compilerSource: ServiceLoop.Source?

    private var generation: Generation?
    private var groups: [ListenerGroup] = []
    private var slots: [WorkerSlot] = []
    private var workers: [WorkerProcess?] = []
    private var steering: SlotSteering?
    private var demo: DemoProcess?

    private var plannedWake = Instant.distantFuture
    /// With real ports; also known after the sockets are closed.
    private var listenNames: [String] = []
    private var lastStatus = ""
    private var lastState = ""

    /// Runs a gateway until it ends and returns the exit status: 0 asked to end, 1 could not serve, 2 wrong usage.
    public static func run(arguments: [String]) -> CInt {
        if arguments.contains("--help") {
            print(SupervisorOptions.usage)
            return 0
        }
        if arguments == ["--version"] {
            print("kt-supervisor \(Build.version)")
            return 0
        }
        var log = EventLog()
        let options: SupervisorOptions
        do throws(UsageError) {
            options = try SupervisorOptions(
                arguments, environment: ThisProcess.environmentValue, defaultStateDirectory: Self.defaultStateDirectory)
        } catch {
            log.form = .text
            log.write(.error, error.message)
            log.write(.error, "see kt gateway run --help")
            return 2
        }
        do throws(SystemCallError) {
            return try GatewaySupervisor(options, log).runToEnd()
        } catch {
            log.write(.error, "cannot start: \(error)")
            return 1
        }
    }

    /// `/var/lib/keeptrusts` for who may write there, else a directory of the user's own.
    private static func defaultStateDirectory() -> String {
        let system = "/var/lib/keeptrusts"
        if Files.isWritableDirectory(system) || (!Files.exists(system) && Files.isWritableDirectory("/var/lib")) { return system }
        guard let home = ThisProcess.environmentValue("HOME"), home.hasPrefix("/") else { return system }
        return "\(home)/.local/state/keeptrusts"
    }

    private init(_ options: SupervisorOptions, _ log: EventLog) throws(SystemCallError) {
        self.options = options
        self.log = log
        self.startedAt = Instant.now()
        self.stage = .compiling(deadline: self.startedAt + Self.compileLimit)
        self.loop = try ServiceLoop()
        guard let directory = options.programDirectory ?? ThisProcess.executableDirectory else {
            throw SystemCallError("readlink /proc/self/exe", errno: ENOENT)
        }
        self.directory = directory
        self.programs = try Programs(directory: directory)
        self.environment = ChildEnvironment.lines(ThisProcess.environment, apiToken: options.apiToken)
        self.watchdog = WatchdogRule(
            microseconds: ThisProcess.environmentValue("WATCHDOG_USEC"), pid: ThisProcess.environmentValue("WATCHDOG_PID"),
            ownPid: ThisProcess.pid, at: self.startedAt)
    }

    private func runToEnd() throws(SystemCallError) -> CInt {
        ThisProcess.setName("kt-supervisor")
        ThisProcess.ignore(signal: SIGPIPE)
        ThisProcess.raiseDescriptorLimit()
        try Files.createDirectories(self.options.stateDirectory)
        self.signalSources = [
            try self.loop.onSignal(SIGTERM) { [unowned self] in self.stopRequested() },
            try self.loop.onSignal(SIGINT) { [unowned self] in self.stopRequested() },
            try self.loop.onSignal(SIGHUP) { [unowned self] in
                self.log.write(.warning, "reload is not available in this version; restart the gateway to apply a new configuration")
            },
        ]
        let programFile = try MemoryFile.create("kt-program", size: 0)
        try self.startCompiler(programFile.rawNumber)
        var pending: OwnedDescriptor? = programFile
        while true {
            try self.loop.runPass(until: self.plannedWake)
            if let child = self.compiler, let ending = reaped(child) {
                self.compiler = nil
                self.compilerSource?.cancel()
                if let file = pending.take() { self.compiled(ending, file) }
            }
            self.passEnded(at: Instant.now())
            if case .ended(let status) = self.stage { return status }
        }
    }

    // MARK: Start

    private func startCompiler(_ programFile: CInt) throws(SystemCallError) {
        let plan = SpawnPlan(
            arguments: ["kt-compile"] + self.options.configurationArguments, environment: self.environment, descriptors: [programFile])
        let child = try ChildProcess(self.programs.compile, plan)
        // Looked after at the end of the pass that this wakes.
        self.compilerSource = try self.loop.onReadable(child.rawNumber) {}
        self.compiler = child
        self.plannedWake = self.startedAt + Self.compileLimit
    }

    private func compiled(_ ending: ChildProcess.Ending, _ file: consuming OwnedDescriptor) {
        guard case .compiling = self.stage else { return }
        guard ending == .exited(0) else {
            // With an orderly exit it has said why.
            if case .killed = ending { self.log.write(.error, "kt-compile \(ending.words)") }
            return self.end(status: 1)
        }
        let program: SealedProgram
        do throws(SealedProgramError) {
            program = try SealedProgram(file.rawNumber)
        } catch {
            self.log.write(.error, "kt-compile wrote no usable program: \(error)")
            return self.end(status: 1)
        }
        self.log.lowest = program.plan.logLevel
        self.log.form = EventLog.form(program.plan.logFormat)
        self.generation = Generation(number: 1, program: program, file: file)
        guard self.bind(program.plan), self.prepareDemo(program.plan) else { return self.end(status: 1) }
        let now = Instant.now()
        var limits = WorkerSlot.Limits()
        limits.boot = Self.bootLimit
        limits.hang = .seconds(program.plan.hangSeconds)
        limits.stale = min(limits.stale, limits.hang)
        self.slots = [WorkerSlot](repeating: WorkerSlot(limits: limits), count: program.plan.workers)
        self.workers = [WorkerProcess?](repeating: nil, count: program.plan.workers)
        self.steering = SlotSteering(slotCount: program.plan.workers, at: now)
        self.stage = .starting(deadline: now + Self.bootLimit)
        for slot in self.slots.indices { self.handle(.start, slot: slot, at: now) }
    }

    private func bind(_ plan: SupervisorPlan) -> Bool {
        for address in plan.listen {
            do throws(SystemCallError) {
                self.groups.append(try ListenerGroup(address, slotCount: plan.workers))
            } catch {
                let reason =
                    switch error.errno {
                    case EADDRINUSE: "the address is in use by another program"
                    case EINVAL: "it must be an address in digits, or localhost"
                    case EADDRNOTAVAIL: "this host has no such address"
                    case EACCES: "ports below 1024 need a privilege"
                    default: error.description
                    }
                self.log.write(.error, "cannot listen on \(address): \(reason)")
                return false
            }
        }
        self.listenNames = self.groups.map { $0.address.description }
        return true
    }

    private func prepareDemo(_ plan: SupervisorPlan) -> Bool {
        guard plan.needsDemo else { return true }
        do throws(SystemCallError) {
            self.demo = try DemoProcess(
                executablePath: "\(self.directory)/kt-demo", environment: self.environment, at: Instant.now())
            return true
        } catch {
            self.log.write(.error, "cannot prepare the demo provider: \(error)")
            return false
        }
    }

    // MARK: Slots

    private func handle(_ event: WorkerSlot.Event, slot: Int, at now: Instant) {
        self.perform(self.slots[slot].handle(event, at: now), slot: slot, at: now)
    }

    private func perform(_ action: WorkerSlot.Action, slot: Int, at now: Instant) {
        switch action {
        case .none: return
        case .spawn: self.spawn(slot, at: now)
        case .askToDrain: self.askToDrain(slot, at: now)
        case .abort:
            self.log.write(.error, "worker \(slot) does not answer; ending it with a back trace", self.fields(slot))
            self.workers[slot]?.child.send(signal: ChildSignal.abort)
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

    private func fields(_ slot: Int) -> [(String, Int)] {
        [("slot", slot), ("generation", Int(self.generation?.number ?? 0)), ("pid", Int(self.workers[slot]?.child.pid ?? 0))]
    }

    private func spawn(_ slot: Int, at now: Instant) {
        do throws(SystemCallError) {
            let worker = try WorkerProcess(slot: slot, executable: self.programs.worker, environment: self.environment, at: now)
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

    private func askToDrain(_ slot: Int, at now: Instant) {
        guard case .draining(let deadline) = self.slots[slot].phase, let worker = self.workers[slot] else { return }
        let milliseconds = UInt32(clamping: max(0, (deadline - now).nanoseconds / 1_000_000))
        do throws(ChannelError) {
            try worker.channel.send(.drain(deadlineMilliseconds: milliseconds))
        } catch {
            worker.child.send(signal: ChildSignal.kill)
        }
    }

    private func receive(_ slot: Int) {
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

    private struct ProtocolBreach: Error { let description: String }

    private func handle(_ message: Message, slot: Int, worker: WorkerProcess) throws {
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
        case .assign, .drain: throw ProtocolBreach(description: "a message that is ours to send")
        case .skipped: return
        }
    }

    private func assign(_ slot: Int, _ worker: WorkerProcess) throws(ChannelError) {
        guard let generation = self.generation else { return }
        let assign = Message.Assign(
            slot: UInt32(slot), generation: generation.number, workers: UInt32(self.slots.count),
            programHash: generation.program.hash, demoPort: self.demo?.port ?? 0, stateDirectory: self.options.stateDirectory,
            flags: self.slots[slot].restarts > 0 ? .succeedsCrash : [], listenerCount: UInt16(self.groups.count))
        try worker.assign(
            assign, program: generation.programFile.rawNumber, listeners: self.groups.map { $0.socket(of: slot) })
    }

    private func ended(_ slot: Int) {
        guard let worker = self.workers[slot], let ending = reaped(worker.child) else { return }
        // Its last words may still be in the queue.
        self.receive(slot)
        let now = Instant.now()
        let fields = self.fields(slot)
        worker.forget()
        self.workers[slot] = nil
        self.handle(.exited(isPermanent: ending == .exited(WorkerControl.permanentExitStatus)), slot: slot, at: now)
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

    // MARK: Each pass

    private func passEnded(at now: Instant) {
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
        self.advance(serving, at: now)
        self.report(serving.count { $0 }, at: now)
        self.plannedWake = self.nextWake(after: now)
    }

    private func steer(at now: Instant) {
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

    private func tendDemo(at now: Instant) {
        guard self.stage != .stopping, let demo = self.demo else { return }
        do throws(SystemCallError) {
            try demo.startIfDue(on: self.loop, at: now) { [unowned self] words in
                self.log.write(.error, "the demo provider \(words); starting it again")
            }
        } catch {
            self.log.write(.error, "the demo provider cannot be started: \(error)")
        }
    }

    private func advance(_ serving: [Bool], at now: Instant) {
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

    private func statusText(_ servingCount: Int) -> String {
        guard let plan = self.generation?.program.plan else { return "compiling the configuration" }
        let count = servingCount == self.slots.count ? "\(servingCount)" : "\(servingCount) of \(self.slots.count)"
        let noun = self.slots.count == 1 ? "worker" : "workers"
        let addresses = self.listenNames.joined(separator: ", ")
        return "serving on \(addresses) with \(count) \(noun) (pack \(plan.packName) \(plan.packVersion))"
    }

    /// Tells the state file, the service manager, people and the watchdog what has changed, in this order.
    private func report(_ servingCount: Int, at now: Instant) {
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

    private var statePath: String { "\(self.options.stateDirectory)/\(GatewayState.fileName)" }

    private func state() -> GatewayState? {
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
            adminListen: plan.adminListen.description, demoPort: self.demo?.port, workers: workers)
    }

    private func nextWake(after now: Instant) -> Instant {
        var wake = Instant.distantFuture
        switch self.stage {
        case .compiling(let deadline), .starting(let deadline): wake = deadline
        case .serving, .stopping, .ended: break
        }
        for slot in self.slots { wake = min(wake, slot.nextWake(after: now)) }
        if let steering = self.steering { wake = min(wake, steering.nextWake(after: now)) }
        if let watchdog = self.watchdog { wake = min(wake, watchdog.nextWake) }
        if self.watchdog != nil, self.stage == .serving { wake = min(wake, self.probe.nextWake) }
        if let start = self.demo?.startAt, self.stage != .stopping { wake = min(wake, start) }
        return wake
    }

    // MARK: Stop

    private func stopRequested() {
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

    private func end(status: CInt) {
        for worker in self.workers { worker?.child.send(signal: ChildSignal.kill) }
        for group in self.groups { group.unlink() }
        self.demo?.stop()
        // Another gateway's file stays.
        if !self.lastState.isEmpty { Files.remove(self.statePath) }
        self.stage = .ended(status: status)
    }
}
