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
    private var drainEnd = Instant.distantFuture
    /// Since when nothing has been under way while draining.
    private var quietSince: Instant?
    /// How long a draining worker leaves idle connections a chance to speak: nobody else will serve them.
    private static let idleGrace = Duration.seconds(1)

    /// Runs a worker whose control socket is descriptor 3. Returns the exit status.
    static func run() -> Int32 {
        ThisProcess.setName("kt-worker")
        ThisProcess.ignore(signal: SIGPIPE)
        do {
            let process = try WorkerProcess()
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
        let settings: GatewaySettings
        do { settings = try SettingsCoder.decode(self.assignment.program.settingsBytes) } catch {
            throw StartFailure("the settings cannot be decoded: \(error)")
        }
        TestFault.act(atStart: settings.policies)
        let engine: PolicyEngine
        do { engine = try unsafe PolicyEngine(settings: settings.policies, image: self.assignment.program.image, content: .standard, failMode: settings.gateway.failMode) } catch {
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
            workers: self.assignment.workers)
        self.gateway.metrics = RequestMetrics(region: self.assignment.region, links: links)
        self.handler = GatewayHandler(self.gateway)
        let tls = settings.gateway.tls == nil ? nil : try ServerTLS(self.assignment)
        self.server = HTTPServer(loop: self.loop, limits: ServerLimits(settings.gateway.limits), tls: tls, handler: self.handler)
    }

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
            region.accepted = server.acceptedCount
            region.requests = gateway.requests
        }
        try self.control.start(delegate: self)
        self.control.ready()
        self.loop.deferToPassEnd { [gateway] in gateway.warmUp() }
        self.loop.run()
        self.control.gone(finished: self.gateway.requests, aborted: UInt64(self.gateway.inFlight))
    }

    // MARK: Drain

    func drainRequested(deadline: Instant, takesQueue: Bool) { self.drain(until: deadline) }

    func adopt(index: Int, listeners: ReceivedDescriptors) {}

    func release(index: Int) {}

    func truthReplaced(by truth: SharedTruth) {}

    func truthChanged(_ change: TruthChange) {}

    func quiesce(isOn: Bool) {}

    func supervisorGone() { self.drain(until: self.loop.now + WorkerControl.orphanDrain) }

    private func drain(until end: Instant) {
        self.drainEnd = min(self.drainEnd, end)
        if !self.gateway.isDraining {
            self.gateway.isDraining = true
            self.server.stopAccepting()
            self.server.beginDrain()
        }
        self.checkDrained(at: self.loop.now)
    }

    func timerFired(kind: Int, at now: Instant) { self.checkDrained(at: now) }

    private func checkDrained(at now: Instant) {
        if self.gateway.inFlight > 0 { self.quietSince = nil } else if self.quietSince == nil { self.quietSince = now }
        let isQuiet = self.quietSince.map { now - $0 >= Self.idleGrace || self.server.connectionCount == 0 } ?? false
        if now >= self.drainEnd { self.gateway.abortAll() }
        if now >= self.drainEnd || isQuiet { return self.loop.stop() }
        _ = self.loop.schedule(at: min(self.drainEnd, now + .milliseconds(20)), handler: self)
    }

    private static func complain(_ text: String) {
        let line = Array("kt-worker: \(text)\n".utf8)
        _ = unsafe line.withUnsafeBytes { unsafe write(2, $0.baseAddress, $0.count) }
    }
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
