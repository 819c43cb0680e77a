internal import Settings

extension PhaseProgram {
    mutating func addFirewall(_ options: AgentFirewallOptions) {
        var policy = Policy(kind: .agentFirewall, action: .block, reasonCode: Self.code(.agentFirewall, "detected"))
        policy.tools = ToolRules(options)
        self.add(policy)
        for objection in ToolRules.Objection.allCases { self.addType(objection.rawValue) }
    }

    /// The policy that judges tools, if there is one, and its number.
    var firewall: (number: Int, rules: ToolRules)? {
        for (number, policy) in self.policies.enumerated() {
            if let rules = policy.tools { return (number, rules) }
        }
        return nil
    }

    func type(_ objection: ToolRules.Objection, of policy: Int) -> Int? {
        self.types.firstIndex { $0.policy == policy && $0.name == objection.rawValue }
    }
}
