public import Settings

/// How one attempt at a target ended without an answer for the client.
public enum AttemptFailure: Sendable, Equatable {
    /// The target answered with this status; `retryAfter` is what it asked for.
    case status(Int, retryAfter: Duration?)
    /// No connection, or it broke before the first byte of an answer.
    case connection
    /// The target's turn is over.
    case timedOut
    /// A broken answer: no HTTP, no JSON, a redirect.
    case malformed
}

/// What to do next for a request.
public enum AttemptDecision: Sendable, Equatable {
    /// Try target `target` after `delay`; its turn ends when the request is `turnEnd` old.
    case attempt(target: Int, delay: Duration, turnEnd: Duration)
    /// Tell the client the last failure.
    case giveUp
}

/// The attempts of one request: retries inside a target's turn, then the next target. Time is the age of the request.
///
/// Valid only while no byte of an answer has gone to the client.
public struct AttemptPlan: Sendable {
    private let targets: [Int]
    private let settings: ProviderSettings
    private let isStream: Bool
    /// The whole request may not become older than this.
    private let ageMax: Duration?
    /// A client that is retrying already gets one attempt a target, so that its retries are not multiplied by ours.
    private let clientIsRetrying: Bool

    private var position = 0
    private var attemptsInTurn = 0
    private var turnEnd = Duration.zero
    /// Answers that came and were refused.
    private var refusals = 0
    /// Attempts begun so far.
    public private(set) var attempts = 0

    public init(targets: [Int], settings: ProviderSettings, isStream: Bool, ageMax: Duration?, clientIsRetrying: Bool) {
        self.targets = targets
        self.settings = settings
        self.isStream = isStream
        self.ageMax = ageMax
        self.clientIsRetrying = clientIsRetrying
    }

    /// The first attempt; `giveUp` without targets.
    public mutating func begin(age: Duration) -> AttemptDecision {
        guard !self.targets.isEmpty else { return .giveUp }
        return self.beginTurn(age: age)
    }

    /// What follows a failure. `random` is uniform in 0..<1 and feeds the jitter.
    public mutating func next(after failure: AttemptFailure, age: Duration, random: Double) -> AttemptDecision {
        guard self.position < self.targets.count else { return .giveUp }
        let retry = self.settings.targets[self.targets[self.position]].retry
        if self.isRetryable(failure, retry), self.attemptsInTurn < (self.clientIsRetrying ? 1 : retry.attemptsMax) {
            let delay = Self.delay(before: self.attemptsInTurn, retry, failure, random)
            if age + delay < self.turnEnd {
                self.attemptsInTurn += 1
                self.attempts += 1
                return .attempt(target: self.targets[self.position], delay: delay, turnEnd: self.turnEnd)
            }
        }
        guard self.isTrigger(failure), self.position + 1 < self.targets.count,
            self.position < self.settings.fallback.fallbackAttemptsMax
        else { return .giveUp }
        if let ageMax, age >= ageMax { return .giveUp }
        self.position += 1
        return self.beginTurn(age: age)
    }

    /// What follows an answer that came and may not go out: the same target once more, within its turn and its retries; `giveUp` when it has had them.
    public mutating func again(age: Duration) -> AttemptDecision {
        guard self.position < self.targets.count, self.refusals < Self.refusalsMax, age < self.turnEnd else { return .giveUp }
        let attemptsMax = self.clientIsRetrying ? 1 : self.settings.targets[self.targets[self.position]].retry.attemptsMax
        guard self.attemptsInTurn < attemptsMax else { return .giveUp }
        self.refusals += 1
        self.attemptsInTurn += 1
        self.attempts += 1
        return .attempt(target: self.targets[self.position], delay: .zero, turnEnd: self.turnEnd)
    }

    /// Of one request.
    static let refusalsMax = 2

    private mutating func beginTurn(age: Duration) -> AttemptDecision {
        let target = self.settings.targets[self.targets[self.position]]
        self.turnEnd = age + .seconds(self.isStream ? target.streamTimeoutSeconds : target.timeoutSeconds)
        if let ageMax { self.turnEnd = min(self.turnEnd, ageMax) }
        self.attemptsInTurn = 1
        self.attempts += 1
        return .attempt(target: self.targets[self.position], delay: .zero, turnEnd: self.turnEnd)
    }

    private func isRetryable(_ failure: AttemptFailure, _ retry: RetrySettings) -> Bool {
        switch failure {
        case .status(let status, _): retry.retryableStatusCodes.contains(status)
        case .connection: true
        case .timedOut, .malformed: false
        }
    }

    private func isTrigger(_ failure: AttemptFailure) -> Bool {
        let triggers = self.settings.fallback.triggers
        return switch failure {
        case .status(429, _): triggers.contains(.rateLimit)
        case .status(408, _), .timedOut: triggers.contains(.timeout)
        case .status(let status, _): status >= 500 && triggers.contains(.serverError)
        case .connection: triggers.contains(.connectionError)
        case .malformed: triggers.contains(.serverError)
        }
    }

    /// Full jitter over an exponential back-off, unless the target said itself how long to wait.
    static func delay(before retryNumber: Int, _ retry: RetrySettings, _ failure: AttemptFailure, _ random: Double) -> Duration {
        if case .status(_, let asked?) = failure { return asked }
        var milliseconds = Double(retry.initialDelayMilliseconds)
        for _ in 1..<max(retryNumber, 1) {
            milliseconds = min(milliseconds * retry.backoffMultiplier, Double(retry.delayMillisecondsMax))
        }
        milliseconds = min(milliseconds, Double(retry.delayMillisecondsMax))
        if retry.jitter { milliseconds *= random }
        return .microseconds(Int64(milliseconds * 1000))
    }
}
