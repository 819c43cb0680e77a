internal import HTTP
internal import Platform

/// One client connection: reads requests one after the other, hands each to the handler, writes its answer, then goes on.
///
/// Reading is in `ClientConnection+Reading.swift`, answering in `ClientConnection+Answering.swift`; here are its life and its deadlines.
/// While an exchange is open we keep listening: `EPOLLRDHUP` means that the client is gone. A client that closes only its
/// sending side looks the same and is treated the same, as nginx does: no HTTP client we know half-closes and then waits.
final class ClientConnection: ReadinessHandler, TimerHandler {
    let address: ClientAddress
    let server: HTTPServer
    /// Only there to be told that it is one too many.
    let isRefused: Bool
    let number: CInt
    var tls: TLSSession?
    private var descriptor: OwnedDescriptor?
    private var watch = EventLoop.Watch.none
    private var interest: Readiness = [.readable, .peerClosed]
    private var timer = EventLoop.Timer.none
    private var timerAt = Instant.distantFuture
    var clock: ConnectionClock

    // Reading.
    var parser: RequestHeadParser
    /// Received and not yet used: part of a head, or requests that wait for the one before them.
    var pending = ByteQueue()
    var isReadingPaused = false
    var head: RequestHead?
    var headCompletedAt: Instant
    var body: [UInt8] = []
    var chunks: ChunkedDecoder?
    var isRequestComplete = false
    /// A loop over pending requests runs further up the stack.
    var isPumping = false
    var isPumpScheduled = false
    var lingeredBytes = 0

    // Answering.
    var exchange: ServerExchange?
    var output = ByteQueue()
    var stream = StreamState.none
    /// The head of a stream waits in `output` for the first bytes or the end of the pass.
    var isHeadHeld = false
    var closesAfterAnswer = false
    var isAbovePause = false
    /// A write failed; the connection ends with this pass.
    var hasFailed = false
    /// Counted in the server's `busyCount`.
    private var isBusy = false

    enum StreamState { case none, chunked, untilClose, bodiless }

    var loop: EventLoop { self.server.loop }
    var phase: ConnectionPhase { self.clock.phase }

    /// Nil, and the descriptor closed, when the socket cannot be watched.
    init?(_ descriptor: consuming OwnedDescriptor, address: ClientAddress, server: HTTPServer, isRefused: Bool) {
        self.address = address
        self.server = server
        self.isRefused = isRefused
        self.number = descriptor.rawNumber
        self.descriptor = consume descriptor
        self.parser = RequestHeadParser(headBytesMax: server.limits.headBytesMax, bodyBytesMax: server.limits.bodyBytesMax)
        self.clock = ConnectionClock(phase: .idle, at: server.loop.now)
        self.headCompletedAt = server.loop.now
        if let tls = server.tls {
            guard let session = tls.makeSession(self.number) else { return nil }
            self.tls = session
            self.clock.enter(.handshake, at: server.loop.now)
        }
        do { self.watch = try server.loop.watch(self.number, for: self.interest, handler: self) } catch { return nil }
        self.rearm()
        self.noteBusy()
    }

    func enter(_ phase: ConnectionPhase) {
        self.clock.enter(phase, at: self.loop.now)
        self.noteBusy()
    }

    /// Makes the server's count follow the phase and, while a head is awaited, its first byte.
    func noteBusy() {
        guard !self.isRefused else { return }
        let isBusy = self.phase.isBusy(hasHeadBegun: self.parser.hasBegun)
        guard isBusy != self.isBusy else { return }
        self.isBusy = isBusy
        self.server.busyCount += isBusy ? 1 : -1
    }

    // MARK: Readiness

    func ready(_ readiness: Readiness, on watch: EventLoop.Watch) {
        if readiness.contains(.failed) || readiness.contains(.hangUp) {
            self.lost()
            return
        }
        if readiness.contains(.peerClosed), self.phase == .handling || self.phase == .flushing {
            self.lost()
            return
        }
        if self.phase == .handshake {
            self.advanceHandshake()
        } else {
            let readsOnWritable = self.tls?.wantsWrite ?? false
            if readiness.contains(.writable) { self.flush() }
            if readiness.contains(.readable) || readiness.contains(.peerClosed) || readsOnWritable { self.receive() }
        }
        // The request came with the end of the connection, and is not answered yet.
        if readiness.contains(.peerClosed), self.phase == .handling || self.phase == .flushing { self.lost() }
        self.settle()
    }

    private func advanceHandshake() {
        switch self.tls?.handshake() ?? .failed {
        case .waiting: break
        case .failed: self.close()
        case .done:
            self.enter(.idle)
            self.receive()
        }
    }

    /// Makes what epoll and the timer know follow what has happened.
    func settle() {
        guard self.phase != .closed else { return }
        var interest: Readiness = [.peerClosed]
        if !self.isReadingPaused { interest.insert(.readable) }
        if !self.output.isEmpty && !self.isHeadHeld || self.tls?.wantsWrite ?? false { interest.insert(.writable) }
        if interest != self.interest {
            self.interest = interest
            do { try self.loop.change(self.watch, to: interest) } catch { self.fail() }
        }
        self.rearm()
    }

    // MARK: Deadlines

    /// One timer that is only ever moved to an earlier instant; when it fires too early it is set anew.
    private func rearm() {
        let deadline = self.clock.deadline(self.server.limits, hasOutput: !self.output.isEmpty)
        guard deadline < self.timerAt else { return }
        self.loop.cancel(self.timer)
        self.timer = self.loop.schedule(at: deadline, handler: self)
        self.timerAt = deadline
    }

    func timerFired(kind: Int, at now: Instant) {
        self.timerAt = .distantFuture
        if self.clock.deadline(self.server.limits, hasOutput: !self.output.isEmpty) <= now { self.expired() }
        guard self.phase != .closed else { return }
        self.rearm()
    }

    private func expired() {
        switch self.phase {
        case .head where self.parser.hasBegun, .body: self.refuse(.requestTimeout)
        case .handling: self.lost()
        case .handshake, .idle, .head, .flushing, .lingering: self.close()
        case .closed: break
        }
    }

    // MARK: The end

    /// The connection is of no more use. An open exchange hears of it.
    func lost() {
        let exchange = self.exchange
        self.exchange = nil
        self.close()
        guard let exchange else { return }
        exchange.connection = nil
        exchange.observer?.clientGone(exchange)
    }

    /// Like `lost`, but at the end of the pass: for failures met inside a call of the handler.
    func fail() {
        guard !self.hasFailed else { return }
        self.hasFailed = true
        self.output.removeAll()
        self.loop.deferToPassEnd { self.lost() }
    }

    func close() {
        guard self.phase != .closed else { return }
        self.enter(.closed)
        self.loop.unwatch(self.watch)
        self.loop.cancel(self.timer)
        self.timer = .none
        self.tls = nil
        self.descriptor = nil
        self.output.removeAll()
        self.pending.removeAll()
        self.body = []
        self.server.ended(self)
    }

    /// Ends after an answer. What the client still sends is read for a while: closing over unread bytes would reset the
    /// connection, and the client might lose the answer (RFC 9112 9.6).
    func closeGracefully() {
        self.tls?.endSending()
        StreamSocket.endSending(self.number)
        self.pending.removeAll()
        self.isReadingPaused = false
        self.enter(.lingering)
        self.settle()
    }
}
