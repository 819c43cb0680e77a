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

    /// One configuration in force. The next issue's reload makes a second one beside it.
    final class Generation {
        let number: UInt64
        let program: SealedProgram
        let programFile: OwnedDescriptor

        init(number: UInt64, program: SealedProgram, file: consuming OwnedDescriptor) {
            self.number = number
            self.program = program
            self.programFile = file
        }
    }

    final class Programs {
        let compile: OwnedDescriptor
        let worker: OwnedDescriptor

        init(directory: String) throws(SystemCallError) {
            self.compile = try Files.openPath("\(directory)/kt-compile")
            self.worker = try Files.openPath("\(directory)/kt-worker")
        }
    }

    static let compileLimit = Duration.seconds(30)
    static let bootLimit = Duration.seconds(10)

    let options: SupervisorOptions
    /// One gateway has a state directory at a time.
    private var stateLock: OwnedDescriptor?
    let loop: ServiceLoop
    let manager = ServiceManager()
    let directory: String
    let programs: Programs
    let environment: [String]
    let startedAt: Instant
    var log: EventLog
    var stage: Stage
    var signalSources: [ServiceLoop.Source] = []
    var watchdog: WatchdogRule?
    let probe = AddressProbe()

    var compiler: ChildProcess?
    var compilerSource: ServiceLoop.Source?

    var generation: Generation?
    var groups: [ListenerGroup] = []
    var slots: [WorkerSlot] = []
    var workers: [WorkerProcess?] = []
    var steering: SlotSteering?
    var demo: DemoProcess?
    var console: ConsoleProcess?
    var ledger = MetricsLedger()

    /// The secret of this gateway's life.
    let seed = (0..<Message.Assign.seedBytes).map { _ in UInt8.random(in: .min ... .max) }

    var plannedWake = Instant.distantFuture
    /// With real ports; also known after the sockets are closed.
    var listenNames: [String] = []
    var lastStatus = ""
    var lastState = ""

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
        do throws(SystemCallError) { self.stateLock = try Files.lock(self.options.stateDirectory + "/gateway.lock") } catch {
            self.log.write(.error, "another gateway uses the state directory \(self.options.stateDirectory): \(error)")
            return 1
        }
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
}
