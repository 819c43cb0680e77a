public import Settings

/// Which targets may serve a requested model, in the order in which they are tried. Built once from a configuration.
public struct RoutingTable: Sendable {
    private let providers: ProviderSettings
    /// Model-group names and aliases, and target ids: what names targets directly.
    private var named: [String: [Int]] = [:]

    public init(_ settings: GatewaySettings) {
        self.providers = settings.providers
        let targets = settings.providers.targets
        var indexOfID: [String: Int] = [:]
        for (index, target) in targets.enumerated() {
            indexOfID[target.id] = index
            self.named[target.id] = [index]
        }
        var groupOfName: [String: ModelGroup] = [:]
        for group in settings.modelGroups { groupOfName[group.name] = group }
        for group in settings.modelGroups {
            var members: [Int] = []
            var seen: Set<String> = []
            var current: ModelGroup? = group
            // A group's fallback group follows its own members; a ring of groups ends where it began.
            while let step = current, seen.insert(step.name).inserted {
                for id in step.targets {
                    if let index = indexOfID[id], !members.contains(index) { members.append(index) }
                }
                current = step.fallbackGroup.flatMap { groupOfName[$0] }
            }
            for name in [group.name] + group.aliases { self.named[name] = members }
        }
    }

    /// Target indices in order of trial for the model that the client asked for; empty only without targets.
    public func candidates(for model: String?) -> [Int] {
        if let model, let direct = self.named[model] { return direct }
        let all = Array(self.providers.targets.indices)
        switch self.providers.strategy {
        case .single:
            return Array(all.prefix(1))
        case .fallback, .latency, .weightedRoundRobin, .roundRobin, .cost:
            guard let model else { return all }
            let matching = all.filter { self.providers.targets[$0].model == model }
            return matching.isEmpty ? all : matching + all.filter { !matching.contains($0) }
        }
    }

    /// Every name that `model` may take, for `GET /v1/models`: models, target ids, groups and their aliases; sorted, once each.
    public var modelNames: [String] {
        Set(self.named.keys).union(self.providers.targets.map(\.model)).sorted()
    }
}
