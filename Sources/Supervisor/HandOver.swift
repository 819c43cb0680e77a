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

    /// A worker: in its place, or with a successor in it until the back trace is written.
    struct Worker: Equatable {
        var child: Child
        /// Its control socket.
        var channel: CInt
        /// The memory file of its region.
        var region: CInt
        var spawnedAt: Instant
        var isAssigned: Bool
        /// Of the last message to it.
        var sequence: UInt64
        /// Indices beside its own whose sockets it was sent.
        var adopted: [UInt32] = []
        /// Why it was told to end before its time, as the supervisor counts the reasons.
        var endedBecause: UInt8?
        var dyingSignal: Int32?
        /// When it is killed although its back trace is not written.
        var killAt: Instant?
        /// It was told that the gateway wants no more work.
        var isQuiesced = false
    }

    struct Member: Equatable {
        var slot: Slot
        /// RFC 3339, UTC.
        var since: String
        var worker: Worker?
        var dying: [Worker] = []
    }

    struct Generation: Equatable {
        /// `current` takes connections, `leaving` drains or will.
        enum Role: UInt8, CaseIterable { case current = 1, leaving }

        var number: UInt64
        var role: Role
        /// Why it was made, as in the history of reloads.
        var cause: String
        /// Place in `HandOver.sealed`.
        var sealed: UInt32
        /// Place in `HandOver.programs`.
        var programs: UInt32
        /// RFC 3339, UTC.
        var loadedAt: String
        /// When its DRAIN is due.
        var drainAt: Instant?
        var takesQueue: Bool
        /// Places in `HandOver.groups`.
        var groups: [UInt32]
        /// Of these, those that end with it.
        var closing: [UInt32]
        /// Place i is slot i.
        var members: [Member]
    }

    struct Group: Equatable {
        /// As it was asked for; port 0 stays 0.
        var requested: String
        /// With the real port.
        var address: String
        /// By index; a local path has one.
        var sockets: [CInt]
        /// What the kernel was last told; nil: its own choice.
        var steeredTo: [UInt32]?
        /// A socket unit holds them too.
        var belongsToManager = false
    }

    /// The programs of one build, by `O_PATH` descriptors.
    struct Programs: Equatable {
        var worker: CInt
        var compile: CInt
    }

    /// The build to go back to.
    struct WayBack: Equatable {
        var build: String
        var supervisor: CInt
        /// Place in `HandOver.programs`.
        var programs: UInt32
        var demo: CInt?
        var console: CInt?
    }

    /// The latest program that stood its probation.
    struct LastGood: Equatable {
        var sealed: UInt32
        var programs: UInt32
    }

    /// Of the current generation.
    struct Probation: Equatable {
        var end: Instant
        /// By slot: ends that nobody asked for.
        var ends: [UInt32]
        var hasFailed: Bool
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

    /// The next image starts a console of its own on these sockets.
    struct Console: Equatable {
        /// Consoles of this image: they go when their socket ends, and are to be reaped.
        var leaving: [Child]
        var listeners: [CInt]
        /// As it was asked for; port 0 stays 0.
        var requested: String
        /// With the real port.
        var address: String
    }

    /// Who waits for an answer on the control socket.
    struct Client: Equatable {
        var socket: CInt
        /// `reload`, `upgrade`, …
        var command: String
        /// Said and not yet taken by the kernel.
        var pendingOutput: [UInt8]
    }

    struct Control: Equatable {
        var listener: CInt
        var path: String
        var clients: [Client]
    }

    /// As in the history of reloads.
    struct Reload: Equatable {
        var time: String
        var generation: UInt64
        var hash: String
        var cause: String
        var result: String
        var message: String
    }

    /// As in the list of deaths.
    struct Death: Equatable {
        var time: String
        var slot: UInt32
        var generation: UInt64
        var pid: Int32
        var how: String
        var kind: String
        var uptimeMilliseconds: Int64
    }

    struct Count: Equatable {
        var name: String
        var count: UInt64
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
    /// Sealed programs, each once.
    var sealed: [CInt] = []
    /// Sets of programs, each once.
    var programs: [Programs] = []
    /// Addresses, each once: those in force and those that still drain.
    var groups: [Group] = []
    /// Places in `groups`: the addresses in force, in the order of the configuration.
    var inForce: [UInt32] = []
    /// Sockets of an address that does not share one.
    var indexCount: UInt32 = 0
    /// Oldest first.
    var generations: [Generation] = []
    var lastGood: LastGood?
    var probation: Probation?
    var demo: Demo?
    var console: Console?
    var control: Control?
    var stateLock: CInt?
    /// `SharedTruth.encode`.
    var truth: [UInt8] = []
    /// Sums of the counters of dead workers.
    var retiredMetrics: [UInt8] = []
    /// Oldest first.
    var reloads: [Reload] = []
    /// Oldest first.
    var deaths: [Death] = []
    /// Ends that nobody asked for since the gateway's start, by kind.
    var restarts: [Count] = []
    /// On the way back: the build that hands over does not want to be come back to.
    var wayBack: WayBack?
    /// On the way back: why.
    var reason = ""
    var parts: [Part] = []

    /// Versions of the encoding that this build reads; it writes the highest that the reader knows too.
    static let readable: ClosedRange<UInt16> = 1...1
}

extension HandOver {
    /// Every descriptor that must stay open.
    var descriptors: [CInt] {
        var numbers = self.sealed
        for programs in self.programs { numbers += [programs.worker, programs.compile] }
        for group in self.groups { numbers += group.sockets }
        for worker in self.workers { numbers += [worker.child.pidfd, worker.channel, worker.region] }
        if let demo = self.demo {
            numbers += [demo.listener, demo.lifelineOurs, demo.lifelineTheirs] + [demo.child?.pidfd].compactMap { $0 }
        }
        if let console = self.console { numbers += console.leaving.map(\.pidfd) + console.listeners }
        if let control = self.control { numbers += [control.listener] + control.clients.map(\.socket) }
        if let back = self.wayBack { numbers += [back.supervisor] + [back.demo, back.console].compactMap { $0 } }
        if let lock = self.stateLock { numbers.append(lock) }
        for part in self.parts { numbers += part.descriptors }
        return numbers
    }

    /// Of all generations, the dying included.
    var workers: [Worker] {
        self.generations.flatMap { $0.members.flatMap { $0.dying + [$0.worker].compactMap { $0 } } }
    }

    /// Every place that it names exists, and nothing is there twice.
    var isConsistent: Bool {
        func all(_ places: [UInt32], below count: Int) -> Bool { places.allSatisfy { Int($0) < count } }
        let sealed = self.generations.map(\.sealed) + [self.lastGood?.sealed].compactMap { $0 }
        let programs = self.generations.map(\.programs) + [self.lastGood?.programs, self.wayBack?.programs].compactMap { $0 }
        let groups = self.generations.flatMap { $0.groups + $0.closing } + self.inForce
        let numbers = self.descriptors
        return all(sealed, below: self.sealed.count) && all(programs, below: self.programs.count) && all(groups, below: self.groups.count)
            && Set(numbers).count == numbers.count
    }
}
