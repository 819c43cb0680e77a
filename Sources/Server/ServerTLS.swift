internal import COpenSSL
internal import Glibc
internal import Platform

/// What TLS towards clients is made of, in PEM form.
public struct TLSMaterial: Sendable, Equatable {
    /// The leaf first, then its chain.
    public var certificate: [UInt8]
    /// Without a pass phrase.
    public var key: [UInt8]
    /// With them every client must show a certificate of one of these authorities.
    public var clientAuthorities: [UInt8]?

    public init(certificate: [UInt8], key: [UInt8], clientAuthorities: [UInt8]? = nil) {
        self.certificate = certificate
        self.key = key
        self.clientAuthorities = clientAuthorities
    }
}

/// Why TLS cannot be offered.
public struct TLSFailure: Error, Sendable, Equatable {
    public enum Part: Sendable { case context, certificate, key, clientAuthorities }

    public let part: Part
    /// A clause about the part: `holds no certificate in PEM form`, with OpenSSL's words where it has some.
    public let detail: String
}

/// Certificate, key and rules for TLS towards clients: 1.2 or later, ALPN `http/1.1`.
///
/// Making one ignores SIGPIPE for the process, because OpenSSL writes with write(2).
@safe public final class ServerTLS {
    private let context: OpaquePointer

    /// `ticketSecret`: servers with the same secret and client authorities take up each other's sessions; nil: only their own.
    public init(_ material: TLSMaterial, ticketSecret: [UInt8]? = nil) throws(TLSFailure) {
        signal(SIGPIPE, SIG_IGN)
        ERR_clear_error()
        guard let context = unsafe SSL_CTX_new(TLS_server_method()) else {
            throw TLSFailure(part: .context, detail: "cannot be made" + TLSReader.reason())
        }
        unsafe self.context = context
        unsafe SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
        unsafe SSL_CTX_set_options(context, kt_ssl_server_options())
        // Buffers of idle connections are given back; a write may be repeated from a buffer that moved.
        let modes = SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS
        unsafe SSL_CTX_ctrl(context, SSL_CTRL_MODE, Int(modes), nil)
        unsafe SSL_CTX_ctrl(context, SSL_CTRL_SET_SESS_CACHE_MODE, Int(SSL_SESS_CACHE_OFF), nil)
        let name: [UInt8] = Array("kt".utf8)
        _ = unsafe SSL_CTX_set_session_id_context(context, name, CUnsignedInt(name.count))
        if let failure = unsafe TLSReader.use(material, in: context).first { throw failure }
        if let ticketSecret {
            var keys = TicketKeys.bytes(secret: ticketSecret, clientAuthorities: material.clientAuthorities ?? [])
            guard unsafe SSL_CTX_ctrl(context, SSL_CTRL_SET_TLSEXT_TICKET_KEYS, keys.count, &keys) == 1 else {
                throw TLSFailure(part: .context, detail: "takes no ticket keys" + TLSReader.reason())
            }
        }
        unsafe SSL_CTX_set_alpn_select_cb(
            context,
            { _, out, outLength, offered, offeredLength, _ in
                let ours: StaticString = "\u{8}http/1.1"
                var selected: UnsafeMutablePointer<UInt8>?
                let result = unsafe SSL_select_next_proto(
                    &selected, outLength, ours.utf8Start, CUnsignedInt(ours.utf8CodeUnitCount), offered, offeredLength)
                guard result == OPENSSL_NPN_NEGOTIATED else { return SSL_TLSEXT_ERR_ALERT_FATAL }
                unsafe out?.pointee = unsafe UnsafePointer(selected)
                return SSL_TLSEXT_ERR_OK
            }, nil)
    }

    /// Everything that is wrong with it; empty: it can be served.
    public static func failures(of material: TLSMaterial) -> [TLSFailure] {
        guard let context = unsafe SSL_CTX_new(TLS_server_method()) else {
            return [TLSFailure(part: .context, detail: "cannot be made" + TLSReader.reason())]
        }
        defer { unsafe SSL_CTX_free(context) }
        return unsafe TLSReader.use(material, in: context)
    }

    deinit { unsafe SSL_CTX_free(self.context) }

    /// A session over an open socket, which must outlive it.
    func makeSession(_ descriptor: CInt) -> TLSSession? {
        guard let handle = unsafe SSL_new(self.context) else { return nil }
        let session = unsafe TLSSession(adopting: handle)
        return unsafe SSL_set_fd(handle, descriptor) == 1 ? session : nil
    }
}

/// The TLS state of one connection.
@safe final class TLSSession {
    enum Handshake { case done, waiting, failed }

    private let handle: OpaquePointer
    /// The last call that waited needs the socket writable, whatever its own direction.
    private(set) var wantsWrite = false

    init(adopting handle: OpaquePointer) { unsafe self.handle = unsafe handle }
    deinit { unsafe SSL_free(self.handle) }

    /// Decrypted bytes wait that no readiness will announce.
    var hasPending: Bool { unsafe SSL_pending(self.handle) > 0 }

    func handshake() -> Handshake {
        ERR_clear_error()
        let result = unsafe SSL_accept(self.handle)
        if result == 1 {
            self.wantsWrite = false
            return .done
        }
        return self.outcome(result) == .wouldBlock ? .waiting : .failed
    }

    func receive(into buffer: inout MutableSpan<UInt8>) -> StreamSocket.Outcome {
        ERR_clear_error()
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe SSL_read(self.handle, $0.baseAddress, CInt(clamping: $0.count)) }
        return self.outcome(count)
    }

    func send(_ bytes: Span<UInt8>) -> StreamSocket.Outcome {
        guard !bytes.isEmpty else { return .bytes(0) }
        ERR_clear_error()
        let count = unsafe bytes.withUnsafeBytes { unsafe SSL_write(self.handle, $0.baseAddress, CInt(clamping: $0.count)) }
        return self.outcome(count)
    }

    /// Tells the client that nothing more comes.
    func endSending() {
        ERR_clear_error()
        _ = unsafe SSL_shutdown(self.handle)
    }

    private func outcome(_ result: CInt) -> StreamSocket.Outcome {
        self.wantsWrite = false
        if result > 0 { return .bytes(Int(result)) }
        switch unsafe SSL_get_error(self.handle, result) {
        case SSL_ERROR_WANT_READ: return .wouldBlock
        case SSL_ERROR_WANT_WRITE:
            self.wantsWrite = true
            return .wouldBlock
        case SSL_ERROR_ZERO_RETURN: return .ended
        default: return .failed(EPROTO)
        }
    }
}
