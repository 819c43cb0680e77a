internal import IPC
internal import Platform

/// One running worker: its process, its control socket, its region.
final class WorkerProcess {
    let child: ChildProcess
    let channel: MessageChannel
    let region: WorkerRegionReader
    let spawnedAt: Instant
    let generation: UInt64
    let slot: Int
    /// Why it was told to end before its time.
    var endedBecause: WorkerSlot.KillReason?
    /// Who ended it, as far as it is known.
    var culprit: Autopsy.Culprit?
    /// Of its latest silence; kept as it was when it was ended.
    var silentFlight = SilentFlight()
    /// What it has said that is said once.
    var words = WorkerWords()
    var truthDelivery = TruthDelivery()
    /// What its DYING said.
    var dyingSignal: Int32?
    /// It was told that the gateway wants no more work.
    var isQuiesced = false
    /// When it is killed although its back trace is not written.
    var killAt = Instant.distantFuture
    /// Indices beside its own whose sockets it was sent.
    private(set) var adopted: Set<Int> = []
    /// Kept for ASSIGN; the worker maps it too.
    private let regionFile: OwnedDescriptor
    private var sources: [ServiceLoop.Source] = []
    private(set) var isAssigned = false

    /// Spawns a worker that will ask for its assignment. `environment` is all that it inherits besides fd 3.
    init(
        generation: UInt64, slot: Int, executable: borrowing OwnedDescriptor, environment: [String], tableCapacity: Int, at now: Instant
    ) throws(SystemCallError) {
        self.generation = generation
        self.slot = slot
        self.regionFile = try WorkerRegion.create(slot: slot, tableCapacity: tableCapacity)
        self.region = try WorkerRegionReader(self.regionFile.rawNumber)
        let (ours, theirs) = try MessageSocket.pair()
        self.channel = MessageChannel(ours)
        self.spawnedAt = now
        let plan = SpawnPlan(arguments: ["kt-worker"], environment: environment, descriptors: [theirs.rawNumber])
        self.child = try ChildProcess(executable, plan)
        // The only other holder of the worker's end is now the worker.
        withExtendedLifetime(theirs) {}
    }

    /// One that another image of this process spawned. `region` is the reader of its memory file.
    init(adopting worker: HandOver.Worker, region: WorkerRegionReader, generation: UInt64, slot: Int) {
        self.generation = generation
        self.slot = slot
        self.regionFile = OwnedDescriptor(adopting: worker.region)
        self.region = region
        self.channel = MessageChannel(
            MessageSocket(adopting: OwnedDescriptor(adopting: worker.channel)), sequence: worker.sequence)
        self.spawnedAt = worker.spawnedAt
        self.child = ChildProcess(adoptingPid: worker.child.pid, pidfd: OwnedDescriptor(adopting: worker.child.pidfd))
        self.isAssigned = worker.isAssigned
        self.adopted = Set(worker.adopted.map { Int($0) })
        self.endedBecause = worker.endedBecause.flatMap(WorkerSlot.KillReason.init)
        self.dyingSignal = worker.dyingSignal
        self.killAt = worker.killAt ?? .distantFuture
        self.isQuiesced = worker.isQuiesced
        // It may have missed a change that the image before could not send.
        self.truthDelivery.asked(at: worker.spawnedAt)
    }

    /// For the next image, which is lent every descriptor.
    var handOver: HandOver.Worker {
        HandOver.Worker(
            child: HandOver.Child(pid: self.child.pid, pidfd: self.child.rawNumber), channel: self.channel.rawNumber,
            region: self.regionFile.rawNumber, spawnedAt: self.spawnedAt, isAssigned: self.isAssigned, sequence: self.channel.sequence,
            adopted: self.adopted.sorted().map { UInt32($0) }, endedBecause: self.endedBecause?.rawValue,
            dyingSignal: self.dyingSignal, killAt: self.killAt == .distantFuture ? nil : self.killAt, isQuiesced: self.isQuiesced)
    }

    /// Calls back for messages and for the end of the process, until `forget`.
    func watch(on loop: ServiceLoop, message: @escaping () -> Void, ended: @escaping () -> Void) throws(SystemCallError) {
        self.sources = [try loop.onReadable(self.channel.rawNumber, message), try loop.onReadable(self.child.rawNumber, ended)]
    }

    /// No message is waited for any more; the end of the process still is.
    func stopListening() { self.sources.first?.cancel() }

    func forget() {
        for source in self.sources { source.cancel() }
        self.sources = []
    }

    /// `listeners`: for each address the socket of the worker's index.
    func assign(_ assign: Message.Assign, program: CInt, listeners: [CInt], truth: SharedTruth) throws(ChannelError) {
        try self.channel.send(.assign(assign), descriptors: [program, self.regionFile.rawNumber] + listeners)
        try self.send(truth)
        self.isAssigned = true
    }

    /// The whole of what all workers must agree on.
    func send(_ truth: SharedTruth) throws(ChannelError) {
        let file: OwnedDescriptor
        do throws(SystemCallError) { file = try MemoryFile.sealed("kt-truth", truth.encode()) } catch { throw .system(error) }
        try self.channel.send(.truth(number: truth.number), descriptors: [file.rawNumber])
    }

    /// Lets it accept from the sockets of another index.
    func adopt(index: Int, listeners: [CInt]) throws(ChannelError) {
        guard !listeners.isEmpty else { return }
        try self.channel.send(.adopt(index: UInt32(index), listenerCount: UInt16(listeners.count)), descriptors: listeners)
        self.adopted.insert(index)
    }

    /// Harmless where it has not adopted the index.
    func release(index: Int) throws(ChannelError) {
        guard self.adopted.remove(index) != nil else { return }
        try self.channel.send(.release(index: UInt32(index)))
    }
}
