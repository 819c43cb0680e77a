public import Platform

/// What a client has done so far.
public struct UpstreamStatistics: Sendable, Equatable {
    /// Sockets open now, in use or idle.
    public var connectionsOpen = 0
    public var connectionsMade: UInt64 = 0
    /// Requests that came to an end by themselves, and how many of them used a connection that was open already.
    public var ended: UInt64 = 0
    public var reused: UInt64 = 0
    public var cancelled: UInt64 = 0
    /// Requests started and not ended.
    public var inFlight = 0
}

/// Easy handles of one URL that no transfer uses.
final class UpstreamPool {
    let url: String
    let scheme: UpstreamScheme
    var idle: [CurlEasy] = []
    /// The lines of the last request's target, and their form for libcurl.
    var lines: [String] = []
    var headers: CurlHeaderList?

    init(url: String, scheme: UpstreamScheme) {
        self.url = url
        self.scheme = scheme
    }
}

/// Carries requests to targets over libcurl's multi interface, on one event loop.
///
/// A transfer under way holds its client: end one early with `shutDown`.
public final class UpstreamClient {
    let options: UpstreamOptions
    public private(set) var statistics = UpstreamStatistics()

    private let loop: EventLoop
    private let multi: CurlMulti
    private let ignoresProxies: Bool
    private var pools: [String: UpstreamPool] = [:]
    private var sockets: [UpstreamSocket?] = []
    private var flying: [CurlEasy] = []
    private var starting: [UpstreamTransfer] = []
    private var resuming: [UpstreamTransfer] = []
    /// Cancelled within a callback, where libcurl lets no handle be removed.
    private var removing: [UpstreamTransfer] = []
    private var isInCurl = false
    private var isShutDown = false

    private var isServiceDue = false
    private var isCurlTimerDue = false
    /// When libcurl wants to be called; the loop's timer may stand earlier, and is then moved when it fires.
    private var curlDeadline = Instant.distantFuture
    private var timer = EventLoop.Timer.none
    private var timerDeadline = Instant.distantFuture
    private let alarm = UpstreamAlarm()

    private static let poolsMax = 256
    private static let idleHandlesMax = 256

    public init(loop: EventLoop, options: UpstreamOptions = UpstreamOptions()) throws(UpstreamFailure) {
        guard let multi = CurlMulti(connectionsMax: options.connectionsMax, multiplexes: options.usesHTTP2) else {
            throw UpstreamFailure(kind: .other(27), beforeFirstByte: true, detail: "libcurl cannot be initialised")
        }
        self.loop = loop
        self.options = options
        self.multi = multi
        self.ignoresProxies = !environmentNamesProxy()
        multi.setOwner(self)
        self.alarm.client = self
    }

    deinit {
        self.multi.setOwner(nil)
        self.loop.cancel(self.timer)
        for socket in self.sockets { if let socket { self.loop.unwatch(socket.watch) } }
    }

    // MARK: For callers

    /// Starts a request; it is sent at the end of this turn of the loop.
    public func start(_ request: UpstreamRequest, observer: any UpstreamObserver) -> UpstreamTransfer {
        let pool = self.pool(for: request.url)
        let transfer = UpstreamTransfer(client: self, pool: pool, observer: observer, at: Instant.now())
        do {
            transfer.easy = try self.prepare(request, pool)
            transfer.easy?.owner = transfer
        } catch {
            transfer.refusal = error
        }
        self.statistics.inFlight += 1
        self.starting.append(transfer)
        self.scheduleService()
        return transfer
    }

    /// Cancels all transfers, lets the loop forget all sockets, and starts nothing more. Idle connections are closed with
    /// the client itself.
    public func shutDown() {
        self.isShutDown = true
        for transfer in self.starting { transfer.cancel() }
        for easy in self.flying { easy.owner?.cancel() }
        self.loop.cancel(self.timer)
        self.timerDeadline = .distantFuture
        for socket in self.sockets { if let socket { self.loop.unwatch(socket.watch) } }
        self.sockets.removeAll()
        self.pools.removeAll()
    }

