internal import Platform

/// One place in the pool of workers: decides when to start, to wait, to steer away and to give up.
///
/// Reads no clock and makes no call: the loop passes events in and performs what it gets back.
struct WorkerSlot {
    enum Phase: Equatable {
        /// Not yet started.
        case vacant
        case starting(deadline: Instant)
        case serving(since: Instant)
        /// Told to end because it hung or did not get ready.
        case ending
        case backoff(until: Instant)
        case draining(deadline: Instant)
        /// Cannot be helped by another start with this configuration.
        case failed
        /// Drained.
        case gone
    }

    enum Event: Equatable {
        case start
        case spawnFailed
        case becameReady
        /// Its loop last ended a pass then.
        case beat(Instant)
        case exited(isPermanent: Bool)
        /// Its signal handler said so: it serves nobody any more, while its back trace is still being written.
        case dying
        /// Somebody waits in its queue and it accepts nobody, although its loop beats.
        case acceptStalled
        /// Too many processes end: not before then.
        case spawnPostponed(until: Instant)
        /// Also brings the deadline of a drain forward.
        case drainRequested(deadline: Instant)
        case timerFired
    }

    enum Action: Equatable {
        case none, spawn, askToDrain
        /// SIGABRT, so that a back trace is kept.
        case abort(KillReason), abortAgain
        case kill(KillReason)
    }

    /// The numbers are those of a hand-over.
    enum KillReason: UInt8, Equatable {
        case notReady = 1, hung, drainOver, notNeeded
        /// Its loop goes on and accepts nobody: no request is to blame.
        case stalled
    }

    struct Limits: Equatable {
        var boot = Duration.seconds(10)
        /// Heartbeats this old: new connections go elsewhere.
        var stale = Duration.seconds(3)
        /// Heartbeats this old: SIGABRT.
        var hang = Duration.seconds(5)
        /// From SIGABRT to SIGKILL.
        var trace = Duration.seconds(3)
        /// From SIGABRT to the next. Swift's back trace swallows the first one and then goes on as if nothing had been;
        /// the next one waits until the trace is written and ends the process.
        var secondAbort = Duration.milliseconds(250)
        /// From DYING to SIGKILL.
        var lastTrace = Duration.seconds(5)
        /// From the deadline of a drain, when the worker cuts off what is left and records it, to SIGKILL.
        var cut = Duration.seconds(5)
    }

    /// A beat may come between our reading of the clock and of the worker's memory, and we may be held up meanwhile.
    private static let beatAheadMax = Duration.seconds(1)

    let limits: Limits
    private(set) var phase = Phase.vacant
    /// Unasked-for ends since the supervisor's start.
    private(set) var restarts = 0
    private var pacing = RestartPacing()
    private var servingSince: Instant?
    private var lastBeat: Instant?
    private var abortAgainAt: Instant?
    private var killAt: Instant?

    init(limits: Limits = Limits()) { self.limits = limits }

    /// `jitter`: a random number in -1...1, which spreads back-offs.
    mutating func handle(_ event: Event, at now: Instant, jitter: Double = 0) -> Action {
        switch event {
        case .start: return self.phase == .vacant ? self.begin(at: now) : .none
        case .spawnFailed:
            guard case .starting = self.phase else { return .none }
            self.restarts += 1
            self.phase = .backoff(until: now + self.pacing.delayAfterSpawnFailure(jitter: jitter))
            return .none
        case .spawnPostponed(let until):
            guard case .starting = self.phase else { return .none }
            self.phase = .backoff(until: until)
            return .none
        case .becameReady:
            guard case .starting = self.phase else { return .none }
            self.phase = .serving(since: now)
            (self.servingSince, self.lastBeat) = (now, now)
            return .none
        case .beat(let beat):
            // Its clock is ours: what lies further ahead is garbage, which must not pass for life.
            guard beat <= now + Self.beatAheadMax else { return .none }
            if let last = self.lastBeat, min(beat, now) > last { self.lastBeat = min(beat, now) }
            return .none
        case .exited(let isPermanent): return self.ended(isPermanent: isPermanent, at: now, jitter: jitter)
        case .dying:
            if case .draining = self.phase {
                self.forgetProcess()
                self.killAt = now + self.limits.lastTrace
                return .none
            }
            return self.ended(isPermanent: false, at: now, jitter: jitter)
        case .acceptStalled:
            guard case .serving = self.phase else { return .none }
            self.phase = .ending
            return self.abort(.stalled, at: now)
        case .drainRequested(let deadline): return self.drain(until: deadline)
        case .timerFired: return self.timePassed(at: now)
        }
    }

    private mutating func begin(at now: Instant) -> Action {
        self.phase = .starting(deadline: now + self.limits.boot)
        self.forgetProcess()
        return .spawn
    }

    private mutating func ended(isPermanent: Bool, at now: Instant, jitter: Double) -> Action {
        switch self.phase {
        case .starting, .serving, .ending: break
        case .draining:
            self.phase = .gone
            return .none
        case .vacant, .backoff, .failed, .gone: return .none
        }
        self.restarts += 1
        let served = self.servingSince.map { now - $0 }
        self.forgetProcess()
        if isPermanent {
            self.phase = .failed
            return .none
        }
        let delay = self.pacing.delay(served: served, jitter: jitter)
        if delay == .zero { return self.begin(at: now) }
        self.phase = .backoff(until: now + delay)
        return .none
    }

