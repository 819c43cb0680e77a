public import HTTP
public import Platform

/// Decides what is answered. Called on the server's loop.
public protocol RequestHandler: AnyObject {
    /// A request is there with its whole body. Answer now or later, on the same loop.
    func handle(_ exchange: ServerExchange)
    /// The answer for what never becomes an exchange; the connection closes after it.
    func refusal(for fault: HTTPFault) -> Refusal
}

/// A whole answer to a request that was refused. `content-length`, `date` and `connection` are added.
public struct Refusal: Sendable {
    public var status: Int
    public var headers: HeaderLines
    public var body: [UInt8]

    public init(status: Int, headers: HeaderLines, body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// Hears about the client of an exchange that is not yet answered in full.
public protocol ExchangeObserver: AnyObject {
    /// The client left: it closed, or closed only its sending side, or reset, or took nothing for the write time-out.
    /// Called at most once, in the loop pass that learned of it, and never after the answer's end; the exchange is over.
    func clientGone(_ exchange: ServerExchange)
    /// `pendingBytes` fell to 16 KiB or below after having been above 64 KiB.
    func clientDrained(_ exchange: ServerExchange)
}

/// One request and its answer. Every answering call is ignored once the client is gone.
public final class ServerExchange {
    public static let pausedAboveBytes = 64 * 1024
    public static let drainedAtBytes = 16 * 1024

    public let head: RequestHead
    /// The whole body, without its framing. The handler may take it out.
    public var body: [UInt8]
    public let clientAddress: ClientAddress
    /// When the head was complete.
    public let receivedAt: Instant
    public weak var observer: (any ExchangeObserver)?
    /// Close the connection after the answer, and say so in its head. Set it before answering.
    public var endsConnection = false

    /// Nil once the answer is whole or the client gone.
    var connection: ClientConnection?

    init(head: RequestHead, body: [UInt8], clientAddress: ClientAddress, receivedAt: Instant, connection: ClientConnection) {
        self.head = head
        self.body = body
        self.clientAddress = clientAddress
        self.receivedAt = receivedAt
        self.connection = connection
    }

    /// Whether the client can still get something: neither answered in full nor gone.
    public var isOpen: Bool { self.connection != nil }

    /// Bytes given to `send` that the kernel has not taken yet.
    public var pendingBytes: Int { self.connection?.pendingOutputCount ?? 0 }

    /// Answers as a whole, with one write. Not after `startStream`.
    public func respond(status: Int, headers: HeaderLines, body: [UInt8]) {
        self.connection?.respond(status: status, headers: headers, body: body)
    }

    /// Begins an answer of unknown length: chunked, or until close for HTTP/1.0. The head leaves with the first
    /// `send`, or at the end of the loop pass.
    public func startStream(status: Int, headers: HeaderLines) {
        self.connection?.startStream(status: status, headers: headers)
    }

    /// Sends bytes of a started stream: one write as far as the socket takes it, the rest waits.
    public func send(_ bytes: Span<UInt8>) { self.connection?.send(bytes) }

    /// Ends a stream.
    public func finishStream() { self.connection?.finishStream() }

    /// Sends the last bytes of a stream and ends it, with one write.
    public func finishStream(_ bytes: Span<UInt8>) { self.connection?.finishStream(bytes) }

    /// Ends the connection without the end of the answer, so that the client sees it broken off. What was sent before still leaves.
    public func abort() { self.connection?.abort() }

    /// Begins an answer of which the caller writes every byte, head and framing included; the connection ends after it.
    /// For those who must break the protocol, as a fake does.
    public func startRaw() { self.connection?.startRaw() }

    /// Resets the connection. What the kernel has not delivered by then is lost.
    public func reset() { self.connection?.reset() }
}
