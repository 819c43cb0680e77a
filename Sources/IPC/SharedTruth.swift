/// 128 bits that stand for a request's body: keyed, so that nobody can make one that another body has.
public struct Fingerprint: Hashable, Sendable {
    public var high: UInt64
    public var low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

/// One change of what all workers must agree on.
public enum TruthChange: Equatable, Sendable {
    /// A body that ended a worker is not looked at again for this long.
    case quarantine(Quarantined)
    /// The supervisor has forgotten it.
    case release(Fingerprint)
    /// Of a newer peer; counted and otherwise ignored.
    case unknown(kind: UInt8)

    public struct Quarantined: Equatable, Sendable {
        public var fingerprint: Fingerprint
        /// The policy that was looking at it, by its name in the chain.
        public var policy: String
        public var remainingMilliseconds: UInt32

        public init(fingerprint: Fingerprint, policy: String, remainingMilliseconds: UInt32) {
            self.fingerprint = fingerprint
            self.policy = policy
            self.remainingMilliseconds = remainingMilliseconds
        }
    }

    private static let quarantineKind: UInt8 = 1
    private static let releaseKind: UInt8 = 2

    /// kind u8 | length u32 | payload, so that an unknown kind can be stepped over. `unknown` cannot be sent.
    func encode(into writer: inout ByteWriter) {
        var payload = ByteWriter()
        let kind: UInt8
        switch self {
        case .quarantine(let entry):
            kind = Self.quarantineKind
            payload.put(entry.fingerprint.high)
            payload.put(entry.fingerprint.low)
            payload.put(entry.remainingMilliseconds)
            payload.put(entry.policy)
        case .release(let fingerprint):
            kind = Self.releaseKind
            payload.put(fingerprint.high)
            payload.put(fingerprint.low)
        case .unknown: preconditionFailure("a change that only a newer build can make")
        }
        writer.put(kind)
        writer.put(UInt32(payload.bytes.count))
        writer.put(raw: payload.bytes)
    }

    init(_ reader: inout ByteReader) throws(MalformedBytes) {
        let kind = try reader.take(UInt8.self)
        let length = Int(try reader.take(UInt32.self))
        var payload = ByteReader(try reader.take(count: length)[...])
        switch kind {
        case Self.quarantineKind:
            let fingerprint = Fingerprint(high: try payload.take(), low: try payload.take())
            let remaining = try payload.take(UInt32.self)
            self = .quarantine(Quarantined(fingerprint: fingerprint, policy: try payload.takeText(), remainingMilliseconds: remaining))
        case Self.releaseKind: self = .release(Fingerprint(high: try payload.take(), low: try payload.take()))
        default: self = .unknown(kind: kind)
        }
    }
}

/// A numbered list of changes in one piece, for a worker that has none yet or missed one.
public struct SharedTruth: Equatable, Sendable {
    /// Of the last change that is contained.
    public var number: UInt64
    public var changes: [TruthChange]

    public init(number: UInt64, changes: [TruthChange]) {
        self.number = number
        self.changes = changes
    }

    private static let changesMax = 65_536

    public func encode() -> [UInt8] {
        var writer = ByteWriter()
        writer.put(self.number)
        writer.put(UInt32(self.changes.count))
        for change in self.changes { change.encode(into: &writer) }
        return writer.bytes
    }

    /// nil: not ours.
    public static func decode(_ bytes: [UInt8]) -> SharedTruth? {
        do throws(MalformedBytes) {
            var reader = ByteReader(bytes[...])
            let number = try reader.take(UInt64.self)
            let count = Int(try reader.take(UInt32.self))
            guard count <= Self.changesMax else { return nil }
            var changes: [TruthChange] = []
            for _ in 0..<count { changes.append(try TruthChange(&reader)) }
            return SharedTruth(number: number, changes: changes)
        } catch {
            return nil
        }
    }
}
