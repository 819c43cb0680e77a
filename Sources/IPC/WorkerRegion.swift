public import Platform

/// The memory a worker writes and others read, also after its death: 64-bit words, no locks.
///
/// Page 0 is the head below; pages 1 to 3 are counters that this build does not name yet.
public enum WorkerRegion {
    public static let byteCount = 16 * 1024
    static let magic: UInt64 = 0x4E47_5245_5254_4B01

    /// Byte offsets; each group on a cache line of its own.
    enum Place {
        static let magic = 0
        static let slot = 8
        static let generation = 16
        static let pid = 24
        static let heartbeat = 64
        static let passes = 72
        static let inFlight = 128
        static let openStreams = 136
        static let connections = 144
        static let accepted = 192
        static let requests = 200
        static let counters = 4096
    }

    /// Further counters, by number.
    public static let counterCount = (byteCount - Place.counters) / 8

    /// Memory for one worker. Not sealed: its worker writes it.
    public static func create(slot: Int) throws(SystemCallError) -> OwnedDescriptor {
        try MemoryFile.create("kt-region-\(slot)", size: self.byteCount)
    }
}

/// The worker's side.
public final class WorkerRegionWriter {
    private let region: SharedRegion

    init(_ descriptor: CInt, slot: Int, generation: UInt64) throws(SystemCallError) {
        self.region = try SharedRegion(descriptor, size: WorkerRegion.byteCount, isWritable: true)
        self.region.store(UInt64(slot), WorkerRegion.Place.slot)
        self.region.store(generation, WorkerRegion.Place.generation)
        self.region.store(UInt64(ThisProcess.pid), WorkerRegion.Place.pid)
        self.region.store(WorkerRegion.magic, WorkerRegion.Place.magic)
    }

    /// The sign of life. To be called by the loop at the end of each pass, and by nothing else.
    public func beat(at now: Instant, passes: UInt64) {
        self.region.store(UInt64(now.nanoseconds), WorkerRegion.Place.heartbeat)
        self.region.store(passes, WorkerRegion.Place.passes)
    }

    /// Requests between decode and record.
    public var inFlight: Int {
        get { Int(truncatingIfNeeded: self.region.load(WorkerRegion.Place.inFlight)) }
        set { self.region.store(UInt64(newValue), WorkerRegion.Place.inFlight) }
    }

    public var openStreams: Int {
        get { Int(truncatingIfNeeded: self.region.load(WorkerRegion.Place.openStreams)) }
        set { self.region.store(UInt64(newValue), WorkerRegion.Place.openStreams) }
    }

    public var connections: Int {
        get { Int(truncatingIfNeeded: self.region.load(WorkerRegion.Place.connections)) }
        set { self.region.store(UInt64(newValue), WorkerRegion.Place.connections) }
    }

    /// Connections accepted since the start.
    public var accepted: UInt64 {
        get { self.region.load(WorkerRegion.Place.accepted) }
        set { self.region.store(newValue, WorkerRegion.Place.accepted) }
    }

    /// Requests taken since the start.
    public var requests: UInt64 {
        get { self.region.load(WorkerRegion.Place.requests) }
        set { self.region.store(newValue, WorkerRegion.Place.requests) }
    }

    /// A counter that only grows; `number` below `WorkerRegion.counterCount`.
    public func count(_ number: Int, by amount: UInt64 = 1) {
        let place = WorkerRegion.Place.counters + 8 * number
        self.region.store(self.region.load(place) &+ amount, place)
    }
}

/// The supervisor's side.
public final class WorkerRegionReader {
    /// One look; words may be some nanoseconds apart.
    public struct Snapshot: Equatable, Sendable {
        /// When the loop last ended a pass; nil before the first.
        public var heartbeat: Instant?
        public var passes: UInt64
        public var inFlight: UInt64
        public var openStreams: UInt64
        public var connections: UInt64
        public var accepted: UInt64
        public var requests: UInt64
    }

    private let region: SharedRegion

    public init(_ descriptor: CInt) throws(SystemCallError) {
        self.region = try SharedRegion(descriptor, size: WorkerRegion.byteCount, isWritable: false)
    }

    public func snapshot() -> Snapshot {
        let beat = self.region.load(WorkerRegion.Place.heartbeat)
        return Snapshot(
            heartbeat: beat == 0 ? nil : Instant(nanoseconds: Int64(truncatingIfNeeded: beat)),
            passes: self.region.load(WorkerRegion.Place.passes), inFlight: self.region.load(WorkerRegion.Place.inFlight),
            openStreams: self.region.load(WorkerRegion.Place.openStreams),
            connections: self.region.load(WorkerRegion.Place.connections),
            accepted: self.region.load(WorkerRegion.Place.accepted), requests: self.region.load(WorkerRegion.Place.requests))
    }

    public func counter(_ number: Int) -> UInt64 { self.region.load(WorkerRegion.Place.counters + 8 * number) }
}
