/// One checked configuration: what every part of the gateway is made from. Built by `Config`, never changed afterwards.
public struct GatewaySettings: Codable, Sendable, Equatable {
    public var pack: Pack
    public var policies: PolicySettings
    public var providers: ProviderSettings
    public var modelGroups: [ModelGroup]
    public var consumerGroups: [ConsumerGroup]
    public var rateLimits: RateLimits
    public var budgets: [Budget]
    public var allowlist: AddressAllowlist
    public var cors: CrossOrigin
    public var gateway: ProcessSettings

    public init(
        pack: Pack, policies: PolicySettings = .init(), providers: ProviderSettings = .init(), modelGroups: [ModelGroup] = [],
        consumerGroups: [ConsumerGroup] = [], rateLimits: RateLimits = .init(), budgets: [Budget] = [],
        allowlist: AddressAllowlist = .init(), cors: CrossOrigin = .init(), gateway: ProcessSettings = .init()
    ) {
        self.pack = pack
        self.policies = policies
        self.providers = providers
        self.modelGroups = modelGroups
        self.consumerGroups = consumerGroups
        self.rateLimits = rateLimits
        self.budgets = budgets
        self.allowlist = allowlist
        self.cors = cors
        self.gateway = gateway
    }
}

/// What a configuration calls itself; stands in every event.
public struct Pack: Codable, Sendable, Equatable {
    public var name: String
    /// SemVer.
    public var version: String
    public var enabled: Bool
    public var description: String?

    public init(name: String, version: String, enabled: Bool = true, description: String? = nil) {
        self.name = name
        self.version = version
        self.enabled = enabled
        self.description = description
    }
}

/// What happens to a request whose policies cannot be evaluated.
public enum FailMode: String, Codable, Sendable, CaseIterable { case block, allow }
