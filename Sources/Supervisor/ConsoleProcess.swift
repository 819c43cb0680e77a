internal import IPC
internal import Platform
internal import Settings

/// The console and its listening socket: kept running, told of new configurations, and answered. Its death concerns nobody else.
final class ConsoleProcess {
    /// Gives the answer now or later, once: whether the thing asked for has happened, and the text.
    typealias Answer = (_ isGood: Bool, _ text: [UInt8]) -> Void

    /// One process, from its start until it was reaped.
    private final class Life {
        let child: ChildProcess
        var channel: MessageChannel?
        var sources: [ServiceLoop.Source] = []
        var unanswered = 0
        let startedAt: Instant

        init(_ child: ChildProcess, _ channel: MessageChannel?, at now: Instant) {
            self.child = child
            self.channel = channel
            self.startedAt = now
        }

        func forget() {
            for source in self.sources { source.cancel() }
            self.sources = []
        }
    }

    private let executable: HeldFile
    private let environment: [String]
    private let stateDirectory: String
    private let questions: (Message.Question, @escaping Answer) -> Void
    private var listeners: ListenerGroup
    /// Where it will listen once its questions are answered.
    private var nextListeners: ListenerGroup?
    private var configuration: [UInt8]
    private var pacing = RestartPacing()
    private var life: Life?
    /// Those that were let go and have not ended yet.
    private var leaving: [ObjectIdentifier: Life] = [:]
    /// When to start it again; nil while it runs.
    private(set) var startAt: Instant?

    /// `listeners`: of one socket. `configuration`: as JSON, without secrets. `questions`: who answers them.
    init(
        executable: HeldFile, environment: [String], stateDirectory: String, listeners: ListenerGroup, configuration: [UInt8],
        at now: Instant, questions: @escaping (Message.Question, @escaping Answer) -> Void
    ) {
        self.executable = executable
        self.environment = environment
        self.stateDirectory = stateDirectory
        self.listeners = listeners
        self.configuration = configuration
        self.questions = questions
        self.startAt = now
    }

    /// For the next image, which is lent every descriptor. It starts a console of its own on the same sockets; ours reads the end of its
    /// socket then and goes, and is reaped there.
    var handOver: HandOver.Console {
        let listeners = self.latestListeners
        return HandOver.Console(
            leaving: ([self.life].compactMap { $0 } + Array(self.leaving.values)).map {
                HandOver.Child(pid: $0.child.pid, pidfd: $0.child.rawNumber)
            }, listeners: listeners.allSockets, requested: listeners.requested.description, address: listeners.address.description)
    }

    /// Consoles that another image of this process started and that are on their way out.
    func adopt(leaving children: [ChildProcess], on loop: ServiceLoop) throws(SystemCallError) {
        for child in children {
            let life = Life(child, nil, at: Instant.now())
            life.sources = [
                try loop.onReadable(child.rawNumber) { [weak self, weak life] in
                    if let life { self?.ended(life) { _ in } }
                }
            ]
            self.leaving[ObjectIdentifier(life)] = life
        }
    }

    /// What it is started from.
    var program: HeldFile { self.executable }

    var pid: Int32? { self.life?.child.pid }

    /// Where it listens, or will once its questions are answered.
    var latestListeners: ListenerGroup { self.nextListeners ?? self.listeners }

    /// With the real port.
    var address: ListenAddress { self.latestListeners.address }

    /// Starts it when its time has come. `ended` is called with how it ended by itself.
    func startIfDue(on loop: ServiceLoop, at now: Instant, ended: @escaping (String) -> Void) throws(SystemCallError) {
        guard let due = self.startAt, due <= now else { return }
        do throws(SystemCallError) {
            try self.start(on: loop, at: now, ended)
            self.startAt = nil
        } catch {
            self.startAt = now + max(.seconds(1), self.pacing.delay(served: nil))
            throw error
        }
    }

