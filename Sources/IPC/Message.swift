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
    case drain(deadlineMilliseconds: UInt32)
    /// Worker → supervisor: its last words.
    case gone(Gone)
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

        public struct Flags: OptionSet, Sendable {
            public let rawValue: UInt32
            public init(rawValue: UInt32) { self.rawValue = rawValue }
            /// Another worker of this generation held the slot before and ended without being asked.
            public static let succeedsCrash = Flags(rawValue: 1)
        }

        public init(
            slot: UInt32, generation: UInt64, workers: UInt32, programHash: String, demoPort: UInt16, stateDirectory: String,
            flags: Flags = [], listenerCount: UInt16
        ) {
            self.slot = slot
            self.generation = generation
            self.workers = workers
            self.programHash = programHash
            self.demoPort = demoPort
            self.stateDirectory = stateDirectory
            self.flags = flags
            self.listenerCount = listenerCount
        }
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
    private enum Kind: UInt16 { case hello = 1, assign, ready, drain, gone }

    /// Descriptors that go with it.
    public var descriptorCount: Int {
        if case .assign(let assign) = self { 2 + Int(assign.listenerCount) } else { 0 }
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
        case .ready: kind = .ready
        case .drain(let milliseconds):
            kind = .drain
            body.put(milliseconds)
        case .gone(let gone):
            kind = .gone
            body.put(gone.finished)
            body.put(gone.aborted)
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
            return .assign(
                Assign(
                    slot: slot, generation: generation, workers: workers, programHash: hash, demoPort: demoPort,
                    stateDirectory: directory, flags: Assign.Flags(rawValue: flags), listenerCount: listenerCount))
        case .ready: return .ready
        case .drain: return .drain(deadlineMilliseconds: try reader.take())
        case .gone: return .gone(Gone(finished: try reader.take(), aborted: try reader.take()))
        }
    }
}
