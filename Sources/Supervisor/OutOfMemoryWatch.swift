internal import Platform

/// Whether the kernel has ended somebody for want of memory: in our control group where it says so, else on this host.
struct OutOfMemoryWatch {
    private let path: String?
    /// Kills before these do not count: as of at least one `interval` ago where the loop has been awake, so that the kill of a process that takes a
    /// while to end is not looked past before its end is seen.
    private var base: UInt64
    private var recent: UInt64
    private var nextLook: Instant
    private static let interval = Duration.milliseconds(500)

    /// Looks for the first time.
    init() {
        let group = (try? Files.read("/proc/self/cgroup", bytesMax: Self.bytesMax)).flatMap(Self.eventsPath)
        self.init(paths: [group, "/proc/vmstat"].compactMap(\.self), at: Instant.now())
    }

    /// `paths`: the first that can be read is looked at.
    init(paths: [String], at now: Instant) {
        self.path = paths.first { Self.kills(at: $0) != nil }
        self.base = self.path.flatMap(Self.kills) ?? 0
        self.recent = self.base
        self.nextLook = now + Self.interval
    }

    /// Lets go of kills that nobody has been blamed for, so that an old one, elsewhere, is not taken for the cause of a later end. To be called
    /// whenever the loop is awake anyway; looks at most twice a second.
    mutating func tend(at now: Instant) {
        guard now >= self.nextLook, let path, let kills = Self.kills(at: path) else { return }
        self.nextLook = now + Self.interval
        (self.base, self.recent) = (self.recent, kills)
    }

    /// True when it has since the last look. Reads a small file of the kernel's.
    mutating func hasMoved() -> Bool {
        guard let path, let kills = Self.kills(at: path) else { return false }
        defer { (self.base, self.recent) = (kills, kills) }
        return kills > self.base
    }

    private static let bytesMax = 1 << 20

    private static func kills(at path: String) -> UInt64? {
        (try? Files.read(path, bytesMax: Self.bytesMax)).flatMap(Self.kills)
    }

    /// Of a line `0::/PATH` (cgroups(7), version 2).
    static func eventsPath(_ groups: [UInt8]) -> String? {
        for line in groups.split(separator: UInt8(ascii: "\n")) {
            let text = String(decoding: line, as: UTF8.self)
            if text.hasPrefix("0::/") {
                let path = text.dropFirst(3)
                return "/sys/fs/cgroup\(path == "/" ? "" : path)/memory.events"
            }
        }
        return nil
    }

    /// The number behind `oom_kill` in `memory.events` or `vmstat`.
    static func kills(_ text: [UInt8]) -> UInt64? {
        for line in text.split(separator: UInt8(ascii: "\n")) {
            let words = line.split(separator: UInt8(ascii: " "))
            if words.count == 2, words[0].elementsEqual("oom_kill".utf8) { return UInt64(String(decoding: words[1], as: UTF8.self)) }
        }
        return nil
    }
}
