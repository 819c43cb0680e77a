internal import Platform

/// One who asked something on the control socket, until the answer is sent or they are gone.
///
/// Nothing here blocks: what the client does not read yet is kept, up to 1 MiB.
final class ControlClient {
    static let patience = Duration.seconds(5)
    static let outputBytesMax = 1 << 20
    /// More than a line may have: closing with words unread would cut the answer off.
    private static let pieceBytes = 4096

    enum State: Equatable {
        /// The line is owed until then.
        case asking(deadline: Instant)
        /// Its command is worked on.
        case waiting
        /// All is said; it is to be read until then.
        case ending(deadline: Instant)
        case closed
    }

    let peer: PeerCredentials
    /// nil until its line is there.
    private(set) var command: ControlCommand?
    private(set) var state: State
    /// Said and not yet taken by the kernel: an upgrade hands it over with the descriptor.
    private(set) var pendingOutput: [UInt8]
    private var socket: OwnedDescriptor?
    private var request = ControlRequest()
    private var source: ServiceLoop.Source?
    /// Called once, when its line is there and allowed.
    private var asked: ((ControlClient) -> Void)?

    /// Just connected.
    init(_ socket: consuming OwnedDescriptor, peer: PeerCredentials, at now: Instant) {
        self.socket = consume socket
        self.peer = peer
        self.state = .asking(deadline: now + Self.patience)
        self.pendingOutput = []
    }

    /// One that waits for the answer to `command`, handed over by the image before us.
    init(adopting socket: consuming OwnedDescriptor, command: ControlCommand, pendingOutput: [UInt8]) throws(SystemCallError) {
        self.peer = try PeerCredentials(of: socket.rawNumber)
        self.socket = consume socket
        self.command = command
        self.state = .waiting
        self.pendingOutput = pendingOutput
    }

    /// Open until `isClosed`; nil afterwards.
    var rawNumber: CInt? { self.socket?.rawNumber }
    var isClosed: Bool { self.state == .closed }

    /// When `timePassed` may decide something.
    var nextWake: Instant {
        switch self.state {
        case .asking(let deadline), .ending(let deadline): deadline
        case .waiting, .closed: .distantFuture
        }
    }

    func watch(on loop: ServiceLoop, asked: @escaping (ControlClient) -> Void) throws(SystemCallError) {
        guard let number = self.rawNumber else { return }
        self.asked = asked
        self.source = try loop.onReadable(number) { [weak self] in self?.ready() }
        self.flush()
    }

    // MARK: Answers; without effect once the client is gone

    func progress(_ text: String) { self.say(ControlAnswer.progress(text)) }

    /// The last word: closes when it is sent. `exit`: 0 done, 1 the thing asked about is not so, 2 not understood.
    func finish(exit: Int32, message: String) {
        self.end(with: ControlAnswer.end(exit, message))
    }

    /// One JSON object, which is the whole answer: closes when it is sent.
    func send(object: String) { self.end(with: object) }

    func close() {
        self.flush()
        self.drop()
    }

    private func end(with line: String) {
        switch self.state {
        case .asking, .waiting: break
        case .ending, .closed: return
        }
        // A reader that is not slow is served within this call.
        self.state = .ending(deadline: Instant.now() + Self.patience)
        self.say(line)
    }

    private func say(_ line: String) {
        if self.isClosed { return }
        self.pendingOutput += Array((line + "\n").utf8)
        self.flush()
        if self.pendingOutput.count > Self.outputBytesMax { self.drop() }
    }

    // MARK: Events

    func timePassed(at now: Instant) {
        switch self.state {
        case .asking(let deadline) where deadline <= now:
            self.finish(exit: 2, message: "no command within \(Self.patience.components.seconds) s")
        case .ending(let deadline) where deadline <= now: self.drop()
        case .asking, .ending, .waiting, .closed: return
        }
    }

    private func ready() {
        let hadOutput = !self.pendingOutput.isEmpty
        self.flush()
        guard case .asking = self.state else {
            // Neither side is waited for then, so this was the end of the connection.
            if !hadOutput { self.drop() }
            return
        }
        self.readRequest()
    }

    private func readRequest() {
        guard let number = self.rawNumber else { return }
        var piece: [UInt8] = []
        let isEnd: Bool
        switch StreamSocket.receive(number, appendingTo: &piece, count: Self.pieceBytes) {
        case .bytes: isEnd = false
        case .ended: isEnd = true
        case .wouldBlock: return
        case .failed: return self.drop()
        }
        switch self.request.feed(piece, isEnd: isEnd) {
        case .incomplete: return
        case .nothing: self.drop()
        case .refused(let message): self.finish(exit: 2, message: message)
        case .command(let command):
            self.command = command
            self.state = .waiting
            self.heedOutput()
            let asked = self.asked
            self.asked = nil
            asked?(self)
        }
    }

    /// Sends what the kernel takes.
    private func flush() {
        while let number = self.rawNumber, !self.pendingOutput.isEmpty {
            switch StreamSocket.send(number, self.pendingOutput.span) {
            case .bytes(let count): self.pendingOutput.removeFirst(count)
            case .wouldBlock: return self.heedOutput()
            case .ended, .failed: return self.drop()
            }
        }
        if case .ending = self.state { return self.drop() }
        self.heedOutput()
    }

    /// Once the line is there nothing more is read: the end of the connection is told all the same, and one that only ended its
    /// sending waits on.
    private func heedOutput() {
        let isAsking = if case .asking = self.state { true } else { false }
        self.source?.wait(reading: isAsking, writing: !self.pendingOutput.isEmpty)
    }

    private func drop() {
        self.state = .closed
        self.source?.cancel()
        self.source = nil
        self.asked = nil
        self.socket = nil
        self.pendingOutput = []
    }
}
