internal import HTTP
public import Platform

/// Serves HTTP/1.1 on listening sockets of one loop. Lives on its loop's thread; connections and `handler` are kept alive by it.
public final class HTTPServer {
    let loop: EventLoop
    let limits: ServerLimits
    let tls: ServerTLS?
    let handler: any RequestHandler

    /// Open connections that are served. Those over a limit, which only get their refusal, are not counted.
    public private(set) var connectionCount = 0
    /// Of these, those in the middle of something that is no open exchange: a TLS handshake, a request that has begun and is not
    /// whole, an answer that has not left. Closing one loses what its client has begun.
    public internal(set) var busyCount = 0
    /// Connections served since the start.
    public private(set) var acceptedCount: UInt64 = 0
    /// Connections refused since the start because a limit was reached.
    public private(set) var refusedCount: UInt64 = 0
    /// Times a listening socket had to rest because the process had no descriptor left or the server no room.
    public internal(set) var exhaustedCount: UInt64 = 0
    /// Answers carry `connection: close`.
    public private(set) var isDraining = false

    /// Where every connection receives; lent for one call at a time.
    private var receiveBuffer: [UInt8] = []
    /// Where every connection puts an answer together.
    private var sendBuffer: [UInt8] = []
    private var listeners: [(group: Int?, listener: Listener)] = []
    private var connections: [ObjectIdentifier: ClientConnection] = [:]
    private var refusalCount = 0
    private var perNetwork: [ClientAddress.Network: Int] = [:]
    private var heldHeads: [ClientConnection] = []
    private var dateLine: [UInt8] = []
    private var dateLineEnds = Instant(nanoseconds: .min)

    private static let receiveBytes = 64 * 1024
    private static let sendBytesKeptMax = 256 * 1024
    /// Connections that are only told that they are one too many; each takes a descriptor like any other.
    private let refusalsMax: Int

    public init(loop: EventLoop, limits: ServerLimits, tls: ServerTLS?, handler: any RequestHandler) {
        self.loop = loop
        self.limits = limits
        self.tls = tls
        self.handler = handler
        self.refusalsMax = min(64, max(1, limits.connectionsMax / 4))
    }

    /// Accepts from a listening, non-blocking socket. May be called for several, also for several of one group.
    public func listen(on descriptor: consuming OwnedDescriptor, group: Int? = nil) throws(SystemCallError) {
        let listener = Listener(descriptor, server: self)
        try listener.start()
        self.listeners.append((group, listener))
    }

    /// Accepts nothing more and closes the listening descriptors. `takingQueue`: after serving who waits there, because nobody else will.
    public func stopAccepting(takingQueue: Bool = true) {
        for (_, listener) in self.listeners { listener.stop(takingQueue: takingQueue) }
        self.listeners = []
    }

    /// Closes the listening descriptors of one group and takes nothing from them: others hold the sockets and serve who waits there.
    public func stopListening(group: Int) {
        for (_, listener) in self.listeners.filter({ $0.group == group }) { listener.stop(takingQueue: false) }
        self.listeners.removeAll { $0.group == group }
    }

    /// From now on every answer carries `connection: close`. An idle connection gets one more answer if its client
    /// speaks, and ends at the idle time-out if not: never under the feet of a request that is on its way.
    public func beginDrain() { self.isDraining = true }

    /// Connections are kept alive again. Those that have been told to close do.
    public func endDrain() { self.isDraining = false }

    /// Closes every connection at once; open exchanges hear `clientGone`.
    public func closeAll() {
        for connection in Array(self.connections.values) { connection.lost() }
    }

    // MARK: Connections

    /// Whether another connection can be served, or at least be told that it is one too many.
    var hasRoom: Bool {
        self.connectionCount < self.limits.connectionsMax || (self.tls == nil && self.refusalCount < self.refusalsMax)
    }

    func accepted(_ descriptor: consuming OwnedDescriptor, _ peer: StreamSocket.Peer) {
        let address = ClientAddress(peer)
        let isOver = self.connectionCount >= self.limits.connectionsMax
            || address.network.map { self.perNetwork[$0, default: 0] >= self.limits.connectionsPerAddressMax } ?? false
        if isOver {
            self.refusedCount += 1
            // With TLS a refusal would cost a handshake, which is what the limit saves.
            guard self.tls == nil, self.refusalCount < self.refusalsMax else { return }
        }
        guard let connection = ClientConnection(descriptor, address: address, server: self, isRefused: isOver) else { return }
        self.connections[ObjectIdentifier(connection)] = connection
        if isOver {
            self.refusalCount += 1
            connection.refuse(.tooManyConnections)
        } else {
            self.connectionCount += 1
            self.acceptedCount += 1
            if let network = address.network { self.perNetwork[network, default: 0] += 1 }
        }
    }

    func ended(_ connection: ClientConnection) {
        guard self.connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
        if connection.isRefused {
            self.refusalCount -= 1
            return
        }
        self.connectionCount -= 1
        guard let network = connection.address.network, let count = self.perNetwork[network] else { return }
        self.perNetwork[network] = count > 1 ? count - 1 : nil
    }

    // MARK: What connections share

    func takeReceiveBuffer() -> [UInt8] {
        var buffer: [UInt8] = []
        swap(&buffer, &self.receiveBuffer)
        return buffer.isEmpty ? [UInt8](repeating: 0, count: Self.receiveBytes) : buffer
    }

    func giveBack(receiveBuffer: consuming [UInt8]) { self.receiveBuffer = receiveBuffer }

    /// Empty, with room.
    func takeSendBuffer() -> [UInt8] {
        var buffer: [UInt8] = []
        swap(&buffer, &self.sendBuffer)
        return buffer
    }

    func giveBack(sendBuffer: consuming [UInt8]) {
        guard sendBuffer.capacity <= Self.sendBytesKeptMax else { return }
        sendBuffer.removeAll(keepingCapacity: true)
        self.sendBuffer = sendBuffer
    }

    /// `date: …` for now.
    func currentDateLine() -> [UInt8] {
        if self.loop.now >= self.dateLineEnds {
            let wall = WallClock.nanoseconds()
            self.dateLine.removeAll(keepingCapacity: true)
            ResponseWriter.appendDateLine(unixSeconds: Int(wall / 1_000_000_000), to: &self.dateLine)
            self.dateLineEnds = Instant.now() + .nanoseconds(1_000_000_000 - wall % 1_000_000_000)
        }
        return self.dateLine
    }

    /// Sends the head of a stream at the end of this pass, unless something else sends it before.
    func hold(_ connection: ClientConnection) {
        if self.heldHeads.isEmpty {
            self.loop.deferToPassEnd {
                let held = self.heldHeads
                self.heldHeads.removeAll(keepingCapacity: true)
                for connection in held { connection.releaseHead() }
            }
        }
        self.heldHeads.append(connection)
    }
}
