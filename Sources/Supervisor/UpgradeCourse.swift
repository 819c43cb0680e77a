internal import Platform

/// One upgrade at a time: the new build is asked whether it fits, a reload that runs is waited for, then the image is replaced.
///
/// Reads no clock and makes no call. `step` is called until it answers `none`, after every event and at `nextWake`.
struct UpgradeCourse {
    enum Phase: Equatable {
        case idle
        /// The new build's preflight runs.
        case asking(deadline: Instant)
        /// It fits. No reload begins from now on.
        case ready
    }

    enum Action: Equatable {
        case none
        case preflight
        /// The preflight takes too long; `finish` is expected.
        case giveUp
        case replace
    }

    typealias Asker = ReloadCourse.Asker

    static let preflightLimit = Duration.seconds(5)

    private(set) var phase = Phase.idle
    private(set) var askers: [Asker] = []
    private var isWanted = false

    /// Wants the programs on disk to take over. Until they do, later askers share the same attempt. `asker` nil: nobody waits.
    mutating func ask(_ asker: Asker?) {
        self.isWanted = true
        if let asker { self.askers.append(asker) }
    }

    /// `canBegin`: the gateway serves and does not stop. `isReloading`: one is under way.
    mutating func step(canBegin: Bool, isReloading: Bool, at now: Instant) -> Action {
        switch self.phase {
        case .idle:
            guard self.isWanted, canBegin else { return .none }
            self.phase = .asking(deadline: now + Self.preflightLimit)
            return .preflight
        case .asking(let deadline): return deadline <= now ? .giveUp : .none
        case .ready: return canBegin && !isReloading ? .replace : .none
        }
    }

    /// The preflight's report raises no objection.
    mutating func fits() {
        guard case .asking = self.phase else { return }
        self.phase = .ready
    }

    /// It has come to nothing: who waited for it.
    mutating func finish() -> [Asker] {
        defer { (self.askers, self.isWanted, self.phase) = ([], false, .idle) }
        return self.askers
    }

    /// A reload would only delay it, and comes with it.
    var holdsReloads: Bool { self.phase == .ready }

    var nextWake: Instant { if case .asking(let deadline) = self.phase { deadline } else { .distantFuture } }
}
