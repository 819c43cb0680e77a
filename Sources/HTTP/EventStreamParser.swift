/// One server-sent event, lent for the length of a call.
public struct EventStreamEvent: ~Escapable {
    /// The value of its last `event:` line; empty when there was none.
    public let name: Span<UInt8>
    /// The values of its `data:` lines joined with line feeds; never empty.
    public let data: Span<UInt8>
    /// All bytes of the event when they already stand as `EventStreamWriter` would write them, else empty:
    /// what is relayed unchanged need not be written anew.
    public let wire: Span<UInt8>
    /// False for a last event whose blank line never came.
    public let isTerminated: Bool

    @_lifetime(copy name, copy data, copy wire)
    init(name: Span<UInt8>, data: Span<UInt8>, wire: Span<UInt8>, isTerminated: Bool) {
        self.name = name
        self.data = data
        self.wire = wire
        self.isTerminated = isTerminated
    }
}

/// Why a stream of events cannot be read on.
public enum EventStreamFault: Error, Sendable, Equatable {
    /// One event, or one line of it, is longer than `eventBytesMax`.
    case eventTooLarge
}

/// Cuts bytes into server-sent events (WHATWG HTML, section 9.2.6), wherever the network has cut them.
///
/// Comments, `id:`, `retry:`, unknown fields and events without data, or with empty data, are dropped. An event that lies
/// whole in the fed bytes and has one data line is handed out without being copied.
public struct EventStreamParser: Sendable {
    /// Where a field of the event now being read is kept.
    private enum Place {
        case none
        /// In the bytes being fed; moved to the parser's own storage before `feed` returns.
        case fed(Range<Int>)
        case kept
    }

    private let eventBytesMax: Int
    /// The start of a line whose end has not come.
    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var name: [UInt8] = []
    private var dataPlace = Place.none
    private var namePlace = Place.none
    /// Bytes of the byte order mark seen at the very start; 4 once that is decided.
    private var markBytesSeen = 0
    /// The last byte was a CR, which has ended its line: an LF now belongs to it.
    private var skipsLineFeed = false
    private var hasEnded = false

    /// An event's fields together, and any line, may have `eventBytesMax` bytes.
    public init(eventBytesMax: Int = 4 << 20) { self.eventBytesMax = eventBytesMax }

    /// Hands out each event that `bytes` complete. What `body` throws is thrown on, and ends the parser: later bytes are
    /// dropped. A fault ends it too; the events before the fault have been handed out.
    public mutating func feed<E: Error>(
        _ bytes: Span<UInt8>, _ body: (borrowing EventStreamEvent) throws(E) -> Void
    ) throws(E) -> EventStreamFault? {
        guard !self.hasEnded else { return nil }
        self.hasEnded = true  // unless the end of this function is reached
        var position = self.markBytesSeen < 4 ? self.skipMark(bytes) : 0
        if self.skipsLineFeed, position < bytes.count {
            self.skipsLineFeed = false
            if bytes[position] == 0x0A { position += 1 }
        }
        var eventStart = self.isBetweenEvents ? position : -1
        while position < bytes.count {
            let end = bytes.lineEnd(from: position)
            guard self.fieldBytes + self.line.count + (end - position) <= self.eventBytesMax else { return .eventTooLarge }
            guard end < bytes.count else {
                self.line.append(span: bytes.extracting(position..<end))
                break
            }
            var next = end + 1
            if bytes[end] == 0x0D {
                if next == bytes.count { self.skipsLineFeed = true } else if bytes[next] == 0x0A { next += 1 }
            }
            if !self.line.isEmpty {
                self.line.append(span: bytes.extracting(position..<end))
                self.takeKeptLine(fed: bytes)
            } else if end > position {
                self.takeLine(position..<end, fed: bytes)
            } else {
                try self.dispatch(fed: bytes, start: eventStart, end: next, body)
                eventStart = next
            }
            position = next
        }
        self.keepFields(fed: bytes)
        self.hasEnded = false
        return nil
    }

