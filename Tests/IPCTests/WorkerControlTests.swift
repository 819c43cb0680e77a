import Glibc
import Platform
import Testing

@testable import IPC

@Suite("Worker control")
struct WorkerControlTests {
    final class Log: WorkerControlDelegate {
        var lines: [String] = []
        func drainRequested(deadline: Instant, takesQueue: Bool, isLast: Bool) {
            self.lines.append("drain" + (takesQueue ? " and take" : "") + (isLast ? " as the last" : ""))
        }
        func adopt(index: Int, listeners: ReceivedDescriptors) { self.lines.append("adopt \(index): \(listeners.count)") }
        func release(index: Int) { self.lines.append("release \(index)") }
        func truthReplaced(by truth: SharedTruth) { self.lines.append("truth \(truth.number): \(truth.changes.count)") }
        func truthChanged(_ change: TruthChange) { self.lines.append("change") }
        func quiesce(isOn: Bool) { self.lines.append("quiesce \(isOn)") }
        func supervisorGone() { self.lines.append("gone") }
    }

    private func assign(hash: String, on supervisor: MessageChannel, listeners: Int = 2) throws -> WorkerRegionReader {
        let program = try MemoryFile.create("program", size: 0)
        try SealedProgram.write(
            plan: SealedProgramTests.plan, settingsBytes: [7], image: [], hash: SealedProgramTests.hash, to: program.rawNumber)
        let region = try WorkerRegion.create(slot: 1, tableCapacity: 4)
        let socket = try ListeningSocket.bind(.tcp(host: "127.0.0.1", port: 0), sharesPort: true)
        let message = Message.assign(
            .init(
                slot: 1, generation: 3, workers: 2, programHash: hash, demoPort: 0, stateDirectory: "/tmp",
                listenerCount: UInt16(listeners), seed: [UInt8](repeating: 9, count: 32)))
        try supervisor.send(
            message, descriptors: [program.rawNumber, region.rawNumber] + [CInt](repeating: socket.rawNumber, count: listeners))
        try self.sendTruth(SharedTruth(number: 5, changes: []), on: supervisor)
        return try WorkerRegionReader(region.rawNumber)
    }

    private func sendTruth(_ truth: SharedTruth, on supervisor: MessageChannel) throws {
        let file = try MemoryFile.sealed("truth", truth.encode())
        try supervisor.send(.truth(number: truth.number), descriptors: [file.rawNumber])
    }

    private func pair() throws -> (supervisor: MessageChannel, workerEnd: CInt) {
        let (a, b) = try MessageSocket.pair()
        // The worker adopts a number of its own, as after a spawn.
        return (MessageChannel(a), dup(b.rawNumber))
    }

    @Test func `a worker gets its assignment, reports and is drained`() throws {
        let (supervisor, end) = try self.pair()
        let loop = try EventLoop()
        let control = WorkerControl(loop: loop, descriptor: OwnedDescriptor(adopting: end))
        let reader = try self.assign(hash: SealedProgramTests.hash, on: supervisor)
        let assignment = try control.awaitAssignment(build: "test")
        #expect((assignment.slot, assignment.generation, assignment.workers) == (1, 3, 2))
        #expect(assignment.demoPort == nil)
        #expect(assignment.program.settingsBytes == [7])
        var listeners = 0
        while let listener = assignment.takeListener() {
            #expect(try ListeningSocket.port(of: listener) != 0)
            listeners += 1
        }
        #expect(listeners == 2)
        guard case .message(.hello(let hello), _) = try supervisor.receive() else { throw Missing() }
        #expect(hello == .init(range: .ours, build: "test", pid: ThisProcess.pid))

        #expect(reader.snapshot().heartbeat == nil)
        assignment.region.beat(at: Instant(nanoseconds: 5), passes: 9)
        assignment.region.inFlight += 2
        assignment.region.receiving = 5
        assignment.region.accepted += 3
        assignment.region.add(4, to: 0)
        #expect(reader.snapshot().heartbeat == Instant(nanoseconds: 5))
        #expect((reader.snapshot().passes, reader.snapshot().inFlight, reader.snapshot().accepted) == (9, 2, 3))
        #expect((reader.snapshot().receiving, reader.snapshot().inHand) == (5, 7))
        #expect(reader.metric(0) == 4)

        let log = Log()
        try control.start(delegate: log)
        control.ready()
        guard case .message(.ready, _) = try supervisor.receive() else { throw Missing() }
        try supervisor.send(.drain(.init(deadlineMilliseconds: 10, takesQueue: true, isLast: false)))
        try supervisor.send(.drain(.init(deadlineMilliseconds: 10, takesQueue: false, isLast: true)))
        loop.runOnce(longestWait: .seconds(1))
        control.gone(finished: 1, aborted: 2)
        guard case .message(.gone(let gone), _) = try supervisor.receive() else { throw Missing() }
        #expect(gone == .init(finished: 1, aborted: 2))
        #expect(log.lines == ["drain and take", "drain as the last"])
    }

