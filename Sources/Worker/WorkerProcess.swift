internal import Glibc
internal import IPC
internal import Platform
internal import Policies
internal import Server
internal import Settings
internal import Upstream

/// The process around the requests: takes its assignment, serves, drains, and says goodbye.
final class WorkerProcess: WorkerControlDelegate, TimerHandler {
    private let loop: EventLoop
    private let control: WorkerControl
    private let assignment: Assignment
    private let gateway: Gateway
    private let handler: GatewayHandler
    private let server: HTTPServer
    private var course = DrainCourse()
    private var drainTimer = EventLoop.Timer.none

    /// Runs a worker whose control socket is descriptor 3. Returns the exit status.
    static func run() -> Int32 {
        ThisProcess.setName("kt-worker")
        ThisProcess.ignore(signal: SIGPIPE)
        do {
            let complaints = try ProcessHygiene.apply()
            let process = try WorkerProcess()
            if process.speaksForAll { for complaint in complaints { Self.complain(complaint) } }
            try process.serve()
            return 0
        } catch let error as WorkerControlError {
            Self.complain(error.description)
            return error.isPermanent ? WorkerControl.permanentExitStatus : 1
        } catch let error as StartFailure {
            Self.complain(error.description)
            return WorkerControl.permanentExitStatus
        } catch {
            Self.complain("\(error)")
            return 1
        }
    }

    private init() throws {
        self.loop = try EventLoop()
        self.control = WorkerControl(loop: self.loop, descriptor: OwnedDescriptor(adopting: WorkerControl.descriptorNumber))
        self.assignment = try self.control.awaitAssignment(build: BuildVersion.text)
        let region = self.assignment.region
        try unsafe CrashHandler.install(lastWords: region.lastWords, socket: self.control.rawNumber, frame: WorkerControl.dyingFrame)
        let settings: GatewaySettings
        do { settings = try SettingsCoder.decode(self.assignment.program.settingsBytes) } catch {
            throw StartFailure("the settings cannot be decoded: \(error)")
        }
        TestFault.act(atStart: settings.policies)
        let engine: PolicyEngine
        do {
            engine = try unsafe PolicyEngine(
                settings: settings.policies, image: self.assignment.program.image, content: .standard, failMode: settings.gateway.failMode,
                placeholderKey: PlaceholderKey(seed: self.assignment.seed))
        } catch {
            throw StartFailure("the policy image cannot be used: \(error)")
        }
        let environment = Environment()
        let demoPort = self.assignment.demoPort ?? 0
        let links = settings.providers.targets.enumerated().map { index, target in
            TargetLink(index: index, settings: target, demoPort: demoPort, environment: environment)
        }
        if self.assignment.slot == 0 {
            for link in links { if let why = link.unavailable { Self.complain("warning: target \(link.settings.id) is unavailable: \(why)") } }
        }
        var recorder: EventRecorder?
        if settings.policies.chain.contains(.auditLogger) {
            recorder = EventRecorder(
                spool: self.assignment.stateDirectory + "/spool", slot: self.assignment.slot, generation: self.assignment.generation,
                settings: settings, hash: self.assignment.program.hash)
        }
        self.gateway = Gateway(
            loop: self.loop, settings: settings, engine: engine, links: links, upstream: try UpstreamClient(loop: self.loop),
            admission: Admission(token: try Self.token(settings, environment), allowlist: settings.allowlist), recorder: recorder,
            region: region, seed: self.assignment.seed, workers: self.assignment.workers)
        engine.onPolicy = { region.mark(policy: $0) }
        self.gateway.quarantine.replace(with: self.assignment.truth, at: Instant.now())
        self.handler = GatewayHandler(self.gateway)
        let tls = settings.gateway.tls == nil ? nil : try ServerTLS(self.assignment)
        var limits = ServerLimits(settings.gateway.limits)
        limits.connectionsMax = DescriptorBudget.connectionsMax(
            configured: limits.connectionsMax, descriptorLimit: ThisProcess.descriptorLimit)
        self.server = HTTPServer(loop: self.loop, limits: limits, tls: tls, handler: self.handler)
        if limits.connectionsMax < settings.gateway.limits.connectionsMax, self.speaksForAll {
            Self.complain(
                "warning: the limit of open files lets a worker serve \(limits.connectionsMax) connections, fewer than the configured \(settings.gateway.limits.connectionsMax)")
        }
    }

    /// What is the same in every worker is said by one, and not again by its successors.
    private var speaksForAll: Bool { self.assignment.slot == 0 && !self.assignment.flags.contains(.succeedsCrash) }

    private static func token(_ settings: GatewaySettings, _ environment: Environment) throws -> [UInt8]? {
        guard let reference = settings.gateway.apiToken else { return nil }
        switch SecretReader.read(reference, environment: environment) {
        case .found(let token): return Array(token.utf8)
        // An open gateway is never what someone wants who asked for a token.
        case .missing(let why): throw StartFailure("the gateway token cannot be read: \(why)")
        }
    }

