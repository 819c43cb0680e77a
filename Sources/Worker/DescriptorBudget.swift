/// How many clients the process's descriptors allow: each may need one of its own and one to its target.
enum DescriptorBudget {
    /// For all that is neither: the loop, control and listening sockets, the spool, memory files.
    private static let others = 64

    static func connectionsMax(configured: Int, descriptorLimit: Int) -> Int {
        min(configured, max(1, (descriptorLimit - Self.others) / 2))
    }
}
