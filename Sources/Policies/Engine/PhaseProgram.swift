internal import Exchange
internal import Patterns
internal import Settings

/// The policies of one phase and the patterns they look for.
struct PhaseProgram: Sendable {
    struct Policy: Sendable {
        let kind: PolicyKind
        /// `kind.number`, looked up once.
        let number: Int
        /// Why a text ends at a policy that could not be evaluated.
        var errorCode: String { PhaseProgram.code(self.kind, "error") }
        var action: PolicyAction
        var reasonCode: String
        var message: String?
        /// For indicator policies.
        var rules: IndicatorRules?
        /// For the policy of tools.
        var tools: ToolRules?
        /// Roles whose texts it reads; nil: all.
        var roles: Set<UInt8>?
        /// False: what it found stays out of its reports.
        var reportsFindings = true

        init(kind: PolicyKind, action: PolicyAction, reasonCode: String, message: String? = nil, rules: IndicatorRules? = nil) {
            self.kind = kind
            self.number = kind.number
            self.action = action
            self.reasonCode = reasonCode
            self.message = message
            self.rules = rules
        }
    }

    enum Role: Sendable {
        /// Its matches are redacted or block, by the policy's action.
        case recognizer(Recognizer)
        /// A marker: what lies in it stays.
        case marker
        case indicator(Indicator)
    }

    struct Use: Sendable {
        var policy: Int
        var role: Role
        /// Number in `types`; -1 for markers.
        var type: Int
        var blocks: Bool
        /// A match says that the policy has failed, which is neither redacted nor a finding.
        var isError = false
        var redactsAs: Redaction = { _ in [] }
        /// Set where a value of a request gets a placeholder instead: what stands before its code.
        var stem: [UInt8]?
    }

    typealias Redaction = @Sendable (_ original: Span<UInt8>) -> [UInt8]

    struct FindingType: Sendable {
        var policy: Int
        var name: String
    }

    let phase: PolicyPhase
    /// How requests are folded for indicators.
    let indicatorFold: TextFold?
    private(set) var policies: [Policy] = []
    private(set) var patterns: [Pattern] = []
    private(set) var uses: [Use] = []
    private(set) var types: [FindingType] = []
    /// Of `quality-scorer`: looks at whole answers, not for patterns.
    private(set) var scorer: QualityScorer?
    /// Why the chain cannot be compiled, where that shows before its patterns are.
    private(set) var fault: PolicyCompileError?

    /// No policy of the phase reads anything but whole answers.
    var isEmpty: Bool { self.patterns.isEmpty && self.firewall == nil }
    var hasIndicators: Bool { self.policies.contains { $0.rules != nil } }

    init(_ phase: PolicyPhase, _ settings: PolicySettings, _ content: PolicyContent) {
        self.phase = phase
        self.indicatorFold = content.indicatorFold?(settings.promptInjection)
        for kind in settings.chain {
            switch kind {
            case .promptInjection: self.addInjection(settings.promptInjection, content)
            case .piiDetector: self.addPII(settings.piiDetector, content)
            case .safetyFilter: self.addSafety(settings.safetyFilter, content)
            case .dlpFilter: self.addDLP(settings.dlpFilter, content)
            case .entityListFilter: self.addEntityList(settings.entityListFilter, content)
            case .testFault: self.addTestFault(content.testFault)
            case .auditLogger: self.add(Policy(kind: kind, action: .log, reasonCode: ""))
            case .qualityScorer: if phase == .output { self.addQuality(settings.qualityScorer) }
            case .agentFirewall: self.addFirewall(settings.agentFirewall)
            case .dataRoutingPolicy: continue
            }
        }
    }

    /// The policy that the next patterns belong to.
    mutating func add(_ policy: Policy) { self.policies.append(policy) }

    /// The scorer of the last policy.
    mutating func add(_ scorer: QualityScorer) { self.scorer = scorer }

