internal import Exchange

/// An event as it was read from the spool.
public struct SpooledEvent: Sendable, Equatable {
    public let time: UTCTime
    public let verdict: String
    /// The event's object, without the checksum.
    public let json: [UInt8]

    /// nil when the object has no `time` and `verdict`.
    public init?(json: [UInt8]) {
        guard let members = JSONDocument.members(of: json.span) else { return nil }
        var time: UTCTime?
        var verdict: String?
        for member in members {
            switch member.key {
            case "time": time = JSONDocument.text(json.span.extracting(member.value)).flatMap { UTCTime($0) }
            case "verdict": verdict = JSONDocument.text(json.span.extracting(member.value))
            default: break
            }
        }
        guard let time, let verdict else { return nil }
        self.time = time
        self.verdict = verdict
        self.json = json
    }
}

/// Which events are wanted.
public struct EventFilter: Sendable, Equatable {
    /// From this time on.
    public var since: UTCTime?
    /// Before this time.
    public var until: UTCTime?
    public var verdict: String?

    public init(since: UTCTime? = nil, until: UTCTime? = nil, verdict: String? = nil) {
        self.since = since
        self.until = until
        self.verdict = verdict
    }

    public func accepts(_ event: SpooledEvent) -> Bool {
        if let since = self.since, event.time < since { return false }
        if let until = self.until, event.time >= until { return false }
        if let verdict = self.verdict, event.verdict != verdict { return false }
        return true
    }
}

/// A place in the spool that cannot be read.
public struct SpoolFault: Sendable, Equatable {
    public enum Kind: Sendable {
        /// The last line has no end; its writer died in mid-write, or is about to take it back.
        case tornTail
        /// The line does not fit its checksum, or is no event.
        case damagedLine
    }

    public let kind: Kind
    public let segment: SpoolSegment
    /// Where the line begins, in bytes of the segment.
    public let offset: Int
}

/// What stands in one segment, or in several.
public struct SpoolContents: Sendable, Equatable {
    /// In the order of their time.
    public internal(set) var events: [SpooledEvent] = []
    public internal(set) var faults: [SpoolFault] = []

    /// Reads the lines of `bytes`, which stand at `offset` in the segment, and returns how many bytes whole lines took.
    mutating func read(_ bytes: [UInt8], of segment: SpoolSegment, at offset: Int, _ filter: EventFilter) -> Int {
        var start = 0
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            let object = SpoolLine.object(of: bytes.span.extracting(start..<end))
            if let event = object.flatMap({ SpooledEvent(json: $0) }) {
                if filter.accepts(event) { self.events.append(event) }
            } else {
                self.faults.append(SpoolFault(kind: .damagedLine, segment: segment, offset: offset + start))
            }
            start = end + 1
        }
        return start
    }

    /// Puts the events in order; those of the same time stay as they were read.
    mutating func sort() {
        let order = self.events.indices.sorted { (self.events[$0].time, $0) < (self.events[$1].time, $1) }
        self.events = order.map { self.events[$0] }
    }
}