    private func start(on loop: ServiceLoop, at now: Instant, _ ended: @escaping (String) -> Void) throws(SystemCallError) {
        if let next = self.nextListeners { self.take(next) }
        let (ours, theirs) = try MessageSocket.pair()
        let plan = SpawnPlan(arguments: ["kt-console"], environment: self.environment, descriptors: [theirs.rawNumber])
        let life = Life(try ChildProcess(self.executable.descriptor, plan), MessageChannel(ours), at: now)
        // The only other holder of the console's end is now the console.
        withExtendedLifetime(theirs) {}
        do {
            life.sources = [
                try loop.onReadable(life.child.rawNumber) { [weak self, weak life] in
                    if let life { self?.ended(life, ended) }
                },
                try loop.onReadable(ours.rawNumber) { [weak self, weak life] in
                    if let life { self?.receive(life) }
                },
            ]
            try self.assign(life)
        } catch {
            life.forget()
            loop.kill(life.child)
            if let error = error as? SystemCallError { throw error }
            throw SystemCallError("the console's socket", errno: 0)
        }
        self.life = life
    }

    private func assign(_ life: Life) throws {
        let file = try MemoryFile.sealed("kt-configuration", self.configuration)
        let assign = Message.AssignConsole(stateDirectory: self.stateDirectory, listenerCount: 1)
        try life.channel?.send(.assignConsole(assign), descriptors: [file.rawNumber, self.listeners.socket(of: 0)])
    }

    // MARK: Changes

    /// A configuration came into force.
    func replaceConfiguration(_ json: [UInt8]) {
        self.configuration = json
        guard let life else { return }
        self.send(.configuration, json, to: life)
    }

    /// Listens there from now on, in a new process; whoever waits for an answer gets it from the old one first.
    func move(to listeners: ListenerGroup, at now: Instant) {
        self.nextListeners = listeners
        self.moveIfQuiet(at: now)
    }

    private func moveIfQuiet(at now: Instant) {
        guard let next = self.nextListeners, self.life?.unanswered ?? 0 == 0 else { return }
        self.take(next)
        guard let life else { return }
        // It reads what was sent and then the end of the socket, which is its word to go.
        if life.sources.count > 1 { life.sources.removeLast().cancel() }
        life.channel = nil
        self.leaving[ObjectIdentifier(life)] = life
        self.life = nil
        self.startAt = now
    }

    private func take(_ next: ListenerGroup) {
        self.listeners.unlink()
        self.listeners = next
        self.nextListeners = nil
    }

    func stop() {
        for life in [self.life].compactMap({ $0 }) + Array(self.leaving.values) {
            life.forget()
            life.child.send(signal: ChildSignal.kill)
        }
        self.life = nil
        self.leaving = [:]
        self.startAt = nil
        self.listeners.unlink()
        self.nextListeners?.unlink()
    }

    // MARK: Questions

    private func receive(_ life: Life) {
        while let channel = life.channel {
            do throws(ChannelError) {
                switch try channel.receive() {
                case .nothing: return
                case .message(.ask(let id, let question), _): self.answer(id, question, life)
                case .end, .message: return self.giveUp(life)
                }
            } catch {
                return self.giveUp(life)
            }
        }
    }

    private func answer(_ id: UInt32, _ question: Message.Question, _ life: Life) {
        life.unanswered += 1
        var isOpen = true
        self.questions(question) { [weak self, weak life] isGood, text in
            guard isOpen, let self, let life else { return }
            isOpen = false
            life.unanswered -= 1
            self.send(.answer(id: id, isGood: isGood), text, to: life)
            if life === self.life { self.moveIfQuiet(at: Instant.now()) }
        }
    }

    /// A console that does not read is of no use.
    private func send(_ message: Message, _ content: [UInt8], to life: Life) {
        guard let channel = life.channel else { return }
        do {
            let file = try MemoryFile.sealed("kt-answer", content.isEmpty ? [0x0A] : content)
            try channel.send(message, descriptors: [file.rawNumber])
        } catch {
            self.giveUp(life)
        }
    }

    /// It cannot be spoken to any more: its end, which follows, starts the next one.
    private func giveUp(_ life: Life) {
        if life.sources.count > 1 { life.sources.removeLast().cancel() }
        life.channel = nil
        life.child.send(signal: ChildSignal.kill)
    }

    private func ended(_ life: Life, _ ended: (String) -> Void) {
        guard let ending = reaped(life.child) else { return }
        life.forget()
        self.leaving[ObjectIdentifier(life)] = nil
        guard life === self.life else { return }
        let now = Instant.now()
        self.life = nil
        self.startAt = now + self.pacing.delay(served: now - life.startedAt)
        ended(ending.words)
    }
}
