internal import Platform

/// Which slots the kernel may give new connections to.
///
/// A slot that has not served for 50 ms, or is known not to come back soon, is left out as long as another serves; it is
/// back as soon as it serves.
struct SlotSteering {
    enum Presence: Equatable { case serving, awayBriefly, awayLong }

    static let patience = Duration.milliseconds(50)

    /// By slot.
    private(set) var takesConnections: [Bool]
    private var vacantSince: [Instant?]

    init(slotCount: Int, at now: Instant) {
        self.takesConnections = [Bool](repeating: true, count: slotCount)
        self.vacantSince = [Instant?](repeating: now, count: slotCount)
    }

    /// The slots to steer to, when that has changed.
    mutating func update(_ slots: [Presence], at now: Instant) -> [Int]? {
        precondition(slots.count == self.takesConnections.count, "one answer for each slot")
        var wanted = self.takesConnections
        for (slot, presence) in slots.enumerated() {
            switch presence {
            case .serving:
                self.vacantSince[slot] = nil
                wanted[slot] = true
            case .awayBriefly:
                let since = self.vacantSince[slot] ?? now
                self.vacantSince[slot] = since
                if now - since >= Self.patience { wanted[slot] = false }
            case .awayLong:
                self.vacantSince[slot] = self.vacantSince[slot] ?? now
                wanted[slot] = false
            }
        }
        // Nobody serves: whoever comes back first takes what waits in its own queue, so nothing is gained by a change.
        guard slots.contains(.serving), wanted != self.takesConnections else { return nil }
        self.takesConnections = wanted
        return wanted.indices.filter { wanted[$0] }
    }

    /// When a slot's patience ends.
    func nextWake(after now: Instant) -> Instant {
        var wake = Instant.distantFuture
        for since in self.vacantSince {
            guard let since else { continue }
            let end = since + Self.patience
            if end > now { wake = min(wake, end) }
        }
        return wake
    }
}
