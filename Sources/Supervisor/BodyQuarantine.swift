internal import IPC
internal import Platform

/// Bodies that ended a worker and that no worker looks at for a while. A value in virtual time.
struct BodyQuarantine: Equatable {
    struct Entry: Equatable {
        let fingerprint: Fingerprint
        /// Who was looking at it.
        let policy: String
        let until: Instant
    }

    static let period = Duration.seconds(600)
    static let entriesMax = 256

    /// The one that ends first comes first.
    private(set) var entries: [Entry] = []

    /// Takes one in, or begins its time anew. What all workers must hear, in this order.
    mutating func add(_ fingerprint: Fingerprint, policy: String, at now: Instant) -> [TruthChange] {
        var changes: [TruthChange] = []
        self.expire(at: now)
        self.entries.removeAll { $0.fingerprint == fingerprint }
        while self.entries.count >= Self.entriesMax { changes.append(.release(self.entries.removeFirst().fingerprint)) }
        let entry = Entry(fingerprint: fingerprint, policy: policy, until: now + Self.period)
        self.entries.append(entry)
        changes.append(Self.change(entry, at: now))
        return changes
    }

    /// Takes in what was known before, with what was left of its time.
    mutating func restore(_ body: TruthChange.Quarantined, at now: Instant) {
        let until = now + min(Self.period, .milliseconds(Int64(body.remainingMilliseconds)))
        self.entries.removeAll { $0.fingerprint == body.fingerprint }
        self.entries.append(Entry(fingerprint: body.fingerprint, policy: body.policy, until: until))
        self.entries.sort { $0.until < $1.until }
        if self.entries.count > Self.entriesMax { self.entries.removeFirst(self.entries.count - Self.entriesMax) }
    }

    /// For a worker that knows nothing yet.
    func changes(at now: Instant) -> [TruthChange] {
        self.entries.filter { $0.until > now }.map { Self.change($0, at: now) }
    }

    /// Workers know the times themselves, so nobody is told.
    private mutating func expire(at now: Instant) { self.entries.removeAll { $0.until <= now } }

    private static func change(_ entry: Entry, at now: Instant) -> TruthChange {
        // Rounded up: a body never comes back early.
        let milliseconds = ((entry.until - now).nanoseconds + 999_999) / 1_000_000
        return .quarantine(
            TruthChange.Quarantined(
                fingerprint: entry.fingerprint, policy: entry.policy, remainingMilliseconds: UInt32(clamping: milliseconds)))
    }
}
