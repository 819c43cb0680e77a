/// The versions of the protocol that a build speaks.
public struct ProtocolRange: Equatable, Sendable {
    public var lowest: UInt16
    public var highest: UInt16

    public init(lowest: UInt16, highest: UInt16) {
        self.lowest = lowest
        self.highest = highest
    }

    public static let ours = ProtocolRange(lowest: 1, highest: 1)

    /// The highest version both speak.
    public func common(with other: ProtocolRange) -> UInt16? {
        let highest = min(self.highest, other.highest)
        return highest >= max(self.lowest, other.lowest) ? highest : nil
    }
}

/// One message between the supervisor and a worker. The numbers of the types are frozen.
public enum Message: Equatable, Sendable {
    /// Worker → supervisor, first of all.
    case hello(Hello)
    /// Supervisor → worker, once. Attached: sealed program, region, then the listening sockets.
    case assign(Assign)
    /// Worker → supervisor: it accepts connections.
    case ready
    /// Supervisor → worker: accept no more, finish what is open within this time, then `gone` and exit.
    case drain(Drain)
    /// Worker → supervisor: its last words.
    case gone(Gone)
    /// Supervisor → worker: accept from these sockets too, whose owner does not serve. Attached: the sockets.
    case adopt(index: UInt32, listenerCount: UInt16)
    /// Supervisor → worker: their owner serves again; close them. Never the last holder: no queue is lost.
    case release(index: UInt32)
    /// Supervisor → worker: the whole of the shared truth. Attached: a sealed memory file for `SharedTruth.decode`. The first comes before READY.
    case truth(number: UInt64)
    /// Supervisor → worker: one change, the next after `number - 1`.
    case change(number: UInt64, TruthChange)
    /// Worker → supervisor: a change is missing; send `truth`.
    case resync
    /// Worker → supervisor, from its signal handler: it will end by this signal once its back trace is written.
    case dying(signal: Int32)
    /// Supervisor → worker: `/readyz` says no and answers carry `connection: close`, while connections are still accepted; or all that ends.
    case quiesce(isOn: Bool)
    /// Supervisor → console, once. Attached: the configuration as JSON in a sealed memory file, then the listening sockets.
    case assignConsole(AssignConsole)
    /// Supervisor → console: a new configuration is in force. Attached: it, as JSON in a sealed memory file.
    case configuration
    /// Console → supervisor. Every question gets its answer.
    case ask(id: UInt32, Question)
    /// Supervisor → console. Attached: the text in a sealed memory file. `isGood`: the thing asked for has happened.
    case answer(id: UInt32, isGood: Bool)
    /// A newer peer's message that may be skipped.
    case skipped(type: UInt16)

    public struct Hello: Equatable, Sendable {
        public var range: ProtocolRange
        public var build: String
        public var pid: Int32

        public init(range: ProtocolRange, build: String, pid: Int32) {
            self.range = range
            self.build = build
            self.pid = pid
        }
    }

    public struct Assign: Equatable, Sendable {
        /// Place in the pool, from 0.
        public var slot: UInt32
        /// Counts configurations since the supervisor's start, from 1.
        public var generation: UInt64
        public var workers: UInt32
        /// SHA-256 of the configuration in hexadecimal digits; must be that of the program.
        public var programHash: String
        /// Where the built-in demo provider listens on 127.0.0.1; 0: nowhere.
        public var demoPort: UInt16
        public var stateDirectory: String
        public var flags: Flags
        public var listenerCount: UInt16
        /// Secret of this gateway's life: keys of body fingerprints and of TLS tickets come from it.
        public var seed: [UInt8]

        public static let seedBytes = 32

        public struct Flags: OptionSet, Sendable {
            public let rawValue: UInt32
            public init(rawValue: UInt32) { self.rawValue = rawValue }
            /// Another worker of this generation held the slot before and ended without being asked.
            public static let succeedsCrash = Flags(rawValue: 1)
        }

