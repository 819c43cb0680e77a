internal import CPlatform
internal import Glibc

/// Facts about the running process and changes to it.
public enum ThisProcess {
    public static var pid: Int32 { getpid() }

    /// What the process was started with, the program's name first; empty when it cannot be read.
    public static var arguments: [String] {
        do throws(SystemCallError) {
            let line = try Files.read("/proc/self/cmdline")
            return line.split(separator: 0, omittingEmptySubsequences: false).dropLast().map { String(decoding: $0, as: UTF8.self) }
        } catch {
            return []
        }
    }

    /// All `NAME=value` lines of the environment. The environment is never changed by us.
    public static var environment: [String] {
        var lines: [String] = []
        guard unsafe kt_environment() != nil else { return lines }
        var entry = unsafe kt_environment()
        while let pointer = unsafe entry?.pointee {
            unsafe lines.append(String(cString: pointer))
            unsafe entry = entry?.advanced(by: 1)
        }
        return lines
    }

    /// nil when unset; an empty value stays an empty string.
    public static func environmentValue(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }

    /// CPUs this process may run on, at least 1.
    public static var cpuCount: Int { Int(kt_cpu_count()) }

    /// The effective user.
    public static var userID: UInt32 { geteuid() }

    /// What `ps` and the kernel's log show, at most 15 bytes.
    public static func setName(_ name: String) { _ = unsafe kt_set_process_name(name) }

    /// Directory of the running executable, from `/proc/self/exe`; nil when it cannot be read.
    public static var executableDirectory: String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0, count < buffer.count else { return nil }
        let path = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard let slash = path.lastIndex(of: "/") else { return nil }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Makes the kernel drop a signal, SIGPIPE before all.
    public static func ignore(signal: CInt) { _ = kt_ignore_signal(signal) }

    /// Keeps a signal pending, so that a loop can read it from a descriptor.
    public static func block(signal: CInt) { _ = kt_block_signal(signal) }

    /// Raises the soft limit of descriptors to the hard one; children inherit it.
    public static func raiseDescriptorLimit() { _ = kt_raise_descriptor_limit() }

    public static func isTerminal(_ descriptor: CInt) -> Bool { isatty(descriptor) == 1 }

    /// True when standard error goes to the journal (`JOURNAL_STREAM`, systemd.exec(5)).
    public static var standardErrorIsJournal: Bool {
        guard let stream = Self.environmentValue("JOURNAL_STREAM") else { return false }
        return stream == "\(kt_file_device(2)):\(kt_file_inode(2))"
    }
}

/// UTC date and time in RFC 3339 with milliseconds, from the realtime clock.
public func currentTimestamp() -> String { timestamp(kt_realtime_nanoseconds()) }

/// RFC 3339 with milliseconds of a time in nanoseconds since 1970.
public func timestamp(_ nanoseconds: Int64) -> String {
    var seconds = time_t(nanoseconds / 1_000_000_000)
    var parts = unsafe tm()
    _ = unsafe gmtime_r(&seconds, &parts)
    func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let date = unsafe "\(padded(Int(parts.tm_year) + 1900, 4))-\(padded(Int(parts.tm_mon) + 1, 2))-\(padded(Int(parts.tm_mday), 2))"
    let clock = unsafe "\(padded(Int(parts.tm_hour), 2)):\(padded(Int(parts.tm_min), 2)):\(padded(Int(parts.tm_sec), 2))"
    return "\(date)T\(clock).\(padded(Int(nanoseconds / 1_000_000 % 1000), 3))Z"
}
