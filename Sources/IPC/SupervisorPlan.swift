internal import Platform
public import Settings

/// A target as the supervisor speaks of it; its place in the list is its index everywhere.
public struct TargetName: Equatable, Sendable {
    public var id: String
    public var model: String

    public init(id: String, model: String) {
        self.id = id
        self.model = model
    }
}

/// The part of a configuration that the supervisor needs, so that it decodes nothing else.
public struct SupervisorPlan: Equatable, Sendable {
    public var packName: String
    public var packVersion: String
    public var listen: [ListenAddress]
    public var adminListen: ListenAddress
    /// Resolved: 1 to 512.
    public var workers: Int
    /// A target is answered by the built-in demo provider.
    public var needsDemo: Bool
    public var drainSeconds: Int
    public var hangSeconds: Int
    /// Open client connections of one worker.
    public var connectionsMax: Int
    public var logLevel: ProcessSettings.LogLevel
    public var logFormat: ProcessSettings.LogFormat
    public var targets: [TargetName]
    /// Every request is recorded, also those whose worker died.
    public var hasAuditLogger: Bool
    /// Clients speak TLS on the addresses for traffic.
    public var hasTLS: Bool

    public static let workersMax = 512
    public static let addressesMax = 64
    static let targetsMax = 65_535

    public init(
        packName: String, packVersion: String, listen: [ListenAddress], adminListen: ListenAddress, workers: Int, needsDemo: Bool,
        drainSeconds: Int, hangSeconds: Int, connectionsMax: Int, logLevel: ProcessSettings.LogLevel,
        logFormat: ProcessSettings.LogFormat, targets: [TargetName] = [], hasAuditLogger: Bool = false, hasTLS: Bool = false
    ) {
        self.packName = packName
        self.packVersion = packVersion
        self.listen = listen
        self.adminListen = adminListen
        self.workers = workers
        self.needsDemo = needsDemo
        self.drainSeconds = drainSeconds
        self.hangSeconds = hangSeconds
        self.connectionsMax = connectionsMax
        self.logLevel = logLevel
        self.logFormat = logFormat
        self.targets = targets
        self.hasAuditLogger = hasAuditLogger
        self.hasTLS = hasTLS
    }

    /// From checked settings; without `gateway.workers` one for each CPU that this process may use.
    public init(_ settings: GatewaySettings) {
        let gateway = settings.gateway
        self.init(
            packName: settings.pack.name, packVersion: settings.pack.version, listen: gateway.listen,
            adminListen: gateway.adminListen, workers: min(gateway.workers ?? ThisProcess.cpuCount, Self.workersMax),
            needsDemo: settings.providers.targets.contains { $0.provider == "demo" && $0.baseURL.isEmpty },
            drainSeconds: gateway.drainSeconds, hangSeconds: gateway.hangSeconds, connectionsMax: gateway.limits.connectionsMax,
            logLevel: gateway.logLevel, logFormat: gateway.logFormat,
            targets: settings.providers.targets.prefix(Self.targetsMax).map { TargetName(id: $0.id, model: $0.model) },
            hasAuditLogger: settings.policies.chain.contains(.auditLogger), hasTLS: gateway.tls != nil)
    }

    func encode() -> [UInt8] {
        var writer = ByteWriter()
        writer.put(self.packName)
        writer.put(self.packVersion)
        writer.put(UInt16(self.listen.count))
        for address in self.listen { writer.put(address.description) }
        writer.put(self.adminListen.description)
        writer.put(UInt32(self.workers))
        writer.put(UInt8(self.needsDemo ? 1 : 0))
        writer.put(UInt32(self.drainSeconds))
        writer.put(UInt32(self.hangSeconds))
        writer.put(UInt32(self.connectionsMax))
        writer.put(self.logLevel.rawValue)
        writer.put(self.logFormat.rawValue)
        writer.put(UInt16(self.targets.count))
        for target in self.targets {
            writer.put(target.id)
            writer.put(target.model)
        }
        writer.put(UInt8(self.hasAuditLogger ? 1 : 0))
        writer.put(UInt8(self.hasTLS ? 1 : 0))
        return writer.bytes
    }

    static func decode(_ bytes: [UInt8]) throws(MalformedBytes) -> SupervisorPlan {
        var reader = ByteReader(bytes[...])
        func address(_ text: String) throws(MalformedBytes) -> ListenAddress {
            guard let address = ListenAddress(text) else { throw MalformedBytes() }
            return address
        }
        let (name, version) = (try reader.takeText(), try reader.takeText())
        let count = Int(try reader.take(UInt16.self))
        guard (1...Self.addressesMax).contains(count) else { throw MalformedBytes() }
        var listen: [ListenAddress] = []
        for _ in 0..<count { listen.append(try address(try reader.takeText())) }
        let admin = try address(try reader.takeText())
        let workers = Int(try reader.take(UInt32.self))
        guard (1...Self.workersMax).contains(workers) else { throw MalformedBytes() }
        let needsDemo = try reader.take(UInt8.self) != 0
        let (drain, hang) = (Int(try reader.take(UInt32.self)), Int(try reader.take(UInt32.self)))
        let connections = Int(try reader.take(UInt32.self))
        guard let level = ProcessSettings.LogLevel(rawValue: try reader.takeText()),
            let format = ProcessSettings.LogFormat(rawValue: try reader.takeText())
        else { throw MalformedBytes() }
        var targets: [TargetName] = []
        for _ in 0..<(try reader.take(UInt16.self)) { targets.append(TargetName(id: try reader.takeText(), model: try reader.takeText())) }
        let hasAuditLogger = try reader.take(UInt8.self) != 0
        let hasTLS = try reader.take(UInt8.self) != 0
        return SupervisorPlan(
            packName: name, packVersion: version, listen: listen, adminListen: admin, workers: workers, needsDemo: needsDemo,
            drainSeconds: drain, hangSeconds: hang, connectionsMax: connections, logLevel: level, logFormat: format,
            targets: targets, hasAuditLogger: hasAuditLogger, hasTLS: hasTLS)
    }
}
