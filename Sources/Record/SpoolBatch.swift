internal import Exchange
internal import Glibc
public import Platform

/// Writes for a worker that cannot any more: events in a segment of their own, and what the worker itself still got written.
public enum SpoolBatch {
    /// Writes all events with one `write` into a new segment of that worker. After an error nothing of them is in the spool.
    ///
    /// `start`: the current time, which keeps the name apart from the worker's own segments.
    @discardableResult
    public static func write(
        _ events: [RecordedEvent], directory: String, slot: Int, generation: Int, start: UTCTime
    ) throws(SystemCallError) -> SpoolSegment {
        var lines: [UInt8] = []
        var writer = JSONWriter(capacity: 2048)
        for event in events {
            writer.removeAll()
            event.write(to: &writer)
            let object = writer.bytes
            SpoolLine.append(object.span, to: &lines)
        }
        try SpoolFile.createDirectory(directory)
        let segment = SpoolSegment(slot: slot, generation: generation, start: start.nanoseconds, number: 1)
        let path = directory + "/" + segment.fileName
        let descriptor = try SpoolFile.create(path)
        do throws(SystemCallError) {
            let written = try SpoolFile.write(lines.span, to: descriptor.rawNumber)
            // The call itself gives no reason; a full disk is the usual one.
            if written < lines.count { throw SystemCallError("write", errno: ENOSPC) }
        } catch {
            Files.remove(path)
            throw error
        }
        return segment
    }

    /// Which of these events stand at the end of a segment of that slot and generation. A worker writes one event at a time, so the one that
    /// it was writing when it ended can only be the last of its segment; which is not the newest when its successor writes already.
    public static func written(_ ids: [String], directory: String, slot: Int, generation: Int) throws(SystemCallError) -> Set<String> {
        guard !ids.isEmpty else { return [] }
        let own = try SpoolReader(directory: directory).segments().filter { $0.slot == slot && $0.generation == generation }
        let heads = ids.map { (id: $0, head: Array("{\"id\":\"\($0)\",".utf8)) }
        var found: Set<String> = []
        for segment in own.suffix(Self.segmentsMax).reversed() where found.count < ids.count {
            let path = directory + "/" + segment.fileName
            let from = max(0, (SpoolFile.size(path) ?? 0) - Self.tailBytes)
            // One that is gone was too old to be in doubt.
            guard let bytes = try SpoolFile.read(path, from: from) else { continue }
            found.formUnion(Self.ids(heads, in: bytes))
        }
        return found
    }

    /// Those whose whole line, with its checksum, is there.
    private static func ids(_ heads: [(id: String, head: [UInt8])], in bytes: [UInt8]) -> Set<String> {
        var found: Set<String> = []
        var start = 0
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = bytes[start..<end]
            for (id, head) in heads where line.starts(with: head) {
                if SpoolLine.object(of: bytes.span.extracting(start..<end)) != nil { found.insert(id) }
            }
            start = end + 1
        }
        return found
    }

    /// More than the longest event.
    private static let tailBytes = 256 * 1024
    /// More than the successors of a worker, and the batches for them, that can come while it writes its back trace.
    private static let segmentsMax = 16
}

extension RecordedEvent {
    /// The path of an endpoint by its number in `InFlightEntry`; nil: nobody's number.
    public static func path(endpointNumber: UInt8) -> String? {
        switch Endpoint(rawValue: endpointNumber) {
        case .chatCompletions: "/v1/chat/completions"
        case .completions: "/v1/completions"
        case .embeddings: "/v1/embeddings"
        case .fim: "/v1/fim/completions"
        case .moderations: "/v1/moderations"
        case nil: nil
        }
    }
}
