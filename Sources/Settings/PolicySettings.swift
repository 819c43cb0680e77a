/// The chain and the options of every kind in it.
public struct PolicySettings: Codable, Sendable, Equatable {
    /// In the order of evaluation within each phase.
    public var chain: [PolicyKind] = []
    public var promptInjection = PromptInjectionOptions()
    public var piiDetector = PIIDetectorOptions()
    public var safetyFilter = SafetyFilterOptions()
    public var qualityScorer = QualityScorerOptions()
    public var dlpFilter = DLPFilterOptions()
    public var entityListFilter = EntityListOptions()
    public var agentFirewall = AgentFirewallOptions()
    public var dataRouting = DataRoutingOptions()
    public var auditLogger = AuditLoggerOptions()
    public var testFault = TestFaultOptions()
    public init() {}
}

/// Every policy kind this release knows, by its name in a chain.
public enum PolicyKind: String, Codable, Sendable, CaseIterable {
    case promptInjection = "prompt-injection"
    case piiDetector = "pii-detector"
    case safetyFilter = "safety-filter"
    case qualityScorer = "quality-scorer"
    case dlpFilter = "dlp-filter"
    case entityListFilter = "entity-list-filter"
    case agentFirewall = "agent-firewall"
    case dataRoutingPolicy = "data-routing-policy"
    case auditLogger = "audit-logger"
    /// Breaks the gateway on purpose, for its own tests; `Config` lets it pass only where the environment asks for it.
    case testFault = "test-fault"

    /// The kinds that users are told about.
    public static let documented = Self.allCases.filter { $0 != .testFault }

    /// From 1, in the order of `allCases`: for what has room for a number only.
    public var number: Int { (Self.allCases.firstIndex(of: self) ?? 0) + 1 }

    /// nil: nobody's number.
    public init?(number: Int) {
        guard Self.allCases.indices.contains(number - 1) else { return nil }
        self = Self.allCases[number - 1]
    }
}

/// What a policy does about a finding. Not every kind accepts every action; `Config` refuses the others.
public enum PolicyAction: String, Codable, Sendable, CaseIterable { case block, escalate, redact, log }

/// A user's own pattern, in the pattern engine's syntax (no back-references, no look-around).
public struct CustomPattern: Codable, Sendable, Equatable {
    public var name: String?
    public var pattern: String
    /// Longest match in bytes; needed where the pattern itself has no upper bound.
    public var lengthMax: Int?
    public init(name: String? = nil, pattern: String, lengthMax: Int? = nil) {
        self.name = name
        self.pattern = pattern
        self.lengthMax = lengthMax
    }
}

public enum MessageRole: String, Codable, Sendable, CaseIterable { case system, developer, user, assistant, tool, function }

public struct PromptInjectionOptions: Codable, Sendable, Equatable {
    /// 0...1; a score at or above it is a finding.
    public var threshold = 0.8
    public var action = PolicyAction.block
    public var attackPatterns: [CustomPattern] = []
    public var decodesBase64 = true
    public var normalizesUnicode = true
    public var detectsHomoglyphs = true
    public var enforcesDelimiters = true
    public var rejectsFakeBoundaries = true
    /// Told to the client instead of the default message.
    public var message: String?
    public var logLevel: String?
    public var scanRoles: [MessageRole] = [.user, .tool, .function]
    public init() {}
}

public struct PIIDetectorOptions: Codable, Sendable, Equatable {
    public enum MarkerFormat: String, Codable, Sendable, CaseIterable { case label, asterisks, partial, reversible }
    /// `.redact` or `.block`.
    public var action = PolicyAction.redact
    /// Type names such as `EMAIL`; nil means all.
    public var entities: [String]?
    public var pciMode = true
    public var healthcareMode = false
    public var detectPatterns: [CustomPattern] = []
    public var markerFormat = MarkerFormat.label
    public var includesMetadata = true
    public var preservesLength = false
    /// Marker text by type name.
    public var customMarkers: [String: String] = [:]
    public init() {}
}

