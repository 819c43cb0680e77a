internal import CPlatform

/// How much memory there is for this process: the machine's, or less where a control group says so.
public struct MemoryBudget: Equatable, Sendable {
    public var bytes: UInt64

    /// What a worker may use at least, however small the machine says it is.
    private static let dataBytesMin: UInt64 = 1 << 30

    public init(bytes: UInt64) { self.bytes = bytes }

    /// Reads `/proc` and `/sys`. What cannot be read does not limit.
    public static func ofThisProcess() -> MemoryBudget {
        var bytes = kt_machine_memory()
        let groups = (try? Files.read("/proc/self/cgroup", bytesMax: 64 * 1024)) ?? []
        for path in Self.limitPaths(groups: String(decoding: groups, as: UTF8.self)) {
            guard let content = try? Files.read(path, bytesMax: 64), let limit = Self.limit(content) else { continue }
            bytes = min(bytes, limit)
        }
        return MemoryBudget(bytes: bytes)
    }

    /// The files that can hold a limit: of the group and of every group around it.
    static func limitPaths(groups: String) -> [String] {
        guard let line = groups.split(separator: "\n").first(where: { $0.hasPrefix("0::/") }) else { return [] }
        var paths = ["/sys/fs/cgroup/memory.max"]
        var path = "/sys/fs/cgroup"
        for name in line.dropFirst(4).split(separator: "/") where name != ".." {
            path += "/" + name
            paths.append(path + "/memory.max")
        }
        return paths
    }

    /// nil: `max`, or no number.
    static func limit(_ content: [UInt8]) -> UInt64? {
        UInt64(String(decoding: content, as: UTF8.self).filter { !$0.isWhitespace })
    }

    /// What one worker may have of it: half, so that a runaway one is ended before the machine suffers.
    public var dataBytesMax: UInt64 { max(Self.dataBytesMin, self.bytes / 2) }
}