    // MARK: Preparing

    private func pool(for url: String) -> UpstreamPool? {
        if let pool = self.pools[url] { return pool }
        guard let scheme = UpstreamScheme(url) else { return nil }
        let pool = UpstreamPool(url: url, scheme: scheme)
        // Targets are few; what asks for ever new URLs gets handles that are not kept.
        if self.pools.count < Self.poolsMax { self.pools[url] = pool }
        return pool
    }

    private func prepare(_ request: UpstreamRequest, _ pool: UpstreamPool?) throws(UpstreamFailure) -> CurlEasy {
        guard !self.isShutDown, let pool else {
            throw UpstreamFailure(kind: .invalidRequest, beforeFirstByte: true, detail: "URL is not http or https")
        }
        guard pool.scheme.isTLS || pool.scheme.isLoopback || request.allowsInsecure else {
            throw UpstreamFailure(kind: .invalidRequest, beforeFirstByte: true, detail: "http to another machine is not allowed")
        }
        var headers = pool.headers
        if headers == nil || pool.lines != request.headers {
            // `Expect:` without a value: libcurl shall never wait for 100-continue.
            headers = CurlHeaderList(request.headers + ["Expect:"])
            pool.headers = headers
            pool.lines = request.headers
        }
        if !request.requestHeaders.isEmpty, headers != nil { headers = CurlHeaderList(request.requestHeaders, followedBy: headers) }
        guard let headers else {
            throw UpstreamFailure(kind: .invalidRequest, beforeFirstByte: true, detail: "a header line holds CR, LF or NUL")
        }
        let fresh =
            pool.idle.popLast()
            ?? CurlEasy(
                url: pool.url, isTLS: pool.scheme.isTLS, ignoresProxies: self.ignoresProxies, options: self.options, multi: self.multi)
        guard let easy = fresh else {
            throw UpstreamFailure(kind: .invalidRequest, beforeFirstByte: true, detail: "libcurl does not take the URL")
        }
        let milliseconds = max(1, Int(clamping: request.connectTimeout.nanoseconds / 1_000_000))
        easy.prepare(method: request.method, headers: headers, body: request.body, connectMilliseconds: milliseconds)
        return easy
    }

    // MARK: Turns

    private func scheduleService() {
        guard !self.isServiceDue else { return }
        self.isServiceDue = true
        self.loop.deferToPassEnd { self.service() }
    }

    /// Once per turn: starts, resumes, and libcurl's due timers. What these lead to waits for the next turn.
    private func service() {
        self.isServiceDue = false
        if !self.starting.isEmpty {
            let transfers = self.starting
            self.starting.removeAll(keepingCapacity: true)
            for transfer in transfers { self.begin(transfer) }
        }
        if !self.resuming.isEmpty {
            let transfers = self.resuming
            self.resuming.removeAll(keepingCapacity: true)
            for transfer in transfers { self.readOn(transfer) }
        }
        if self.isCurlTimerDue {
            self.isCurlTimerDue = false
            self.withinCurl { self.multi.timerFired() }
            self.settle()
        }
    }

    private func withinCurl(_ body: () -> Void) {
        self.isInCurl = true
        body()
        self.isInCurl = false
    }

    private func begin(_ transfer: UpstreamTransfer) {
        guard transfer.phase == .starting else { return }
        guard let easy = transfer.easy else {
            self.end(transfer, failure: transfer.refusal)
            return
        }
        transfer.phase = .running
        easy.place = self.flying.count
        self.flying.append(easy)
        var isAdded = false
        self.withinCurl { isAdded = self.multi.add(easy) }
        guard !isAdded else { return }
        self.recycle(transfer)
        self.end(transfer, failure: UpstreamFailure(kind: .other(2), beforeFirstByte: true, detail: "libcurl refuses the handle"))
    }

    private func readOn(_ transfer: UpstreamTransfer) {
        guard transfer.phase == .running, !transfer.isPaused, let easy = transfer.easy else { return }
        var code: Int32 = 0
        self.withinCurl { code = easy.unpause() }
        // Failing here libcurl does not end the transfer. (Code 43: there is no connection yet, so nothing was paused.)
        if code != 0, code != 43, transfer.phase == .running { self.finish(easy, code: code) }
        self.settle()
    }

