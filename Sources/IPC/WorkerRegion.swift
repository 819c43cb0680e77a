public import Platform

/// The memory a worker writes and others read, also after its death: 64-bit words and short texts, no locks.
///
///     0      head: heartbeat, gauges                 320    last words of a signal handler
///     256    flight recorder                         384    table of requests in flight: how far it was used, capacity
///     4096   a cell of 64 bytes for each target      12288  metrics, words numbered by `Metrics`
///     77824  entries of the table, 320 bytes each
public enum WorkerRegion {
    static let magic: UInt64 = 0x4E47_5245_5254_4B02

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
        static let receiving = 152
        static let accepted = 192
        static let requests = 200
        static let flightStage = 256
        static let flightHigh = 264
        static let flightLow = 272
        static let flightEntry = 280
        static let flightPolicy = 288
        static let lastSignal = 320
        static let lastCode = 328
        static let lastSender = 336
        static let tableUsed = 384
        static let tableCapacity = 392
        static let targets = 4096
        static let metrics = 12288
        static let entries = 77824
    }

    public static let targetsMax = 128
    static let targetBytes = 64
    public static let metricsWords = (Place.entries - Place.metrics) / 8
    /// Requests one table can hold at most.
    public static let tableCapacityMax = 65_536

    /// Pages that nobody touches cost nothing.
    static func byteCount(tableCapacity: Int) -> Int { Place.entries + InFlightEntry.byteCount * tableCapacity }

    /// Memory for one worker. Not sealed: its worker writes it. A table is at most `tableCapacityMax`: requests beyond it are served
    /// and have no entry.
    public static func create(slot: Int, tableCapacity: Int) throws(SystemCallError) -> OwnedDescriptor {
        let capacity = min(max(1, tableCapacity), Self.tableCapacityMax)
        return try MemoryFile.create("kt-region-\(slot)", size: Self.byteCount(tableCapacity: capacity))
    }

    /// From the file's size; whoever made it chose it.
    static func tableCapacity(_ descriptor: CInt) throws(SystemCallError) -> Int {
        let bytes = try MemoryFile.size(descriptor) - Place.entries
        return min(Self.tableCapacityMax, max(0, bytes / InFlightEntry.byteCount))
    }
}

/// What a worker is looking at, by the flight recorder.
public struct FlightRecord: Equatable, Sendable {
    public enum Stage: UInt64, Sendable { case decode = 1, input, output }

    public var stage: Stage
    public var fingerprint: Fingerprint
    /// In the table of requests in flight; nil when the table was full.
    public var entry: Int?
    /// Number of the policy in the order of `PolicyKind.allCases`, from 1; 0: what all of them share, the decoder or the scan for patterns.
    public var policy: Int

    public init(stage: Stage, fingerprint: Fingerprint, entry: Int?, policy: Int) {
        self.stage = stage
        self.fingerprint = fingerprint
        self.entry = entry
        self.policy = policy
    }
}

/// What a signal handler left behind.
public struct LastWords: Equatable, Sendable {
    public var signal: Int32
    /// `si_code`: above 0 the kernel's own, for a fault of the program.
    public var code: Int32
    /// `si_pid` of a signal that somebody sent.
    public var sender: Int32

    public init(signal: Int32, code: Int32, sender: Int32) {
        self.signal = signal
        self.code = code
        self.sender = sender
    }
}

/// What a worker knows of one target.
public struct TargetCell: Equatable, Sendable {
    public var inFlight: UInt64 = 0
    /// Attempts since the worker's start.
    public var attempts: UInt64 = 0
    public var failures: UInt64 = 0
    /// Smoothed time to the first byte; 0 before the first answer.
    public var latencyMicroseconds: UInt64 = 0
    /// 0: it may be asked; 1: its key is missing.
    public var unavailability: UInt64 = 0

    public init() {}
}

/// The worker's side.
public final class WorkerRegionWriter {
    private let region: SharedRegion
    private var freeEntries: [Int32] = []
    private var usedEntries = 0
    private let capacity: Int

