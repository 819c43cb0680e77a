public import Platform

/// What the supervisor tells a worker that serves.
public protocol WorkerControlDelegate: AnyObject {
    /// Take what is queued on the listening sockets, close them, finish what is open by `deadline`; then `WorkerControl.gone` and exit 0.
    func drainRequested(deadline: Instant)
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
    private let listeners: ReceivedDescriptors

    init(_ assign: Message.Assign, _ descriptors: ReceivedDescriptors) throws(WorkerControlError) {
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
    private weak var delegate: (any WorkerControlDelegate)?

    /// Takes over the control socket, `OwnedDescriptor(adopting: WorkerControl.descriptorNumber)` in a worker.
    public init(loop: EventLoop, descriptor: consuming OwnedDescriptor) {
        self.loop = loop
        self.channel = MessageChannel(MessageSocket(adopting: descriptor))
    }

    /// Sends HELLO and blocks until ASSIGN is there. `build` names this binary's version.
    public func awaitAssignment(build: String, timeout: Duration = .seconds(10)) throws(WorkerControlError) -> Assignment {
        do {
            try self.channel.send(.hello(.init(range: .ours, build: build, pid: ThisProcess.pid)))
            guard try self.channel.waitReadable(timeout) else {
                throw WorkerControlError(description: "no ASSIGN within \(timeout)", isPermanent: false)
            }
            switch try self.channel.receive() {
            case .message(.assign(let assign), let descriptors): return try Assignment(assign, descriptors)
            case .message: throw WorkerControlError(description: "another message before ASSIGN", isPermanent: true)
            case .nothing, .end: throw WorkerControlError(description: "the supervisor is gone", isPermanent: false)
            }
        } catch let error as WorkerControlError {
            throw error
        } catch {
            throw WorkerControlError(description: "control socket: \(error)", isPermanent: false)
        }
    }

    /// Listens to the supervisor on the loop from now on. The delegate is held weakly.
    public func start(delegate: any WorkerControlDelegate) throws(SystemCallError) {
        self.delegate = delegate
        self.watch = try self.loop.watch(self.channel.rawNumber, for: .readable, handler: self)
    }

    /// Says that all listening sockets are watched. The first heartbeat must have been written.
    public func ready() { self.say(.ready) }

    /// The last words before the exit.
    public func gone(finished: UInt64, aborted: UInt64) { self.say(.gone(.init(finished: finished, aborted: aborted))) }

    public func ready(_ readiness: Readiness, on watch: EventLoop.Watch) {
        while true {
            let received: MessageChannel.Received
            do throws(ChannelError) { received = try self.channel.receive() } catch { return self.lost() }
            switch received {
            case .nothing: return
            case .end: return self.lost()
            case .message(.drain(let milliseconds), _):
                self.delegate?.drainRequested(deadline: self.loop.now + .milliseconds(Int64(milliseconds)))
            // The other messages are ours to send; from a supervisor of this protocol they never come.
            case .message: return self.lost()
            }
        }
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