        public init(
            slot: UInt32, generation: UInt64, workers: UInt32, programHash: String, demoPort: UInt16, stateDirectory: String,
            flags: Flags = [], listenerCount: UInt16, seed: [UInt8]
        ) {
            precondition(seed.count == Self.seedBytes, "a seed has 32 bytes")
            self.slot = slot
            self.generation = generation
            self.workers = workers
            self.programHash = programHash
            self.demoPort = demoPort
            self.stateDirectory = stateDirectory
            self.flags = flags
            self.listenerCount = listenerCount
            self.seed = seed
        }
    }

    public struct Drain: Equatable, Sendable {
        public var deadlineMilliseconds: UInt32
        /// Nobody else will: take what is queued on the listening sockets before closing them.
        public var takesQueue: Bool
        /// The gateway ends: no other worker serves these clients, so those that stay silent are not waited for.
        public var isLast: Bool

        public init(deadlineMilliseconds: UInt32, takesQueue: Bool, isLast: Bool) {
            self.deadlineMilliseconds = deadlineMilliseconds
            self.takesQueue = takesQueue
            self.isLast = isLast
        }
    }

    public struct AssignConsole: Equatable, Sendable {
        public var stateDirectory: String
        public var listenerCount: UInt16

        public init(stateDirectory: String, listenerCount: UInt16) {
            self.stateDirectory = stateDirectory
            self.listenerCount = listenerCount
        }
    }

    public enum Question: UInt8, Sendable, CaseIterable {
        /// As `kt gateway status --json`.
        case status = 1
        /// `MetricsReport` of the tree, encoded.
        case metrics
        /// Waits for the reload and answers with what `kt gateway reload` would print.
        case reload
    }

    public struct Gone: Equatable, Sendable {
        /// Requests answered to their end since the worker's start.
        public var finished: UInt64
        /// Requests cut by the drain's deadline.
        public var aborted: UInt64

        public init(finished: UInt64, aborted: UInt64) {
            self.finished = finished
            self.aborted = aborted
        }
    }
}

extension Message {
    private enum Kind: UInt16 {
        case hello = 1, assign, ready, drain, gone
        case adopt, release, truth, change, resync, dying, quiesce
        case assignConsole, configuration, ask, answer
    }

    /// Descriptors that go with it.
    public var descriptorCount: Int {
        switch self {
        case .assign(let assign): 2 + Int(assign.listenerCount)
        case .adopt(_, let count): Int(count)
        case .assignConsole(let assign): 1 + Int(assign.listenerCount)
        case .truth, .configuration, .answer: 1
        case .hello, .ready, .drain, .gone, .release, .change, .resync, .dying, .quiesce, .ask, .skipped: 0
        }
    }

    /// `skipped` cannot be sent.
    public func encode(sequence: UInt64) -> [UInt8] {
        var body = ByteWriter()
        let kind: Kind
        switch self {
        case .hello(let hello):
            kind = .hello
            body.put(hello.range.lowest)
            body.put(hello.range.highest)
            body.put(hello.pid)
            body.put(hello.build)
        case .assign(let assign):
            kind = .assign
            body.put(assign.slot)
            body.put(assign.generation)
            body.put(assign.workers)
            body.put(assign.demoPort)
            body.put(assign.listenerCount)
            body.put(assign.flags.rawValue)
            body.put(assign.programHash)
            body.put(assign.stateDirectory)
            body.put(raw: assign.seed)
        case .ready: kind = .ready
        case .drain(let drain):
            kind = .drain
            body.put(drain.deadlineMilliseconds)
            body.put(UInt8(drain.takesQueue ? 1 : 0))
            body.put(UInt8(drain.isLast ? 1 : 0))
        case .gone(let gone):
            kind = .gone
            body.put(gone.finished)
            body.put(gone.aborted)
        case .adopt(let index, let count):
            kind = .adopt
            body.put(index)
            body.put(count)
        case .release(let index):
            kind = .release
            body.put(index)
        case .truth(let number):
            kind = .truth
            body.put(number)
        case .change(let number, let change):
            kind = .change
            body.put(number)
            change.encode(into: &body)
        case .resync: kind = .resync
        case .dying(let signal):
            kind = .dying
            body.put(signal)
        case .quiesce(let isOn):
            kind = .quiesce
            body.put(UInt8(isOn ? 1 : 0))
        case .assignConsole(let assign):
            kind = .assignConsole
            body.put(assign.listenerCount)
            body.put(assign.stateDirectory)
        case .configuration: kind = .configuration
        case .ask(let id, let question):
            kind = .ask
            body.put(id)
            body.put(question.rawValue)
        case .answer(let id, let isGood):
            kind = .answer
            body.put(id)
            body.put(UInt8(isGood ? 1 : 0))
        case .skipped: preconditionFailure("a message that only a newer build can make")
        }
        let head = FrameHead(
            version: ProtocolRange.ours.highest, type: kind.rawValue, descriptorCount: UInt16(self.descriptorCount), sequence: sequence)
        return head.encode(body: body.bytes)
    }

