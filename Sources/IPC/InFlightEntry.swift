public import Platform

/// One request in a worker's table: enough to write its event when the worker cannot.
///
///     0 state | 8 sequence | 16 wall clock | 24 monotonic | 32 fingerprint, two words | 48 body bytes | 56 target + 1
///     64 packed: endpoint, is stream, lengths of the three texts | 72 request id, 128 | 200 client address, 48 | 248 model, 72
public struct InFlightEntry: Equatable, Sendable {
    public enum State: UInt64, Sendable {
        case free, open
        /// Its event is being written by the worker.
        case recording
    }

    /// Of the event, within this worker's life; with slot, generation and `wallNanoseconds` it makes the event's id.
    public var sequence: UInt64
    /// Since 1970, when the request was taken.
    public var wallNanoseconds: Int64
    public var startedAt: Instant
    public var fingerprint: Fingerprint
    public var bodyBytes: Int
    /// Index in the configuration's targets; nil before the first attempt.
    public var target: Int?
    /// `Endpoint.rawValue`
    public var endpoint: UInt8
    public var isStream: Bool
    public var requestID: [UInt8]
    public var clientAddress: [UInt8]
    /// Cut at 72 bytes.
    public var model: [UInt8]

    static let byteCount = 320
    public static let requestIDBytesMax = 128
    public static let addressBytesMax = 48
    public static let modelBytesMax = 72
    /// The year 2100: what a worker wrote beyond it, or before 1970, is read as the nearer of the two.
    static let wallNanosecondsMax: Int64 = 4_102_444_800 * 1_000_000_000

    public init(
        sequence: UInt64, wallNanoseconds: Int64, startedAt: Instant, fingerprint: Fingerprint, bodyBytes: Int, endpoint: UInt8,
        isStream: Bool, requestID: [UInt8], clientAddress: [UInt8], model: [UInt8]
    ) {
        self.sequence = sequence
        self.wallNanoseconds = wallNanoseconds
        self.startedAt = startedAt
        self.fingerprint = fingerprint
        self.bodyBytes = bodyBytes
        self.target = nil
        self.endpoint = endpoint
        self.isStream = isStream
        self.requestID = requestID
        self.clientAddress = clientAddress
        self.model = model
    }

    /// The one form of an event's id, for the worker and for who writes in its place.
    public func eventID(slot: Int, generation: UInt64) -> String {
        "evt-\(slot)-\(generation)-\(self.wallNanoseconds)-\(self.sequence)"
    }

    func store(in region: SharedRegion, at place: Int) {
        let (id, address) = (min(self.requestID.count, Self.requestIDBytesMax), min(self.clientAddress.count, Self.addressBytesMax))
        let model = min(self.model.count, Self.modelBytesMax)
        region.store(self.sequence, place + 8)
        region.store(UInt64(bitPattern: self.wallNanoseconds), place + 16)
        region.store(UInt64(bitPattern: self.startedAt.nanoseconds), place + 24)
        Self.store(self.fingerprint, in: region, at: place)
        region.store(UInt64(clamping: self.bodyBytes), place + 48)
        region.store(UInt64((self.target ?? -1) + 1), place + 56)
        let flags = UInt64(self.endpoint) | (self.isStream ? 1 << 8 : 0)
        region.store(flags | UInt64(id) << 16 | UInt64(address) << 24 | UInt64(model) << 32, place + 64)
        region.store(self.requestID.span.extracting(first: id), place + 72)
        region.store(self.clientAddress.span.extracting(first: address), place + 200)
        region.store(self.model.span.extracting(first: model), place + 248)
        Self.store(state: .open, in: region, at: place)
    }

    static func store(state: State, in region: SharedRegion, at place: Int) { region.store(state.rawValue, place) }

    static func store(_ fingerprint: Fingerprint, in region: SharedRegion, at place: Int) {
        region.store(fingerprint.high, place + 32)
        region.store(fingerprint.low, place + 40)
    }

    static func store(model: Span<UInt8>, isStream: Bool, in region: SharedRegion, at place: Int) {
        let count = min(model.count, Self.modelBytesMax)
        let others = region.load(place + 64) & ~(0xFF << 32 | 1 << 8)
        region.store(model.extracting(first: count), place + 248)
        region.store(others | (isStream ? 1 << 8 : 0) | UInt64(count) << 32, place + 64)
    }

    static func store(target: Int, in region: SharedRegion, at place: Int) { region.store(UInt64(target + 1), place + 56) }

    /// nil: free, or no state that we know.
    static func load(from region: SharedRegion, at place: Int) -> (State, InFlightEntry)? {
        guard let state = State(rawValue: region.load(place)), state != .free else { return nil }
        let packed = region.load(place + 64)
        func text(_ shift: UInt64, _ offset: Int, _ bytesMax: Int) -> [UInt8] {
            region.copy(place + offset..<place + offset + min(bytesMax, Int(packed >> shift & 0xFF)))
        }
        var entry = InFlightEntry(
            sequence: region.load(place + 8),
            wallNanoseconds: min(max(0, Int64(bitPattern: region.load(place + 16))), Self.wallNanosecondsMax),
            startedAt: Instant(nanoseconds: max(0, Int64(bitPattern: region.load(place + 24)))),
            fingerprint: Fingerprint(high: region.load(place + 32), low: region.load(place + 40)),
            bodyBytes: Int(clamping: region.load(place + 48)), endpoint: UInt8(truncatingIfNeeded: packed),
            isStream: packed >> 8 & 1 == 1, requestID: text(16, 72, Self.requestIDBytesMax),
            clientAddress: text(24, 200, Self.addressBytesMax), model: text(32, 248, Self.modelBytesMax))
        let target = region.load(place + 56)
        entry.target = target >= 1 && target <= 65_536 ? Int(target) - 1 : nil
        return (state, entry)
    }
}
