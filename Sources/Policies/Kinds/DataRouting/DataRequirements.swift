public import Settings

/// What `data-routing-policy` asks of targets. What a target does not declare it does not promise. Pure.
public struct DataRequirements: Sendable {
    /// What becomes of a request's targets.
    public struct Decision: Sendable, Equatable {
        /// Those that may get the request, in their order.
        public var targets: [Int]
        /// What the event says; its verdict is `block` or `escalate` when no target is left.
        public var report: PolicyReport
        /// Why the first target is out, for people.
        public var objection: String?
    }

    public static let reason = "data_routing_policy.no_compliant_provider"

    private let options: DataRoutingOptions
    /// By target.
    private let objections: [String?]

    /// nil: the chain has no such policy.
    public init?(_ settings: PolicySettings, targets: [Target]) {
        guard settings.chain.contains(.dataRoutingPolicy) else { return nil }
        self.options = settings.dataRouting
        self.objections = targets.map { Self.objection(to: $0.dataPolicy, settings.dataRouting) }
    }

    /// False: no request can be served.
    public var areMetByAny: Bool { self.objections.contains(nil) }

    /// `candidates`: the targets that the router would use.
    public func decide(_ candidates: [Int]) -> Decision {
        var decision = Decision(
            targets: candidates.filter { self.objections[$0] == nil }, report: PolicyReport(kind: .dataRoutingPolicy, phase: .input))
        let excluded = candidates.count - decision.targets.count
        guard excluded > 0 else { return decision }
        decision.report.findings = [PolicyFinding(type: "TARGET_NOT_COMPLIANT", count: excluded)]
        decision.report.reasonCode = "data_routing_policy.detected"
        guard decision.targets.isEmpty else { return decision }
        decision.report.reasonCode = Self.reason
        decision.objection = candidates.first.flatMap { self.objections[$0] }
        switch self.options.onNoCompliantProvider {
        case .escalate: decision.report.verdict = .escalate
        case .log: decision.targets = candidates
        case .block, .redact: decision.report.verdict = .block
        }
        return decision
    }

    /// Why a target must not get a request, for people; nil: it complies.
    static func objection(to policy: Target.DataPolicy, _ options: DataRoutingOptions) -> String? {
        let keepsNothing = policy.zeroDataRetention || policy.retentionDays == 0
        if options.requiresZeroDataRetention, !keepsNothing { return "it does not declare zero data retention" }
        if options.requiresNoTraining, !policy.trainingOptOut { return "it does not declare that it never trains on data" }
        if let limit = options.retentionDaysMax, !keepsNothing {
            guard let days = policy.retentionDays else { return "it does not declare how long it keeps data" }
            if days > limit { return "it keeps data for \(days) days, \(limit) are allowed" }
        }
        return nil
    }
}
