internal import Settings

/// Tells the documents apart: the normal one (`pack`), the single-policy one (`policy.name`), and the tutorials' one (`version: '1'`), which is refused.
enum DocumentShape {
    /// Names of the tutorials' form and what they are called here.
    private static let legacyKinds: [String: PolicyKind] = [
        "content_filter": .safetyFilter, "output_filter": .safetyFilter, "prompt_injection": .promptInjection, "pii_redaction": .piiDetector,
        "pii_detector": .piiDetector, "observe": .auditLogger, "audit_logger": .auditLogger, "dlp_filter": .dlpFilter,
    ]

    /// False, and reported, when one file is no document that could be layered.
    static func accepts(_ node: ConfigNode, log: IssueLog) -> Bool {
        guard case .mapping(let entries) = node.content else {
            if !node.isRefused {
                log.error(.documentShape, "", at: node.place, "accepts a block of keys, found \(node.described(secret: true))", help: "start with `kt init`")
            }
            return false
        }
        func entry(_ key: String) -> ConfigNode.Entry? { entries.first { $0.key == key } }
        let policiesAreList: Bool
        if case .list? = entry("policies")?.value.content { policiesAreList = true } else { policiesAreList = false }
        let legacy = ["input_policies", "output_policies"].compactMap(entry).first
        guard entry("pack") == nil, entry("version") != nil || policiesAreList || legacy != nil else { return true }
        guard let told = entry("version") ?? entry("policies") ?? legacy else { return true }
        log.error(
            .documentShape, told.key, at: told.keyPlace, "this is the form of older tutorials (`version: '1'`), which is not supported",
            help: "write pack: {name: my-gateway, version: 1.0.0}, policies: {chain: [\(Self.chain(entries))]}, the options of each kind in policy.<kind>, "
                + "and providers: {targets: [...]}; `kt init` writes such a file")
        return false
    }

    /// The chain that the listed policies would be.
    private static func chain(_ entries: [ConfigNode.Entry]) -> String {
        var chain: [PolicyKind] = []
        for key in ["policies", "input_policies", "output_policies"] {
            guard case .list(let items)? = entries.first(where: { $0.key == key })?.value.content else { continue }
            for item in items {
                var names: [ConfigNode] = [item]
                if case .mapping(let keys) = item.content { names = keys.filter { $0.key == "type" || $0.key == "name" || $0.key == "kind" }.map(\.value) }
                for name in names {
                    guard case .string(let text)? = name.meaning, let kind = Self.legacyKinds[text] ?? PolicyKind.documented.first(where: { $0.rawValue == text })
                    else { continue }
                    if !chain.contains(kind) { chain.append(kind) }
                    break
                }
            }
        }
        if chain.isEmpty { chain = [.promptInjection, .piiDetector, .safetyFilter] }
        return (chain.filter { $0 != .auditLogger } + [.auditLogger]).map(\.rawValue).joined(separator: ", ")
    }

    static func isSinglePolicy(_ root: Block) -> Bool {
        guard !root.has("pack"), case .mapping(let entries)? = root.allEntries.first(where: { $0.key == "policy" })?.value.content else { return false }
        return entries.contains { $0.key == "name" }
    }
}

/// The single-policy document: `policy: {name, version, enabled}`, the kind's sections beside it.
struct SinglePolicyReader {
    let log: IssueLog
    let checks: ConfigChecks
    /// Top-level keys that keep their meaning.
    static let shared = ["policy", "providers", "model_groups", "consumer_groups", "rate_limits", "budgets", "ip_allowlist", "cors", "gateway", "testing"]
    static let kinds: [PolicyKind] = [.promptInjection, .agentFirewall, .qualityScorer]

    func read(_ root: Block, into settings: inout GatewaySettings) {
        guard let policy = root.block("policy") else { return }
        policy.missing("version", "1.0.0")
        let kind = policy.choice("name", of: Self.kinds)
        settings.pack = Pack(name: kind?.rawValue ?? "", version: PackReader(log: self.log).version(policy) ?? "")
        settings.pack.enabled = policy.bool("enabled") ?? true
        policy.finish()
        guard let kind else {
            // Without the kind nobody knows its sections.
            root.know(root.allEntries.map(\.key))
            return
        }
        settings.policies.chain = [kind]
        if EffectiveKeys.kindsNotYet.contains(kind), let node = policy.node("name") {
            self.log.warning(.notYetEffective, "policy.name", at: node.place, "\(kind.rawValue) has no effect in this release: it is not evaluated")
        }
        let reader = PolicyReader(log: self.log, checks: self.checks)
        let sections = root.allEntries.filter { !Self.shared.contains($0.key) }
        var normal = ConfigNode.Entry(key: kind.rawValue, keyPlace: root.place, value: ConfigNode(content: .mapping(sections), place: root.place))
        // The aliases of the kind's block are aliases here too.
        let wrapped = ConfigNode(content: .mapping([.init(key: "policy", keyPlace: root.place, value: ConfigNode(content: .mapping([normal]), place: root.place))]), place: root.place)
        if case .mapping(let top) = ConfigLayers.normalised(wrapped, log: self.log).content, case .mapping(let inner)? = top.first?.value.content, let first = inner.first {
            normal = first
        }
        guard case .mapping(let entries) = normal.value.content else { return }
        let block = Block(entries, path: "", place: root.place, log: self.log)
        reader.read(kind, block, into: &settings.policies)
        block.know(Self.shared)
        block.finish()
        root.know(sections.map(\.key))
    }
}
