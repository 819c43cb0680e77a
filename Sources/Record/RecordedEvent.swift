/// What became of one request: the event of SPEC 4. It holds no matched text, no key and no prompt.
public struct RecordedEvent: Sendable, Equatable {
    public struct Configuration: Sendable, Equatable {
        public var name: String
        public var version: String
        public var hash: String

        public init(name: String, version: String, hash: String) {
            self.name = name
            self.version = version
            self.hash = hash
        }
    }

    /// Who asked, as far as known.
    public struct Consumer: Sendable, Equatable {
        public var group: String?
        /// A fingerprint of the client's key, never the key.
        public var keyFingerprint: String?
        /// From `x-keeptrusts-agent-id`.
        public var agent: String?
        public var user: String?

        public init(group: String? = nil, keyFingerprint: String? = nil, agent: String? = nil, user: String? = nil) {
            self.group = group
            self.keyFingerprint = keyFingerprint
            self.agent = agent
            self.user = user
        }
    }

    /// One try at a target.
    public struct Attempt: Sendable, Equatable {
        public enum Result: Sendable, Equatable {
            case status(Int)
            /// A word such as `connect_timed_out`.
            case error(String)
        }

        public var target: String
        public var result: Result
        public var duration: Duration
        /// Why there was another one.
        public var nextReason: String?

        public init(target: String, result: Result, duration: Duration, nextReason: String? = nil) {
            self.target = target
            self.result = result
            self.duration = duration
            self.nextReason = nextReason
        }
    }

    public struct Finding: Sendable, Equatable {
        public var type: String
        public var count: Int

        public init(type: String, count: Int) {
            self.type = type
            self.count = count
        }
    }

    /// What one assertion of `quality-scorer` made of an answer.
    public struct Assertion: Sendable, Equatable {
        public var name: String
        public var type: String
        /// `enforce`, `audit` or `shadow`.
        public var mode: String
        /// nil: undecided.
        public var score: Double?
        public var passed: Bool

        public init(name: String, type: String, mode: String, score: Double?, passed: Bool) {
            self.name = name
            self.type = type
            self.mode = mode
            self.score = score
            self.passed = passed
        }
    }

    /// What one policy made of one phase.
    public struct Policy: Sendable, Equatable {
        public var kind: String
        public var phase: String
        /// `skipped` for one that a block before it left out.
        public var verdict: String
        /// Such as `prompt_injection.detected`.
        public var reasonCode: String?
        public var findings: [Finding]
        public var score: Double?
        /// Of `quality-scorer` only.
        public var assertions: [Assertion]
        public var microseconds: Int64

        public init(
            kind: String, phase: String, verdict: String, reasonCode: String? = nil, findings: [Finding] = [],
            score: Double? = nil, assertions: [Assertion] = [], microseconds: Int64
        ) {
            self.kind = kind
            self.phase = phase
            self.verdict = verdict
            self.reasonCode = reasonCode
            self.findings = findings
            self.score = score
            self.assertions = assertions
            self.microseconds = microseconds
        }
    }

    public struct Tokens: Sendable, Equatable {
        public var prompt: Int
        public var completion: Int
        /// The upstream gave no numbers; these are ours.
        public var isEstimated: Bool

        public init(prompt: Int, completion: Int, isEstimated: Bool) {
            self.prompt = prompt
            self.completion = completion
            self.isEstimated = isEstimated
        }
    }

    public enum Outcome: String, Sendable, CaseIterable {
        case completed, blocked, failed, aborted
        case clientClosed = "client_closed"
    }

    public struct Durations: Sendable, Equatable {
        public var total: Duration
        /// To the first byte towards the client; nil when there was none.
        public var firstByte: Duration?
        public var upstream: Duration
        public var policies: Duration

        public init(total: Duration, firstByte: Duration? = nil, upstream: Duration = .zero, policies: Duration = .zero) {
            self.total = total
            self.firstByte = firstByte
            self.upstream = upstream
            self.policies = policies
        }
    }

    /// Bodies, in bytes.
    public struct ByteCounts: Sendable, Equatable {
        public var request: Int
        public var answer: Int

        public init(request: Int, answer: Int) {
            self.request = request
            self.answer = answer
        }
    }

    public var id: String
    public var time: UTCTime
    public var requestID: String
    public var worker: Int
    public var generation: Int
    public var configuration: Configuration
    /// The path, such as `/v1/chat/completions`.
    public var endpoint: String
    public var stream = false
    public var consumer = Consumer()
    public var clientAddress: String?
    public var modelRequested: String?
    public var modelAnswered: String?
    public var target: String?
    public var attempts: [Attempt] = []
    /// `allow`, `redact`, `block` or `escalate`.
    public var verdict: String
    public var policies: [Policy] = []
    public var tokens: Tokens?
    /// In hundred-millionths of a dollar; nil without pricing.
    public var costMicrocents: Int64?
    public var status: Int
    public var outcome: Outcome
    public var durations: Durations
    public var bytes: ByteCounts

    public init(
        id: String, time: UTCTime, requestID: String, worker: Int, generation: Int, configuration: Configuration,
        endpoint: String, verdict: String, status: Int, outcome: Outcome, durations: Durations, bytes: ByteCounts
    ) {
        self.id = id
        self.time = time
        self.requestID = requestID
        self.worker = worker
        self.generation = generation
        self.configuration = configuration
        self.endpoint = endpoint
        self.verdict = verdict
        self.status = status
        self.outcome = outcome
        self.durations = durations
        self.bytes = bytes
    }
}
