internal import Exchange
internal import Settings

extension PhaseProgram {
    /// Reads requests only.
    mutating func addInjection(_ options: PromptInjectionOptions, _ content: PolicyContent) {
        guard self.phase == .input else { return }
        let roles: [TextRole] = options.scanRoles.map { role in
            switch role {
            case .system: .system
            case .developer: .developer
            case .user: .user
            case .assistant: .assistant
            case .tool: .tool
            case .function: .function
            }
        }
        // Texts outside of messages (`prompt`, `input`) are the user's.
        self.addIndicators(
            .promptInjection, options.action, message: options.message,
            roles: Set((roles + (roles.contains(.user) ? [.none] : [])).map(\.rawValue)), rules: content.injection(options))
    }
}
