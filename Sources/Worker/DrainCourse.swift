internal import Platform

/// How a worker comes to its end: when it has waited long enough for what is open. Reads no clock and closes nothing.
struct DrainCourse: Equatable {
    enum Step: Equatable {
        case wait(until: Instant)
        /// The time is over: end what is under way, with its events.
        case cut
        case leave
    }

    private(set) var hasBegun = false
    /// By when the worker must be gone.
    private(set) var deadline = Instant.distantFuture
    /// Nobody else serves here any more: clients that stay silent are not waited for.
    private var isLast = false
    private var quietSince: Instant?
    private var cutAt: Instant?

    /// How long the last worker leaves idle connections a chance to speak.
    static let idleGrace = Duration.seconds(1)
    /// How long before its deadline, at which it is killed, the worker cuts what is left: for the events and the farewell.
    static let notice = Duration.milliseconds(500)
    /// How long clients may take to read the answers of requests that were cut.
    static let farewell = Duration.milliseconds(250)
    private static let shortPause = Duration.milliseconds(20)
    private static let longPause = Duration.milliseconds(100)

    /// May be asked again: the earlier deadline holds.
    mutating func begin(deadline: Instant, isLast: Bool) {
        self.hasBegun = true
        self.deadline = min(self.deadline, deadline)
        self.isLast = self.isLast || isLast
    }

    /// What to do now. `inFlight`: requests being worked on and connections on which one comes in or an answer goes out.
    ///
    /// With successors at work an idle connection is not closed under its client's feet: a request might be on its way. It ends with its next
    /// answer, at the idle time-out, or with the deadline.
    mutating func step(inFlight: Int, connections: Int, at now: Instant) -> Step {
        if let cutAt {
            if connections == 0 || now >= cutAt + Self.farewell { return .leave }
            return .wait(until: min(now + Self.shortPause, cutAt + Self.farewell))
        }
        if inFlight == 0, connections == 0 { return .leave }
        if inFlight > 0 { self.quietSince = nil } else if self.quietSince == nil { self.quietSince = now }
        if self.isLast, let quietSince, now >= quietSince + Self.idleGrace { return .leave }
        let end = self.deadline + (.zero - Self.notice)
        if now >= end {
            self.cutAt = now
            return .cut
        }
        return .wait(until: min(end, now + (self.isLast ? Self.shortPause : Self.longPause)))
    }
}
