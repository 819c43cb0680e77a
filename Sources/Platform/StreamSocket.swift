internal import CPlatform
internal import Glibc

/// The calls on non-blocking stream sockets. None blocks, none raises SIGPIPE, all go on after EINTR.
public enum StreamSocket {
    public enum Outcome: Equatable, Sendable {
        /// At least one byte moved.
        case bytes(Int)
        case wouldBlock
        /// The peer sends no more; of `receive` only.
        case ended
        /// `errno`.
        case failed(CInt)
    }

    /// The far end of an accepted connection.
    public struct Peer: Sendable, Equatable {
        /// IPv6 address, or IPv4 mapped into it, as two big-endian halves; zero for a local socket.
        public var high: UInt64 = 0
        public var low: UInt64 = 0
        public var port: UInt16 = 0
        public var isLocal = false
        public init() {}
    }

    public enum AcceptFailure: Error, Equatable, Sendable {
        /// No connection waits.
        case none
        /// That connection ended before it was accepted, or the call was interrupted: try the next one.
        case transient
        /// No descriptors or memory: trying again at once would spin.
        case exhausted(CInt)
        case failed(CInt)
    }

    /// Receives into all of `buffer`; `bytes(n)` says that its first n bytes are new.
    public static func receive(_ descriptor: CInt, into buffer: inout MutableSpan<UInt8>) -> Outcome {
        unsafe buffer.withUnsafeMutableBytes { memory in
            unsafe Self.receive(descriptor, memory)
        }
    }

    /// Receives up to `count` bytes at the end of `storage`.
    public static func receive(_ descriptor: CInt, appendingTo storage: inout [UInt8], count: Int) -> Outcome {
        var outcome = Outcome.wouldBlock
        storage.append(addingCapacity: count) { output in
            unsafe output.withUnsafeMutableBufferPointer { memory, initialized in
                let free = unsafe UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(memory)[initialized..<initialized + count])
                outcome = unsafe Self.receive(descriptor, free)
                if case .bytes(let received) = outcome { initialized += received }
            }
        }
        return outcome
    }

    private static func receive(_ descriptor: CInt, _ memory: UnsafeMutableRawBufferPointer) -> Outcome {
        while true {
            let count = unsafe recv(descriptor, memory.baseAddress, memory.count, CInt(MSG_DONTWAIT))
            if count > 0 { return .bytes(count) }
            if count == 0 { return .ended }
            if errno == EINTR { continue }
            return errno == EAGAIN ? .wouldBlock : .failed(errno)
        }
    }

    public static func send(_ descriptor: CInt, _ bytes: Span<UInt8>) -> Outcome {
        unsafe bytes.withUnsafeBytes { memory in
            while true {
                let flags = CInt(MSG_DONTWAIT) | CInt(MSG_NOSIGNAL)
                let count = unsafe Glibc.send(descriptor, memory.baseAddress, memory.count, flags)
                if count >= 0 { return .bytes(count) }
                if errno == EINTR { continue }
                return errno == EAGAIN ? .wouldBlock : .failed(errno)
            }
        }
    }

    /// Sends `first` and then `second` in one call.
    public static func send(_ descriptor: CInt, _ first: Span<UInt8>, _ second: Span<UInt8>) -> Outcome {
        unsafe first.withUnsafeBytes { a in
            unsafe second.withUnsafeBytes { b in
                while true {
                    let count = unsafe kt_send_two(descriptor, a.baseAddress, a.count, b.baseAddress, b.count)
                    if count >= 0 { return .bytes(count) }
                    if errno == EINTR { continue }
                    return errno == EAGAIN ? .wouldBlock : .failed(errno)
                }
            }
        }
    }

    /// Tells the peer that nothing more comes.
    public static func endSending(_ descriptor: CInt) { _ = shutdown(descriptor, CInt(SHUT_WR)) }

    /// Makes `close` send a reset, and drop what has not been sent.
    public static func resetOnClose(_ descriptor: CInt) {
        var option = linger(l_onoff: 1, l_linger: 0)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    /// Takes one waiting connection; it is non-blocking, close-on-exec, and without Nagle's delay.
    public static func accept(_ listener: CInt, peer: inout Peer) throws(AcceptFailure) -> OwnedDescriptor {
        var address = (UInt64(0), UInt64(0))
        var port: UInt16 = 0
        var isLocal: CInt = 0
        let number = unsafe withUnsafeMutableBytes(of: &address) { memory in
            unsafe kt_accept_peer(listener, memory.assumingMemoryBound(to: UInt8.self).baseAddress, &port, &isLocal)
        }
        guard number >= 0 else {
            switch errno {
            case EAGAIN: throw .none
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: throw .exhausted(errno)
            // accept(2): errors of the new connection itself count as EAGAIN.
            case EINTR, ECONNABORTED, EPROTO, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH, EPERM:
                throw .transient
            default: throw .failed(errno)
            }
        }
        peer.high = UInt64(bigEndian: address.0)
        peer.low = UInt64(bigEndian: address.1)
        peer.port = port
        peer.isLocal = isLocal != 0
        return OwnedDescriptor(adopting: number)
    }
}
