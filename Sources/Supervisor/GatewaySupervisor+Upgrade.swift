internal import Platform
internal import Settings

/// The exchange of the running programs for new ones.
extension GatewaySupervisor {
    /// SIGUSR2.
    func requestUpgrade() {
        self.log.write(.warning, "upgrade is not available in this version; restart the gateway to run new programs")
    }
}
