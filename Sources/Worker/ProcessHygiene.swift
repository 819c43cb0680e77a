internal import Platform

/// What a worker denies itself before it looks at anything of a stranger's.
enum ProcessHygiene {
    private static let memoryKillerScore = 200

    /// Fails when privileges could still be gained; what else cannot be had is returned as complaints.
    static func apply() throws(SystemCallError) -> [String] {
        try ThisProcess.forbidNewPrivileges()
        var complaints: [String] = []
        func attempt(_ action: () throws(SystemCallError) -> Void) {
            do throws(SystemCallError) { try action() } catch { complaints.append("warning: \(error)") }
        }
        attempt(ThisProcess.forbidCoreDump)
        attempt { () throws(SystemCallError) in try ThisProcess.limitData(bytesMax: MemoryBudget.ofThisProcess().dataBytesMax) }
        attempt { () throws(SystemCallError) in try ThisProcess.offerToMemoryKiller(score: Self.memoryKillerScore) }
        return complaints
    }
}
