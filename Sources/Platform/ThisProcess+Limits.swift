internal import CPlatform
internal import Glibc

/// What a process denies itself.
extension ThisProcess {
    /// Nothing that is executed from here on gains a privilege (`PR_SET_NO_NEW_PRIVS`).
    public static func forbidNewPrivileges() throws(SystemCallError) {
        guard kt_forbid_new_privileges() == 0 else { throw SystemCallError("PR_SET_NO_NEW_PRIVS", errno: errno) }
    }

    /// No core dump: it would hold keys and texts.
    public static func forbidCoreDump() throws(SystemCallError) {
        guard kt_limit(CInt(RLIMIT_CORE.rawValue), 0) == 0 else { throw SystemCallError("RLIMIT_CORE", errno: errno) }
    }

    /// At most so much private memory; a lower limit stays as it is.
    public static func limitData(bytesMax: UInt64) throws(SystemCallError) {
        guard kt_limit(CInt(RLIMIT_DATA.rawValue), bytesMax) == 0 else { throw SystemCallError("RLIMIT_DATA", errno: errno) }
    }

    /// How many descriptors this process may have; the highest `Int` when there is no limit.
    public static var descriptorLimit: Int { Int(clamping: kt_limit_of(CInt(RLIMIT_NOFILE.rawValue))) }

    /// Makes the kernel prefer this process when memory runs out: `score` of 0…1000, unless it has a higher one.
    public static func offerToMemoryKiller(score: Int) throws(SystemCallError) {
        let path = "/proc/self/oom_score_adj"
        let text = String(decoding: try Files.read(path, bytesMax: 64), as: UTF8.self)
        if let now = Int(text.filter { !$0.isWhitespace }), now >= score { return }
        let number = unsafe kt_open(path, O_WRONLY | O_CLOEXEC, 0)
        guard number >= 0 else { throw SystemCallError("open \(path)", errno: errno) }
        let file = OwnedDescriptor(adopting: number)
        try Files.write(Array("\(score)".utf8), to: file.rawNumber)
    }
}
