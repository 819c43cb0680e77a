internal import CCurl

/// Why a transfer came to no good end.
public struct UpstreamFailure: Error, Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// URL, header line or scheme that is refused before anything is sent.
        case invalidRequest
        case resolveFailed
        /// Refused or unreachable, a proxy in between included.
        case connectFailed
        /// No usable connection within `connectTimeout`.
        case connectTimedOut
        case tlsFailed
        /// Closed or reset before the head, or within the body.
        case connectionClosed
        /// HTTP/2: the target ended this stream alone.
        case streamReset
        /// What came is not HTTP.
        case protocolError
        case headTooLarge
        /// Any other CURLcode.
        case other(Int32)
    }

    public let kind: Kind
    /// No byte of an answer had come. (The request may have reached the target all the same.)
    public let beforeFirstByte: Bool
    /// For operators: what libcurl says; never headers or bodies.
    public let detail: String

    public init(kind: Kind, beforeFirstByte: Bool, detail: String) {
        self.kind = kind
        self.beforeFirstByte = beforeFirstByte
        self.detail = detail
    }
}

extension UpstreamFailure.Kind {
    /// The kind of a CURLcode other than `CURLE_OK` (curl/curl.h, libcurl-errors(3)).
    init(curlCode code: Int32) {
        switch CURLcode(rawValue: UInt32(bitPattern: code)) {
        case CURLE_URL_MALFORMAT: self = .invalidRequest
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: self = .resolveFailed
        case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED, CURLE_PROXY: self = .connectFailed
        case CURLE_OPERATION_TIMEDOUT: self = .connectTimedOut  // no other time-out is set
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT,
            CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_ENGINE_INITFAILED, CURLE_USE_SSL_FAILED,
            CURLE_SSL_CRL_BADFILE, CURLE_SSL_PINNEDPUBKEYNOTMATCH:
            self = .tlsFailed
        case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE, CURLE_SSL_SHUTDOWN_FAILED:
            self = .connectionClosed
        case CURLE_HTTP2_STREAM: self = .streamReset
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_HTTP2, CURLE_BAD_CONTENT_ENCODING: self = .protocolError
        default: self = .other(code)
        }
    }
}