    private mutating func drain(until deadline: Instant) -> Action {
        switch self.phase {
        case .serving:
            self.phase = .draining(deadline: deadline)
            return .askToDrain
        case .starting:
            // It has accepted nothing.
            self.phase = .draining(deadline: deadline)
            return .kill(.notNeeded)
        case .ending:
            self.phase = .draining(deadline: deadline)
            return .none
        case .vacant, .backoff, .failed:
            self.phase = .gone
            return .none
        case .draining(let earlier):
            guard deadline < earlier else { return .none }
            self.phase = .draining(deadline: deadline)
            return .askToDrain
        case .gone: return .none
        }
    }

    private mutating func timePassed(at now: Instant) -> Action {
        if let killAt = self.killAt, killAt <= now {
            self.killAt = nil
            return .kill(.hung)
        }
        if let abortAgainAt = self.abortAgainAt, abortAgainAt <= now {
            self.abortAgainAt = nil
            return .abortAgain
        }
        switch self.phase {
        case .starting(let deadline) where deadline <= now:
            self.phase = .ending
            return .kill(.notReady)
        case .backoff(let until) where until <= now: return self.begin(at: now)
        case .draining(let deadline) where deadline != .distantFuture && deadline + self.limits.cut <= now:
            self.phase = .draining(deadline: .distantFuture)
            return .kill(.drainOver)
        case .serving where self.isHung(at: now):
            self.phase = .ending
            return self.abort(.hung, at: now)
        case .draining where self.isHung(at: now): return self.abort(.hung, at: now)
        case .vacant, .starting, .serving, .ending, .backoff, .draining, .failed, .gone: return .none
        }
    }

    private mutating func abort(_ reason: KillReason, at now: Instant) -> Action {
        self.lastBeat = nil
        self.abortAgainAt = now + self.limits.secondAbort
        self.killAt = now + self.limits.trace
        return .abort(reason)
    }

    private mutating func forgetProcess() {
        (self.servingSince, self.lastBeat, self.abortAgainAt, self.killAt) = (nil, nil, nil, nil)
    }

    private func isHung(at now: Instant) -> Bool { self.lastBeat.map { now - $0 >= self.limits.hang } ?? false }

    /// Takes new connections with a fresh heartbeat.
    func isServing(at now: Instant) -> Bool {
        guard case .serving = self.phase, let beat = self.lastBeat else { return false }
        return now - beat < self.limits.stale
    }

    /// Its loop has not ended a pass for long, and it has not been ended for that yet.
    func isStale(at now: Instant) -> Bool { self.lastBeat.map { now - $0 >= self.limits.stale } ?? false }

    /// READY, and nothing has been asked of it since.
    var isReady: Bool { if case .serving = self.phase { true } else { false } }

    var isDraining: Bool { if case .draining = self.phase { true } else { false } }

    /// For steering and ownership.
    func presence(at now: Instant) -> SlotSteering.Presence {
        switch self.phase {
        case .serving: return self.isServing(at: now) ? .serving : .awayLong
        // Somebody may wait in the queue that its predecessor left.
        case .starting where self.restarts > 0: return .awayLong
        case .vacant, .starting: return .awayBriefly
        case .ending, .backoff, .draining, .failed, .gone: return .awayLong
        }
    }

    /// When `timerFired` may decide something, or a heartbeat may have become stale.
    func nextWake(after now: Instant) -> Instant {
        var wake = min(self.abortAgainAt ?? .distantFuture, self.killAt ?? .distantFuture)
        if let beat = self.lastBeat {
            let stale = beat + self.limits.stale
            wake = min(wake, stale > now ? stale : beat + self.limits.hang)
        }
        switch self.phase {
        case .starting(let deadline): return min(wake, deadline)
        case .draining(let deadline): return deadline == .distantFuture ? wake : min(wake, deadline + self.limits.cut)
        case .backoff(let until): return min(wake, until)
        case .vacant, .serving, .ending, .failed, .gone: return wake
        }
    }

    /// As in `gateway status`.
    var stateName: String {
        switch self.phase {
        case .vacant: "vacant"
        case .starting: "starting"
        case .serving: "serving"
        case .ending: "hung"
        case .backoff: "backoff"
        case .draining: "draining"
        case .failed: "failed"
        case .gone: "gone"
        }
    }
}

/// What another image of this process goes on from.
extension WorkerSlot {
    init(_ handOver: HandOver.Slot, limits: Limits) {
        self.limits = limits
        let at = handOver.phaseAt ?? Instant(nanoseconds: 0)
        self.phase =
            switch handOver.phase {
            case .vacant: .vacant
            case .starting: .starting(deadline: at)
            case .serving: .serving(since: at)
            case .ending: .ending
            case .backoff: .backoff(until: at)
            case .draining: .draining(deadline: at)
            case .failed: .failed
            case .gone: .gone
            }
        self.restarts = Int(handOver.restarts)
        self.pacing = RestartPacing(crashes: Int(handOver.crashes))
        (self.servingSince, self.lastBeat) = (handOver.servingSince, handOver.lastBeat)
        (self.abortAgainAt, self.killAt) = (handOver.abortAgainAt, handOver.killAt)
    }

    var handOver: HandOver.Slot {
        let (phase, at): (HandOver.Slot.Phase, Instant?) =
            switch self.phase {
            case .vacant: (.vacant, nil)
            case .starting(let deadline): (.starting, deadline)
            case .serving(let since): (.serving, since)
            case .ending: (.ending, nil)
            case .backoff(let until): (.backoff, until)
            case .draining(let deadline): (.draining, deadline)
            case .failed: (.failed, nil)
            case .gone: (.gone, nil)
            }
        return HandOver.Slot(
            phase: phase, phaseAt: at, restarts: UInt32(clamping: self.restarts), crashes: UInt32(clamping: self.pacing.crashes),
            servingSince: self.servingSince, lastBeat: self.lastBeat, abortAgainAt: self.abortAgainAt, killAt: self.killAt)
    }
}
