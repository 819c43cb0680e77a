internal import IPC
internal import Platform
internal import Settings

/// The built-in demo provider on a port of its own: kept running, its socket held here.
final class DemoProcess {
    let port: UInt16
    private let listeners: ListenerGroup
    private let executable: HeldFile
    private let environment: [String]
    /// The child's standard input reads the other end, so it notices when the supervisor is gone.
    private let lifeline: (ours: MessageSocket, theirs: MessageSocket)
    private var pacing = RestartPacing()
    private var child: ChildProcess?
    private var source: ServiceLoop.Source?
    private var startedAt = Instant(nanoseconds: 0)
    /// When to start it again; nil while it runs.
    private(set) var startAt: Instant?

    init(executablePath: String, environment: [String], at now: Instant) throws(SystemCallError) {
        self.executable = HeldFile(try Files.openPath(executablePath))
        self.environment = environment
        self.listeners = try ListenerGroup(.tcp(host: "127.0.0.1", port: 0), count: 1)
        guard case .tcp(_, let port) = self.listeners.address else { throw SystemCallError("getsockname", errno: 0) }
        self.port = port
        self.lifeline = try MessageSocket.pair()
        self.startAt = now
    }

    /// One that another image of this process kept; `executable` is what it is started from when it ends.
    init(adopting demo: HandOver.Demo, executable: HeldFile, environment: [String]) {
        self.executable = executable
        self.environment = environment
        let address = ListenAddress.tcp(host: "127.0.0.1", port: demo.port)
        self.listeners = ListenerGroup(adopting: [demo.listener], requested: address, address: address)
        self.port = demo.port
        self.lifeline = (
            MessageSocket(adopting: OwnedDescriptor(adopting: demo.lifelineOurs)),
            MessageSocket(adopting: OwnedDescriptor(adopting: demo.lifelineTheirs))
        )
        self.child = demo.child.map { ChildProcess(adoptingPid: $0.pid, pidfd: OwnedDescriptor(adopting: $0.pidfd)) }
        self.startedAt = demo.startedAt
        self.startAt = demo.startAt
        self.pacing = RestartPacing(crashes: Int(demo.crashes))
    }

    /// For the next image, which is lent every descriptor.
    var handOver: HandOver.Demo {
        HandOver.Demo(
            port: self.port, listener: self.listeners.socket(of: 0), lifelineOurs: self.lifeline.ours.rawNumber,
            lifelineTheirs: self.lifeline.theirs.rawNumber,
            child: self.child.map { HandOver.Child(pid: $0.pid, pidfd: $0.rawNumber) }, startedAt: self.startedAt,
            startAt: self.startAt, crashes: UInt32(clamping: self.pacing.crashes))
    }

    /// What it is started from.
    var program: HeldFile { self.executable }

    /// Notices the end of one that was adopted.
    func watch(on loop: ServiceLoop, ended: @escaping (String) -> Void) throws(SystemCallError) {
        guard let child = self.child else { return }
        self.source = try loop.onReadable(child.rawNumber) { [weak self] in self?.childEnded(ended) }
    }

    var pid: Int32? { self.child?.pid }

    /// Starts it when its time has come. `ended` is called with how it ended.
    func startIfDue(
        on loop: ServiceLoop, at now: Instant, ended: @escaping (String) -> Void
    ) throws(SystemCallError) {
        guard let due = self.startAt, due <= now else { return }
        self.startedAt = now
        let plan = SpawnPlan(
            arguments: ["kt-demo", "--descriptor", "3"], environment: self.environment, descriptors: [self.listeners.socket(of: 0)],
            standardInput: self.lifeline.theirs.rawNumber)
        do throws(SystemCallError) {
            let child = try ChildProcess(self.executable.descriptor, plan)
            do throws(SystemCallError) {
                self.source = try loop.onReadable(child.rawNumber) { [weak self] in self?.childEnded(ended) }
            } catch {
                loop.kill(child)
                throw error
            }
            self.child = child
            self.startAt = nil
        } catch {
            self.startAt = now + max(.seconds(1), self.pacing.delay(served: nil))
            throw error
        }
    }

    private func childEnded(_ ended: (String) -> Void) {
        guard let child = self.child, let ending = reaped(child) else { return }
        let now = Instant.now()
        self.source?.cancel()
        self.child = nil
        self.startAt = now + self.pacing.delay(served: now - self.startedAt)
        ended(ending.words)
    }

    /// `loop` reaps it.
    func stop(on loop: ServiceLoop) {
        self.source?.cancel()
        if let child = self.child { loop.kill(child) }
        self.child = nil
    }
}
