internal import CPlatform
internal import Glibc

/// What a socket is that somebody else made.
public struct SocketFacts: Equatable, Sendable {
    /// Its own address; nil for a family that is not ours, or a local socket without a path.
    public var place: SocketPlace?
    public var isStream: Bool
    public var isListening: Bool
    /// `SO_REUSEPORT` is set.
    public var sharesPort: Bool

    public init(place: SocketPlace?, isStream: Bool, isListening: Bool, sharesPort: Bool) {
        self.place = place
        self.isStream = isStream
        self.isListening = isListening
        self.sharesPort = sharesPort
    }

    /// Of any descriptor; one that is no socket is no stream and does not listen.
    public init(of descriptor: CInt) {
        self.init(
            place: Self.place(of: descriptor), isStream: kt_get_option(descriptor, SOL_SOCKET, SO_TYPE) == CInt(SOCK_STREAM.rawValue),
            isListening: kt_get_option(descriptor, SOL_SOCKET, SO_ACCEPTCONN) == 1,
            sharesPort: kt_get_option(descriptor, SOL_SOCKET, SO_REUSEPORT) == 1)
    }

    private static func place(of descriptor: CInt) -> SocketPlace? {
        var text = [CChar](repeating: 0, count: 128)
        var port: UInt16 = 0
        let family = unsafe kt_socket_address(descriptor, &text, text.count, &port)
        let words = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        switch family {
        case AF_INET, AF_INET6: return .tcp(host: words, port: port)
        case AF_UNIX: return words.hasPrefix("/") ? .unix(path: words) : nil
        default: return nil
        }
    }

    /// True when a socket file has this name.
    public static func isSocketFile(_ path: String) -> Bool { unsafe kt_is_socket_file(path) == 1 }

    /// Makes a listening socket from elsewhere like our own: non-blocking, with our length of the queue, open to everybody. All who
    /// share it see that.
    public static func prepareListening(_ descriptor: CInt) throws(SystemCallError) {
        guard kt_fcntl_int(descriptor, F_SETFL, O_NONBLOCK) == 0 else { throw SystemCallError("F_SETFL", errno: errno) }
        guard Glibc.listen(descriptor, CInt(ListeningSocket.backlog)) == 0 else { throw SystemCallError("listen", errno: errno) }
        // Whoever had it before us may have closed it to newcomers.
        try ListeningSocket.letIn(descriptor)
    }
}
