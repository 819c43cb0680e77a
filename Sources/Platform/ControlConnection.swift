internal import CPlatform
internal import Glibc

/// The asking end of a local stream socket on which both sides speak in lines. Blocks.
public final class ControlConnection {
    /// Longest line taken.
    public static let lineBytesMax = 4 << 20

    private let socket: OwnedDescriptor
    private var received: [UInt8] = []
    private var isAtEnd = false

    /// Fails with `ENOENT` or `ECONNREFUSED` where nobody listens, `EACCES` where the file's mode does not let us in.
    public init(path: String) throws(SystemCallError) {
        // A local connection stands at once, or not at all.
        self.socket = try ListeningSocket.connect(to: .unix(path: path))
    }

    /// Sends a short line, without its end, which is added.
    public func send(_ line: String) throws(SystemCallError) {
        let bytes = Array((line + "\n").utf8)
        // It fits in the socket's buffer, so one call is enough.
        switch StreamSocket.send(self.socket.rawNumber, bytes.span) {
        case .bytes(bytes.count): return
        case .failed(let code): throw SystemCallError("send", errno: code)
        case .bytes, .wouldBlock, .ended: throw SystemCallError("send", errno: EMSGSIZE)
        }
    }

    /// The next line without its end; nil when the other side has closed. Fails with `ETIMEDOUT` after `timeout`; nil waits for ever.
    public func nextLine(timeout: Duration? = nil) throws(SystemCallError) -> [UInt8]? {
        let deadline = timeout.map { Instant.now() + $0 }
        var searched = 0
        while true {
            if let end = self.received[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(self.received[..<end])
                self.received.removeSubrange(...end)
                return line
            }
            searched = self.received.count
            if self.isAtEnd { return nil }
            guard self.received.count <= Self.lineBytesMax else { throw SystemCallError("recv", errno: EMSGSIZE) }
            try self.receive(until: deadline)
        }
    }

    private func receive(until deadline: Instant?) throws(SystemCallError) {
        switch StreamSocket.receive(self.socket.rawNumber, appendingTo: &self.received, count: 64 * 1024) {
        case .bytes: return
        case .ended: self.isAtEnd = true
        case .failed(ECONNRESET): self.isAtEnd = true
        case .failed(let code): throw SystemCallError("recv", errno: code)
        case .wouldBlock:
            let left = deadline.map { max(0, ($0 - Instant.now()).nanoseconds / 1_000_000) }
            let result = kt_wait_readable(self.socket.rawNumber, left.map { CInt(clamping: $0) } ?? -1)
            if result == 0 { throw SystemCallError("recv", errno: ETIMEDOUT) }
            guard result > 0 || errno == EINTR else { throw SystemCallError("poll", errno: errno) }
        }
    }
}
