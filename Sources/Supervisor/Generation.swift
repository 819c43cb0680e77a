internal import IPC
internal import Platform

/// The programs that one build of the gateway spawns, held by descriptors: a file replaced on disk changes nothing.
final class Programs {
    let compile: OwnedDescriptor
    let worker: OwnedDescriptor

    init(directory: String) throws(SystemCallError) {
        self.compile = try Files.openPath("\(directory)/kt-compile")
        self.worker = try Files.openPath("\(directory)/kt-worker")
    }

    /// Those that another image of this process held.
    init(adopting programs: HandOver.Programs) {
        self.compile = OwnedDescriptor(adopting: programs.compile)
        self.worker = OwnedDescriptor(adopting: programs.worker)
    }
}

/// A descriptor that several objects keep open.
final class HeldFile {
    let descriptor: OwnedDescriptor
    init(_ descriptor: consuming OwnedDescriptor) { self.descriptor = descriptor }
    var rawNumber: CInt { self.descriptor.rawNumber }
}

/// One compiled configuration and the memory file it lives in; shared by the generations that run it.
final class HeldProgram {
    let sealed: SealedProgram
    let file: HeldFile

    init(_ sealed: SealedProgram, file: HeldFile) {
        self.sealed = sealed
        self.file = file
    }
}

/// The workers of one configuration in force: one member per slot.
final class Generation {
    enum Role: String, Equatable {
        /// Its members start; not all are READY.
        case starting
        /// Steering and ownership follow its members.
        case current
        /// It drains, or will once its settling time is over.
        case leaving
    }

    /// Counts from 1 over the gateway's life, upgrades included.
    let number: UInt64
    let program: HeldProgram
    let cause: ReloadCause
    /// What its workers are spawned from, today and after a crash.
    let programs: Programs
    let environment: [String]
    let limits: WorkerSlot.Limits
    /// In the order of the configuration.
    let groups: [ListenerGroup]
    /// Where its console listens, when that is not where the one before did; taken when it becomes current.
    var adminListeners: ListenerGroup?
    let members: [Member]
    var role: Role
    /// RFC 3339, UTC: when it became current, before that when it was made.
    var loadedAt: String
    /// One of its members has been READY: its configuration can be served, and who cannot start lacks something of the moment.
    var hasServed = false
    /// Its workers are the last who accept from some socket.
    var takesQueue = false
    /// When its DRAIN is due; nil: it is not to leave, or has been told.
    var drainAt: Instant?
    /// Addresses that end with it: our sockets are closed once it has been told to take what is queued.
    var closing: [ListenerGroup] = []

    init(
        number: UInt64, program: HeldProgram, cause: ReloadCause, programs: Programs, environment: [String],
        limits: WorkerSlot.Limits, groups: [ListenerGroup], role: Role, loadedAt: String
    ) {
        self.number = number
        self.program = program
        self.cause = cause
        self.programs = programs
        self.environment = environment
        self.limits = limits
        self.groups = groups
        self.members = (0..<program.sealed.plan.workers).map { Member(slot: WorkerSlot(limits: limits), index: $0) }
        self.role = role
        self.loadedAt = loadedAt
    }

    var plan: SupervisorPlan { self.program.sealed.plan }

    /// Nothing is left of it: no process, no hope of one.
    var isGone: Bool { self.members.allSatisfy { $0.slot.phase == .gone && $0.worker == nil && $0.dying.isEmpty } }

    /// All its members' processes, the dying included.
    var processes: [WorkerProcess] { self.members.flatMap { $0.dying + ($0.worker.map { [$0] } ?? []) } }
}

/// A slot of a generation, the process in it, and the processes that were in it and still write their back trace.
final class Member {
    let index: Int
    var slot: WorkerSlot
    var worker: WorkerProcess?
    var dying: [WorkerProcess] = []
    var acceptProgress = AcceptProgress()
    /// RFC 3339, UTC: when the slot's state last changed.
    var since = currentTimestamp()
    private(set) var lastStateName = ""

    init(slot: WorkerSlot, index: Int) {
        self.slot = slot
        self.index = index
    }

    /// The state is what it has been since then.
    func resume(since: String) { (self.lastStateName, self.since) = (self.slot.stateName, since) }

    /// Notes the moment when the state has changed.
    func noteState(time: () -> String) {
        guard self.slot.stateName != self.lastStateName else { return }
        self.lastStateName = self.slot.stateName
        self.since = time()
    }
}
