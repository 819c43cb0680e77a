internal import IPC
internal import Platform

/// What all workers must agree on, with a number for each change. A value in virtual time.
struct TruthLedger: Equatable {
    /// Of the last change.
    private(set) var number: UInt64
    private(set) var quarantine: BodyQuarantine

    struct Numbered: Equatable {
        let number: UInt64
        let change: TruthChange
    }

    init() {
        self.number = 0
        self.quarantine = BodyQuarantine()
    }

    /// Goes on where another ledger was: one that this process was before an upgrade. What it does not know stays behind.
    init(_ truth: SharedTruth, at now: Instant) {
        self.init()
        for change in truth.changes {
            if case .quarantine(let body) = change {
                self.quarantine.restore(body, at: now)
            }
        }
        self.number = truth.number
    }

    /// Nobody looks at this body for a while. To be told to all workers, in this order.
    mutating func quarantine(_ fingerprint: Fingerprint, policy: String, at now: Instant) -> [Numbered] {
        self.quarantine.add(fingerprint, policy: policy, at: now).map { change in
            self.number += 1
            return Numbered(number: self.number, change: change)
        }
    }

    /// All of it.
    func snapshot(at now: Instant) -> SharedTruth { SharedTruth(number: self.number, changes: self.quarantine.changes(at: now)) }
}

/// How far one worker is behind the truth, and when it is told again. A value in virtual time.
struct TruthDelivery: Equatable {
    /// Of the next snapshot; nil: it has heard everything.
    private(set) var retryAt: Instant?
    private var pause = Self.firstPause

    private static let firstPause = Duration.milliseconds(50)
    private static let lastPause = Duration.seconds(1)

    /// Changes go to it one by one; false: a snapshot is owed, which contains them.
    var takesChanges: Bool { self.retryAt == nil }

    func isDue(at now: Instant) -> Bool { self.retryAt.map { $0 <= now } ?? false }

    /// Its socket is full: it hears a snapshot instead, once it reads again.
    mutating func failed(at now: Instant) {
        self.retryAt = now + self.pause
        self.pause = min(Self.lastPause, self.pause * 2)
    }

    /// It asked for a snapshot.
    mutating func asked(at now: Instant) {
        if self.retryAt == nil { self.retryAt = now }
    }

    /// A snapshot is on its way.
    mutating func delivered() { self = TruthDelivery() }
}
