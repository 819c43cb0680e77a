internal import Platform

/// `kt gateway drain`: the gateway serves, and asks for no more work; who waits hears when nothing is in flight.
///
/// Reads no clock and makes no call.
struct DrainCourse: Equatable {
    /// What a worker was told may not have reached its answers yet, so nothing in flight is no news before.
    static let settling = Duration.milliseconds(300)
    /// How often the number in flight is looked at while somebody waits.
    static let lookInterval = Duration.milliseconds(100)
    static let progressInterval = Duration.seconds(1)

    enum Action: Equatable {
        case none
        case progress(inFlight: UInt64)
        /// Nothing is in flight.
        case done
    }

    private(set) var isOn = false
    private var isAwaited = false
    private var doneAt = Instant.distantFuture
    private var nextLook = Instant.distantFuture
    private var nextProgress = Instant.distantFuture
    private var lastTold: UInt64?

    /// Somebody wants it, for the first time or again.
    mutating func ask(at now: Instant) {
        if !self.isOn { self.doneAt = now + Self.settling }
        self.isOn = true
        self.isAwaited = true
        self.lastTold = nil
        (self.nextLook, self.nextProgress) = (now, now)
    }

    /// The gateway wants work again.
    mutating func end() { self = DrainCourse() }

    mutating func look(inFlight: UInt64, at now: Instant) -> Action {
        guard self.isAwaited, now >= self.nextLook else { return .none }
        if inFlight == 0, now >= self.doneAt {
            self.isAwaited = false
            return .done
        }
        self.nextLook = now + Self.lookInterval
        guard now >= self.nextProgress, inFlight != self.lastTold else { return .none }
        self.lastTold = inFlight
        self.nextProgress = now + Self.progressInterval
        return .progress(inFlight: inFlight)
    }

    var nextWake: Instant { self.isAwaited ? self.nextLook : .distantFuture }
}