public struct SafetyFilterOptions: Codable, Sendable, Equatable {
    public enum Mode: String, Codable, Sendable, CaseIterable {
        case strict, standard
        case criticalInfrastructure = "critical_infrastructure"
        case automotive, education
        case lawEnforcement = "law_enforcement"
    }
    public var mode = Mode.strict
    /// `.block`, `.escalate` or `.log`.
    public var action = PolicyAction.block
    /// Literal phrases added to the mode's own.
    public var blockIf: [String] = []
    public var fuzzyMatching = false
    public var distanceMax = 1
    public var ageMax = 0
    public init() {}
}

public struct QualityScorerOptions: Codable, Sendable, Equatable {
    public enum AssertionType: String, Codable, Sendable, CaseIterable {
        case contains
        case notContains = "not-contains"
        case regex
        case isJSON = "is-json"
        case jsonSchema = "json-schema"
        case maxLength = "max-length"
        case language, refusal, repetition, latency, cost

        /// `threshold` is the most of what is measured, not the least of a score.
        public var hasLimit: Bool {
            switch self {
            case .maxLength, .repetition, .latency, .cost: true
            case .contains, .notContains, .regex, .isJSON, .jsonSchema, .language, .refusal: false
            }
        }
    }

    public struct Assertion: Codable, Sendable, Equatable {
        public enum Mode: String, Codable, Sendable, CaseIterable { case enforce, audit, shadow }
        public var type: AssertionType
        /// Under which it stands in events.
        public var name: String
        /// Texts, expressions or languages.
        public var values: [String] = []
        /// A JSON Schema as JSON.
        public var schema: String?
        /// The least score, 0 to 1; or the most characters, milliseconds, US dollars, share of repetition.
        public var threshold = 1.0
        public var weight = 1.0
        public var mode = Mode.enforce
        public var negate = false
        public var isCaseSensitive = true
        public init(type: AssertionType) {
            self.type = type
            self.name = type.rawValue
        }
    }
    public enum FailureAction: String, Codable, Sendable, CaseIterable { case block, log, retry }
    public var outputCharsMin: Int?
    public var sentencesMin: Int?
    public var assertions: [Assertion] = []
    public var aggregateMin: Double?
    public var failureAction = FailureAction.log
    public init() {}
}

public struct DLPFilterOptions: Codable, Sendable, Equatable {
    public var detectPatterns: [CustomPattern] = []
    public var blockedTerms: [String] = []
    /// `.redact` or `.block`.
    public var action = PolicyAction.redact
    public var fuzzyMatching = false
    /// 0...8 edits.
    public var distanceMax = 1
    public var sensitivityLevel: String?
    public init() {}
}

public struct EntityListOptions: Codable, Sendable, Equatable {
    public var blockedEntities: [String] = []
    public var fuzzyMatching = false
    public var distanceMax = 1
    public init() {}
}

public struct AgentFirewallOptions: Codable, Sendable, Equatable {
    /// Exact names and `*` globs; nil means every tool.
    public var allowedTools: [String]?
    public var blockedTools: [String] = []
    public var actionsPerSessionMax: Int?
    public init() {}
}

public struct DataRoutingOptions: Codable, Sendable, Equatable {
    public var requiresZeroDataRetention = false
    public var requiresNoTraining = false
    public var retentionDaysMax: Int?
    public var onNoCompliantProvider = PolicyAction.block
    public init() {}
}

public struct AuditLoggerOptions: Codable, Sendable, Equatable {
    public enum Content: String, Codable, Sendable, CaseIterable { case none, redacted }
    public var retentionDays = 365
    public var immutable = true
    /// False: only requests with a finding are recorded.
    public var logsAllAccess = true
    public var content = Content.none
    public init() {}
}

/// How `test-fault` breaks processes besides what it does at a command word in a text.
public struct TestFaultOptions: Codable, Sendable, Equatable {
    public enum Compile: String, Codable, Sendable, CaseIterable { case ok, crash, hang, error }
    public enum Start: String, Codable, Sendable, CaseIterable { case ok, crash, hang, exit78 }
    /// What `kt-compile` does with a configuration that names the kind.
    public var compile = Compile.ok
    /// What each worker does before it serves.
    public var start = Start.ok
    public init() {}
}