    @Test func `a missing change is noticed, and the whole truth asked for once`() throws {
        let (supervisor, end) = try self.pair()
        let loop = try EventLoop()
        let control = WorkerControl(loop: loop, descriptor: OwnedDescriptor(adopting: end))
        _ = try self.assign(hash: SealedProgramTests.hash, on: supervisor)
        #expect(try control.awaitAssignment(build: "test").truth == SharedTruth(number: 5, changes: []))
        _ = try supervisor.receive()
        let log = Log()
        try control.start(delegate: log)
        let change = TruthChange.release(Fingerprint(high: 1, low: 2))
        for number: UInt64 in [5, 6, 8, 9] { try supervisor.send(.change(number: number, change)) }
        loop.runOnce(longestWait: .seconds(1))
        #expect(log.lines == ["change"])
        guard case .message(.resync, _) = try supervisor.receive() else { throw Missing() }
        guard case .nothing = try supervisor.receive() else { throw Missing() }
        try self.sendTruth(SharedTruth(number: 9, changes: [change, change]), on: supervisor)
        try supervisor.send(.change(number: 10, change))
        loop.runOnce(longestWait: .seconds(1))
        #expect(log.lines == ["change", "truth 9: 2", "change"])
    }

    @Test func `queues are adopted and released`() throws {
        let (supervisor, end) = try self.pair()
        let loop = try EventLoop()
        let control = WorkerControl(loop: loop, descriptor: OwnedDescriptor(adopting: end))
        let log = Log()
        try control.start(delegate: log)
        let socket = try ListeningSocket.bind(.tcp(host: "127.0.0.1", port: 0), sharesPort: true)
        try supervisor.send(.adopt(index: 3, listenerCount: 2), descriptors: [socket.rawNumber, socket.rawNumber])
        try supervisor.send(.release(index: 3))
        try supervisor.send(.quiesce(isOn: true))
        loop.runOnce(longestWait: .seconds(1))
        #expect(log.lines == ["adopt 3: 2", "release 3", "quiesce true"])
    }

    @Test func `a dying worker's frame takes the signal in its last four bytes`() throws {
        var frame = WorkerControl.dyingFrame
        frame[frame.count - 4] = 11
        #expect(try Message.decode(frame) == .dying(signal: 11))
    }

    @Test func `the supervisor's end is noticed`() throws {
        let loop = try EventLoop()
        let log = Log()
        let control: WorkerControl
        do {
            let (supervisor, end) = try self.pair()
            control = WorkerControl(loop: loop, descriptor: OwnedDescriptor(adopting: end))
            try control.start(delegate: log)
            _ = supervisor
        }
        loop.runOnce(longestWait: .seconds(1))
        loop.runOnce(longestWait: .zero)
        #expect(log.lines == ["gone"])
    }

    @Test func `a program other than announced is refused for good`() throws {
        let (supervisor, end) = try self.pair()
        let control = WorkerControl(loop: try EventLoop(), descriptor: OwnedDescriptor(adopting: end))
        _ = try self.assign(hash: String(repeating: "f", count: 64), on: supervisor)
        let error = #expect(throws: WorkerControlError.self) { try control.awaitAssignment(build: "test") }
        #expect(error?.isPermanent == true)
    }

    @Test func `a silent supervisor is not waited for for ever`() throws {
        let (supervisor, end) = try self.pair()
        let control = WorkerControl(loop: try EventLoop(), descriptor: OwnedDescriptor(adopting: end))
        let error = #expect(throws: WorkerControlError.self) { try control.awaitAssignment(build: "test", timeout: .milliseconds(1)) }
        #expect(error?.isPermanent == false)
        _ = supervisor
    }

    struct Missing: Error {}
}
