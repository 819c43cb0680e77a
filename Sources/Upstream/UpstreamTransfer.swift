public import Platform

/// Who hears of a transfer. All calls come from the loop, none from within `start`, `pause`, `resume` or `cancel`; within
/// each, the transfer may be paused, resumed and cancelled, and others started.
public protocol UpstreamObserver: AnyObject {
    /// The final head, once; interim (1xx) answers never come.
    func upstreamHead(_ transfer: UpstreamTransfer, status: Int, headers: UpstreamHeaders)
    /// Bytes of the body, lent for the call.
    func upstreamBody(_ transfer: UpstreamTransfer, _ bytes: Span<UInt8>)
    /// The end, exactly once unless cancelled; nil when the answer is complete.
    func upstreamEnded(_ transfer: UpstreamTransfer, failure: UpstreamFailure?)
}

/// What is known about how a request went.
public struct UpstreamAttempt: Sendable, Equatable {
    /// Until a connection was usable; zero when one was there.
    public var connect: Duration = .zero
    /// From `start` to the end of the head; nil when none came.
    public var firstByte: Duration?
    /// 10, 11 or 20; 0 when unknown.
    public var httpVersion = 0
    /// An open connection was used.
    public var reused = false
}

/// One request under way. Its observer is held until the end, or until it is cancelled.
public final class UpstreamTransfer {
    enum Phase { case starting, running, ended, cancelled }

    public let startedAt: Instant
    /// Complete at the end; until then only `firstByte` is.
    public internal(set) var attempt = UpstreamAttempt()
    /// Between `pause` and `resume`.
    public private(set) var isPaused = false

    var phase = Phase.starting
    var observer: (any UpstreamObserver)?
    var easy: CurlEasy?
    /// What the client found wrong before anything was sent.
    var refusal: UpstreamFailure?
    let pool: UpstreamPool?
    private let client: UpstreamClient
    private var status = 0
    private var headers = UpstreamHeaders()
    private var headBytes = 0
    private(set) var hasHead = false
    private(set) var headIsTooLarge = false

    init(client: UpstreamClient, pool: UpstreamPool?, observer: any UpstreamObserver, at now: Instant) {
        self.client = client
        self.pool = pool
        self.observer = observer
        self.startedAt = now
    }

    /// Ends the transfer: the observer hears nothing more, and an HTTP/1 connection is closed within this turn of the loop.
    public func cancel() {
        guard self.phase == .starting || self.phase == .running else { return }
        self.client.cancel(self)
    }

    /// Stops reading from the connection; at most one more buffer is delivered.
    public func pause() {
        guard !self.isPaused, self.phase == .starting || self.phase == .running else { return }
        self.isPaused = true
        if self.phase == .running { self.easy?.pause() }
    }

    /// Reads on, from the end of this turn of the loop.
    public func resume() {
        guard self.isPaused else { return }
        self.isPaused = false
        if self.phase == .running { self.client.resume(self) }
    }

    var beforeFirstByte: Bool { self.headBytes == 0 }

    // MARK: From libcurl; false ends the transfer

    func curlHeader(_ line: Span<UInt8>) -> Bool {
        guard self.phase == .running else { return false }
        self.headBytes += line.count
        if self.hasHead { return true }  // trailer fields of a chunked body
        guard self.headBytes <= self.client.options.headBytesMax else {
            self.headIsTooLarge = true
            return false
        }
        if self.status == 0 {
            guard let status = line.statusCode() else { return false }
            self.status = status
        } else if line.count <= 2, line[0] == 0x0D || line[0] == 0x0A {
            guard self.status >= 200 else {
                self.status = 0
                self.headers.removeAll()
                return true
            }
            self.hasHead = true
            self.attempt.firstByte = Instant.now() - self.startedAt
            self.observer?.upstreamHead(self, status: self.status, headers: self.headers)
            if self.isPaused { self.easy?.pause() }
        } else {
            self.headers.take(line)
        }
        return self.phase == .running
    }

    func curlBody(_ bytes: Span<UInt8>) -> Bool {
        guard self.phase == .running else { return false }
        self.observer?.upstreamBody(self, bytes)
        // One paused before it had a connection is paused here.
        if self.isPaused { self.easy?.pause() }
        return self.phase == .running
    }
}
