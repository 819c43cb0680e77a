internal import Settings

/// What `agent-firewall` lets pass. Pure.
struct ToolRules: Sendable {
    enum Objection: String, CaseIterable {
        case blocked = "TOOL_BLOCKED"
        case notAllowed = "TOOL_NOT_ALLOWED"
        case tooManyActions = "TOO_MANY_ACTIONS"
    }

    private let allowed: [NameGlob]?
    private let blocked: [NameGlob]
    /// Calls that one conversation may hold.
    let actionsMax: Int?

    init(_ options: AgentFirewallOptions) {
        self.allowed = options.allowedTools.map { $0.map(NameGlob.init) }
        self.blocked = options.blockedTools.map(NameGlob.init)
        self.actionsMax = options.actionsPerSessionMax
    }

    /// A name that is blocked is blocked, whatever else is allowed.
    func objection(to name: Span<UInt8>) -> Objection? {
        for glob in self.blocked where glob.matches(name) { return .blocked }
        guard let allowed else { return nil }
        for glob in allowed where glob.matches(name) { return nil }
        return .notAllowed
    }

    /// `count`: calls made so far in the conversation, the one in question included.
    func objection(toActions count: Int) -> Objection? {
        self.actionsMax.flatMap { count > $0 ? .tooManyActions : nil }
    }
}
