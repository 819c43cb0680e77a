/// What the console inherits of the environment: no provider's key, and nothing that it does not need.
enum ConsoleEnvironment {
    private static let names: Set<String> = ["PATH", "HOME", "LANG", "LANGUAGE", "TZ", "STATE_DIRECTORY", "SWIFT_BACKTRACE"]

    static func lines(_ own: [String]) -> [String] {
        var lines = own.filter { line in
            let name = String(line.prefix { $0 != "=" })
            return Self.names.contains(name) || name.hasPrefix("LC_")
        }
        if !own.contains(where: { $0.hasPrefix("SWIFT_BACKTRACE=") }) { lines.append(ChildEnvironment.backtrace) }
        return lines
    }
}
