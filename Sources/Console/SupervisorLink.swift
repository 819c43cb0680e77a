internal import IPC
internal import Platform

/// What the supervisor said to a question.
enum ConsoleReply: Equatable {
    case answer(isGood: Bool, text: [UInt8])
    /// For people.
    case unavailable(String)
}

/// Whom the console asks.
protocol ConsoleSource: AnyObject {
    /// As JSON, without secrets; empty before the first.
    var configuration: [UInt8] { get }
    /// Calls back once, on the loop.
    func ask(_ question: Message.Question, _ reply: @escaping (ConsoleReply) -> Void)
}

/// The console's end of the socket to its supervisor: assignment and configuration in, questions out, never blocking.
final class SupervisorLink: ConsoleSource, ReadinessHandler, TimerHandler {
    private struct Pending {
        var question: Message.Question
        var timer: EventLoop.Timer
        var replies: [(ConsoleReply) -> Void]
    }

    static let answerLimit = Duration.seconds(5)
    /// A reload waits for another one, for the compiler and for its workers.
    static let reloadLimit = Duration.seconds(180)
    /// More would fill the queue of a socket, which holds ten messages.
    static let reloadsMax = 4

    private let loop: EventLoop
    private let channel: MessageChannel
    private var watch = EventLoop.Watch.none
    private var pending: [UInt32: Pending] = [:]
    private var lastID: UInt32 = 0
    private(set) var configuration: [UInt8] = []
    /// Called once, with the listening sockets.
    var onAssigned: ((Message.AssignConsole, ReceivedDescriptors) -> Void)?
    /// The supervisor is gone, or says what cannot be understood.
    var onLost: (() -> Void)?

    init(loop: EventLoop, descriptor: consuming OwnedDescriptor) {
        self.loop = loop
        self.channel = MessageChannel(MessageSocket(adopting: descriptor))
    }

    func start() throws(SystemCallError) { self.watch = try self.loop.watch(self.channel.rawNumber, for: .readable, handler: self) }

    // MARK: Questions

    func ask(_ question: Message.Question, _ reply: @escaping (ConsoleReply) -> Void) {
        let same = self.pending.filter { $0.value.question == question }
        if question == .reload {
            // Each stands for itself: a reload that began before the question may have read an older file.
            guard same.count < Self.reloadsMax else { return reply(.unavailable("Other reloads are under way.")) }
        } else if let id = same.keys.first {
            self.pending[id]?.replies.append(reply)
            return
        }
        self.lastID &+= 1
        do throws(ChannelError) { try self.channel.send(.ask(id: self.lastID, question)) } catch {
            return reply(.unavailable("The supervisor cannot be asked."))
        }
        let limit = question == .reload ? Self.reloadLimit : Self.answerLimit
        let timer = self.loop.schedule(at: Instant.now() + limit, kind: Int(self.lastID), handler: self)
        self.pending[self.lastID] = Pending(question: question, timer: timer, replies: [reply])
    }

    func timerFired(kind: Int, at now: Instant) { self.settle(UInt32(truncatingIfNeeded: kind), .unavailable("The supervisor does not answer.")) }

    private func settle(_ id: UInt32, _ reply: ConsoleReply) {
        guard let pending = self.pending.removeValue(forKey: id) else { return }
        self.loop.cancel(pending.timer)
        for body in pending.replies { body(reply) }
    }

    // MARK: The socket

    func ready(_ readiness: Readiness, on watch: EventLoop.Watch) {
        if !self.channel.receiveAll(self.heed) { self.lost() }
    }

    /// False: nothing that a supervisor says to a console.
    private func heed(_ message: Message, _ descriptors: ReceivedDescriptors) -> Bool {
        switch message {
        case .assignConsole(let assign):
            guard let configuration = Self.content(descriptors), let assigned = self.onAssigned else { return false }
            self.configuration = configuration
            self.onAssigned = nil
            assigned(assign, descriptors)
        case .configuration:
            guard let configuration = Self.content(descriptors) else { return false }
            self.configuration = configuration
        case .answer(let id, let isGood):
            guard let text = Self.content(descriptors) else { return false }
            self.settle(id, .answer(isGood: isGood, text: text))
        case .skipped: break
        case .hello, .assign, .ready, .drain, .gone, .adopt, .release, .truth, .change, .resync, .dying, .quiesce, .ask: return false
        }
        return true
    }

    /// The memory file that came first.
    private static func content(_ descriptors: ReceivedDescriptors) -> [UInt8]? {
        guard let file = descriptors.take(), let memory = try? SealedMemory(file.rawNumber) else { return nil }
        return memory.copy(0..<memory.count)
    }

    private func lost() {
        self.loop.unwatch(self.watch)
        self.watch = .none
        self.onLost?()
    }
}
