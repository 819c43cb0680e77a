/// Requests and tokens a client may use in a window.
public struct RateLimits: Codable, Sendable, Equatable {
    public struct Tier: Codable, Sendable, Equatable {
        public var requestsPerMinute: Int?
        public var tokensPerMinute: Int?
        public var parallelRequestsMax: Int?
        public init() {}
    }
    public var perKey: Tier?
    public var perUser: Tier?
    public var perTeam: Tier?
    public var global: Tier?
    public init() {}
}

public struct ConsumerGroup: Codable, Sendable, Equatable {
    public var name: String
    /// Where the keys of the group's clients are read from.
    public var keys: [SecretReference] = []
    public var allowedModels: [String]?
    public var rateLimits: RateLimits.Tier?
    public var isDefault = false
    public init(name: String) { self.name = name }
}

public struct Budget: Codable, Sendable, Equatable {
    public enum Scope: String, Codable, Sendable, CaseIterable { case global, group, key, user, target }
    public enum Period: String, Codable, Sendable, CaseIterable { case hour, day, week, month }
    public var name: String
    public var scope = Scope.global
    /// Which group, key, user or target; nil: each of them.
    public var subject: String?
    public var limitUSD: Double
    public var period = Period.month
    public init(name: String, limitUSD: Double) {
        self.name = name
        self.limitUSD = limitUSD
    }
}

public struct AddressAllowlist: Codable, Sendable, Equatable {
    public var enabled = false
    /// `10.0.0.0/8`, `2001:db8::/32`, checked by `Config`.
    public var cidrs: [String] = []
    public var trustedProxyDepth = 0
    public init() {}
}

public struct CrossOrigin: Codable, Sendable, Equatable {
    public var enabled = false
    public var allowOrigins: [String] = []
    public var allowMethods = ["GET", "POST", "OPTIONS"]
    public var allowHeaders = ["content-type", "authorization"]
    public var exposeHeaders: [String] = []
    public var credentials = false
    public var ageSecondsMax = 86_400
    public init() {}
}

/// `gateway:` of the configuration, command-line options already laid over it.
public struct ProcessSettings: Codable, Sendable, Equatable {
    public struct Limits: Codable, Sendable, Equatable {
        public var bodyBytesMax = 33_554_432
        public var headBytesMax = 16_384
        public var connectionsMax = 16_384
        public var connectionsPerAddressMax = 1_024
        public var headSeconds = 10
        public var bodySeconds = 60
        public var idleSeconds = 75
        public var writeSeconds = 60
        public init() {}
    }
    public struct TLS: Codable, Sendable, Equatable {
        public var certificate: String
        public var key: String
        public var clientCA: String?
        public init(certificate: String, key: String, clientCA: String? = nil) {
            self.certificate = certificate
            self.key = key
            self.clientCA = clientCA
        }
    }
    public enum LogLevel: String, Codable, Sendable, CaseIterable { case debug, info, notice, warning, error }
    public enum LogFormat: String, Codable, Sendable, CaseIterable { case auto, journal, text, json }

    public var listen: [ListenAddress] = [.tcp(host: "0.0.0.0", port: 41002)]
    public var adminListen = ListenAddress.tcp(host: "127.0.0.1", port: 41003)
    /// nil: one for each CPU.
    public var workers: Int?
    public var tls: TLS?
    public var limits = Limits()
    public var keepAliveSeconds = 15
    public var hangSeconds = 5
    public var drainSeconds = 300
    /// 400, 403 or 409.
    public var blockStatus = 400
    public var logLevel = LogLevel.info
    public var logFormat = LogFormat.auto
    public var failMode = FailMode.block
    /// Upstream requests at once to one target.
    public var concurrencyMax = 1024
    /// Where the gateway's own token is read from; nil: open.
    public var apiToken: SecretReference?
    public init() {}
}

/// `HOST:PORT` with an IPv4 address or `localhost`, `[::]:41002` or `unix:/path`.
public enum ListenAddress: Codable, Sendable, Hashable, CustomStringConvertible {
    case tcp(host: String, port: UInt16)
    case unix(path: String)

    /// nil when `text` is none of the three forms.
    public init?(_ text: String) {
        if text.hasPrefix("unix:") {
            let path = text.dropFirst(5)
            // sun_path holds 108 bytes with its final zero (unix(7)).
            guard path.hasPrefix("/"), path.utf8.count <= 107 else { return nil }
            self = .unix(path: String(path))
            return
        }
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let port = UInt16(digits) else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("[") && host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
            guard host.contains(":"), AddressRange.address(host) != nil else { return nil }
        } else {
            // Names other than this one would have to be looked up before anything runs.
            guard host == "localhost" || AddressRange.address(host)?.count == 4 && !host.contains(":") else { return nil }
        }
        self = .tcp(host: host, port: port)
    }

    public var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}

extension ListenAddress {
    /// Only this host can reach it.
    public var isLocal: Bool {
        switch self {
        case .unix: true
        case .tcp(let host, _): host == "localhost" || host.hasPrefix("127.") || host == "::1"
        }
    }
}