    public init(_ descriptor: CInt, slot: Int, generation: UInt64) throws(SystemCallError) {
        self.capacity = try WorkerRegion.tableCapacity(descriptor)
        self.region = try SharedRegion(descriptor, size: WorkerRegion.byteCount(tableCapacity: self.capacity), isWritable: true)
        self.region.store(UInt64(slot), WorkerRegion.Place.slot)
        self.region.store(generation, WorkerRegion.Place.generation)
        self.region.store(UInt64(ThisProcess.pid), WorkerRegion.Place.pid)
        self.region.store(UInt64(self.capacity), WorkerRegion.Place.tableCapacity)
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

    /// Connections whose request is on its way in or whose answer is on its way out, and that no request of `inFlight` stands for.
    public var receiving: Int {
        get { Int(truncatingIfNeeded: self.region.load(WorkerRegion.Place.receiving)) }
        set { self.region.store(UInt64(newValue), WorkerRegion.Place.receiving) }
    }

    /// Turns at the listening sockets since the start: connections accepted, refused ones too, and those left waiting for want of a descriptor.
    /// A queue that is not empty while this stands still is not served.
    public var accepted: UInt64 {
        get { self.region.load(WorkerRegion.Place.accepted) }
        set { self.region.store(newValue, WorkerRegion.Place.accepted) }
    }

    /// Requests taken since the start.
    public var requests: UInt64 {
        get { self.region.load(WorkerRegion.Place.requests) }
        set { self.region.store(newValue, WorkerRegion.Place.requests) }
    }

    // MARK: Metrics

    /// A word that only grows; `number` below `WorkerRegion.metricsWords`.
    public func add(_ amount: UInt64, to number: Int) {
        let place = WorkerRegion.Place.metrics + 8 * number
        self.region.store(self.region.load(place) &+ amount, place)
    }

    public func metric(_ number: Int) -> UInt64 { self.region.load(WorkerRegion.Place.metrics + 8 * number) }

    public func setMetric(_ number: Int, _ value: UInt64) { self.region.store(value, WorkerRegion.Place.metrics + 8 * number) }

    /// Ignored beyond `WorkerRegion.targetsMax`.
    public func setTarget(_ index: Int, _ cell: TargetCell) {
        guard index < WorkerRegion.targetsMax else { return }
        let place = WorkerRegion.Place.targets + WorkerRegion.targetBytes * index
        self.region.store(cell.inFlight, place)
        self.region.store(cell.attempts, place + 8)
        self.region.store(cell.failures, place + 16)
        self.region.store(cell.latencyMicroseconds, place + 24)
        self.region.store(cell.unavailability, place + 32)
    }

    // MARK: Flight recorder

    /// Before a stage looks at a request. A few stores, no system call.
    public func enter(_ stage: FlightRecord.Stage, _ fingerprint: Fingerprint, entry: Int?) {
        self.region.store(fingerprint.high, WorkerRegion.Place.flightHigh)
        self.region.store(fingerprint.low, WorkerRegion.Place.flightLow)
        self.region.store(UInt64(entry.map { $0 + 1 } ?? 0), WorkerRegion.Place.flightEntry)
        self.region.store(0, WorkerRegion.Place.flightPolicy)
        self.region.store(stage.rawValue, WorkerRegion.Place.flightStage)
    }

    /// The policy that looks now, within the stage that was entered; see `FlightRecord.policy`.
    public func mark(policy: Int) { self.region.store(UInt64(policy), WorkerRegion.Place.flightPolicy) }

    /// The stage is over.
    public func leave() { self.region.store(0, WorkerRegion.Place.flightStage) }

    /// Three words for a signal handler: signal, code, sender.
    public var lastWords: UnsafeMutableRawPointer { unsafe self.region.address(WorkerRegion.Place.lastSignal) }

    // MARK: Requests in flight

    /// Enters a request into the table; nil when it is full.
    public func open(_ entry: InFlightEntry) -> Int? {
        let index: Int
        if let free = self.freeEntries.popLast() {
            index = Int(free)
        } else {
            guard self.usedEntries < self.capacity else { return nil }
            index = self.usedEntries
            self.usedEntries += 1
        }
        entry.store(in: self.region, at: Self.place(index))
        if index + 1 == self.usedEntries { self.region.store(UInt64(self.usedEntries), WorkerRegion.Place.tableUsed) }
        return index
    }

    /// What the request's body is known by.
    public func note(_ fingerprint: Fingerprint, of index: Int) { InFlightEntry.store(fingerprint, in: self.region, at: Self.place(index)) }

    /// What only the decoded body says.
    public func note(model: Span<UInt8>, isStream: Bool, of index: Int) {
        InFlightEntry.store(model: model, isStream: isStream, in: self.region, at: Self.place(index))
    }

    /// The target that the request is with now.
    public func note(target: Int, of index: Int) { InFlightEntry.store(target: target, in: self.region, at: Self.place(index)) }

    /// Its event is about to be written to the spool.
    public func recording(_ index: Int) { InFlightEntry.store(state: .recording, in: self.region, at: Self.place(index)) }

    /// Its event is in the spool, or it gets none.
    public func close(_ index: Int) {
        InFlightEntry.store(state: .free, in: self.region, at: Self.place(index))
        self.freeEntries.append(Int32(index))
    }

    private static func place(_ index: Int) -> Int { WorkerRegion.Place.entries + InFlightEntry.byteCount * index }
}

/// The side of everybody else.
public final class WorkerRegionReader {
    /// One look; words may be some nanoseconds apart.
    public struct Snapshot: Equatable, Sendable {
        /// When the loop last ended a pass, above 0, else whatever the worker wrote; nil before the first.
        public var heartbeat: Instant?
        public var passes: UInt64
        public var inFlight: UInt64
        public var openStreams: UInt64
        public var connections: UInt64
        public var receiving: UInt64
        public var accepted: UInt64
        public var requests: UInt64

