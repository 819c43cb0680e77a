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
        /// Roles whose texts it reads; nil: all.
        var roles: Set<UInt8>?

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
        var redactsAs: @Sendable (Span<UInt8>) -> [UInt8] = { _ in [] }
    }

    struct FindingType: Sendable {
        var policy: Int
        var name: String
    }

    let phase: PolicyPhase
    private(set) var policies: [Policy] = []
    private(set) var patterns: [Pattern] = []
    private(set) var uses: [Use] = []
    private(set) var types: [FindingType] = []

    /// No policy of the phase reads any text.
    var isEmpty: Bool { self.patterns.isEmpty }
    var hasIndicators: Bool { self.policies.contains { $0.rules != nil } }

    init(_ phase: PolicyPhase, _ settings: PolicySettings, _ content: PolicyContent) {
        self.phase = phase
        for kind in settings.chain {
            switch kind {
            case .promptInjection:
                guard phase == .input else { continue }
                let options = settings.promptInjection
                self.add(kind, options.action, message: options.message, rules: content.injection(options))
                let roles: [TextRole] = options.scanRoles.map { role in
                    switch role {
                    case .system: .system
                    case .developer: .developer
                    case .user: .user
                    case .assistant: .assistant
                    case .tool: .tool
                    case .function: .function
                    }
                }
                // Texts outside of messages (`prompt`, `input`) are the user's.
                self.policies[self.policies.count - 1].roles = Set(
                    (roles + (roles.contains(.user) ? [.none] : [])).map(\.rawValue))
            case .piiDetector: self.addPII(settings.piiDetector, content)
            case .safetyFilter:
                let options = settings.safetyFilter
                self.add(kind, options.action, message: nil, rules: content.safety(options))
            case .dlpFilter:
                let options = settings.dlpFilter
                self.policies.append(Policy(kind: kind, action: options.action, reasonCode: "dlp_filter.detected"))
                for pattern in options.detectPatterns {
                    self.addTerm(pattern.name ?? "CUSTOM", pattern.pattern, false, pattern.lengthMax, options.action)
                }
                for term in options.blockedTerms {
                    self.addTerm("TERM", PolicyContent.phraseExpression(term), true, nil, options.action)
                }
            case .entityListFilter:
                self.policies.append(Policy(kind: kind, action: .block, reasonCode: "entity_list_filter.detected"))
                for entity in settings.entityListFilter.blockedEntities {
                    self.addTerm("ENTITY", PolicyContent.phraseExpression(entity), true, nil, .block)
                }
            case .testFault: self.addTestFault(content.testFault)
            case .auditLogger: self.policies.append(Policy(kind: kind, action: .log, reasonCode: ""))
            case .qualityScorer, .agentFirewall, .dataRoutingPolicy: continue
            }
        }
    }

    private mutating func add(_ kind: PolicyKind, _ action: PolicyAction, message: String?, rules: IndicatorRules) {
        let code = Self.code(kind, "detected")
        self.policies.append(Policy(kind: kind, action: action, reasonCode: code, message: message, rules: rules))
        for indicator in rules.indicators {
            self.patterns.append(Pattern(expression: indicator.expression, isCaseless: indicator.isCaseless))
            self.uses.append(
                Use(
                    policy: self.policies.count - 1, role: .indicator(indicator), type: self.type(indicator.family),
                    blocks: false))
        }
    }

    private mutating func addPII(_ options: PIIDetectorOptions, _ content: PolicyContent) {
        let action = options.action
        self.policies.append(Policy(kind: .piiDetector, action: action, reasonCode: "pii_detector.detected"))
        let recognizers = content.recognizers(options)
        let ownStart = recognizers.count - options.detectPatterns.count
        let marker = content.marker
        var markers: Set<[UInt8]> = []
        for (index, recognizer) in recognizers.enumerated() {
            let lengthMax = index >= ownStart ? options.detectPatterns[index - ownStart].lengthMax : recognizer.lengthMax
            self.patterns.append(
                Pattern(expression: recognizer.expression, isCaseless: recognizer.isCaseless, lengthMax: lengthMax))
            let type = recognizer.type
            self.uses.append(
                Use(
                    policy: self.policies.count - 1, role: .recognizer(recognizer), type: self.type(type),
                    blocks: action == .block, redactsAs: { marker(type, $0, options) }))
            // Only a marker that does not depend on the value can be known again.
            var plain = options
            plain.preservesLength = false
            let sample: [UInt8] = Array("0123456789".utf8)
            let other: [UInt8] = Array("abcdefghijk".utf8)
            let text = marker(type, sample.span, plain)
            if text == marker(type, other.span, plain), text.first.map({ $0 != 0x2A }) ?? false { markers.insert(text) }
        }
        for text in markers.sorted(by: { $0.lexicographicallyPrecedes($1) }) { self.addMarker(text) }
    }

    private mutating func addMarker(_ text: [UInt8]) {
        self.patterns.append(Pattern(expression: escaped(String(decoding: text, as: UTF8.self))))
        self.uses.append(Use(policy: self.policies.count - 1, role: .marker, type: -1, blocks: false))
    }

    private mutating func addTerm(
        _ type: String, _ expression: String, _ isCaseless: Bool, _ lengthMax: Int?, _ action: PolicyAction
    ) {
        let recognizer = Recognizer(
            type: type, expression: expression, isCaseless: isCaseless, leftContextMax: 0, confirm: { _, _, _ in true },
            priority: 100)
        self.patterns.append(Pattern(expression: expression, isCaseless: isCaseless, lengthMax: lengthMax))
        let marker = Array("[\(type)]".utf8)
        let isNew = !self.types.contains { $0.policy == self.policies.count - 1 && $0.name == type }
        self.uses.append(
            Use(
                policy: self.policies.count - 1, role: .recognizer(recognizer), type: self.type(type),
                blocks: action == .block, redactsAs: { _ in marker }))
        if isNew { self.addMarker(marker) }
    }

    private mutating func addTestFault(_ perform: @escaping @Sendable (TestFaultCommand) -> Void) {
        self.policies.append(Policy(kind: .testFault, action: .block, reasonCode: Self.code(.testFault, "detected")))
        let recognizer = Recognizer(
            type: "COMMAND", expression: TestFaultCommand.expression, isCaseless: false, leftContextMax: 0,
            confirm: { text, match, _ in
                guard let command = TestFaultCommand(text.extracting(match)) else { return false }
                perform(command)
                return command == .error
            }, priority: 100)
        self.patterns.append(Pattern(expression: recognizer.expression, isCaseless: false))
        self.uses.append(
            Use(
                policy: self.policies.count - 1, role: .recognizer(recognizer), type: self.type(recognizer.type), blocks: true,
                isError: true))
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
