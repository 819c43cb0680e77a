internal import CPlatform
internal import Glibc

/// Where a listening socket stands.
public enum SocketPlace: Hashable, Sendable {
    /// An IPv4 or IPv6 address in digits, or `localhost` for 127.0.0.1. IPv6 sockets take IPv6 only.
    case tcp(host: String, port: UInt16)
    case unix(path: String)
}

/// A listening stream socket: non-blocking, close-on-exec.
public enum ListeningSocket {
    /// Asked of the kernel, which takes at most `net.core.somaxconn`.
    public static let backlog = 4096

    /// Bound but not yet listening: the order of `listen` calls is the order of slots in a group that shares a port.
    public static func bind(_ place: SocketPlace, sharesPort: Bool) throws(SystemCallError) -> OwnedDescriptor {
        var address = sockaddr_storage()
        let length = try Self.encode(place, into: &address)
        if case .unix(let path) = place { try Self.clearStale(path, &address, length) }
        let socket = try Self.socket(Int32(address.ss_family))
        if case .tcp = place {
            _ = kt_set_option(socket.rawNumber, SOL_SOCKET, SO_REUSEADDR, 1)
            if sharesPort { _ = kt_set_option(socket.rawNumber, SOL_SOCKET, SO_REUSEPORT, 1) }
            if Int32(address.ss_family) == AF_INET6 { _ = kt_set_option(socket.rawNumber, CInt(IPPROTO_IPV6), IPV6_V6ONLY, 1) }
        }
        guard unsafe kt_bind(socket.rawNumber, &address, length) == 0 else { throw SystemCallError("bind", errno: errno) }
        if case .unix(let path) = place { _ = unsafe chmod(path, 0o660) }
        return socket
    }

    public static func listen(_ socket: borrowing OwnedDescriptor) throws(SystemCallError) {
        guard Glibc.listen(socket.rawNumber, CInt(Self.backlog)) == 0 else { throw SystemCallError("listen", errno: errno) }
    }

    /// Fails with `EADDRINUSE` when anybody listens there, even somebody who would share the port with us.
    ///
    /// Without it a second gateway of the same user would silently take half of the connections.
    public static func checkFree(_ place: SocketPlace) throws(SystemCallError) {
        guard case .tcp(_, let port) = place, port != 0 else { return }
        _ = try Self.bind(place, sharesPort: false)
    }

    /// The port a socket got; 0 for one without.
    public static func port(of socket: borrowing OwnedDescriptor) throws(SystemCallError) -> UInt16 {
        let port = kt_address_port(socket.rawNumber)
        guard port >= 0 else { throw SystemCallError("getsockname", errno: errno) }
        return UInt16(port)
    }

    /// A non-blocking connection, perhaps not yet established.
    public static func connect(to place: SocketPlace) throws(SystemCallError) -> OwnedDescriptor {
        var address = sockaddr_storage()
        let length = try Self.encode(place, into: &address)
        let socket = try Self.socket(Int32(address.ss_family))
        guard unsafe kt_connect(socket.rawNumber, &address, length) == 0 || errno == EINPROGRESS else {
            throw SystemCallError("connect", errno: errno)
        }
        return socket
    }

    /// True once a connection of `connect` is established.
    public static func isConnected(_ socket: borrowing OwnedDescriptor) -> Bool { kt_is_connected(socket.rawNumber) == 1 }

    /// Connections that wait to be accepted, and how many may; nil for a socket that cannot say, a local one before all.
    public static func queue(of socket: CInt) -> (waiting: Int, limit: Int)? {
        var (waiting, limit): (UInt32, UInt32) = (0, 0)
        guard unsafe kt_listen_queue(socket, &waiting, &limit) == 0 else { return nil }
        return (Int(waiting), Int(limit))
    }

    /// True when siblings may share its port.
    public static func sharesPort(_ socket: borrowing OwnedDescriptor) -> Bool {
        kt_get_option(socket.rawNumber, SOL_SOCKET, SO_REUSEPORT) == 1
    }