    mutating func note(_ fault: PolicyCompileError) { self.fault = self.fault ?? fault }

    /// A pattern of the last policy.
    mutating func add(
        _ pattern: Pattern, _ role: Role, type: String?, blocks: Bool = false, isError: Bool = false, stem: [UInt8]? = nil,
        redactsAs: Redaction? = nil
    ) {
        self.patterns.append(pattern)
        var use = Use(policy: self.policies.count - 1, role: role, type: type.map { self.type($0) } ?? -1, blocks: blocks, isError: isError)
        if let redactsAs { use.redactsAs = redactsAs }
        use.stem = stem
        self.uses.append(use)
    }

    /// What the last policy may find other than by a pattern.
    mutating func addType(_ name: String) { _ = self.type(name) }

    /// Texts that stand for what was redacted, and stay.
    mutating func addMarker(_ text: [UInt8]) {
        self.add(Pattern(expression: escaped(String(decoding: text, as: UTF8.self))), .marker, type: nil)
    }

    /// Whatever looks like a placeholder of one of the stems stays, or comes back as its value.
    mutating func addPlaceholders(_ stems: Set<[UInt8]>) {
        if !stems.isEmpty { self.add(Pattern(expression: PlaceholderForm.expression(stems)), .marker, type: nil) }
    }

    /// A policy that judges by indicators.
    mutating func addIndicators(
        _ kind: PolicyKind, _ action: PolicyAction, message: String? = nil, roles: Set<UInt8>? = nil, rules: IndicatorRules,
        _ content: PolicyContent = PolicyContent()
    ) {
        var policy = Policy(kind: kind, action: action, reasonCode: Self.code(kind, "detected"), message: message, rules: rules)
        policy.roles = roles
        self.add(policy)
        for indicator in rules.indicators where self.phase == .input || !rules.requestsOnly.contains(indicator.id) {
            let pattern =
                if let edits = indicator.edits {
                    self.pattern(ofPhrase: indicator.expression, edits: edits, content)
                } else {
                    Pattern(expression: indicator.expression, isCaseless: indicator.isCaseless)
                }
            self.add(pattern, .indicator(indicator), type: indicator.family)
        }
    }

    /// A user's own pattern or term, each match of which is a finding.
    mutating func addTerm(_ type: String, _ pattern: Pattern, _ action: PolicyAction) {
        let recognizer = Recognizer(
            type: type, expression: pattern.expression, isCaseless: pattern.isCaseless, leftContextMax: 0, confirm: { _, _, _ in true },
            priority: 100)
        let marker = Array("[\(type)]".utf8)
        let isNew = !self.types.contains { $0.policy == self.policies.count - 1 && $0.name == type }
        self.add(pattern, .recognizer(recognizer), type: type, blocks: action == .block) { _ in marker }
        if isNew { self.addMarker(marker) }
    }

    static func code(_ kind: PolicyKind, _ what: String) -> String {
        kind.rawValue.split(separator: "-").joined(separator: "_") + "." + what
    }

    private mutating func type(_ name: String) -> Int {
        let policy = self.policies.count - 1
        if let known = self.types.firstIndex(where: { $0.policy == policy && $0.name == name }) { return known }
        self.types.append(FindingType(policy: policy, name: name))
        return self.types.count - 1
    }

    /// Differs when the patterns differ (FNV-1a).
    var fingerprint: UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        for pattern in self.patterns {
            for byte in pattern.expression.utf8 { add(byte) }
            add(pattern.isCaseless ? 1 : 2)
            add(UInt8(truncatingIfNeeded: (pattern.edits ?? -1) + 3))
            add(0xFF)
            var length = UInt64(bitPattern: Int64(pattern.lengthMax ?? -1))
            for _ in 0..<8 {
                add(UInt8(truncatingIfNeeded: length))
                length >>= 8
            }
        }
        return hash
    }
}

func escaped(_ text: String) -> String { Pattern.literalExpression(text) }
