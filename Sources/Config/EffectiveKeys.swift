internal import Settings

/// What this release reads and checks but does not act on yet, in one place: a line that is deleted here is a warning that goes away.
enum EffectiveKeys {
    struct NotYet {
        /// Dotted path with `[]` for any item of a list.
        var path: String
        /// Only these values; nil: whatever is written.
        var values: [String]? = nil
        var message: String
    }

    static let notYet: [NotYet] = [
        NotYet(path: "pack.enabled", values: ["false"], message: "has no effect in this release: the policies of the chain run"),
        NotYet(path: "policy.audit-logger.log_content", values: ["redacted"], message: "has no effect in this release: no text is recorded"),
        NotYet(path: "policy.audit-logger.retention_days", message: "has no effect in this release: nothing is removed"),
        NotYet(
            path: "providers.strategy",
            values: ["latency", "lowest_latency", "weighted_round_robin", "round_robin", "round-robin", "cost"],
            message: "has no effect in this release: targets are used in their order"),
        NotYet(path: "providers.sticky_by", message: "has no effect in this release"),
        NotYet(path: "providers.circuit_breaker", message: "has no effect in this release: every request tries its targets in order"),
        NotYet(path: "providers.targets[].weight", message: "has no effect in this release"),
        NotYet(path: "providers.targets[].health_probe", message: "has no effect in this release"),
        NotYet(path: "consumer_groups", message: "has no effect in this release"),
        NotYet(path: "rate_limits", message: "has no effect in this release: nothing is limited"),
        NotYet(path: "budgets", message: "has no effect in this release: nothing is limited"),
        NotYet(path: "testing.default_threshold", message: "has no effect: a test expects a verdict"),
        NotYet(path: "testing.plugins", message: "has no effect in this release"),
        NotYet(path: "testing.strategies", message: "has no effect in this release"),
    ]

    /// Kinds that may stand in a chain but are not evaluated.
    static let kindsNotYet: [PolicyKind] = []

    /// Warns about what stands in `root` and has no effect. Chain entries are the policy reader's.
    static func check(_ root: ConfigNode, log: IssueLog) {
        self.check(root, path: "", pattern: "", keyPlace: root.place, log: log)
    }

    private static func check(_ node: ConfigNode, path: String, pattern: String, keyPlace: Place, log: IssueLog) {
        for rule in self.notYet where rule.path == pattern {
            if let values = rule.values {
                guard case .scalar(let scalar) = node.content, values.contains(scalar.text) else { continue }
                log.warning(.notYetEffective, path, at: node.place, "\(scalar.text) \(rule.message)")
            } else {
                log.warning(.notYetEffective, path, at: keyPlace, rule.message)
            }
        }
        switch node.content {
        case .mapping(let entries):
            for entry in entries {
                let prefix = path.isEmpty ? "" : "\(path)."
                let patternPrefix = pattern.isEmpty ? "" : "\(pattern)."
                self.check(
                    entry.value, path: prefix + ConfigNode.cut(entry.key), pattern: patternPrefix + entry.key, keyPlace: entry.keyPlace, log: log)
            }
        case .list(let items):
            for (index, item) in items.enumerated() {
                self.check(item, path: "\(path)[\(index)]", pattern: "\(pattern)[]", keyPlace: item.place, log: log)
            }
        case .scalar, .refused: break
        }
    }
}