    private func serve() throws {
        while let listener = self.assignment.takeListener() { try self.server.listen(on: listener) }
        let region = self.assignment.region
        region.beat(at: Instant.now(), passes: 0)
        self.loop.onPassEnd = { [loop, server, gateway] now in
            region.beat(at: now, passes: loop.passes)
            region.inFlight = gateway.inFlight
            region.openStreams = gateway.openStreams
            region.connections = server.connectionCount
            region.receiving = server.busyCount
            region.accepted = server.acceptedCount &+ server.refusedCount &+ server.exhaustedCount
            region.requests = gateway.requests
        }
        try self.control.start(delegate: self)
        self.control.ready()
        self.loop.deferToPassEnd { [gateway] in gateway.warmUp() }
        // The heartbeat of a loop that has nothing to do; often enough that it is never taken for a hang.
        let pulse = Duration.seconds(min(1, Double(self.assignment.program.plan.hangSeconds) / 4))
        self.loop.run(longestWait: pulse)
        self.control.gone(finished: self.gateway.finished, aborted: self.gateway.aborted)
    }

    // MARK: Drain

    func drainRequested(deadline: Instant, takesQueue: Bool, isLast: Bool) {
        self.drain(until: deadline, takesQueue: takesQueue, isLast: isLast)
    }

    func supervisorGone() { self.drain(until: self.loop.now + WorkerControl.orphanDrain, takesQueue: true, isLast: true) }

    private func drain(until deadline: Instant, takesQueue: Bool, isLast: Bool) {
        self.course.begin(deadline: deadline, isLast: isLast)
        self.gateway.isDraining = true
        self.server.stopAccepting(takingQueue: takesQueue)
        self.server.beginDrain()
        self.goOnDraining(at: self.loop.now)
    }

    func timerFired(kind: Int, at now: Instant) { self.goOnDraining(at: now) }

    private func goOnDraining(at now: Instant) {
        self.loop.cancel(self.drainTimer)
        switch self.course.step(inFlight: self.gateway.inFlight + self.server.busyCount, connections: self.server.connectionCount, at: now) {
        case .leave: self.loop.stop()
        case .wait(let until): self.drainTimer = self.loop.schedule(at: until, handler: self)
        case .cut:
            self.gateway.abortAll()
            self.goOnDraining(at: now)
        }
    }

    func quiesce(isOn: Bool) {
        // There is no way back from a drain.
        guard !self.course.hasBegun else { return }
        self.gateway.isDraining = isOn
        if isOn { self.server.beginDrain() } else { self.server.endDrain() }
    }

    // MARK: Queues of others

    func adopt(index: Int, listeners: ReceivedDescriptors) {
        guard !self.course.hasBegun else { return }
        self.server.stopListening(group: index)
        while let listener = listeners.take() {
            do throws(SystemCallError) { try self.server.listen(on: listener, group: index) } catch {
                Self.complain("warning: the queue of socket \(index) cannot be served: \(error)")
            }
        }
    }

    func release(index: Int) { self.server.stopListening(group: index) }

    // MARK: Truth

    func truthReplaced(by truth: SharedTruth) { self.gateway.quarantine.replace(with: truth, at: self.loop.now) }

    func truthChanged(_ change: TruthChange) { self.gateway.quarantine.apply(change, at: self.loop.now) }

    /// A reader that does not read costs the words, never the service.
    private static func complain(_ text: String) { UnhurriedOutput.writeOrDrop("kt-worker: \(text)\n", to: 2) }
}

/// What the program `kt-worker` calls.
public enum WorkerProgram {
    /// Serves until drained. The exit status for the process.
    public static func run() -> Int32 { WorkerProcess.run() }
}

/// The worker cannot serve this configuration, and would not be able to a second time.
struct StartFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

extension ServerTLS {
    /// From what was read and checked when the configuration was compiled; sessions go on at any worker of the gateway.
    convenience init(_ assignment: Assignment) throws {
        guard let files = TLSFiles.decode(assignment.program.tlsBytes) else { throw StartFailure("the program holds no TLS files") }
        let material = TLSMaterial(certificate: files.certificate, key: files.key, clientAuthorities: files.clientCA)
        try self.init(material, ticketSecret: assignment.seed)
    }
}

extension ServerLimits {
    init(_ limits: ProcessSettings.Limits) {
        self.init()
        self.bodyBytesMax = limits.bodyBytesMax
        self.headBytesMax = limits.headBytesMax
        self.connectionsMax = limits.connectionsMax
        self.connectionsPerAddressMax = limits.connectionsPerAddressMax
        self.headTimeout = .seconds(limits.headSeconds)
        self.bodyTimeout = .seconds(limits.bodySeconds)
        self.idleTimeout = .seconds(limits.idleSeconds)
        self.writeStallTimeout = .seconds(limits.writeSeconds)
    }
}
