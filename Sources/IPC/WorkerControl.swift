public import Platform

/// What the supervisor tells a worker that serves.
public protocol WorkerControlDelegate: AnyObject {
    /// Close the listening sockets, with `takesQueue` after taking what is queued there; finish what is open by `deadline`; then
    /// `WorkerControl.gone` and exit 0. `isLast`: the gateway ends, and clients that stay silent are not waited for.
    func drainRequested(deadline: Instant, takesQueue: Bool, isLast: Bool)
    /// Accept from these listening sockets too, until `release(index:)`.
    func adopt(index: Int, listeners: ReceivedDescriptors)
    /// Close the sockets adopted under this index; others hold them.
    func release(index: Int)
    /// The whole shared truth, in place of all that was known.
    func truthReplaced(by truth: SharedTruth)
    /// The next change of the shared truth.
    func truthChanged(_ change: TruthChange)
    /// Say that this gateway wants no more work, or that it does again.
    func quiesce(isOn: Bool)
    /// The supervisor is gone, and so is who would start a successor: drain for at most 5 s and exit 0.
    func supervisorGone()
}

/// Why a worker cannot begin. `isPermanent`: starting it again would not help; exit `WorkerControl.permanentExitStatus`.
public struct WorkerControlError: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String
    public let isPermanent: Bool
}

/// What a worker is and what it works with.
public final class Assignment {
    /// Place in the pool, from 0.
    public let slot: Int
    public let generation: UInt64
    public let workers: Int
    public let program: SealedProgram
    public let region: WorkerRegionWriter
    /// Where the built-in demo provider listens on 127.0.0.1.
    public let demoPort: UInt16?
    public let stateDirectory: String
    public let flags: Message.Assign.Flags
    /// 32 secret bytes, the same in all workers of this gateway.
    public let seed: [UInt8]
    /// What all workers agree on, as it was when this one was assigned.
    public let truth: SharedTruth
    private let listeners: ReceivedDescriptors

    init(_ assign: Message.Assign, _ descriptors: ReceivedDescriptors, truth: SharedTruth) throws(WorkerControlError) {
        guard let programFile = descriptors.take(), let regionFile = descriptors.take() else {
            throw WorkerControlError(description: "ASSIGN without its memory files", isPermanent: true)
        }
        do throws(SealedProgramError) {
            self.program = try SealedProgram(programFile.rawNumber)
        } catch {
            throw WorkerControlError(description: "the program is refused: \(error)", isPermanent: true)
        }
        guard self.program.hash == assign.programHash else {
            throw WorkerControlError(description: "the program is another one than announced", isPermanent: true)
        }
        do throws(SystemCallError) {
            self.region = try WorkerRegionWriter(regionFile.rawNumber, slot: Int(assign.slot), generation: assign.generation)
        } catch {
            throw WorkerControlError(description: "the region cannot be mapped: \(error)", isPermanent: false)
        }
        self.slot = Int(assign.slot)
        self.generation = assign.generation
        self.workers = Int(assign.workers)
        self.demoPort = assign.demoPort == 0 ? nil : assign.demoPort
        self.stateDirectory = assign.stateDirectory
        self.flags = assign.flags
        self.seed = assign.seed
        self.truth = truth
        self.listeners = descriptors
    }

    /// The next listening socket, non-blocking; nil when all are taken. What is not taken is closed with this object.
    public func takeListener() -> OwnedDescriptor? { self.listeners.take() }
}

/// A worker's link to its supervisor: HELLO and ASSIGN in `awaitAssignment`, then READY, DRAIN and GONE on the worker's loop.
public final class WorkerControl: ReadinessHandler {
    /// The control socket's number in a worker that the supervisor spawned.
    public static let descriptorNumber: CInt = 3
    /// `EX_CONFIG`: the supervisor does not start the slot again.
    public static let permanentExitStatus: CInt = 78
    /// How long a worker without supervisor may still serve what is open.
    public static let orphanDrain = Duration.seconds(5)

    private let loop: EventLoop
    private let channel: MessageChannel
    private var watch = EventLoop.Watch.none
    /// Of the last change of the shared truth that was taken in.
    private var truthNumber: UInt64 = 0
    private var awaitsTruth = false
    private weak var delegate: (any WorkerControlDelegate)?

    /// Takes over the control socket, `OwnedDescriptor(adopting: WorkerControl.descriptorNumber)` in a worker.
    public init(loop: EventLoop, descriptor: consuming OwnedDescriptor) {
        self.loop = loop
        self.channel = MessageChannel(MessageSocket(adopting: descriptor))
    }

