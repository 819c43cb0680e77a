internal import HTTP
internal import Platform

extension ClientConnection {
    /// Pipelined bytes that may wait behind an open exchange before we stop reading. From then on only a reset tells
    /// that the client left: the end of its bytes stands behind those that we do not read.
    private static let pipelinedBytesMax = 64 * 1024
    /// A body's storage is made for its whole length up to here; beyond, it grows as bytes come.
    private static let bodyReservedMax = 1024 * 1024
    private static let bodyReadMax = 256 * 1024

    /// The socket is readable, or the client sends no more.
    func receive() {
        repeat {
            switch self.phase {
            case .idle, .head: self.receiveIntoBuffer()
            case .body:
                if self.tls == nil, case .length(let length) = self.head?.framing { self.receiveBody(length) } else { self.receiveIntoBuffer() }
            case .handling, .flushing:
                guard !self.isReadingPaused else { return }
                self.receiveIntoBuffer()
            case .lingering: self.discard()
            case .handshake, .closed: return
            }
        } while self.tls?.hasPending ?? false && !self.hasFailed && !self.isReadingPaused
    }

    private func receiveIntoBuffer() {
        var buffer = self.server.takeReceiveBuffer()
        var free = buffer.mutableSpan
        let outcome = self.tls?.receive(into: &free) ?? StreamSocket.receive(self.number, into: &free)
        switch outcome {
        case .bytes(let count):
            let fault = self.take(buffer.span.extracting(0..<count))
            self.server.giveBack(receiveBuffer: buffer)
            if let fault { self.refuse(fault) } else { self.pump() }
        case .wouldBlock:
            self.server.giveBack(receiveBuffer: buffer)
        case .ended, .failed:
            self.server.giveBack(receiveBuffer: buffer)
            self.lost()
        }
    }

    /// Uses new bytes as far as the next whole request, and keeps the rest.
    private func take(_ bytes: Span<UInt8>) -> HTTPFault? {
        if self.exchange != nil || self.phase == .flushing {
            self.pending.append(bytes)
            if self.pending.count >= Self.pipelinedBytesMax { self.isReadingPaused = true }
            return nil
        }
        guard self.pending.isEmpty else {
            self.pending.append(bytes)
            return self.takePending()
        }
        do {
            let used = try self.consume(bytes)
            if used < bytes.count { self.pending.append(bytes.extracting(used..<bytes.count)) }
            return nil
        } catch {
            return error
        }
    }

    private func takePending() -> HTTPFault? {
        var bytes = ByteQueue()
        swap(&bytes, &self.pending)
        do {
            let used = try self.consume(bytes.bytes)
            bytes.removeFirst(used)
            swap(&bytes, &self.pending)
            return nil
        } catch {
            return error
        }
    }

    /// Reads at most one request out of `bytes`; returns how many it used. Bytes of an incomplete head are not used.
    private func consume(_ bytes: Span<UInt8>) throws(HTTPFault) -> Int {
        var used = 0
        if self.phase != .body {
            if self.phase == .idle { self.enter(.head) }
            guard let head = try self.parser.parse(bytes, consumed: &used) else {
                self.noteBusy()
                return 0
            }
            self.headCompletedAt = self.loop.now
            self.beginBody(head)
            if head.expectsContinue, used == bytes.count { self.sendContinue() }
            self.head = head
        }
        guard used < bytes.count, !self.isRequestComplete else { return used }
        self.clock.progress(at: self.loop.now)
        let rest = bytes.extracting(used..<bytes.count)
        if var chunks = self.chunks {
            self.chunks = nil
            used += try chunks.decode(rest, into: &self.body)
            self.isRequestComplete = chunks.isComplete
            self.chunks = chunks
        } else if case .length(let length) = self.head?.framing {
            let count = min(length - self.body.count, rest.count)
            self.body.append(copying: rest.extracting(0..<count))
            used += count
            self.isRequestComplete = self.body.count == length
        }
        return used
    }

    private func beginBody(_ head: RequestHead) {
        switch head.framing {
        case .none, .length(0):
            self.isRequestComplete = true
        case .length(let length):
            self.body.reserveCapacity(min(length, Self.bodyReservedMax))
            self.enter(.body)
        case .chunked:
            self.chunks = ChunkedDecoder(bodyBytesMax: self.server.limits.bodyBytesMax, trailerBytesMax: self.server.limits.headBytesMax)
            self.enter(.body)
        }
    }

    /// Straight from the socket to its place; never a byte beyond the body.
    private func receiveBody(_ length: Int) {
        let count = min(length - self.body.count, Self.bodyReadMax)
        if self.body.capacity - self.body.count < count {
            self.body.reserveCapacity(min(length, max(self.body.capacity * 2, self.body.count + count)))
        }
        switch StreamSocket.receive(self.number, appendingTo: &self.body, count: count) {
        case .bytes:
            self.clock.progress(at: self.loop.now)
            self.isRequestComplete = self.body.count == length
            self.pump()
        case .wouldBlock: break
        case .ended, .failed: self.lost()
        }
    }

    /// Hands over requests as long as whole ones are there and each is answered at once.
    func pump() {
        guard !self.isPumping else { return }
        self.isPumping = true
        while !self.hasFailed {
            if self.isRequestComplete {
                self.dispatch()
            } else if self.phase == .idle, !self.pending.isEmpty {
                if let fault = self.takePending() { self.refuse(fault) }
                if !self.isRequestComplete { break }
            } else {
                break
            }
        }
        self.isPumping = false
    }

    /// After an answer that came later than its request's pass: goes on with what waited behind it.
    func schedulePump() {
        guard !self.isPumpScheduled, !self.pending.isEmpty || self.tls?.hasPending ?? false else { return }
        self.isPumpScheduled = true
        self.loop.deferToPassEnd {
            self.isPumpScheduled = false
            self.pump()
            if self.tls?.hasPending ?? false, self.phase == .idle { self.receive() }
            self.settle()
        }
    }

    private func dispatch() {
        guard let head = self.head else { return }
        var body: [UInt8] = []
        swap(&body, &self.body)
        self.isRequestComplete = false
        self.head = nil
        self.chunks = nil
        self.enter(.handling)
        let exchange = ServerExchange(
            head: head, body: body, clientAddress: self.address, receivedAt: self.headCompletedAt, connection: self)
        self.exchange = exchange
        self.server.handler.handle(exchange)
    }

    /// Ready for the next request on this connection.
    func becomeIdle() {
        self.enter(.idle)
        self.parser = RequestHeadParser(headBytesMax: self.server.limits.headBytesMax, bodyBytesMax: self.server.limits.bodyBytesMax)
        self.isReadingPaused = false
        if !self.isPumping { self.schedulePump() }
    }

    private func discard() {
        var buffer = self.server.takeReceiveBuffer()
        var free = buffer.mutableSpan
        let outcome = StreamSocket.receive(self.number, into: &free)
        self.server.giveBack(receiveBuffer: buffer)
        switch outcome {
        case .bytes(let count):
            self.lingeredBytes += count
            if self.lingeredBytes > self.server.limits.lingerBytesMax { self.close() }
        case .wouldBlock: break
        case .ended, .failed: self.close()
        }
    }
}