    /// The stream has ended: hands out a last event whose blank line is missing, flagged so, and drops what comes later.
    public mutating func finish<E: Error>(_ body: (borrowing EventStreamEvent) throws(E) -> Void) throws(E) {
        guard !self.hasEnded else { return }
        self.hasEnded = true
        if self.markBytesSeen < 3 { self.returnMark() }
        let nothing: [UInt8] = []
        if !self.line.isEmpty { self.takeKeptLine(fed: nothing.span) }
        if case .kept = self.dataPlace, !self.data.isEmpty {
            try body(EventStreamEvent(name: self.name.span, data: self.data.span, wire: nothing.span, isTerminated: false))
        }
    }

    // MARK: The start

    private static func mark(_ index: Int) -> UInt8 { index == 0 ? 0xEF : index == 1 ? 0xBB : 0xBF }

    /// The place after a byte order mark, which may come in pieces.
    private mutating func skipMark(_ bytes: Span<UInt8>) -> Int {
        var position = 0
        while self.markBytesSeen < 3, position < bytes.count {
            guard bytes[position] == Self.mark(self.markBytesSeen) else {
                self.returnMark()
                return position
            }
            self.markBytesSeen += 1
            position += 1
        }
        if self.markBytesSeen == 3 { self.markBytesSeen = 4 }
        return position
    }

    /// What looked like a mark begins the first line. Those bytes were counted by nobody, and are at most two.
    private mutating func returnMark() {
        for index in 0..<self.markBytesSeen { self.line.append(Self.mark(index)) }
        self.markBytesSeen = 4
    }

    // MARK: Lines

    private var isBetweenEvents: Bool {
        guard self.line.isEmpty, case .none = self.dataPlace, case .none = self.namePlace else { return false }
        return true
    }

    private var fieldBytes: Int {
        var count = 0
        switch self.dataPlace {
        case .none: break
        case .fed(let range): count += range.count
        case .kept: count += self.data.count
        }
        switch self.namePlace {
        case .none: break
        case .fed(let range): count += range.count
        case .kept: count += self.name.count
        }
        return count
    }

    private mutating func takeLine(_ range: Range<Int>, fed bytes: Span<UInt8>) {
        let line = bytes.extracting(range)
        guard let field = EventStreamField(line) else { return }
        let value = range.lowerBound + field.valueStart..<range.upperBound
        switch field.kind {
        case .name: self.namePlace = .fed(value)
        case .data:
            if case .none = self.dataPlace {
                self.dataPlace = .fed(value)
            } else {
                self.keepData(fed: bytes)
                self.data.append(0x0A)
                self.data.append(span: bytes.extracting(value))
            }
        }
    }

    private mutating func takeKeptLine(fed bytes: Span<UInt8>) {
        defer { self.line.removeAll(keepingCapacity: true) }
        guard let field = EventStreamField(self.line.span) else { return }
        switch field.kind {
        case .name:
            self.name.removeAll(keepingCapacity: true)
            self.name.append(contentsOf: self.line[field.valueStart...])
            self.namePlace = .kept
        case .data:
            if case .none = self.dataPlace {
                self.data.removeAll(keepingCapacity: true)
                self.dataPlace = .kept
            } else {
                self.keepData(fed: bytes)
                self.data.append(0x0A)
            }
            self.data.append(contentsOf: self.line[field.valueStart...])
        }
    }

    private mutating func keepData(fed bytes: Span<UInt8>) {
        guard case .fed(let range) = self.dataPlace else { return }
        self.data.removeAll(keepingCapacity: true)
        self.data.append(span: bytes.extracting(range))
        self.dataPlace = .kept
    }

    private mutating func keepFields(fed bytes: Span<UInt8>) {
        self.keepData(fed: bytes)
        guard case .fed(let range) = self.namePlace else { return }
        self.name.removeAll(keepingCapacity: true)
        self.name.append(span: bytes.extracting(range))
        self.namePlace = .kept
    }

