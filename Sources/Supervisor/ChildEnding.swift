internal import Glibc
internal import IPC
internal import Platform

enum ChildSignal {
    static let abort = SIGABRT
    static let kill = SIGKILL
    static let resume = SIGCONT
    static let terminate = SIGTERM
}

/// How a child ended, once it has; nil while it runs. That it cannot be asked is an end too.
func reaped(_ child: ChildProcess) -> ChildProcess.Ending? {
    do throws(SystemCallError) { return try child.reap() } catch { return .exited(-1) }
}

extension ChildProcess.Ending {
    /// The worker would end like this again. `hasServed`: another of the same configuration has been READY; then what one misses, a file
    /// with a secret say, may come back.
    func isPermanent(hasServed: Bool) -> Bool { !hasServed && self == .exited(WorkerControl.permanentExitStatus) }

    /// After "worker 0 ".
    var words: String {
        switch self {
        case .exited(let status): return "exited with status \(status)"
        case .killed(let signal):
            let name = unsafe strsignal(signal)
            return unsafe "was killed by signal \(signal) (\(name.map { unsafe String(cString: $0) } ?? "?"))"
        }
    }
}
