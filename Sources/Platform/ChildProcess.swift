internal import CPlatform
internal import Glibc

/// What to run, and what of ours it gets: nothing that is not named here.
public struct SpawnPlan {
    /// `argv`, the program's name first.
    public var arguments: [String]
    /// `NAME=value` lines, the whole environment.
    public var environment: [String]
    /// Lent for the call; the child has them as 3, 4, …, without close-on-exec.
    public var descriptors: [CInt]
    /// Lent for the call; nil: `/dev/null`.
    public var standardInput: CInt?
    /// Lent for the call; nil: inherited.
    public var standardOutput: CInt?
    /// Lent for the call; nil: inherited.
    public var standardError: CInt?
    /// True keeps the terminal's Ctrl-C from the child.
    public var hasOwnGroup: Bool

    public init(
        arguments: [String], environment: [String], descriptors: [CInt] = [], standardInput: CInt? = nil,
        standardOutput: CInt? = nil, standardError: CInt? = nil, hasOwnGroup: Bool = true
    ) {
        self.arguments = arguments
        self.environment = environment
        self.descriptors = descriptors
        self.standardInput = standardInput
        self.standardOutput = standardOutput
        self.standardError = standardError
        self.hasOwnGroup = hasOwnGroup
    }
}

/// A child of this process, named by a pidfd, so that no signal can reach a stranger with its number.
public final class ChildProcess {
    public enum Ending: Equatable, Sendable {
        case exited(CInt)
        case killed(signal: CInt)
    }

    public let pid: Int32
    private let pidfd: OwnedDescriptor

    /// Runs the file behind an `O_PATH` descriptor with default signals, an empty mask and only the descriptors of `plan`.
    ///
    /// The child holds 0, 1, 2, those of `plan`, and nothing else: the executable's own descriptor is close-on-exec there.
    public init(_ executable: borrowing OwnedDescriptor, _ plan: SpawnPlan) throws(SystemCallError) {
        // Copies far above the targets: an assignment 5 → 3 must not overwrite the source of 3 → 4.
        var copies: [CInt] = []
        defer { for copy in copies { _ = Glibc.close(copy) } }
        let lowest = CInt(plan.descriptors.count + 16)
        let lent = plan.descriptors + [executable.rawNumber] + [plan.standardInput, plan.standardOutput, plan.standardError].compactMap { $0 }
        for number in lent {
            let copy = kt_fcntl_int(number, F_DUPFD_CLOEXEC, lowest)
            guard copy >= 0 else { throw SystemCallError("F_DUPFD_CLOEXEC", errno: errno) }
            copies.append(copy)
        }

        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        var failure = unsafe posix_spawn_file_actions_init(&actions)
        guard failure == 0 else { throw SystemCallError("posix_spawn_file_actions_init", errno: failure) }
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        failure = unsafe kt_spawn_attributes(&attributes, plan.hasOwnGroup ? 1 : 0)
        guard failure == 0 else { throw SystemCallError("posix_spawnattr_init", errno: failure) }
        defer { unsafe posix_spawnattr_destroy(&attributes) }

        func add(_ result: CInt) { if failure == 0 { failure = result } }
        let count = plan.descriptors.count
        var standard = copies[(count + 1)...]
        if plan.standardInput == nil {
            add(unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0))
        } else if let copy = standard.popFirst() {
            add(unsafe posix_spawn_file_actions_adddup2(&actions, copy, 0))
        }
        if plan.standardOutput != nil, let copy = standard.popFirst() { add(unsafe posix_spawn_file_actions_adddup2(&actions, copy, 1)) }
        if plan.standardError != nil, let copy = standard.popFirst() { add(unsafe posix_spawn_file_actions_adddup2(&actions, copy, 2)) }
        for index in 0..<count { add(unsafe posix_spawn_file_actions_adddup2(&actions, copies[index], CInt(3 + index))) }
        // The path is resolved after these actions, so the executable must stay open until then. Opened anew, as the lowest
        // free number, it keeps the close-on-exec that a `dup2` would lose.
        let (held, image) = (CInt(3 + count), CInt(4 + count))
        add(unsafe posix_spawn_file_actions_adddup2(&actions, copies[count], held))
        add(unsafe kt_spawn_closefrom(&actions, image))
        add(unsafe posix_spawn_file_actions_addopen(&actions, image, "/proc/self/fd/\(held)", KT_O_PATH | O_CLOEXEC, 0))
        add(unsafe posix_spawn_file_actions_addclose(&actions, held))
        guard failure == 0 else { throw SystemCallError("posix_spawn_file_actions", errno: failure) }

        var arguments: [UnsafeMutablePointer<CChar>?] = unsafe plan.arguments.map { unsafe strdup($0) } + [nil]
        defer { for unsafe argument in unsafe arguments { unsafe free(argument) } }
        var environment: [UnsafeMutablePointer<CChar>?] = unsafe plan.environment.map { unsafe strdup($0) } + [nil]
        defer { for unsafe line in unsafe environment { unsafe free(line) } }
        var pid: pid_t = 0
        failure = unsafe posix_spawn(&pid, "/proc/self/fd/\(image)", &actions, &attributes, &arguments, &environment)
        guard failure == 0 else { throw SystemCallError("posix_spawn \(plan.arguments.first ?? "")", errno: failure) }
        // Nothing reaps between the two calls, so the number still names our child.
        let pidfd = kt_pidfd_open(pid)
        guard pidfd >= 0 else {
            let code = errno
            _ = kill(pid, SIGKILL)
            _ = waitpid(pid, nil, 0)
            throw SystemCallError("pidfd_open", errno: code)
        }
        self.pid = pid
        self.pidfd = OwnedDescriptor(adopting: pidfd)
    }

    /// A child that another image of this process started: `Inherited.isOwnChild` is true of `pidfd`.
    public init(adoptingPid pid: Int32, pidfd: consuming OwnedDescriptor) {
        self.pid = pid
        self.pidfd = pidfd
    }

    /// Readable once the child has ended; for registering with a loop.
    public var rawNumber: CInt { self.pidfd.rawNumber }

    /// Harmless after the child has ended.
    public func send(signal: CInt) { _ = kt_pidfd_send_signal(self.pidfd.rawNumber, signal) }

    /// How it ended, once; nil while it runs.
    public func reap() throws(SystemCallError) -> Ending? {
        var (code, status): (CInt, CInt) = (0, 0)
        switch unsafe kt_reap(self.pidfd.rawNumber, &code, &status) {
        case 1: return code == CLD_EXITED ? .exited(status) : .killed(signal: status)
        case 0: return nil
        default: throw SystemCallError("waitid", errno: errno)
        }
    }

    /// Blocks until it has ended or `timeout` is over, then as `reap`.
    public func wait(_ timeout: Duration) throws(SystemCallError) -> Ending? {
        let deadline = Instant.now() + timeout
        while true {
            if let ending = try self.reap() { return ending }
            let left = (deadline - Instant.now()).nanoseconds / 1_000_000
            if left <= 0 { return nil }
            _ = kt_wait_readable(self.pidfd.rawNumber, CInt(clamping: left))
        }
    }
}
