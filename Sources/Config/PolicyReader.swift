internal import Policies
internal import Settings

/// `policies` and `policy`: the chain, and the options of each kind.
struct PolicyReader {
    let log: IssueLog
    let checks: ConfigChecks
    /// The environment asks for `test-fault`.
    var acceptsFaults = false

    func read(policies: Block?, policy: Block?) -> PolicySettings {
        var settings = PolicySettings()
        if let policies {
            settings.chain = self.chain(policies)
            policies.finish()
        }
        var blocks: [PolicyKind: Block] = [:]
        if let policy {
            for entry in policy.allEntries {
                guard let kind = self.kind(entry.key) else {
                    self.reportUnknown(entry.key, path: policy.path(ConfigNode.cut(entry.key)), at: entry.keyPlace)
                    continue
                }
                blocks[kind] = Block(entry.value, path: policy.path(entry.key), log: self.log, acceptsNull: true)
                if !settings.chain.contains(kind) && policies?.has("chain") == true {
                    self.log.warning(
                        .unusedBlock, policy.path(entry.key), at: entry.keyPlace, "has no effect: \(entry.key) is not in policies.chain",
                        help: "add \(entry.key) to policies.chain, or remove the block")
                }
            }
        }
        for (kind, block) in blocks.sorted(by: { $0.value.place < $1.value.place }) {
            self.read(kind, block, into: &settings)
            block.finish()
        }
        return settings
    }

    private func kind(_ name: String) -> PolicyKind? {
        guard let kind = PolicyKind(rawValue: name), kind != .testFault || self.acceptsFaults else { return nil }
        return kind
    }

    private func reportUnknown(_ name: String, path: String, at place: Place) {
        if name == PolicyKind.testFault.rawValue {
            self.log.error(
                .unknownKind, path, at: place, "\(name) ends processes on purpose; it is only for the tests of the gateway itself",
                help: "remove it; such a test sets \(Self.faultsVariable)=1 in the gateway's environment")
            return
        }
        let names = PolicyKind.documented.map(\.rawValue)
        self.log.error(
            .unknownKind, path, at: place, "unknown policy kind \"\(ConfigNode.cut(name))\"",
            help: Near.did(name, of: names) ?? "this release knows \(names.joined(separator: ", "))")
    }

    private func chain(_ policies: Block) -> [PolicyKind] {
        policies.missing("chain", "[prompt-injection, pii-detector, safety-filter, audit-logger]")
        guard let items = policies.list("chain", countMax: 64, accepts: "policy kinds") else { return [] }
        var chain: [PolicyKind] = []
        for item in items {
            guard case .string(let name) = item.node.meaning else {
                if !item.node.isRefused {
                    self.log.error(
                        .wrongType, item.path, at: item.node.place, "accepts the name of a policy kind, found \(item.node.described())",
                        help: "write the name here and its options in policy.<name>")
                }
                continue
            }
            guard let kind = self.kind(name) else {
                self.reportUnknown(name, path: item.path, at: item.node.place)
                continue
            }
            if chain.contains(kind) {
                self.log.error(.duplicateName, item.path, at: item.node.place, "\(name) stands in the chain twice", help: "keep one of the two")
                continue
            }
            if EffectiveKeys.kindsNotYet.contains(kind) {
                self.log.warning(.notYetEffective, item.path, at: item.node.place, "\(name) has no effect in this release: it is not evaluated")
            }
            chain.append(kind)
        }
        if let index = chain.firstIndex(of: .auditLogger), index != chain.count - 1, items.count == chain.count {
            self.log.warning(
                .auditNotLast, items[index].path, at: items[index].node.place, "audit-logger always runs last, whatever its place", help: "move it to the end")
        }
        return chain
    }

    /// A chain entry without its block has all defaults; said once, because the block may have been forgotten.
    func warnAboutMissingBlocks(_ settings: PolicySettings, policies: Block?, policy: Block?) {
        guard let items = policies?.list("chain", countMax: 64, accepts: "policy kinds") else { return }
        for item in items {
            guard case .string(let name) = item.node.meaning, self.kind(name) != nil, policy?.has(name) != true else { continue }
            self.log.warning(
                .missingBlock, item.path, at: item.node.place, "\(name) has no block, its defaults are used", help: "add policy.\(name): {} to say so")
        }
    }

