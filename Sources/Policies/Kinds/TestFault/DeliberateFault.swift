internal import Glibc

/// Ends or stops this process in every way a defect could. Everything that breaks on purpose is in this file; only `test-fault` calls it.
enum DeliberateFault {
    static func perform(_ command: TestFaultCommand) {
        switch command {
        case .crash: self.storeNowhere()
        case .trap: self.trap()
        case .abort: abort()
        case .hang: self.hang()
        case .stop: raise(SIGSTOP)
        case .allocate: self.allocate()
        case .recurse: _ = self.recurse(0)
        case .error: return
        }
    }

    static func end(status: CInt) { exit(status) }

    /// The first page is never mapped (vm.mmap_min_addr): SIGSEGV.
    @inline(never)
    private static func storeNowhere() {
        guard let nowhere = unsafe UnsafeMutableRawPointer(bitPattern: 16) else { return }
        unsafe nowhere.storeBytes(of: UInt64(getpid()), as: UInt64.self)
    }

    /// What an index outside of an array or an overflow ends in.
    @inline(never)
    private static func trap() {
        let numbers = [UInt8](repeating: 0, count: Int(getpid() & 7))
        _ = numbers[Int(getpid() & 7)]
    }

    /// Until the process that started this one is gone, so that nothing spins on after a test that was cut.
    @inline(never)
    private static func hang() {
        let parent = getppid()
        while getppid() == parent {}
        abort()
    }

    /// Takes memory and writes to it until there is none. Volunteers to be the one that the kernel ends for it (proc(5), oom_score_adj).
    @inline(never)
    private static func allocate() {
        let score = unsafe open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC)
        if score >= 0 {
            _ = unsafe write(score, "1000", 4)
            close(score)
        }
        let blockBytes = 16 << 20
        while let block = unsafe malloc(blockBytes) { unsafe memset(block, 0x6B, blockBytes) }
        abort()
    }

    /// Deeper until the stack's guard page: SIGSEGV on a stack with no room for a handler.
    @inline(never)
    private static func recurse(_ depth: Int) -> Int {
        unsafe withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 16) { room in
            for index in 0..<room.count { unsafe room[index] = UInt8(truncatingIfNeeded: depth &+ index) }
            let below = depth < .max ? self.recurse(depth + 1) : 0
            return unsafe below &+ Int(room[depth & 1023])
        }
    }
}
