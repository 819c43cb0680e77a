internal import CPlatform
internal import Glibc

/// One end of a `SOCK_SEQPACKET` pair: whole messages with descriptors attached. Never blocks unless said.
@safe public final class MessageSocket {
    /// Longest message either end takes.
    public static let bytesMax = 16 * 1024
    public static let descriptorsMax = Int(KT_DESCRIPTORS_MAX)

    public enum Received {
        case message([UInt8], ReceivedDescriptors)
        /// Nothing is there now.
        case nothing
        /// The other end is closed by everybody who held it.
        case end
    }

    private let descriptor: OwnedDescriptor
    private let buffer: UnsafeMutableRawPointer
    private let numbers: UnsafeMutablePointer<CInt>

    /// Takes over one end.
    public init(adopting descriptor: consuming OwnedDescriptor) {
        self.descriptor = descriptor
        unsafe self.buffer = UnsafeMutableRawPointer.allocate(byteCount: Self.bytesMax, alignment: 16)
        unsafe self.numbers = UnsafeMutablePointer<CInt>.allocate(capacity: Self.descriptorsMax)
        _ = kt_fcntl_int(self.descriptor.rawNumber, F_SETFL, O_NONBLOCK)
        _ = kt_fcntl_int(self.descriptor.rawNumber, F_SETFD, FD_CLOEXEC)
    }

    deinit {
        unsafe self.buffer.deallocate()
        unsafe self.numbers.deallocate()
    }

    /// Two ends, both close-on-exec.
    public static func pair() throws(SystemCallError) -> (MessageSocket, MessageSocket) {
        var (a, b): (CInt, CInt) = (-1, -1)
        guard unsafe kt_seqpacket_pair(&a, &b) == 0 else { throw SystemCallError("socketpair", errno: errno) }
        return (MessageSocket(adopting: OwnedDescriptor(adopting: a)), MessageSocket(adopting: OwnedDescriptor(adopting: b)))
    }

    /// For registering with a loop, or lending to a child.
    public var rawNumber: CInt { self.descriptor.rawNumber }

    /// Sends one message. `descriptors` are duplicated by the kernel and stay the caller's. `EAGAIN` when the other end does not read.
    public func send(_ bytes: [UInt8], descriptors: [CInt] = []) throws(SystemCallError) {
        precondition(!bytes.isEmpty && bytes.count <= Self.bytesMax, "an empty message would read as the end, a longer one is cut")
        while true {
            let sent = unsafe kt_send_message(self.rawNumber, bytes, bytes.count, descriptors, descriptors.count)
            if sent == bytes.count { return }
            if sent < 0 && errno == EINTR { continue }
            throw SystemCallError("sendmsg", errno: sent < 0 ? errno : EMSGSIZE)
        }
    }

    /// The next message. A message that was cut, bytes or descriptors, is an error (`EBADMSG`), and its descriptors are closed.
    public func receive() throws(SystemCallError) -> Received {
        while true {
            var (descriptorCount, truncated): (Int, CInt) = (0, 0)
            let count = unsafe kt_receive_message(
                self.rawNumber, self.buffer, Self.bytesMax, self.numbers, &descriptorCount, &truncated)
            if count < 0 {
                switch errno {
                case EINTR: continue
                case EAGAIN: return .nothing
                // The other end went away with our words unread; what it sent before can still be read.
                case ECONNRESET: continue
                default: throw SystemCallError("recvmsg", errno: errno)
                }
            }
            let descriptors = ReceivedDescriptors((0..<descriptorCount).map { unsafe self.numbers[$0] })
            guard truncated == 0 else { throw SystemCallError("recvmsg", errno: EBADMSG) }
            if count == 0 { return .end }
            return unsafe .message([UInt8](UnsafeRawBufferPointer(start: self.buffer, count: count)), descriptors)
        }
    }

    /// Blocks until a message or the end is there; false after `timeout`.
    public func waitReadable(_ timeout: Duration) throws(SystemCallError) -> Bool {
        let deadline = Instant.now() + timeout
        while true {
            let left = max(0, (deadline - Instant.now()).nanoseconds / 1_000_000)
            let result = kt_wait_readable(self.rawNumber, CInt(clamping: left))
            if result > 0 { return true }
            if result == 0 { return false }
            guard errno == EINTR else { throw SystemCallError("poll", errno: errno) }
        }
    }
}

/// Descriptors that came with a message, in its order. What nobody takes is closed.
public final class ReceivedDescriptors {
    private var numbers: [CInt]

    init(_ numbers: [CInt]) { self.numbers = numbers.reversed() }

    deinit { for number in self.numbers { _ = Glibc.close(number) } }

    /// How many are left.
    public var count: Int { self.numbers.count }

    /// The next one; nil when all are taken.
    public func take() -> OwnedDescriptor? {
        guard let number = self.numbers.popLast() else { return nil }
        return OwnedDescriptor(adopting: number)
    }
}