    func read(_ kind: PolicyKind, _ block: Block, into settings: inout PolicySettings) {
        switch kind {
        case .promptInjection: settings.promptInjection = self.promptInjection(block)
        case .piiDetector: settings.piiDetector = self.piiDetector(block)
        case .safetyFilter: settings.safetyFilter = self.safetyFilter(block)
        case .qualityScorer: settings.qualityScorer = self.qualityScorer(block)
        case .dlpFilter: settings.dlpFilter = self.dlpFilter(block)
        case .entityListFilter: settings.entityListFilter = self.entityListFilter(block)
        case .agentFirewall: settings.agentFirewall = self.agentFirewall(block)
        case .dataRoutingPolicy: settings.dataRouting = self.dataRouting(block)
        case .auditLogger: settings.auditLogger = self.auditLogger(block)
        case .testFault: settings.testFault = self.testFault(block)
        }
    }

    private func promptInjection(_ block: Block) -> PromptInjectionOptions {
        var options = PromptInjectionOptions()
        options.threshold = block.number("threshold", in: 0...1) ?? options.threshold
        options.action = block.choice("action", of: [PolicyAction.block, .escalate, .log]) ?? options.action
        if let detection = block.block("detection") {
            options.attackPatterns = self.patterns("attack_patterns", detection, use: .attack)
            detection.finish()
        }
        if let encoding = block.block("encoding") {
            options.decodesBase64 = encoding.bool("decode_base64") ?? options.decodesBase64
            options.normalizesUnicode = encoding.bool("normalize_unicode") ?? options.normalizesUnicode
            options.detectsHomoglyphs = encoding.bool("detect_homoglyphs") ?? options.detectsHomoglyphs
            encoding.finish()
        }
        if let boundaries = block.block("boundaries") {
            options.enforcesDelimiters = boundaries.bool("enforce_delimiters") ?? options.enforcesDelimiters
            options.rejectsFakeBoundaries = boundaries.bool("reject_fake_boundaries") ?? options.rejectsFakeBoundaries
            boundaries.finish()
        }
        if let response = block.block("response") {
            response.know(["action"])
            options.message = response.string("message", isMultiline: true)
            options.logLevel = response.string("log_level", bytesMax: 16)
            response.finish()
        }
        if let roles = block.list("scan_roles", countMax: 16, accepts: "message roles") {
            options.scanRoles = roles.compactMap { block.choice($0.node, path: $0.path, of: Array(MessageRole.allCases)) }
        }
        return options
    }

    private func piiDetector(_ block: Block) -> PIIDetectorOptions {
        var options = PIIDetectorOptions()
        options.action = block.choice("action", of: [PolicyAction.redact, .block]) ?? options.action
        if let entities = block.list("entities", countMax: 256, accepts: "entity names") {
            options.entities = entities.compactMap { self.entityTypes($0.node, path: $0.path, block)?.name }
        }
        options.pciMode = block.bool("pci_mode") ?? options.pciMode
        options.healthcareMode = block.bool("healthcare_mode") ?? options.healthcareMode
        options.detectPatterns = self.patterns("detect_patterns", block, use: .redaction)
        if let redaction = block.block("redaction") {
            options.markerFormat = redaction.choice("marker_format", PIIDetectorOptions.MarkerFormat.self) ?? options.markerFormat
            options.includesMetadata = redaction.bool("include_metadata") ?? options.includesMetadata
            options.preservesLength = redaction.bool("preserve_length") ?? options.preservesLength
            if let markers = redaction.block("custom_markers", acceptsNull: true) {
                let own = Set(options.detectPatterns.map { $0.name ?? "CUSTOM" })
                for entry in markers.allEntries {
                    let key = ConfigNode(content: .scalar(.init(text: entry.key, isPlain: false, isVerbatim: false, isQuoted: false)), place: entry.keyPlace)
                    let path = markers.path(ConfigNode.cut(entry.key))
                    // The user's own patterns have markers too, by their names.
                    let types = own.contains(entry.key) ? [entry.key] : self.entityTypes(key, path: path, block)?.types
                    guard let types, let marker = markers.text(entry.value, path: path, bytesMax: 64) else { continue }
                    for type in types { options.customMarkers[type] = marker }
                }
            }
            redaction.finish()
        }
        return options
    }

