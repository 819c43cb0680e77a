internal import Glibc
internal import IPC
internal import Platform
internal import Settings

/// The process tree of one gateway: waits for events and performs what the value types decide.
public final class GatewaySupervisor {
    enum Stage: Equatable {
        case compiling(deadline: Instant)
        /// READY is owed.
        case starting(deadline: Instant)
        case serving
        case stopping
        case ended(status: CInt)
    }

    /// Of the first start, which waits for nothing else.
    #if DEBUG
    /// Patterns compile forty times slower without the optimiser.
    static let compileLimit = Duration.seconds(60)
    #else
    static let compileLimit = ReloadCourse.compileLimit
    #endif
    static let bootLimit = Duration.seconds(10)

    let options: SupervisorOptions
    /// One gateway has a state directory at a time.
    var stateLock: HeldFile?
    let loop: ServiceLoop
    let manager = ServiceManager()
    let directory: String
    /// Where our own file lay when the gateway was started: a new build is looked for there.
    let homeDirectory: String
    let programs: Programs
    let crashReports: CrashReports
    let environment: [String]
    let startedAt: Instant
    var log: EventLog
    var stage: Stage
    var signalSources: [ServiceLoop.Source] = []
    var watchdog: WatchdogRule?
    let probe = AddressProbe()

    /// The `kt-compile` that runs.
    var compilation: Compilation?

    /// All that have processes or may get some, oldest first: leaving ones, the current one, one that starts.
    var generations: [Generation] = []
    /// Of the latest generation.
    var generationNumber: UInt64 = 0
    /// The addresses in force. What stands here before the first start has been inherited.
    var groups: [ListenerGroup] = []
    /// How many sockets an address has that does not share one.
    var indexCount = 0
    var steering: SlotSteering?
    var ownership = QueueOwnership(indexCount: 0)
    var nextAcceptLook = Instant(nanoseconds: 0)
    var demo: DemoProcess?
    var console: ConsoleProcess?
    var metricsLedger = MetricsLedger()

    var course = ReloadCourse(bootLimit: GatewaySupervisor.bootLimit)
    var reloadAnswers: [ReloadCourse.Asker: (ReloadResult) -> Void] = [:]
    var lastAsker: ReloadCourse.Asker = 0
    var reloadHistory = ReloadHistory()
    /// What the compiler of the running reload had to say.
    var compilerWarnings = ""
    var lastReloadFailed = false
    /// The latest program that stood its probation, and what it was spawned from; that of the first start until then.
    var lastGood: LastGood?
    /// Of the current generation; nil once it is over, or when there is nothing to go back to.
    var probation: Probation?

    var spawnGuard = SpawnGuard()
    var deaths = RecentList<DeathRecord>(limit: DeathRecord.recordsMax)
    /// Unasked-for ends since the gateway's start.
    var restarts: [DeathRecord.Kind: Int] = [:]
    /// What all workers must agree on.
    var ledger = TruthLedger()
    /// Of workers that ended, not written yet.
    var abortedEvents = AbortedEventQueue()
    var memoryWatch = OutOfMemoryWatch()

    var control: ControlSocket?
    var drainCourse = DrainCourse()
    /// How far a reload is, for who waits for it.
    var reloadWords = ""
    /// When who waits for the stop hears of it again.
    var nextStopWord = Instant.distantFuture
    /// While the gateway stops.
    var timeoutExtension: TimeoutExtension?
    var storedSockets = StoredSockets()

    var upgrade = UpgradeCourse()
    /// Consoles of the image before, until they are watched.
    var leavingConsoles: [ChildProcess] = []
    var preflight: PreflightRun?
    /// A build that can take over.
    var candidate: HeldFile?
    /// The build that handed over to us, until our own workers serve.
    var wayBack: WayBack?
    /// Why our own workers do not.
    var givenUp: String?

    /// The secret of this gateway's life.
    let seed: [UInt8]

    var plannedWake = Instant.distantFuture
    /// With real ports; also known after the sockets are closed.
    var listenNames: [String] = []
    var lastStatus = ""
    /// As it stands in the state file.
    var lastState: GatewayState?
    /// The state file could not be written; tried again then.
    var stateRetryAt: Instant?

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
        if arguments == ["--preflight"] { return Preflight.run() }
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
        if let text = ThisProcess.environmentValue(HandOverOrder.variable) {
            guard let order = HandOverOrder(text) else {
                log.write(.error, "\(HandOverOrder.variable) is not as a gateway writes it: \"\(text)\"")
                return 1
            }
            return Self.runAdopted(order, options, log)
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
        self.homeDirectory = ThisProcess.executableDirectory ?? directory
        self.programs = try Programs(directory: directory)
        self.seed = (0..<Message.Assign.seedBytes).map { _ in UInt8.random(in: .min ... .max) }
        self.crashReports = CrashReports(stateDirectory: options.stateDirectory, programDirectory: directory)
        self.environment = ChildEnvironment.lines(ThisProcess.environment, apiToken: options.apiToken, crashReports: self.crashReports)
        self.watchdog = WatchdogRule(
            microseconds: ThisProcess.environmentValue("WATCHDOG_USEC"), pid: ThisProcess.environmentValue("WATCHDOG_PID"),
            ownPid: ThisProcess.pid, at: self.startedAt)
    }

