/// What one server takes from its clients, and how long it waits for them.
public struct ServerLimits: Sendable, Equatable {
    /// From the request line to the blank line; also for the trailers of a chunked body.
    public var headBytesMax = 16 * 1024
    public var bodyBytesMax = 32 * 1024 * 1024
    public var connectionsMax = 10_000
    /// IPv6 clients count per /64 network. Local sockets have no address and no such limit.
    public var connectionsPerAddressMax = 1_000
    /// From a request's first byte to the end of its head; also for a whole TLS handshake.
    public var headTimeout = Duration.seconds(10)
    /// Between two reads of a body.
    public var bodyIdleTimeout = Duration.seconds(30)
    /// For a whole body.
    public var bodyTimeout = Duration.seconds(60)
    /// Between two requests, and before the first.
    public var idleTimeout = Duration.seconds(75)
    /// While an answer waits in our queue: how long a client may take nothing.
    public var writeStallTimeout = Duration.seconds(60)
    /// After our last byte: how long, and for how many bytes, we let the client speak so that it can read our answer.
    public var lingerTimeout = Duration.seconds(2)
    public var lingerBytesMax = 8 * 1024 * 1024

    public init() {}
}
