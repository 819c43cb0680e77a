internal import IPC
internal import Metrics
internal import Platform
internal import Settings

/// Why a hand-over cannot be taken over, in words.
struct AdoptionProblem: Error, Equatable {
    let words: String
    init(_ words: String) { self.words = words }
}

/// A hand-over that has been looked at from all sides: everything that can fail has been done, and nothing is owned yet.
///
/// Until an adoption succeeds every descriptor stays open and inheritable, so that the image before can still go on.
final class Adoption {
    struct Addresses {
        /// As it was asked for; port 0 stays 0.
        let requested: ListenAddress
        let real: ListenAddress

        init(_ requested: String, _ real: String) throws(AdoptionProblem) {
            guard let requested = ListenAddress(requested), let real = ListenAddress(real) else {
                throw AdoptionProblem("\"\(real)\" is no address")
            }
            (self.requested, self.real) = (requested, real)
        }
    }

    let order: HandOverOrder
    let handOver: HandOver
    let loop: ServiceLoop
    let truth: SharedTruth
    /// As `handOver.sealed`.
    let sealed: [SealedProgram]
    /// As `handOver.groups`.
    let addresses: [Addresses]
    /// Of the console's sockets.
    let consoleAddresses: Addresses?
    /// By the number of the memory file.
    let regions: [CInt: WorkerRegionReader]
    /// Of this build; nil for one that comes back, whose own are in the hand-over.
    let programs: Programs?
    /// As `programs`, where there is a demo provider.
    let demo: HeldFile?
    /// As `programs`, where there is a console.
    let console: HeldFile?
    /// Sums of the counters of dead workers.
    let retired: MetricsSnapshot

    /// `programDirectory`: given on the command line.
    init(_ order: HandOverOrder, programDirectory: String?) throws(AdoptionProblem) {
        self.order = order
        self.handOver = try Self.read(order.file)
        try Self.check(self.handOver)
        guard let truth = SharedTruth.decode(self.handOver.truth) else { throw AdoptionProblem("the shared truth cannot be read") }
        self.truth = truth
        var sealed: [SealedProgram] = []
        for number in self.handOver.sealed {
            do throws(SealedProgramError) { sealed.append(try SealedProgram(number)) } catch {
                throw AdoptionProblem("a configuration in force cannot be read: \(error)")
            }
        }
        for generation in self.handOver.generations where sealed[Int(generation.sealed)].plan.workers != generation.members.count {
            throw AdoptionProblem("generation \(generation.number) has \(generation.members.count) members, its plan has others")
        }
        self.sealed = sealed
        var addresses: [Addresses] = []
        for group in self.handOver.groups { addresses.append(try Addresses(group.requested, group.address)) }
        self.addresses = addresses
        if let console = self.handOver.console {
            self.consoleAddresses = try Addresses(console.requested, console.address)
        } else {
            self.consoleAddresses = nil
        }
        guard let retired = self.handOver.retiredMetrics.isEmpty ? MetricsSnapshot() : MetricsSnapshot.decode(self.handOver.retiredMetrics)
        else { throw AdoptionProblem("the sums of the counters cannot be read") }
        self.retired = retired
        do throws(SystemCallError) {
            self.loop = try ServiceLoop()
            var regions: [CInt: WorkerRegionReader] = [:]
            for worker in self.handOver.workers { regions[worker.region] = try WorkerRegionReader(worker.region) }
            self.regions = regions
            if case .takeOver = order.kind {
                let directory = programDirectory ?? self.handOver.directory
                self.programs = try Programs(directory: directory)
                self.demo = self.handOver.demo == nil ? nil : HeldFile(try Files.openPath("\(directory)/kt-demo"))
                self.console = self.handOver.console == nil ? nil : HeldFile(try Files.openPath("\(directory)/kt-console"))
            } else {
                (self.programs, self.demo, self.console) = (nil, nil, nil)
            }
        } catch {
            throw AdoptionProblem(error.description)
        }
    }

    private static func read(_ file: CInt) throws(AdoptionProblem) -> HandOver {
        let memory: SealedMemory
        do throws(SystemCallError) { memory = try SealedMemory(file) } catch {
            throw AdoptionProblem("the hand-over cannot be read: \(error)")
        }
        guard let handOver = HandOver.decode(memory.copy(0..<memory.count)) else {
            throw AdoptionProblem("the hand-over is not of a version that this build reads")
        }
        return handOver
    }

    /// Every number must be what it is said to be.
    private static func check(_ handOver: HandOver) throws(AdoptionProblem) {
        guard handOver.supervisorPid == ThisProcess.pid else {
            throw AdoptionProblem("it is for process \(handOver.supervisorPid), this is \(ThisProcess.pid)")
        }
        guard handOver.generations.count(where: { $0.role == .current }) == 1 else { throw AdoptionProblem("no generation is in force") }
        guard handOver.wayBack != nil else { throw AdoptionProblem("it names no build to go back to") }
        for number in handOver.descriptors where !Inherited.isOpen(number) {
            throw AdoptionProblem("descriptor \(number) is not open")
        }
        for worker in handOver.workers {
            guard Inherited.isOwnChild(worker.child.pidfd) else { throw AdoptionProblem("process \(worker.child.pid) is no child of ours") }
            guard Inherited.isMessageSocket(worker.channel) else {
                throw AdoptionProblem("descriptor \(worker.channel) is not the control socket of process \(worker.child.pid)")
            }
        }
        for child in handOver.console?.leaving ?? [] where !Inherited.isOwnChild(child.pidfd) {
            throw AdoptionProblem("process \(child.pid) is no child of ours")
        }
        if let child = handOver.demo?.child, !Inherited.isOwnChild(child.pidfd) {
            throw AdoptionProblem("process \(child.pid) is no child of ours")
        }
        for group in handOver.groups {
            for socket in group.sockets where !Inherited.isListening(socket) {
                throw AdoptionProblem("descriptor \(socket) does not listen on \(group.address)")
            }
        }
        if TestFault.isAsked("ADOPTION_REFUSE") { throw AdoptionProblem("a test asked for it") }
    }
}
