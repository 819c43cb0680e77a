/// How much waits in the spool, by its files' sizes.
public struct SpoolUsage: Equatable, Sendable {
    public var bytes = 0
    /// When the oldest segment that holds something was begun, in nanoseconds since 1970; nil: all are empty.
    public var oldestStart: Int64?

    /// Looks at the folder; nil when it cannot be listed. A folder that is not there holds nothing.
    public init?(directory: String) {
        guard let names = try? SpoolFile.names(in: directory) else { return nil }
        for name in names {
            guard let segment = SpoolSegment(fileName: name), let size = SpoolFile.size(directory + "/" + name), size > 0 else { continue }
            self.bytes += size
            self.oldestStart = min(self.oldestStart ?? .max, segment.start)
        }
    }
}
