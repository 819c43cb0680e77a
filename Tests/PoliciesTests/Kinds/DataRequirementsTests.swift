import Settings
import Testing

@testable import Policies

@Suite("Data routing")
struct DataRequirementsTests {
    private static func policy(zero: Bool = false, optOut: Bool = false, days: Int? = nil) -> Target.DataPolicy {
        var policy = Target.DataPolicy()
        (policy.zeroDataRetention, policy.trainingOptOut, policy.retentionDays) = (zero, optOut, days)
        return policy
    }

    private static func options(zero: Bool = false, noTraining: Bool = false, days: Int? = nil, action: PolicyAction = .block) -> DataRoutingOptions {
        var options = DataRoutingOptions()
        (options.requiresZeroDataRetention, options.requiresNoTraining, options.retentionDaysMax) = (zero, noTraining, days)
        options.onNoCompliantProvider = action
        return options
    }

    @Test(arguments: [
        (options(), policy(), true),
        (options(zero: true), policy(), false), (options(zero: true), policy(zero: true), true), (options(zero: true), policy(days: 0), true),
        (options(zero: true), policy(days: 1), false),
        (options(noTraining: true), policy(zero: true), false), (options(noTraining: true), policy(optOut: true), true),
        (options(days: 30), policy(), false), (options(days: 30), policy(days: 30), true), (options(days: 30), policy(days: 31), false),
        (options(days: 0), policy(days: 0), true), (options(days: 0), policy(zero: true), true), (options(days: 0), policy(days: 1), false),
        (options(zero: true, noTraining: true, days: 7), policy(zero: true, optOut: true), true),
        (options(zero: true, noTraining: true, days: 7), policy(zero: true), false),
    ])
    func `what is not declared is not promised`(options: DataRoutingOptions, policy: Target.DataPolicy, complies: Bool) {
        #expect((DataRequirements.objection(to: policy, options) == nil) == complies)
    }

    private static func requirements(_ action: PolicyAction, _ policies: [Target.DataPolicy]) -> DataRequirements? {
        var settings = PolicySettings()
        settings.chain = [.dataRoutingPolicy]
        settings.dataRouting = Self.options(zero: true, action: action)
        let targets = policies.enumerated().map { number, policy in
            var target = Target(id: "t\(number)", provider: "mistral", model: "m", baseURL: "https://example.com")
            target.dataPolicy = policy
            return target
        }
        return DataRequirements(settings, targets: targets)
    }

    @Test func `targets that do not comply are left out`() {
        let requirements = Self.requirements(.block, [Self.policy(), Self.policy(zero: true), Self.policy(zero: true)])
        let decision = requirements?.decide([2, 0, 1])
        #expect(decision?.targets == [2, 1])
        #expect(decision?.report.verdict == .allow)
        #expect(decision?.report.findings == [PolicyFinding(type: "TARGET_NOT_COMPLIANT", count: 1)])
        #expect(requirements?.decide([1]).report.reasonCode == "")
        #expect(requirements?.areMetByAny == true)
    }

    @Test(arguments: [(PolicyAction.block, Verdict.block, 0), (.escalate, .escalate, 0), (.log, .allow, 2)])
    func `with none left the action decides`(action: PolicyAction, verdict: Verdict, count: Int) {
        let requirements = Self.requirements(action, [Self.policy(), Self.policy(days: 3)])
        let decision = requirements?.decide([1, 0])
        #expect(decision?.report.verdict == verdict)
        #expect(decision?.report.reasonCode == DataRequirements.reason)
        #expect(decision?.targets.count == count)
        #expect(decision?.objection == "it does not declare zero data retention")
        #expect(requirements?.areMetByAny == false)
    }

    @Test func `a chain without the policy asks nothing`() { #expect(DataRequirements(PolicySettings(), targets: []) == nil) }
}
