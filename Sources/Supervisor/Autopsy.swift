internal import IPC
internal import Platform

/// What is made of a worker's end: why it ended, which requests ended with it, and whether one of them was to blame.
///
/// A value without system calls: the facts come from the worker's memory and from how the process ended.
struct Autopsy: Equatable {
    /// As counted in `restarts` of the status.
    enum Reason: Equatable { case asked, crash, hang, outOfMemory }

    /// A signal that this supervisor sent before the end.
    enum OurSignal: Equatable {
        case none
        /// It did not answer: SIGABRT, then SIGKILL.
        case hang
        /// It accepted nobody, while its loop went on: the same signals.
        case stall
        /// It was told to go: not ready in time, not needed, its drain was over.
        case dismissal
    }

    struct Facts {
        var pid: Int32
        /// nil: its DYING has come, the process still writes its back trace.
        var ending: ChildProcess.Ending?
        var ourSignal: OurSignal
        /// Its end was wanted.
        var wasAsked: Bool
        /// The kernel has ended somebody of ours for want of memory since the last look.
        var memoryRanOut: Bool
        var lastWords: LastWords?
        var flight: FlightRecord?
        /// What it was at when it fell silent, and still when it was ended for that.
        var silentFlight: FlightRecord?
        var requests: [(index: Int, state: InFlightEntry.State, entry: InFlightEntry)]
    }

    /// What somebody was doing to a body when the worker ended by its own doing.
    struct Culprit: Equatable {
        /// In the table of requests in flight; nil: it is not there.
        var entry: Int?
        var fingerprint: Fingerprint
        var stage: FlightRecord.Stage
        /// `PolicyKind.number`, or 0 for what all policies share.
        var policy: Int
    }

    let reason: Reason
    /// nil: nobody is to blame, or somebody outside is. The body of one that is gets quarantined.
    let culprit: Culprit?

    init(_ facts: Facts) {
        let isOutOfMemory = facts.ending == .killed(signal: Self.kill) && facts.ourSignal == .none && facts.memoryRanOut
        self.reason =
            if facts.ourSignal == .hang || facts.ourSignal == .stall {
                .hang
            } else if isOutOfMemory {
                .outOfMemory
            } else if facts.wasAsked || facts.ourSignal == .dismissal {
                .asked
            } else {
                .crash
            }
        guard let flight = facts.flight, Self.isHungWith(flight, facts) || isOutOfMemory || Self.isOwnDoing(facts) else {
            self.culprit = nil
            return
        }
        // The table and the recorder must tell of the same body.
        let entry = flight.entry.flatMap { index in
            facts.requests.first { $0.index == index && $0.entry.fingerprint == flight.fingerprint }?.index
        }
        self.culprit = Culprit(entry: entry, fingerprint: flight.fingerprint, stage: flight.stage, policy: flight.policy)
    }

    /// Whether it hung all the time with the same body in the same policy: what it has come to since may be innocent.
    private static func isHungWith(_ flight: FlightRecord, _ facts: Facts) -> Bool {
        facts.ourSignal == .hang && facts.silentFlight?.isSameWork(as: flight) == true
    }

    /// Whether the program ended itself: by a fault that the kernel saw, or by an abort of its own. Never by a signal that somebody sent.
    private static func isOwnDoing(_ facts: Facts) -> Bool {
        guard facts.ourSignal == .none else { return false }
        if let words = facts.lastWords {
            if case .killed(let signal)? = facts.ending, signal != words.signal { return false }
            if case .exited? = facts.ending { return false }
            // Above 0 the kernel made it (sigaction(2), si_code); raise(3) and abort(3) send it to themselves.
            return words.code > 0 || words.sender == facts.pid
        }
        // A fault that left no words met its handler's own fault: the kernel ends the process on the spot. Somebody else's
        // signal of that kind would have been handled.
        if case .killed(let signal)? = facts.ending { return Self.faults.contains(signal) }
        return false
    }

    private static let kill: CInt = ChildSignal.kill
    /// SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV (signal(7), x86 and ARM).
    private static let faults: Set<CInt> = [4, 5, 7, 8, 11]
}