    /// After each call into libcurl: removes what was cancelled within it, and takes what has come to its end.
    private func settle() {
        while let transfer = self.removing.popLast() { self.recycle(transfer) }
        while let (easy, code) = self.multi.nextFinished() { self.finish(easy, code: code) }
    }

    private func finish(_ easy: CurlEasy, code: Int32) {
        guard let transfer = easy.owner else { return }
        let connections = easy.connectionsMade
        transfer.attempt.reused = code == 0 && connections == 0
        transfer.attempt.connect = connections == 0 ? .zero : .microseconds(easy.connectMicroseconds)
        switch easy.httpVersion {
        case 1: transfer.attempt.httpVersion = 10
        case 2: transfer.attempt.httpVersion = 11
        case 3: transfer.attempt.httpVersion = 20
        default: break
        }
        var failure: UpstreamFailure?
        if code != 0 {
            let kind = transfer.headIsTooLarge ? .headTooLarge : UpstreamFailure.Kind(curlCode: code)
            // libcurl hands out no header line of what is not HTTP.
            let isBefore = transfer.beforeFirstByte && kind != .protocolError
            failure = UpstreamFailure(kind: kind, beforeFirstByte: isBefore, detail: easy.failureText(code))
        } else if !transfer.hasHead {
            // libcurl takes a connection that ends within the head for an answer without a body.
            failure = UpstreamFailure(kind: .connectionClosed, beforeFirstByte: false, detail: "closed within the head")
        }
        if transfer.attempt.reused { self.statistics.reused += 1 }
        self.statistics.ended += 1
        self.recycle(transfer)
        self.end(transfer, failure: failure)
    }

    /// Takes the handle from the transfer and puts it back. An unfinished exchange loses its connection here.
    private func recycle(_ transfer: UpstreamTransfer) {
        guard let easy = transfer.easy else { return }
        transfer.easy = nil
        if easy.place >= 0 {
            self.withinCurl { self.multi.remove(easy) }
            let last = self.flying.removeLast()
            if last !== easy {
                self.flying[easy.place] = last
                last.place = easy.place
            }
            easy.place = -1
        }
        easy.relinquish()
        if let pool = transfer.pool, !self.isShutDown, pool.idle.count < Self.idleHandlesMax { pool.idle.append(easy) }
    }

    private func end(_ transfer: UpstreamTransfer, failure: UpstreamFailure?) {
        transfer.phase = .ended
        self.statistics.inFlight -= 1
        let observer = transfer.observer
        transfer.observer = nil
        observer?.upstreamEnded(transfer, failure: failure)
    }

    // MARK: From transfers

    func cancel(_ transfer: UpstreamTransfer) {
        transfer.phase = .cancelled
        transfer.observer = nil
        self.statistics.inFlight -= 1
        self.statistics.cancelled += 1
        if self.isInCurl { self.removing.append(transfer) } else { self.recycle(transfer) }
    }

    func resume(_ transfer: UpstreamTransfer) {
        self.resuming.append(transfer)
        self.scheduleService()
    }

    // MARK: From libcurl

    /// The socket was made for a connection, and its closing will be told.
    func curlMadeSocket(_ descriptor: CInt) {
        self.statistics.connectionsOpen += 1
        self.statistics.connectionsMade += 1
        self.socket(descriptor).isConnection = true
    }

    func curlClosesSocket(_ descriptor: CInt) {
        self.statistics.connectionsOpen -= 1
        guard descriptor < self.sockets.count, let socket = self.sockets[Int(descriptor)] else { return }
        self.loop.unwatch(socket.watch)
        self.sockets[Int(descriptor)] = nil
    }

