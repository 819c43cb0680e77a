/// A file of the spool: `worker-<slot>-<generation>-<start>-<number>.ndjson`. A writer starts with number 1 and counts on;
/// `start` is the writer's own, in nanoseconds of the calendar.
public struct SpoolSegment: Hashable, Sendable, Comparable {
    public let slot: Int
    public let generation: Int
    public let start: Int64
    public let number: Int

    public init(slot: Int, generation: Int, start: Int64, number: Int) {
        self.slot = slot
        self.generation = generation
        self.start = start
        self.number = number
    }

    /// Padded, so that the names of one worker sort by time.
    public var fileName: String {
        func padded(_ value: Int64, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let writer = "\(padded(Int64(self.slot), 3))-\(padded(Int64(self.generation), 6))-\(padded(self.start, 19))"
        return "worker-\(writer)-\(padded(Int64(self.number), 6)).ndjson"
    }

    /// nil for names that are not a segment's.
    public init?(fileName: String) {
        guard fileName.hasPrefix("worker-"), fileName.hasSuffix(".ndjson") else { return nil }
        let fields = fileName.dropFirst(7).dropLast(7).split(separator: "-", omittingEmptySubsequences: false)
        guard fields.count == 4, fields.allSatisfy({ $0.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } }),
            let slot = Int(fields[0]), let generation = Int(fields[1]), let start = Int64(fields[2]), let number = Int(fields[3])
        else { return nil }
        self.init(slot: slot, generation: generation, start: start, number: number)
    }

    public static func < (a: SpoolSegment, b: SpoolSegment) -> Bool {
        (a.start, a.slot, a.generation, a.number) < (b.start, b.slot, b.generation, b.number)
    }
}
