/// Puts the layered files together: aliases first, each file by itself, then later files over earlier ones.
enum ConfigLayers {
    /// Second spellings of places, each accepted without a warning. Within one file both is a contradiction.
    private static let moves: [(from: [String], to: [String])] = [
        (["policies", "policy"], ["policy"]),
        (["providers", "routing", "strategy"], ["providers", "strategy"]),
        (["providers", "routing", "sticky_by"], ["providers", "sticky_by"]),
        (["providers", "model_groups"], ["model_groups"]),
        (["cors", "allowed_origins"], ["cors", "allow_origins"]),
        (["cors", "allowed_methods"], ["cors", "allow_methods"]),
        (["cors", "allowed_headers"], ["cors", "allow_headers"]),
        (["cors", "allow_credentials"], ["cors", "credentials"]),
        (["cors", "max_age_seconds"], ["cors", "max_age"]),
        (["policy", "prompt-injection", "embedding_threshold"], ["policy", "prompt-injection", "threshold"]),
        (["policy", "prompt-injection", "detection", "embedding_threshold"], ["policy", "prompt-injection", "threshold"]),
        (["policy", "prompt-injection", "response", "action"], ["policy", "prompt-injection", "action"]),
        (["policy", "agent-firewall", "denied_tools"], ["policy", "agent-firewall", "blocked_tools"]),
        (["policy", "quality-scorer", "failure_action", "action"], ["policy", "quality-scorer", "failure_action"]),
    ]

    /// One file with every alias in its first spelling.
    static func normalised(_ root: ConfigNode, log: IssueLog) -> ConfigNode {
        var root = root
        for move in self.moves {
            guard let entry = self.take(move.from[...], out: &root) else { continue }
            if let clash = self.put(entry, at: move.to[...], into: &root) {
                log.error(
                    .contradiction, move.from.joined(separator: "."), at: entry.keyPlace,
                    "also given as \(move.to.joined(separator: ".")), line \(clash.line)", help: "keep one of the two")
            }
        }
        return root
    }

    /// `later` over `earlier`: mappings merge key by key, everything else is replaced. Places stay those of the file that won.
    static func merged(_ earlier: ConfigNode, _ later: ConfigNode) -> ConfigNode {
        guard case .mapping(var entries) = earlier.content, case .mapping(let over) = later.content else { return later }
        for entry in over {
            if let index = entries.firstIndex(where: { $0.key == entry.key }) {
                entries[index] = .init(key: entry.key, keyPlace: entry.keyPlace, value: self.merged(entries[index].value, entry.value))
            } else {
                entries.append(entry)
            }
        }
        return ConfigNode(content: .mapping(entries), place: later.place)
    }

    private static func take(_ path: ArraySlice<String>, out node: inout ConfigNode) -> ConfigNode.Entry? {
        guard case .mapping(var entries) = node.content, let key = path.first, let index = entries.firstIndex(where: { $0.key == key }) else {
            return nil
        }
        if path.count == 1 {
            let entry = entries.remove(at: index)
            node.content = .mapping(entries)
            return entry
        }
        let entry = self.take(path.dropFirst(), out: &entries[index].value)
        if entry != nil {
            // A block that held nothing but aliases is gone with them.
            if case .mapping(let rest) = entries[index].value.content, rest.isEmpty { entries.remove(at: index) }
            node.content = .mapping(entries)
        }
        return entry
    }

    /// The place of what already stands there and cannot be joined with it.
    private static func put(_ entry: ConfigNode.Entry, at path: ArraySlice<String>, into node: inout ConfigNode) -> Place? {
        guard case .mapping(var entries) = node.content, let key = path.first else { return node.place }
        defer { node.content = .mapping(entries) }
        guard let index = entries.firstIndex(where: { $0.key == key }) else {
            var new = ConfigNode.Entry(key: key, keyPlace: entry.keyPlace, value: entry.value)
            for name in path.dropFirst().reversed() {
                let inner = ConfigNode.Entry(key: name, keyPlace: entry.keyPlace, value: new.value)
                new.value = ConfigNode(content: .mapping([inner]), place: entry.keyPlace)
            }
            entries.append(new)
            return nil
        }
        if path.count > 1 { return self.put(entry, at: path.dropFirst(), into: &entries[index].value) }
        guard case .mapping(var there) = entries[index].value.content, case .mapping(let moved) = entry.value.content else {
            return entries[index].keyPlace
        }
        for one in moved {
            if let clash = there.first(where: { $0.key == one.key }) { return clash.keyPlace }
            there.append(one)
        }
        entries[index].value.content = .mapping(there)
        return nil
    }
}