    /// Idle connections stay registered, since their next request comes soon; the kernel is told only what it must know.
    func curlWants(_ descriptor: CInt, readable: Bool, writable: Bool) {
        var wanted: Readiness = readable ? .readable : []
        if writable { wanted.insert(.writable) }
        if wanted.isEmpty {
            guard descriptor < self.sockets.count, let socket = self.sockets[Int(descriptor)] else { return }
            socket.wanted = []
            // Not a connection (the resolver's wake-up): closed without a word, and its number used again.
            if !socket.isConnection {
                self.loop.unwatch(socket.watch)
                self.sockets[Int(descriptor)] = nil
            }
            return
        }
        let socket = self.socket(descriptor)
        socket.wanted = wanted
        if !socket.watched.isSuperset(of: wanted) { self.watch(socket) }
    }

    private func socket(_ descriptor: CInt) -> UpstreamSocket {
        let index = Int(descriptor)
        while self.sockets.count <= index { self.sockets.append(nil) }
        if let socket = self.sockets[index] { return socket }
        let socket = UpstreamSocket(descriptor: descriptor, client: self)
        self.sockets[index] = socket
        return socket
    }

    /// Makes the kernel's interest what libcurl wants. A failure (no memory) leaves the transfer to its deadline.
    private func watch(_ socket: UpstreamSocket) {
        do {
            if socket.wanted.isEmpty {
                self.loop.unwatch(socket.watch)
                socket.watch = .none
            } else if socket.watched.isEmpty {
                socket.watch = try self.loop.watch(socket.descriptor, for: socket.wanted, handler: socket)
            } else {
                try self.loop.change(socket.watch, to: socket.wanted)
            }
            socket.watched = socket.wanted
        } catch {
            self.loop.unwatch(socket.watch)
            socket.watched = []
        }
    }

    fileprivate func ready(_ socket: UpstreamSocket, _ readiness: Readiness) {
        let isBroken = !readiness.isDisjoint(with: [.failed, .hangUp])
        let reads = socket.wanted.contains(.readable) && (isBroken || readiness.contains(.readable))
        let writes = socket.wanted.contains(.writable) && (isBroken || readiness.contains(.writable))
        guard reads || writes else {
            // Nobody waits for this now: a pooled connection that ended, or a paused one that has more.
            self.watch(socket)
            return
        }
        self.withinCurl { self.multi.socketReady(socket.descriptor, readable: reads, writable: writes) }
        self.settle()
    }

    func curlWantsTimer(milliseconds: Int) {
        if milliseconds < 0 {
            self.curlDeadline = .distantFuture
            self.isCurlTimerDue = false
        } else if milliseconds == 0 {
            self.isCurlTimerDue = true
            self.scheduleService()
        } else {
            self.curlDeadline = Instant.now() + .milliseconds(milliseconds)
            if self.curlDeadline < self.timerDeadline { self.armTimer() }
        }
    }

    private func armTimer() {
        self.loop.cancel(self.timer)
        self.timerDeadline = self.curlDeadline
        self.timer = self.loop.schedule(at: self.curlDeadline, handler: self.alarm)
    }

    fileprivate func alarmFired(at now: Instant) {
        self.timerDeadline = .distantFuture
        if self.curlDeadline > now {
            if self.curlDeadline < .distantFuture { self.armTimer() }
            return
        }
        self.curlDeadline = .distantFuture
        self.withinCurl { self.multi.timerFired() }
        self.settle()
    }
}

/// A socket of libcurl's: what libcurl waits for, and what the kernel was asked.
final class UpstreamSocket: ReadinessHandler {
    let descriptor: CInt
    var watch = EventLoop.Watch.none
    var watched: Readiness = []
    var wanted: Readiness = []
    var isConnection = false
    private unowned let client: UpstreamClient

    init(descriptor: CInt, client: UpstreamClient) {
        self.descriptor = descriptor
        self.client = client
    }

    func ready(_ readiness: Readiness, on watch: EventLoop.Watch) { self.client.ready(self, readiness) }
}

/// Stands between the loop, which holds its timers' handlers, and the client.
private final class UpstreamAlarm: TimerHandler {
    weak var client: UpstreamClient?

    func timerFired(kind: Int, at now: Instant) { self.client?.alarmFired(at: now) }
}
