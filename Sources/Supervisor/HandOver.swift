internal import Platform

/// Everything that one build of the supervisor leaves to the next in the same process: numbers, texts, moments.
///
/// Descriptors are named by their numbers, which stay open over `execve`; moments are of the monotonic clock, which goes on.
struct HandOver: Equatable {
    /// What the process is in the middle of; only these two can be handed over.
    enum Purpose: UInt8, CaseIterable {
        /// To a new build, which then starts workers of its own.
        case upgrade = 1
        /// Back to the build before, whose workers still serve.
        case wayBack
    }

    struct Child: Equatable {
        var pid: Int32
        var pidfd: CInt
    }

    struct Slot: Equatable {
        /// `WorkerSlot.Phase` by number, with the moment that belongs to it.
        enum Phase: UInt8, CaseIterable {
            case vacant = 1, starting, serving, ending, backoff, draining, failed, gone
        }

        var phase: Phase
        var phaseAt: Instant?
        var restarts: UInt32 = 0
        /// `RestartPacing.crashes`.
        var crashes: UInt32 = 0
        var servingSince: Instant?
        var lastBeat: Instant?
        var abortAgainAt: Instant?
        var killAt: Instant?
    }

    struct Worker: Equatable {
        var child: Child
        /// Its control socket.
        var channel: CInt
        /// The memory file of its region.
        var region: CInt
        var spawnedAt: Instant
        var isAssigned: Bool
        /// What the next message to it is numbered.
        var nextSequence: UInt64 = 0
        var build: String = ""
    }

    struct Member: Equatable {
        var slot: Slot
        var worker: Worker?
    }

    struct Generation: Equatable {
        /// `current` takes connections, `leaving` drains.
        enum Role: UInt8, CaseIterable { case current = 1, leaving }

        var number: UInt64
        var role: Role
        /// Why it was made, as in the history of reloads.
        var cause: String
        /// The sealed program.
        var program: CInt
        var hash: String
        var startedAt: Instant
        /// When what is left of it is cut.
        var drainDeadline: Instant?
        /// Place i is slot i.
        var members: [Member]
    }

    /// A process whose place is already taken, until it is reaped.
    struct Dying: Equatable {
        var child: Child
        var region: CInt?
        var generation: UInt64
        var slot: UInt32
        var killAt: Instant?
        var spawnedAt: Instant
    }

    struct Group: Equatable {
        /// With the real port.
        var address: String
        /// By index; a local path has one.
        var sockets: [CInt]
        /// No longer in the configuration: closes when its queue is taken.
        var isRemoved: Bool
    }

    struct Demo: Equatable {
        var port: UInt16
        var listener: CInt
        var lifelineOurs: CInt
        var lifelineTheirs: CInt
        var child: Child?
        var startedAt: Instant
        var startAt: Instant?
        var crashes: UInt32 = 0
    }

    struct Console: Equatable {
        var child: Child?
        var channel: CInt?
        var listeners: [CInt]
        var addresses: [String]
        var startAt: Instant?
        var crashes: UInt32 = 0
    }

    /// Who waits for an answer on the control socket.
    struct Client: Equatable {
        var socket: CInt
        /// `reload`, `upgrade`, …
        var command: String
        /// What the reload or upgrade calls them by.
        var id: UInt64
    }

    struct Control: Equatable {
        var listener: CInt
        var path: String
        var clients: [Client]
    }

    /// The build that hands over, held so that it can be gone back to.
    struct Programs: Equatable {
        var build: String
        var supervisor: CInt
        var worker: CInt
        var compile: CInt
        var demo: CInt?
        var console: CInt?
    }

    struct Reload: Equatable {
        var at: Instant
        var generation: UInt64
        var cause: String
        var outcome: String
        var hasSucceeded: Bool
    }

    struct Death: Equatable {
        var at: Instant
        var slot: UInt32
        var generation: UInt64
        var pid: Int32
        /// Exit status, or the signal's number below zero.
        var ending: Int32
        var served: Duration?
        var words: String
    }

    /// What a part of the supervisor keeps that this value knows nothing of: its bytes and its descriptors.
    struct Part: Equatable {
        var name: String
        var bytes: [UInt8]
        var descriptors: [CInt] = []
    }

    var purpose: Purpose
    /// Hand-overs that the writer's build can read, for the way back.
    var reads: ClosedRange<UInt16> = HandOver.readable
    var supervisorPid: Int32
    var startedAt: Instant
    /// Secret of this gateway's life.
    var seed: [UInt8]
    /// Where the programs lie by their names.
    var directory: String
    /// Of the last generation that was made.
    var lastGeneration: UInt64
    var generations: [Generation] = []
    var dying: [Dying] = []
    var groups: [Group] = []
    var demo: Demo?
    var console: Console?
    var control: Control?
    var stateLock: CInt?
    /// `SharedTruth.encode`.
    var truth: [UInt8] = []
    /// Sums of the counters of dead workers.
    var retiredMetrics: [UInt8] = []
    var reloads: [Reload] = []
    var deaths: [Death] = []
    /// Ends of workers that nobody asked for, since the start.
    var restarts: UInt64 = 0
    /// `/readyz` says no, by `drain`.
    var isQuiesced = false
    /// The build to go back to; on the way back: the one that is given up.
    var programs: Programs?
    /// On the way back: why.
    var reason: String = ""
    /// Who asked for the upgrade: an id of a waiting client, nil for a signal.
    var asker: UInt64?
    var parts: [Part] = []

    /// Versions of the encoding that this build reads; it writes the highest that the reader knows too.
    static let readable: ClosedRange<UInt16> = 1...1
}

extension HandOver {
    /// Every descriptor that must stay open.
    var descriptors: [CInt] {
        var numbers: [CInt] = []
        for generation in self.generations {
            numbers.append(generation.program)
            for worker in generation.members.compactMap(\.worker) { numbers += [worker.child.pidfd, worker.channel, worker.region] }
        }
        for dying in self.dying { numbers += [dying.child.pidfd] + [dying.region].compactMap { $0 } }
        for group in self.groups { numbers += group.sockets }
        if let demo = self.demo {
            numbers += [demo.listener, demo.lifelineOurs, demo.lifelineTheirs] + [demo.child?.pidfd].compactMap { $0 }
        }
        if let console = self.console { numbers += [console.child?.pidfd, console.channel].compactMap { $0 } + console.listeners }
        if let control = self.control { numbers += [control.listener] + control.clients.map(\.socket) }
        if let programs = self.programs {
            numbers += [programs.supervisor, programs.worker, programs.compile] + [programs.demo, programs.console].compactMap { $0 }
        }
        if let lock = self.stateLock { numbers.append(lock) }
        for part in self.parts { numbers += part.descriptors }
        return numbers
    }
}