    /// The name as written and what it stands for.
    private func entityTypes(_ node: ConfigNode, path: String, _ block: Block) -> (name: String, types: [String])? {
        guard let name = block.text(node, path: path, bytesMax: 64) else { return nil }
        if let entityTypes = self.checks.entityTypes {
            if let types = entityTypes(name) { return (name, types) }
            self.log.error(
                .unknownValue, path, at: node.place, "unknown entity \"\(ConfigNode.cut(name))\"",
                help: Near.did(name, of: self.checks.entityNames) ?? "known: \(self.checks.entityNames.joined(separator: ", "))")
            return nil
        }
        guard name.utf8.allSatisfy({ ($0 >= 0x41 && $0 <= 0x5A) || Words.isDigit($0) || $0 == 0x5F }) else {
            self.log.error(
                .malformed, path, at: node.place, "accepts an entity name in capitals, found \"\(ConfigNode.cut(name))\"",
                help: "write \(ConfigNode.cut(name).uppercased())")
            return nil
        }
        return (name, [name])
    }

    private func safetyFilter(_ block: Block) -> SafetyFilterOptions {
        var options = SafetyFilterOptions()
        options.mode = block.choice("mode", SafetyFilterOptions.Mode.self) ?? options.mode
        options.action = block.choice("action", of: [PolicyAction.block, .escalate, .log]) ?? options.action
        options.fuzzyMatching = block.bool("fuzzy_matching") ?? options.fuzzyMatching
        options.distanceMax = block.int("max_distance", in: 0...8) ?? options.distanceMax
        options.blockIf = self.terms("block_if", block, isFuzzy: options.fuzzyMatching, distanceMax: options.distanceMax)
        options.ageMax = block.int("max_age", in: 0...150) ?? options.ageMax
        return options
    }

    private func dlpFilter(_ block: Block) -> DLPFilterOptions {
        var options = DLPFilterOptions()
        options.detectPatterns = self.patterns("detect_patterns", block, use: .redaction)
        options.action = block.choice("action", of: [PolicyAction.redact, .block]) ?? options.action
        options.fuzzyMatching = block.bool("fuzzy_matching") ?? options.fuzzyMatching
        options.distanceMax = block.int("max_distance", in: 0...8) ?? options.distanceMax
        options.blockedTerms = self.terms("blocked_terms", block, isFuzzy: options.fuzzyMatching, distanceMax: options.distanceMax)
        options.sensitivityLevel = block.choice("sensitivity_level", SensitivityLevel.self)?.rawValue
        return options
    }

    private func entityListFilter(_ block: Block) -> EntityListOptions {
        var options = EntityListOptions()
        _ = block.choice("action", of: [PolicyAction.block])
        options.fuzzyMatching = block.bool("fuzzy_matching") ?? options.fuzzyMatching
        options.distanceMax = block.int("max_distance", in: 0...8) ?? options.distanceMax
        options.blockedEntities = self.terms("blocked_entities", block, isFuzzy: options.fuzzyMatching, distanceMax: options.distanceMax)
        return options
    }

    private func agentFirewall(_ block: Block) -> AgentFirewallOptions {
        var options = AgentFirewallOptions()
        options.allowedTools = block.strings("allowed_tools", bytesMax: 128)
        options.blockedTools = block.strings("blocked_tools", bytesMax: 128) ?? options.blockedTools
        options.actionsPerSessionMax = block.int("max_actions_per_session", in: 0...1_000_000)
        return options
    }

    private func dataRouting(_ block: Block) -> DataRoutingOptions {
        var options = DataRoutingOptions()
        options.requiresZeroDataRetention = block.bool("require_zero_data_retention") ?? options.requiresZeroDataRetention
        options.requiresNoTraining = block.bool("require_no_training") ?? options.requiresNoTraining
        options.retentionDaysMax = block.int("max_retention_days", in: 0...36_500)
        options.onNoCompliantProvider = block.choice("on_no_compliant_provider", of: [PolicyAction.block, .escalate, .log]) ?? options.onNoCompliantProvider
        return options
    }

    private func auditLogger(_ block: Block) -> AuditLoggerOptions {
        var options = AuditLoggerOptions()
        options.retentionDays = block.int("retention_days", in: 1...36_500) ?? options.retentionDays
        options.immutable = block.bool("immutable") ?? options.immutable
        options.logsAllAccess = block.bool("log_all_access") ?? options.logsAllAccess
        options.content = block.choice("log_content", AuditLoggerOptions.Content.self) ?? options.content
        return options
    }

