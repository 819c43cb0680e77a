public import Platform

/// Reads the spool of all workers, also while they write.
public struct SpoolReader: Sendable {
    public let directory: String

    public init(directory: String) { self.directory = directory }

    /// The segments that are there, oldest first.
    public func segments() throws(SystemCallError) -> [SpoolSegment] {
        try SpoolFile.names(in: self.directory).compactMap { SpoolSegment(fileName: $0) }.sorted()
    }

    /// The events of all segments in the order of their time; with a limit the newest ones. Faults are of all segments.
    public func events(
        since: UTCTime? = nil, until: UTCTime? = nil, verdict: String? = nil, limit: Int? = nil
    ) throws(SystemCallError) -> SpoolContents {
        let filter = EventFilter(since: since, until: until, verdict: verdict)
        var contents = SpoolContents()
        for segment in try self.segments() {
            guard let bytes = try SpoolFile.read(self.directory + "/" + segment.fileName, from: 0) else { continue }
            let taken = contents.read(bytes, of: segment, at: 0, filter)
            if taken < bytes.count { contents.faults.append(SpoolFault(kind: .tornTail, segment: segment, offset: taken)) }
            if let limit, contents.events.count > limit { contents.keepNewest(limit) }
        }
        contents.sort()
        return contents
    }

    /// Hands out events as they are written, from now on, until `body` returns false. Blocks between them.
    public func follow(_ filter: EventFilter = EventFilter(), _ body: (SpooledEvent) -> Bool) throws(SystemCallError) {
        let follower = try SpoolFollower(directory: self.directory, startingAtEnd: true)
        while true {
            for event in try follower.next(filter, timeout: .seconds(60)).events where !body(event) { return }
        }
    }
}

extension SpoolContents {
    fileprivate mutating func keepNewest(_ limit: Int) {
        self.sort()
        self.events.removeFirst(self.events.count - limit)
    }
}

/// Follows the spool: what was written since the last time, also into new segments.
public final class SpoolFollower {
    private let reader: SpoolReader
    private let news: OwnedDescriptor
    /// Bytes of each segment that were handed out.
    private var positions: [SpoolSegment: Int] = [:]

    /// Starts behind what is there, or with it. Makes the folder where needed.
    public init(directory: String, startingAtEnd: Bool) throws(SystemCallError) {
        try SpoolFile.createDirectory(directory)
        self.reader = SpoolReader(directory: directory)
        self.news = try SpoolFile.watch(directory)
        guard startingAtEnd else { return }
        for segment in try self.reader.segments() {
            guard let bytes = try SpoolFile.read(directory + "/" + segment.fileName, from: 0) else { continue }
            // A line that is being written is not there yet.
            self.positions[segment] = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        }
    }

    /// What is new, in the order of its time; waits for it, at most for `timeout`. Damaged lines are in `faults`, a line without
    /// its end is looked at again.
    public func next(_ filter: EventFilter = EventFilter(), timeout: Duration) throws(SystemCallError) -> SpoolContents {
        let deadline = Instant.now() + timeout
        while true {
            let contents = try self.readNew(filter)
            if !contents.events.isEmpty || !contents.faults.isEmpty { return contents }
            let rest = deadline - Instant.now()
            if rest <= .zero { return contents }
            let milliseconds = CInt(clamping: (rest.nanoseconds + 999_999) / 1_000_000)
            _ = try SpoolFile.waitForNews(self.news.rawNumber, milliseconds: milliseconds)
        }
    }

    private func readNew(_ filter: EventFilter) throws(SystemCallError) -> SpoolContents {
        var contents = SpoolContents()
        let segments = try self.reader.segments()
        for segment in segments {
            let position = self.positions[segment] ?? 0
            let path = self.reader.directory + "/" + segment.fileName
            guard let size = SpoolFile.size(path), size > position else { continue }
            guard let bytes = try SpoolFile.read(path, from: position) else { continue }
            self.positions[segment] = position + contents.read(bytes, of: segment, at: position, filter)
        }
        let present = Set(segments)
        self.positions = self.positions.filter { present.contains($0.key) }
        contents.sort()
        return contents
    }
}
