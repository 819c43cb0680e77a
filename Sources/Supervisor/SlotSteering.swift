internal import Platform

/// Which socket indices the kernel may give new connections to.
///
/// An index whose slot has not served for 50 ms, or is known not to come back soon, is left out as long as another serves; it is
/// back as soon as it serves.
struct SlotSteering {
    enum Presence: Equatable { case serving, awayBriefly, awayLong }

    static let patience = Duration.milliseconds(50)

    /// By index.
    private(set) var takesConnections: [Bool]
    private var vacantSince: [Instant?]

    /// `chosen`: what the kernel does already; nil: it gives to all.
    init(indexCount: Int, chosen: [Int]? = nil, at now: Instant) {
        self.takesConnections = (0..<indexCount).map { chosen?.contains($0) ?? true }
        self.vacantSince = [Instant?](repeating: now, count: indexCount)
    }

    /// More indices, which take nothing until they are served.
    mutating func grow(to count: Int, at now: Instant) {
        while self.takesConnections.count < count {
            self.takesConnections.append(false)
            self.vacantSince.append(now)
        }
    }

    /// The indices steered to now, ascending.
    var chosen: [Int] { self.takesConnections.indices.filter { self.takesConnections[$0] } }

    /// The indices to steer to, when that has changed. `presences`: one for each index.
    mutating func update(_ presences: [Presence], at now: Instant) -> [Int]? {
        precondition(presences.count == self.takesConnections.count, "one answer for each index")
        var wanted = self.takesConnections
        for (index, presence) in presences.enumerated() {
            switch presence {
            case .serving:
                self.vacantSince[index] = nil
                wanted[index] = true
            case .awayBriefly:
                let since = self.vacantSince[index] ?? now
                self.vacantSince[index] = since
                if now - since >= Self.patience { wanted[index] = false }
            case .awayLong:
                self.vacantSince[index] = self.vacantSince[index] ?? now
                wanted[index] = false
            }
        }
        // Nobody serves: whoever comes back first takes what waits in its own queue, so nothing is gained by a change.
        guard presences.contains(.serving), wanted != self.takesConnections else { return nil }
        self.takesConnections = wanted
        return self.chosen
    }

    /// When an absence becomes too long.
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
