import HTTP

/// What a stream of client bytes means, whatever the pieces it comes in.
struct RequestReader {
    enum Event: Equatable {
        case request(RequestHead, body: [UInt8])
        case fault(HTTPFault)
    }

    private(set) var events: [Event] = []
    private let headBytesMax: Int
    private let bodyBytesMax: Int
    private var parser: RequestHeadParser
    private var buffer: [UInt8] = []
    private var head: RequestHead?
    private var body: [UInt8] = []
    private var chunks: ChunkedDecoder?
    private var hasFailed = false

    init(headBytesMax: Int = 16 * 1024, bodyBytesMax: Int = 1024) {
        self.headBytesMax = headBytesMax
        self.bodyBytesMax = bodyBytesMax
        self.parser = RequestHeadParser(headBytesMax: headBytesMax, bodyBytesMax: bodyBytesMax)
    }

    mutating func feed(_ bytes: some Sequence<UInt8>) {
        guard !self.hasFailed else { return }
        self.buffer.append(contentsOf: bytes)
        do {
            while try self.step() {}
        } catch {
            self.events.append(.fault(error))
            self.hasFailed = true
        }
    }

    /// True when a whole request was read.
    private mutating func step() throws(HTTPFault) -> Bool {
        if self.head == nil {
            var consumed = 0
            let bytes = self.buffer
            guard let head = try self.parser.parse(bytes.span, consumed: &consumed) else { return false }
            self.buffer.removeFirst(consumed)
            self.head = head
            if head.isChunked { self.chunks = ChunkedDecoder(bodyBytesMax: self.bodyBytesMax, trailerBytesMax: self.headBytesMax) }
        }
        guard let head = self.head else { return false }
        if var chunks = self.chunks {
            let bytes = self.buffer
            self.buffer.removeFirst(try chunks.decode(bytes.span, into: &self.body))
            self.chunks = chunks
            guard chunks.isComplete else { return false }
        } else {
            let count = min((head.contentLength ?? 0) - self.body.count, self.buffer.count)
            self.body.append(contentsOf: self.buffer.prefix(count))
            self.buffer.removeFirst(count)
            guard self.body.count == head.contentLength ?? 0 else { return false }
        }
        self.events.append(.request(head, body: self.body))
        self.parser = RequestHeadParser(headBytesMax: self.headBytesMax, bodyBytesMax: self.bodyBytesMax)
        self.head = nil
        self.body = []
        self.chunks = nil
        return true
    }

    static func events(_ bytes: [UInt8], pieces: Int? = nil, headBytesMax: Int = 16 * 1024, bodyBytesMax: Int = 1024) -> [Event] {
        var reader = RequestReader(headBytesMax: headBytesMax, bodyBytesMax: bodyBytesMax)
        guard let pieces else {
            reader.feed(bytes)
            return reader.events
        }
        var start = 0
        while start < bytes.count {
            reader.feed(bytes[start..<min(start + pieces, bytes.count)])
            start += pieces
        }
        return reader.events
    }
}