    /// Sends HELLO and blocks until ASSIGN and the first TRUTH are there. `build` names this binary's version.
    public func awaitAssignment(build: String, timeout: Duration = .seconds(10)) throws(WorkerControlError) -> Assignment {
        do {
            try self.channel.send(.hello(.init(range: .ours, build: build, pid: ThisProcess.pid)))
            guard case .message(.assign(let assign), let descriptors) = try self.await("ASSIGN", timeout) else {
                throw WorkerControlError(description: "another message before ASSIGN", isPermanent: true)
            }
            guard case .message(.truth(let number), let file) = try self.await("TRUTH", timeout) else {
                throw WorkerControlError(description: "another message before TRUTH", isPermanent: true)
            }
            guard let truth = Self.truth(number, file) else {
                throw WorkerControlError(description: "the shared truth cannot be read", isPermanent: false)
            }
            self.truthNumber = number
            return try Assignment(assign, descriptors, truth: truth)
        } catch let error as WorkerControlError {
            throw error
        } catch {
            throw WorkerControlError(description: "control socket: \(error)", isPermanent: false)
        }
    }

    private func await(_ name: String, _ timeout: Duration) throws -> MessageChannel.Received {
        guard try self.channel.waitReadable(timeout) else {
            throw WorkerControlError(description: "no \(name) within \(timeout)", isPermanent: false)
        }
        let received = try self.channel.receive()
        if case .message = received { return received }
        throw WorkerControlError(description: "the supervisor is gone", isPermanent: false)
    }

    private static func truth(_ number: UInt64, _ file: ReceivedDescriptors) -> SharedTruth? {
        guard let file = file.take(), let memory = try? SealedMemory(file.rawNumber) else { return nil }
        guard let truth = SharedTruth.decode(memory.copy(0..<memory.count)), truth.number == number else { return nil }
        return truth
    }

    /// Listens to the supervisor on the loop from now on. The delegate is held weakly.
    public func start(delegate: any WorkerControlDelegate) throws(SystemCallError) {
        self.delegate = delegate
        self.watch = try self.loop.watch(self.channel.rawNumber, for: .readable, handler: self)
    }

    /// `Message.dying` as it travels. The signal's number stands in the last four bytes, little-endian, and is 0 here.
    public static var dyingFrame: [UInt8] { Message.dying(signal: 0).encode(sequence: 0) }

    /// Lent, for a signal handler that sends `dyingFrame` by itself.
    public var rawNumber: CInt { self.channel.rawNumber }

    /// Says that all listening sockets are watched. The first heartbeat must have been written.
    public func ready() { self.say(.ready) }

    /// The last words before the exit.
    public func gone(finished: UInt64, aborted: UInt64) { self.say(.gone(.init(finished: finished, aborted: aborted))) }

    public func ready(_ readiness: Readiness, on watch: EventLoop.Watch) {
        if !self.channel.receiveAll(self.heed) { self.lost() }
    }

    /// False: no message of a supervisor of this protocol.
    private func heed(_ message: Message, _ descriptors: ReceivedDescriptors) -> Bool {
        switch message {
        case .drain(let drain):
            self.delegate?.drainRequested(
                deadline: self.loop.now + .milliseconds(Int64(drain.deadlineMilliseconds)), takesQueue: drain.takesQueue,
                isLast: drain.isLast)
        case .adopt(let index, _): self.delegate?.adopt(index: Int(index), listeners: descriptors)
        case .release(let index): self.delegate?.release(index: Int(index))
        case .truth(let number): return self.takeTruth(number, descriptors)
        case .change(let number, let change): self.take(change, number)
        case .quiesce(let isOn): self.delegate?.quiesce(isOn: isOn)
        case .skipped: break
        case .hello, .assign, .ready, .gone, .resync, .dying, .assignConsole, .configuration, .ask, .answer: return false
        }
        return true
    }

    private func takeTruth(_ number: UInt64, _ file: ReceivedDescriptors) -> Bool {
        guard let truth = Self.truth(number, file) else { return false }
        self.awaitsTruth = false
        // An older one crossed a change on its way.
        guard number >= self.truthNumber else { return true }
        self.truthNumber = number
        self.delegate?.truthReplaced(by: truth)
        return true
    }

    private func take(_ change: TruthChange, _ number: UInt64) {
        guard number > self.truthNumber else { return }
        guard number == self.truthNumber + 1 else {
            if !self.awaitsTruth { self.say(.resync) }
            self.awaitsTruth = true
            return
        }
        self.truthNumber = number
        self.delegate?.truthChanged(change)
    }

    private func say(_ message: Message) {
        // A supervisor that cannot be told is noticed by the end of file.
        do throws(ChannelError) { try self.channel.send(message) } catch {}
    }

    private func lost() {
        self.loop.unwatch(self.watch)
        self.watch = .none
        self.delegate?.supervisorGone()
    }
}