    /// Goes on where another image of this process was. Fails before anything is owned.
    init(adopting adoption: Adoption, _ options: SupervisorOptions, _ log: EventLog) throws(AdoptionProblem) {
        let handOver = adoption.handOver
        guard let back = handOver.wayBack else { throw AdoptionProblem("it names no build to go back to") }
        // From here on they are ours, and a failure leaves them open: nothing that holds them is let go before the image is replaced.
        Execution.closeFromNextImage(handOver.descriptors)
        self.options = options
        self.log = log
        self.startedAt = handOver.startedAt
        self.seed = handOver.seed
        self.stage = .serving
        self.loop = adoption.loop
        self.homeDirectory = handOver.directory
        self.directory = options.programDirectory ?? handOver.directory
        let held = handOver.programs.map(Programs.init(adopting:))
        self.programs = adoption.programs ?? held[Int(back.programs)]
        self.crashReports = CrashReports(stateDirectory: options.stateDirectory, programDirectory: self.directory)
        self.environment = ChildEnvironment.lines(ThisProcess.environment, apiToken: options.apiToken, crashReports: self.crashReports)
        self.watchdog = WatchdogRule(
            microseconds: ThisProcess.environmentValue("WATCHDOG_USEC"), pid: ThisProcess.environmentValue("WATCHDOG_PID"),
            ownPid: ThisProcess.pid, at: Instant.now())
        let home = WayBack(
            build: back.build, supervisor: HeldFile(OwnedDescriptor(adopting: back.supervisor)), programs: held[Int(back.programs)],
            demo: back.demo.map { HeldFile(OwnedDescriptor(adopting: $0)) },
            console: back.console.map { HeldFile(OwnedDescriptor(adopting: $0)) })
        if case .takeOver = adoption.order.kind { self.wayBack = home }
        if let demo = handOver.demo, let program = adoption.demo ?? home.demo {
            self.demo = DemoProcess(adopting: demo, executable: program, environment: self.environment)
        }
        self.takePossession(of: adoption, programs: held)
        if let console = handOver.console, let addresses = adoption.consoleAddresses, let program = adoption.console ?? home.console {
            self.leavingConsoles = self.adopt(console, addresses, program: program, at: Instant.now())
        }
    }

    private func runToEnd() throws(SystemCallError) -> CInt {
        ThisProcess.setName("kt-supervisor")
        ThisProcess.ignore(signal: SIGPIPE)
        ThisProcess.raiseDescriptorLimit()
        try Files.createDirectories(self.options.stateDirectory)
        try self.crashReports.prepare()
        do throws(SystemCallError) { self.stateLock = HeldFile(try Files.lock(self.options.stateDirectory + "/gateway.lock")) } catch {
            let directory = self.options.stateDirectory
            self.log.write(
                .error,
                error.errno == EWOULDBLOCK
                    ? "another gateway uses the state directory \(directory)" : "cannot write to the state directory \(directory): \(error)")
            return 1
        }
        do throws(ControlSocketFailure) { try self.openControl() } catch {
            self.log.write(.error, error.description)
            return 1
        }
        try self.watchSignals()
        try self.startCompiler(keepsMessages: false)
        self.plannedWake = self.startedAt + Self.compileLimit
        return try self.serve()
    }

    func watchSignals() throws(SystemCallError) {
        self.signalSources = [
            try self.loop.onSignal(SIGTERM) { [unowned self] in self.stopRequested() },
            try self.loop.onSignal(SIGINT) { [unowned self] in self.stopRequested() },
            // With the second of them the end comes at once.
            try self.loop.onSignal(SIGQUIT) { [unowned self] in self.stopRequested() },
            try self.loop.onSignal(SIGHUP) { [unowned self] in self.requestReload(cause: .signal) },
            try self.loop.onSignal(SIGUSR1) { [unowned self] in
                self.log.write(.notice, "SIGUSR1 is ignored: logs go to standard error, there is no file to open again")
            },
            try self.loop.onSignal(SIGUSR2) { [unowned self] in self.requestUpgrade() },
        ]
    }

    func serve() throws(SystemCallError) -> CInt {
        while true {
            try self.loop.runPass(until: self.plannedWake)
            self.passEnded(at: Instant.now())
            guard case .ended(let status) = self.stage else { continue }
            self.closeControl(status: status)
            return status
        }
    }

    /// The generation that steering and ownership follow; nil before the first start.
    var current: Generation? { self.generations.first { $0.role == .current } }

    /// The generation that is to take its place.
    var starting: Generation? { self.generations.first { $0.role == .starting } }
}
