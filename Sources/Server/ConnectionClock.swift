internal import Platform

/// What a client connection is doing.
enum ConnectionPhase: Equatable {
    /// TLS is being agreed on.
    case handshake
    /// Between two requests.
    case idle
    /// A request's first byte is there.
    case head
    case body
    /// The handler has the exchange.
    case handling
    /// The answer is whole, but not yet all in the kernel.
    case flushing
    /// We have sent our last byte and throw away what the client still sends.
    case lingering
    case closed

    /// Something has begun that its client counts on, and no handler knows of it. `hasHeadBegun`: more than empty lines has come.
    func isBusy(hasHeadBegun: Bool) -> Bool {
        switch self {
        case .handshake, .body, .flushing: true
        case .head: hasHeadBegun
        case .idle, .handling, .lingering, .closed: false
        }
    }
}

/// A connection's phase and by when it must change. A value: reads no clock.
struct ConnectionClock {
    private(set) var phase: ConnectionPhase
    private var since: Instant
    private var progressed: Instant

    init(phase: ConnectionPhase, at now: Instant) {
        self.phase = phase
        self.since = now
        self.progressed = now
    }

    mutating func enter(_ phase: ConnectionPhase, at now: Instant) {
        self.phase = phase
        self.since = now
        self.progressed = now
    }

    /// Bytes moved in the direction that the phase waits for.
    mutating func progress(at now: Instant) { self.progressed = now }

    func deadline(_ limits: ServerLimits, hasOutput: Bool) -> Instant {
        switch self.phase {
        case .handshake, .head: self.since + limits.headTimeout
        case .idle: self.since + limits.idleTimeout
        case .body: min(self.progressed + limits.bodyIdleTimeout, self.since + limits.bodyTimeout)
        case .handling: hasOutput ? self.progressed + limits.writeStallTimeout : .distantFuture
        case .flushing: self.progressed + limits.writeStallTimeout
        case .lingering: self.since + limits.lingerTimeout
        case .closed: .distantFuture
        }
    }
}
