internal import CPlatform
internal import Glibc

/// A way to a descriptor that others share, standard error before all, which never waits for its reader.
///
/// The shared description stays as it is, since `O_NONBLOCK` would meet everybody who has it: a FIFO or a terminal is opened once more, a socket
/// is told with each message, and where neither goes, poll(2) is asked before each piece that a pipe takes whole.
public final class UnhurriedOutput {
    private let descriptor: CInt
    /// Our own description; -1: there is none.
    private let ownNumber: CInt
    private let own: OwnedDescriptor?
    /// A regular file or a device, which always takes all.
    private let takesAll: Bool

    /// `descriptor` stays the caller's and must be open as long as this is used.
    public init(_ descriptor: CInt) {
        self.descriptor = descriptor
        var facts = stat()
        let isKnown = unsafe fstat(descriptor, &facts) == 0
        self.takesAll = isKnown && facts.st_mode & S_IFMT == S_IFREG
        let number = kt_open_again_nonblocking(descriptor)
        self.ownNumber = number
        self.own = number < 0 ? nil : OwnedDescriptor(adopting: number)
    }

    /// What became of a piece.
    public enum Outcome: Equatable, Sendable {
        /// So many bytes are written; fewer than asked for: there is no room for more.
        case wrote(Int)
        /// Nobody will ever read it.
        case broken
    }

    /// Writes as much as there is room for.
    public func write(_ bytes: ArraySlice<UInt8>) -> Outcome {
        var done = 0
        while done < bytes.count {
            let count = self.writePiece(bytes.dropFirst(done))
            if count < 0 {
                switch errno {
                case EINTR: continue
                case EAGAIN: return .wrote(done)
                default: return .broken
                }
            }
            done += count
        }
        return .wrote(done)
    }

    /// Not more than a pipe with any room takes without waiting (pipe(7), `PIPE_BUF`).
    private static let pieceBytesMax = 4096

    private func writePiece(_ bytes: ArraySlice<UInt8>) -> Int {
        let count = self.takesAll ? bytes.count : min(bytes.count, Self.pieceBytesMax)
        return unsafe bytes.withUnsafeBytes { bytes in
            if self.takesAll || self.ownNumber >= 0 {
                return unsafe Glibc.write(self.takesAll ? self.descriptor : self.ownNumber, bytes.baseAddress, count)
            }
            let sent = unsafe send(self.descriptor, bytes.baseAddress, count, CInt(MSG_DONTWAIT | MSG_NOSIGNAL))
            if sent >= 0 || errno != ENOTSOCK { return sent }
            guard kt_is_writable(self.descriptor) == 1 else {
                errno = EAGAIN
                return -1
            }
            return unsafe Glibc.write(self.descriptor, bytes.baseAddress, count)
        }
    }

    /// Writes the whole to `descriptor`, or as much as there is room for: for who keeps no queue.
    public static func writeOrDrop(_ text: String, to descriptor: CInt) { _ = UnhurriedOutput(descriptor).write(Array(text.utf8)[...]) }
}