        /// What would be lost with the worker: requests being worked on, and those that are still on a wire.
        public var inHand: UInt64 { self.inFlight &+ self.receiving }
    }

    private let region: SharedRegion
    private let capacity: Int

    public init(_ descriptor: CInt) throws(SystemCallError) {
        self.capacity = try WorkerRegion.tableCapacity(descriptor)
        self.region = try SharedRegion(descriptor, size: WorkerRegion.byteCount(tableCapacity: self.capacity), isWritable: false)
    }

    public func snapshot() -> Snapshot {
        let beat = Int64(bitPattern: self.region.load(WorkerRegion.Place.heartbeat))
        return Snapshot(
            heartbeat: beat <= 0 ? nil : Instant(nanoseconds: beat),
            passes: self.region.load(WorkerRegion.Place.passes), inFlight: self.region.load(WorkerRegion.Place.inFlight),
            openStreams: self.region.load(WorkerRegion.Place.openStreams),
            connections: self.region.load(WorkerRegion.Place.connections),
            receiving: self.region.load(WorkerRegion.Place.receiving),
            accepted: self.region.load(WorkerRegion.Place.accepted), requests: self.region.load(WorkerRegion.Place.requests))
    }

    public func metric(_ number: Int) -> UInt64 { self.region.load(WorkerRegion.Place.metrics + 8 * number) }

    public func target(_ index: Int) -> TargetCell {
        guard index < WorkerRegion.targetsMax else { return TargetCell() }
        let place = WorkerRegion.Place.targets + WorkerRegion.targetBytes * index
        var cell = TargetCell()
        cell.inFlight = self.region.load(place)
        cell.attempts = self.region.load(place + 8)
        cell.failures = self.region.load(place + 16)
        cell.latencyMicroseconds = self.region.load(place + 24)
        cell.unavailability = self.region.load(place + 32)
        return cell
    }

    /// nil: no stage was looking at a request. Whatever a worker wrote, this does not fail.
    public func flight() -> FlightRecord? {
        guard let stage = FlightRecord.Stage(rawValue: self.region.load(WorkerRegion.Place.flightStage)) else { return nil }
        let entry = self.region.load(WorkerRegion.Place.flightEntry)
        let policy = self.region.load(WorkerRegion.Place.flightPolicy)
        return FlightRecord(
            stage: stage,
            fingerprint: Fingerprint(
                high: self.region.load(WorkerRegion.Place.flightHigh), low: self.region.load(WorkerRegion.Place.flightLow)),
            entry: entry >= 1 && entry <= UInt64(self.capacity) ? Int(entry) - 1 : nil, policy: Int(clamping: min(policy, 1000)))
    }

    /// nil: no signal handler ran.
    public func lastWords() -> LastWords? {
        let signal = self.region.load(WorkerRegion.Place.lastSignal)
        guard signal > 0, signal < 65 else { return nil }
        return LastWords(
            signal: Int32(signal), code: Int32(truncatingIfNeeded: self.region.load(WorkerRegion.Place.lastCode)),
            sender: Int32(truncatingIfNeeded: self.region.load(WorkerRegion.Place.lastSender)))
    }

    /// Every entry that is not free, by its index. Garbage in an entry shows as far as it can be read.
    public func requestsInFlight() -> [(index: Int, state: InFlightEntry.State, entry: InFlightEntry)] {
        let used = min(Int(clamping: self.region.load(WorkerRegion.Place.tableUsed)), self.capacity)
        var found: [(index: Int, state: InFlightEntry.State, entry: InFlightEntry)] = []
        for index in 0..<used {
            let place = WorkerRegion.Place.entries + InFlightEntry.byteCount * index
            if let (state, entry) = InFlightEntry.load(from: self.region, at: place) { found.append((index, state, entry)) }
        }
        return found
    }
}
