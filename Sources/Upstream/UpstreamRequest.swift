/// One request to a target.
public struct UpstreamRequest: Sendable {
    public enum Method: Sendable { case get, post }

    /// Absolute, `http` or `https`. Handles are pooled by it: a target uses the same text for the same endpoint.
    public var url: String
    public var method: Method
    /// `name: value` lines that a target's requests share; keep the array, so that it is known again by its identity.
    public var headers: [String]
    /// Lines of this request alone; sent first.
    public var requestHeaders: [String]
    /// Sent as it is with `post`.
    public var body: [UInt8]
    /// Until a connection is usable: resolving, connecting and TLS together.
    public var connectTimeout: Duration
    /// Whether `http` may go to another machine; to loopback it always may.
    public var allowsInsecure: Bool

    public init(
        url: String, method: Method = .post, headers: [String], requestHeaders: [String] = [], body: [UInt8] = [],
        connectTimeout: Duration = .seconds(10), allowsInsecure: Bool = false
    ) {
        self.url = url
        self.method = method
        self.headers = headers
        self.requestHeaders = requestHeaders
        self.body = body
        self.connectTimeout = connectTimeout
        self.allowsInsecure = allowsInsecure
    }
}

/// What a client of targets shall do differently from the defaults.
public struct UpstreamOptions: Sendable {
    /// Connections kept open, in use or idle, before the oldest idle one is closed.
    public var connectionsMax = 1024
    /// An idle connection older than this is not used again.
    public var idleSeconds = 90
    public var dnsCacheSeconds = 60
    /// Bytes of an answer's head, interim answers included.
    public var headBytesMax = 64 << 10
    /// How much is read from a connection at once; also what may still come after `pause`.
    public var receiveBytes = 32 << 10
    /// Offer HTTP/2 over TLS, and use one connection for many requests where a target takes it. What a paused HTTP/2 stream
    /// still gets while others on its connection run is held by libcurl (7.88: up to the stream's window of 32 MiB).
    public var usesHTTP2 = true
    /// PEM file of trusted authorities in place of the system's.
    public var caFile: String?

    public init() {}
}

/// How a URL is reached, as far as it decides about safety.
struct UpstreamScheme {
    let isTLS: Bool
    let isLoopback: Bool

    /// nil unless `url` is absolute with `http` or `https`, a host, and without blanks and control characters.
    init?(_ url: String) {
        let bytes = Array(url.utf8)
        for byte in bytes where byte <= 0x20 || byte == 0x7F { return nil }
        var rest: ArraySlice<UInt8>
        if url.hasPrefix("https://") {
            self.isTLS = true
            rest = bytes.dropFirst(8)
        } else if url.hasPrefix("http://") {
            self.isTLS = false
            rest = bytes.dropFirst(7)
        } else {
            return nil
        }
        rest = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        if let at = rest.lastIndex(of: UInt8(ascii: "@")) { rest = rest[(at + 1)...] }
        guard let first = rest.first else { return nil }
        let host: ArraySlice<UInt8>
        if first == UInt8(ascii: "[") {
            guard let end = rest.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            host = rest[...end]
        } else {
            host = rest.prefix { $0 != UInt8(ascii: ":") }
        }
        self.isLoopback = host.elementsEqual("localhost".utf8) || host.elementsEqual("[::1]".utf8) || Self.isLoopbackAddress(host)
    }

    /// 127.0.0.0/8 in dotted form; a name such as `127.example.com` is none.
    private static func isLoopbackAddress(_ host: ArraySlice<UInt8>) -> Bool {
        let parts = host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0].elementsEqual("127".utf8) else { return false }
        return parts.allSatisfy { (1...3).contains($0.count) && $0.allSatisfy { (0x30...0x39).contains($0) } }
    }
}