    static let faultsVariable = "KEEPTRUSTS_TEST_FAULTS"

    private func testFault(_ block: Block) -> TestFaultOptions {
        var options = TestFaultOptions()
        options.compile = block.choice("compile", TestFaultOptions.Compile.self) ?? options.compile
        options.start = block.choice("start", TestFaultOptions.Start.self) ?? options.start
        return options
    }

    // MARK: terms and patterns

    private static let termsMax = 10_000
    private static let termBytesMax = 1_024

    /// Words and phrases to look for.
    private func terms(_ key: String, _ block: Block, isFuzzy: Bool, distanceMax: Int) -> [String] {
        guard let items = block.list(key, countMax: Self.termsMax, accepts: "texts") else { return [] }
        let terms = items.compactMap { item -> String? in
            guard let text = block.text(item.node, path: item.path, bytesMax: Self.termBytesMax) else { return nil }
            guard TermMatching.fault([text], isFuzzy: false, distanceMax: 0) == nil else {
                self.log.error(.malformed, item.path, at: item.node.place, "has no character to look for", help: "write a word or a phrase, or remove it")
                return nil
            }
            return text
        }
        if case .tooMany(let cost, let most) = TermMatching.fault(terms, isFuzzy: isFuzzy, distanceMax: distanceMax), let node = block.node(key) {
            self.log.error(
                .outOfRange, block.path(key), at: node.place,
                "\(terms.count) texts with max_distance \(distanceMax) are \(TermMatching.excess(cost)) as many as can be compared in time",
                help: most.map { "write max_distance: \($0), or fewer texts" } ?? "write fewer texts")
        }
        return terms
    }

    /// Of all expressions of a list: what is compiled within the time that a start has.
    private static let patternBytesMax = 256 << 10

    private func patterns(_ key: String, _ block: Block, use: PatternUse) -> [CustomPattern] {
        let items = block.list(key, countMax: 1_000, accepts: "patterns") ?? []
        let patterns = self.patterns(items, block, use)
        let byteCount = patterns.reduce(0) { $0 + $1.pattern.utf8.count }
        if byteCount > Self.patternBytesMax, let node = block.node(key) {
            self.log.error(
                .outOfRange, block.path(key), at: node.place, "accepts at most \(Self.patternBytesMax) bytes of expressions, found \(byteCount)",
                help: "write fewer expressions; words and phrases are better off in a list of terms")
        }
        return patterns
    }

    private func patterns(_ items: [(node: ConfigNode, path: String)], _ block: Block, _ use: PatternUse) -> [CustomPattern] {
        items.compactMap { item in
            guard case .mapping = item.node.content else { return self.pattern(item.node, path: item.path, block, use: use) }
            guard let one = Block(item.node, path: item.path, log: self.log) else { return nil }
            let name = one.string("name", bytesMax: 128)
            let lengthMax = one.int("max_length", in: 1...4_096)
            one.missing("pattern", "'...'")
            defer { one.finish() }
            guard let node = one.node("pattern") else { return nil }
            return self.pattern(node, path: one.path("pattern"), one, use: use, name: name, lengthMax: lengthMax)
        }
    }

    func pattern(
        _ node: ConfigNode, path: String, _ block: Block, use: PatternUse, name: String? = nil, lengthMax: Int? = nil
    ) -> CustomPattern? {
        guard let text = block.text(node, path: path, bytesMax: 4_096, isMultiline: true) else { return nil }
        let pattern = CustomPattern(name: name, pattern: text, lengthMax: lengthMax)
        if let fault = PatternSyntax.fault(in: text) {
            var place = node.place
            var message = fault.message
            if case .scalar(let scalar) = node.content, scalar.isVerbatim {
                place.column += fault.offset + (scalar.isQuoted ? 1 : 0)
            } else {
                message += " (character \(fault.offset + 1))"
            }
            self.log.error(.badPattern, path, at: place, message, help: fault.help)
            return nil
        }
        if let message = self.checks.pattern?(pattern, use) {
            self.log.error(.badPattern, path, at: node.place, message)
            return nil
        }
        return pattern
    }
}

enum SensitivityLevel: String, CaseIterable { case standard, high, restricted }
