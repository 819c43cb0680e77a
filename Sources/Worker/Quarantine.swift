internal import IPC
internal import Platform

/// Bodies that ended a worker and are not looked at again for a while. Follows what the supervisor says; reads no clock.
struct Quarantine {
    private struct Entry {
        let policy: String
        let until: Instant
    }

    private var entries: [Fingerprint: Entry] = [:]

    var count: Int { self.entries.count }

    /// The policy that a body with this fingerprint crashed; nil: it may be looked at.
    func policy(for fingerprint: Fingerprint, at now: Instant) -> String? {
        if self.entries.isEmpty { return nil }
        guard let entry = self.entries[fingerprint], now < entry.until else { return nil }
        return entry.policy
    }

    /// The whole truth in place of all that was known.
    mutating func replace(with truth: SharedTruth, at now: Instant) {
        self.entries.removeAll()
        for change in truth.changes { self.apply(change, at: now) }
    }

    mutating func apply(_ change: TruthChange, at now: Instant) {
        switch change {
        case .quarantine(let quarantined):
            // A supervisor that could not tell us of a release has no hold on our memory.
            self.entries = self.entries.filter { now < $0.value.until }
            let until = now + .milliseconds(Int64(quarantined.remainingMilliseconds))
            self.entries[quarantined.fingerprint] = Entry(policy: quarantined.policy, until: until)
        case .release(let fingerprint): self.entries.removeValue(forKey: fingerprint)
        case .unknown: break
        }
    }
}