    // MARK: Events

    private mutating func dispatch<E: Error>(
        fed bytes: Span<UInt8>, start: Int, end: Int, _ body: (borrowing EventStreamEvent) throws(E) -> Void
    ) throws(E) {
        let (dataPlace, namePlace) = (self.dataPlace, self.namePlace)
        self.dataPlace = .none
        self.namePlace = .none
        try self.deliver(dataPlace, namePlace, fed: bytes, start: start, end: end, body)
    }

    private func deliver<E: Error>(
        _ dataPlace: Place, _ namePlace: Place, fed bytes: Span<UInt8>, start: Int, end: Int,
        _ body: (borrowing EventStreamEvent) throws(E) -> Void
    ) throws(E) {
        var name = bytes.extracting(0..<0)
        if case .fed(let range) = namePlace { name = bytes.extracting(range) }
        switch dataPlace {
        case .none: return
        case .fed(let range):
            if range.isEmpty { return }
            let data = bytes.extracting(range)
            // `data: `, the value, two line feeds and nothing else.
            let isPlain = start >= 0 && end - start == range.count + 8 && bytes[start + 5] == 0x20 && bytes[end - 1] == 0x0A
            let wire = bytes.extracting(isPlain && bytes[end - 2] == 0x0A ? start..<end : 0..<0)
            if case .kept = namePlace {
                try body(EventStreamEvent(name: self.name.span, data: data, wire: wire, isTerminated: true))
            } else {
                try body(EventStreamEvent(name: name, data: data, wire: wire, isTerminated: true))
            }
        case .kept:
            if self.data.isEmpty { return }
            let wire = bytes.extracting(0..<0)
            if case .kept = namePlace {
                try body(EventStreamEvent(name: self.name.span, data: self.data.span, wire: wire, isTerminated: true))
            } else {
                try body(EventStreamEvent(name: name, data: self.data.span, wire: wire, isTerminated: true))
            }
        }
    }
}

/// A line of a field that counts; all others are dropped.
private struct EventStreamField {
    enum Kind { case data, name }
    let kind: Kind
    let valueStart: Int

    init?(_ line: Span<UInt8>) {
        if line.begins(with: "data") {
            self.kind = .data
        } else if line.begins(with: "event") {
            self.kind = .name
        } else {
            return nil
        }
        let length = self.kind == .data ? 4 : 5
        if line.count == length {
            self.valueStart = length
        } else if line[length] == 0x3A {
            self.valueStart = line.count > length + 1 && line[length + 1] == 0x20 ? length + 2 : length + 1
        } else {
            return nil
        }
    }
}

extension Span<UInt8> {
    fileprivate func begins(with text: StaticString) -> Bool {
        let length = text.utf8CodeUnitCount
        guard self.count >= length else { return false }
        for index in 0..<length where unsafe self[index] != text.utf8Start[index] { return false }
        return true
    }

    /// The place of the first CR or LF at or after `start`, else `count`.
    func lineEnd(from start: Int) -> Int {
        var position = start
        let (ones, highs): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
        // Eight bytes at a time until one of them may be CR or LF: zero bytes after the XOR (Bit Twiddling Hacks).
        while position &+ 8 <= self.count {
            let word = unsafe self.bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self).littleEndian
            let (feeds, returns) = (word ^ (ones &* 0x0A), word ^ (ones &* 0x0D))
            let found = (((feeds &- ones) & ~feeds) | ((returns &- ones) & ~returns)) & highs
            if found != 0 { return position &+ found.trailingZeroBitCount / 8 }
            position &+= 8
        }
        while position < self.count, self[position] != 0x0A, self[position] != 0x0D { position &+= 1 }
        return position
    }
}

extension [UInt8] {
    mutating func append(span: Span<UInt8>) {
        unsafe span.withUnsafeBufferPointer { unsafe self.append(contentsOf: $0) }
    }
}
