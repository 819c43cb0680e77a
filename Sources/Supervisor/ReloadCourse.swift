internal import Platform

/// One reload at a time: room for it, its compilation, the start of its workers; who waits for it, and who for the next.
///
/// Reads no clock and makes no call. `step` is called until it answers `none`, after every event and at `nextWake`.
struct ReloadCourse {
    enum Phase: Equatable {
        case idle
        /// A fourth generation would live. Until then the oldest may finish by itself.
        case waiting(until: Instant)
        case compiling(deadline: Instant)
        case starting(deadline: Instant)
    }

    enum Action: Equatable {
        case none
        /// A reload begins.
        case announce
        /// The oldest generation's time is over now.
        case cutOldest
        case compile
        /// The last good program, as it is.
        case startLastGood
        /// The phase's deadline has passed; `finish` is expected.
        case giveUp
    }

    /// Names who waits for an answer.
    typealias Asker = UInt64

    static let generationsMax = 3
    static let roomLimit = Duration.seconds(30)
    static let compileLimit = Duration.seconds(10)

    let bootLimit: Duration
    private(set) var phase = Phase.idle
    /// The running reload's, with its cause.
    private(set) var askers: [Asker] = []
    private(set) var cause = ReloadCause.signal
    private var pending: (askers: [Asker], cause: ReloadCause)?
    private var wantsLastGood = false
    private var hasCut = false

    init(bootLimit: Duration) { self.bootLimit = bootLimit }

    /// Something is to begin as soon as it can.
    var hasPending: Bool { self.pending != nil || self.wantsLastGood }

    var isIdle: Bool { self.phase == .idle }

    /// The running reload brings the last good program back.
    var isRollback: Bool { !self.isIdle && self.cause == .rollback }

    /// Wants a reload that reads the configuration after this moment. `asker` nil: nobody waits.
    mutating func ask(_ asker: Asker?, cause: ReloadCause) {
        // Nothing has been read yet, so the one that begins serves this wish too.
        if case .waiting = self.phase, !self.isRollback {
            if let asker { self.askers.append(asker) }
            return
        }
        self.pending = ((self.pending?.askers ?? []) + (asker.map { [$0] } ?? []), self.pending?.cause ?? cause)
    }

    /// Wants the last good program back; goes before everything that is pending.
    mutating func askForLastGood() { self.wantsLastGood = true }

    /// `liveGenerations`: with processes, the current one included. `canBegin`: the gateway serves and does not stop.
    mutating func step(liveGenerations: Int, canBegin: Bool, at now: Instant) -> Action {
        switch self.phase {
        case .idle:
            guard canBegin else { return .none }
            if self.wantsLastGood {
                (self.askers, self.cause) = ([], .rollback)
                self.wantsLastGood = false
            } else if let pending = self.pending {
                (self.askers, self.cause) = (pending.askers, pending.cause)
                self.pending = nil
            } else {
                return .none
            }
            self.hasCut = false
            self.phase = .waiting(until: now + Self.roomLimit)
            return .announce
        case .waiting(let until):
            if liveGenerations < Self.generationsMax {
                if self.cause == .rollback {
                    self.phase = .starting(deadline: now + self.bootLimit)
                    return .startLastGood
                }
                self.phase = .compiling(deadline: now + Self.compileLimit)
                return .compile
            }
            guard until <= now, !self.hasCut else { return .none }
            self.hasCut = true
            return .cutOldest
        case .compiling(let deadline), .starting(let deadline): return deadline <= now ? .giveUp : .none
        }
    }

    /// The program is there; its workers start.
    mutating func compiled(at now: Instant) {
        guard case .compiling = self.phase else { return }
        self.phase = .starting(deadline: now + self.bootLimit)
    }

    /// The reload has come to its end, good or bad: who waited for it.
    mutating func finish() -> [Asker] {
        let askers = self.askers
        self.askers = []
        self.phase = .idle
        return askers
    }

    /// The gateway ends: everybody who waits, for this reload or the next.
    mutating func abandonAll() -> [Asker] {
        let askers = self.finish() + (self.pending?.askers ?? [])
        self.pending = nil
        self.wantsLastGood = false
        return askers
    }

    var nextWake: Instant {
        switch self.phase {
        case .idle: .distantFuture
        case .waiting(let until): self.hasCut ? .distantFuture : until
        case .compiling(let deadline), .starting(let deadline): deadline
        }
    }
}
