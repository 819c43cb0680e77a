internal import CPlatform
internal import Glibc

/// The process's last words: what a crash signal still writes and sends before the back trace, and that the process then really ends by it.
///
/// Covers SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT and SIGSYS, on a stack of its own. Installed after Swift's handlers, it calls
/// them; they return after a signal that somebody sent, and then this one ends the process by the same signal.
public enum CrashHandler {
    /// To be called once, on the main thread.
    ///
    /// - Parameters:
    ///   - lastWords: three 64-bit words for signal, `si_code` and `si_pid`; must stay writable as long as the process lives.
    ///   - socket: a socket whose peer gets `frame`, one message, without waiting.
    ///   - frame: at most 64 bytes; the signal's number is put into its last four, little-endian.
    public static func install(lastWords: UnsafeMutableRawPointer, socket: CInt, frame: [UInt8]) throws(SystemCallError) {
        guard unsafe kt_crash_install(lastWords, socket, frame, frame.count, frame.count - 4) == 0 else {
            throw SystemCallError("kt_crash_install", errno: errno)
        }
    }
}