    /// Bytes after the known fields of a body are a newer peer's and ignored.
    public static func decode(_ bytes: [UInt8], descriptorCount: Int = 0) throws(FrameError) -> Message {
        let (head, body) = try FrameHead.decode(bytes)
        guard head.version >= ProtocolRange.ours.lowest else { throw .version(head.version) }
        guard Int(head.descriptorCount) == descriptorCount else { throw .descriptorMismatch }
        guard let kind = Kind(rawValue: head.type) else {
            if head.flags & FrameHead.optionalFlag != 0 { return .skipped(type: head.type) }
            throw .unknownType(head.type)
        }
        let message: Message
        do throws(MalformedBytes) {
            message = try Self.decode(kind, ByteReader(body))
        } catch {
            throw .malformedBody
        }
        guard message.descriptorCount == descriptorCount else { throw .descriptorMismatch }
        return message
    }

    private static func decode(_ kind: Kind, _ start: ByteReader) throws(MalformedBytes) -> Message {
        var reader = start
        switch kind {
        case .hello:
            let range = ProtocolRange(lowest: try reader.take(), highest: try reader.take())
            let pid = try reader.take(Int32.self)
            return .hello(Hello(range: range, build: try reader.takeText(), pid: pid))
        case .assign:
            let (slot, generation) = (try reader.take(UInt32.self), try reader.take(UInt64.self))
            let (workers, demoPort) = (try reader.take(UInt32.self), try reader.take(UInt16.self))
            let (listenerCount, flags) = (try reader.take(UInt16.self), try reader.take(UInt32.self))
            let (hash, directory) = (try reader.takeText(), try reader.takeText())
            let seed = try reader.take(count: Assign.seedBytes)
            return .assign(
                Assign(
                    slot: slot, generation: generation, workers: workers, programHash: hash, demoPort: demoPort,
                    stateDirectory: directory, flags: Assign.Flags(rawValue: flags), listenerCount: listenerCount, seed: seed))
        case .ready: return .ready
        case .drain:
            let milliseconds = try reader.take(UInt32.self)
            let (takesQueue, isLast) = (try reader.take(UInt8.self) != 0, try reader.take(UInt8.self) != 0)
            return .drain(Drain(deadlineMilliseconds: milliseconds, takesQueue: takesQueue, isLast: isLast))
        case .gone: return .gone(Gone(finished: try reader.take(), aborted: try reader.take()))
        case .adopt: return .adopt(index: try reader.take(), listenerCount: try reader.take())
        case .release: return .release(index: try reader.take())
        case .truth: return .truth(number: try reader.take())
        case .change: return .change(number: try reader.take(), try TruthChange(&reader))
        case .resync: return .resync
        case .dying: return .dying(signal: try reader.take())
        case .quiesce: return .quiesce(isOn: try reader.take(UInt8.self) != 0)
        case .assignConsole:
            let count = try reader.take(UInt16.self)
            return .assignConsole(AssignConsole(stateDirectory: try reader.takeText(), listenerCount: count))
        case .configuration: return .configuration
        case .ask:
            let id = try reader.take(UInt32.self)
            guard let question = Question(rawValue: try reader.take()) else { throw MalformedBytes() }
            return .ask(id: id, question)
        case .answer: return .answer(id: try reader.take(), isGood: try reader.take(UInt8.self) != 0)
        }
    }
}
