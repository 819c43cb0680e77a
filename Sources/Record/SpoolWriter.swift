internal import Exchange
internal import Glibc
public import Platform

/// Appends events to the spool of one worker. Each event is one `write`, so whoever dies, whole lines are left.
///
/// Not for two threads. Blocks on the file system only.
public final class SpoolWriter {
    public static let segmentBytesMax = 16 * 1024 * 1024

    private let directory: String
    private let segmentBytesMax: Int
    public private(set) var segment: SpoolSegment
    private var descriptor: OwnedDescriptor
    /// Bytes of whole lines in the segment.
    private var length = 0
    /// A part of a line may stand behind `length`.
    private var isTorn = false
    private var writer = JSONWriter(capacity: 2048)
    private var line: [UInt8] = []

    /// Makes the folder where needed, and the first segment. `start` is the current time.
    public init(
        directory: String, slot: Int, generation: Int, start: UTCTime, segmentBytesMax: Int = SpoolWriter.segmentBytesMax
    ) throws(SystemCallError) {
        try SpoolFile.createDirectory(directory)
        let segment = SpoolSegment(slot: slot, generation: generation, start: start.nanoseconds, number: 1)
        self.descriptor = try SpoolFile.create(directory + "/" + segment.fileName)
        self.directory = directory
        self.segment = segment
        self.segmentBytesMax = segmentBytesMax
    }

    /// Writes an event. After an error nothing of it is in the spool, and the next call tries anew.
    public func append(_ event: RecordedEvent) throws(SystemCallError) {
        self.writer.removeAll()
        event.write(to: &self.writer)
        let object = self.writer.bytes
        try self.append(object: object.span)
    }

    /// Writes an event that is a JSON object already.
    public func append(object: Span<UInt8>) throws(SystemCallError) {
        self.line.removeAll(keepingCapacity: true)
        SpoolLine.append(object, to: &self.line)
        if self.isTorn { try self.removeTornTail() }
        if self.length > 0, self.length + self.line.count > self.segmentBytesMax { try self.rotate() }
        let line = self.line
        let written: Int
        do {
            written = try SpoolFile.write(line.span, to: self.descriptor.rawNumber)
        } catch {
            self.isTorn = !SpoolFile.truncate(self.descriptor.rawNumber, to: self.length)
            throw error
        }
        if written < self.line.count {
            self.isTorn = !SpoolFile.truncate(self.descriptor.rawNumber, to: self.length)
            // The call itself gives no reason; a full disk is the usual one.
            throw SystemCallError("write", errno: ENOSPC)
        }
        self.length += written
    }

    private func removeTornTail() throws(SystemCallError) {
        guard SpoolFile.truncate(self.descriptor.rawNumber, to: self.length) else {
            throw SystemCallError("ftruncate", errno: errno)
        }
        self.isTorn = false
    }

    private func rotate() throws(SystemCallError) {
        let old = self.segment
        let next = SpoolSegment(slot: old.slot, generation: old.generation, start: old.start, number: old.number + 1)
        self.descriptor = try SpoolFile.create(self.directory + "/" + next.fileName)
        self.segment = next
        self.length = 0
    }
}