    /// From now on nobody can begin to connect; who has begun is let in, and what waits stays. For a socket that is to be closed:
    /// a client hears nothing until then, tries again and is refused, instead of being let in and thrown out.
    public static func turnAway(_ socket: CInt) throws(SystemCallError) {
        // The bytes are those from the TCP header on; of its flags only SYN alone opens a connection.
        let (syn, ack): (UInt32, UInt32) = (0x02, 0x10)
        var filter = [
            sock_filter(code: UInt16(BPF_LD | BPF_B | BPF_ABS), jt: 0, jf: 0, k: 13),
            sock_filter(code: UInt16(BPF_ALU | BPF_AND | BPF_K), jt: 0, jf: 0, k: syn | ack),
            sock_filter(code: UInt16(BPF_JMP | BPF_JEQ | BPF_K), jt: 0, jf: 1, k: syn),
            sock_filter(code: UInt16(BPF_RET | BPF_K), jt: 0, jf: 0, k: 0),
            sock_filter(code: UInt16(BPF_RET | BPF_K), jt: 0, jf: 0, k: .max),
        ]
        guard unsafe kt_filter_attach(socket, &filter, UInt16(filter.count)) == 0 else {
            throw SystemCallError("SO_ATTACH_FILTER", errno: errno)
        }
    }

    /// Takes a `turnAway` back; harmless where there was none.
    public static func letIn(_ socket: CInt) throws(SystemCallError) {
        guard kt_filter_detach(socket) == 0 || errno == ENOENT else { throw SystemCallError("SO_DETACH_FILTER", errno: errno) }
    }

    private static func socket(_ family: CInt) throws(SystemCallError) -> OwnedDescriptor {
        let number = kt_stream_socket(family)
        guard number >= 0 else { throw SystemCallError("socket", errno: errno) }
        return OwnedDescriptor(adopting: number)
    }

    private static func encode(_ place: SocketPlace, into address: inout sockaddr_storage) throws(SystemCallError) -> socklen_t {
        var length: socklen_t = 0
        let result =
            switch place {
            case .tcp(let host, let port):
                unsafe kt_address_inet(host == "localhost" ? "127.0.0.1" : host, port, &address, &length)
            case .unix(let path): unsafe kt_address_unix(path, &address, &length)
            }
        guard result == 0 else { throw SystemCallError("bind", errno: EINVAL) }
        return length
    }

    /// Removes a socket file that nobody listens on.
    private static func clearStale(_ path: String, _ address: inout sockaddr_storage, _ length: socklen_t) throws(SystemCallError) {
        var facts = stat()
        if unsafe lstat(path, &facts) == 0, facts.st_mode & S_IFMT != S_IFSOCK { throw SystemCallError("bind \(path)", errno: EEXIST) }
        let probe = try Self.socket(AF_UNIX)
        guard unsafe kt_connect(probe.rawNumber, &address, length) != 0 else { throw SystemCallError("bind", errno: EADDRINUSE) }
        if errno == ECONNREFUSED { Files.remove(path) }
    }
}

/// Which sockets of a group that shares a port the kernel gives new connections to.
///
/// One program stands for the whole group; queued and open connections stay where they are.
public enum PortSteering {
    /// `slots` are places in the order of `listen`; none may be listed twice. Needs no privilege.
    public static func steer(_ socket: CInt, to slots: [Int]) throws(SystemCallError) {
        var program = Self.program(slots)
        guard unsafe kt_steer_attach(socket, &program, UInt16(program.count)) == 0 else {
            throw SystemCallError("SO_ATTACH_REUSEPORT_CBPF", errno: errno)
        }
    }

    /// Back to the kernel's own choice among all.
    public static func release(_ socket: CInt) throws(SystemCallError) {
        guard kt_steer_detach(socket) == 0 || errno == ENOENT else { throw SystemCallError("SO_DETACH_REUSEPORT_BPF", errno: errno) }
    }

    /// `A = random mod count`, then a chain `A == i → return slots[i]`.
    private static func program(_ slots: [Int]) -> [sock_filter] {
        precondition(!slots.isEmpty && slots.count <= 1000, "a program needs somewhere to send, and has at most 4096 steps")
        let random = UInt32(bitPattern: Int32(SKF_AD_OFF) + Int32(SKF_AD_RANDOM))
        var steps = [
            sock_filter(code: UInt16(BPF_LD | BPF_W | BPF_ABS), jt: 0, jf: 0, k: random),
            sock_filter(code: UInt16(BPF_ALU | BPF_MOD | BPF_K), jt: 0, jf: 0, k: UInt32(slots.count)),
        ]
        for (index, slot) in slots.enumerated() {
            if index < slots.count - 1 {
                steps.append(sock_filter(code: UInt16(BPF_JMP | BPF_JEQ | BPF_K), jt: 0, jf: 1, k: UInt32(index)))
            }
            steps.append(sock_filter(code: UInt16(BPF_RET | BPF_K), jt: 0, jf: 0, k: UInt32(slot)))
        }
        return steps
    }
}
