/// Targets and how one is chosen.
public struct ProviderSettings: Codable, Sendable, Equatable {
    public enum Strategy: String, Codable, Sendable, CaseIterable {
        case single, fallback, latency
        case weightedRoundRobin = "weighted_round_robin"
        case roundRobin = "round_robin"
        case cost
    }
    public var strategy = Strategy.single
    public var targets: [Target] = []
    public var breaker = CircuitBreakerSettings()
    public var fallback = FallbackSettings()
    /// `header NAME` or `user`; nil: not sticky.
    public var stickyBy: String?
    public init() {}
}

/// One configured address of a provider, with everything resolved: defaults, provider table, retry of its own or the shared one.
public struct Target: Codable, Sendable, Equatable {
    public enum Kind: String, Codable, Sendable, CaseIterable { case chat, completion, embedding }
    public struct Pricing: Codable, Sendable, Equatable {
        /// US dollars per million tokens.
        public var prompt: Double
        public var completion: Double
        public init(prompt: Double, completion: Double) {
            self.prompt = prompt
            self.completion = completion
        }
    }
    public struct HealthProbe: Codable, Sendable, Equatable {
        public var enabled = false
        public var intervalSeconds = 30
        public var timeoutSeconds = 5
        public init() {}
    }
    public struct DataPolicy: Codable, Sendable, Equatable {
        public var zeroDataRetention = false
        public var trainingOptOut = false
        public var retentionDays: Int?
        public init() {}
    }
    public struct Header: Codable, Sendable, Equatable {
        public var name: String
        public var value: String
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    public var id: String
    /// Row of the provider table, `mistral`.
    public var provider: String
    public var kind = Kind.chat
    /// Sent upstream as it is.
    public var model: String
    /// Without a slash at the end, `https://api.mistral.ai/v1`. Empty for the `demo` provider, whose address the supervisor knows.
    public var baseURL: String
    public var secret: SecretReference?
    public var timeoutSeconds = 60
    public var streamTimeoutSeconds = 60
    public var streamIdleTimeoutSeconds = 60
    public var contextTokensMax: Int?
    public var format = "openai"
    public var providerType: String?
    public var description: String?
    public var weight = 1.0
    public var pricing: Pricing?
    public var healthProbe = HealthProbe()
    public var headers: [Header] = []
    public var apiKeyHeader = "authorization"
    public var apiKeyPrefix = "Bearer "
    public var allowsInsecure = false
    public var dataPolicy = DataPolicy()
    public var retry = RetrySettings()
    /// The provider sends usage on a stream only when `stream_options.include_usage` asks for it.
    public var wantsUsageAsked = false

    public init(id: String, provider: String, model: String, baseURL: String) {
        self.id = id
        self.provider = provider
        self.model = model
        self.baseURL = baseURL
    }
}

/// Where a key is read from; never the key itself.
public enum SecretReference: Codable, Sendable, Equatable {
    case environment(String)
    case file(String)
    /// systemd credential, below `$CREDENTIALS_DIRECTORY`.
    case credential(String)
}

public struct RetrySettings: Codable, Sendable, Equatable {
    /// Counts the first attempt; 1 means no retry.
    public var attemptsMax = 3
    public var initialDelayMilliseconds = 500
    public var delayMillisecondsMax = 10_000
    public var backoffMultiplier = 2.0
    public var jitter = true
    public var retryableStatusCodes = [408, 429, 500, 502, 503, 504]
    public init() {}
}

public struct FallbackSettings: Codable, Sendable, Equatable {
    public enum Trigger: String, Codable, Sendable, CaseIterable {
        case rateLimit = "rate_limit"
        case timeout
        case serverError = "server_error"
        case connectionError = "connection_error"
    }
    public var triggers: [Trigger] = [.rateLimit, .timeout, .serverError, .connectionError]
    public var fallbackAttemptsMax = 3
    public init() {}
}

public struct CircuitBreakerSettings: Codable, Sendable, Equatable {
    public var enabled = true
    public var failureThreshold = 5
    public var errorRateThreshold = 0.5
    public var windowSeconds = 30
    public var requestsMin = 20
    public var recoveryTimeoutSeconds = 30
    public var halfOpenRequestsMax = 1
    public var successThreshold = 2
    public init() {}
}

public struct ModelGroup: Codable, Sendable, Equatable {
    public var name: String
    public var aliases: [String] = []
    /// Target ids.
    public var targets: [String]
    public var fallbackGroup: String?
    public init(name: String, targets: [String]) {
        self.name = name
        self.targets = targets
    }
}
