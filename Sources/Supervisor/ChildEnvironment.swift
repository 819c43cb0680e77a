/// What children inherit of the environment.
enum ChildEnvironment {
    /// A crash report names functions and lines, and shows no register: those may hold a key.
    static let backtrace =
        "SWIFT_BACKTRACE=enable=yes,interactive=no,color=no,threads=crashed,registers=none,images=none,symbolicate=fast,sanitize=yes"

    /// Without what would let a child speak for the service, or take its sockets. An operator's own `SWIFT_BACKTRACE` stays.
    static func lines(_ own: [String], apiToken: String? = nil, crashReports: CrashReports? = nil) -> [String] {
        let token = "KEEPTRUSTS_GATEWAY_TOKEN="
        var lines = HandOverOrder.withoutOrder(own).filter { line in
            !line.hasPrefix("NOTIFY_SOCKET=") && !line.hasPrefix("WATCHDOG_") && !line.hasPrefix("LISTEN_")
                && !(apiToken != nil && line.hasPrefix(token))
        }
        if !own.contains(where: { $0.hasPrefix("SWIFT_BACKTRACE=") }) { lines.append(Self.backtrace + (crashReports?.backtraceOptions ?? "")) }
        if let apiToken { lines.append(token + apiToken) }
        return lines
    }
}
