internal import Settings

/// What `kt policy lint` prints, and `kt gateway run` with a broken configuration.
public struct LintReport: Sendable {
    private let result: ConfigResult
    private let holdBackMax: Int?

    /// `holdBackMax`: how much of a streamed answer's text the policies can hold back, in bytes, where the caller has asked them.
    public init(_ result: ConfigResult, holdBackMax: Int? = nil) {
        self.result = result
        self.holdBackMax = holdBackMax
    }

    public var isValid: Bool { self.result.errors.isEmpty }

    /// Issues in the order of their places, then one line that sums up. For people; ends with a newline.
    public var text: String {
        var text = self.issues
        let name = self.result.files.joined(separator: ", ")
        if self.isValid {
            text += "OK \(name) is valid\n"
            if let pack = self.result.pack { text += "pack: \(pack.name) \(pack.version)\n" }
            text += "chain: \(self.result.chain.isEmpty ? "none" : self.result.chain.map(\.rawValue).joined(separator: ", "))\n"
            text += "policies: \(self.result.chain.count)\n"
            if let holdBackMax { text += "hold-back: at most \(holdBackMax) bytes of a streamed text\n" }
        } else {
            text += "policy lint failed (\(self.result.errors.count) error(s))\n"
        }
        return text
    }

    /// The issues alone: errors, then warnings, each two lines at most.
    public var issues: String { self.result.errors.map(Self.line).joined() + self.result.warnings.map(Self.line).joined() }

    public static func line(_ issue: ConfigIssue) -> String {
        let place = issue.line > 0 ? "\(issue.file):\(issue.line):\(issue.column)" : issue.file
        let kind = issue.severity == .error ? "error" : "warning"
        let path = issue.path.isEmpty ? "" : "\(issue.path): "
        let help = issue.suggestion.map { "help: \($0)\n" } ?? ""
        return "\(place): \(kind)[\(issue.code.rawValue)]: \(path)\(issue.message)\n\(help)"
    }

    /// `{valid, file, pack, chain, policy_count, errors, warnings}`, stable, and `hold_back_max` where it is known; ends with a newline. `file` is the last layer where there are several.
    public var json: String {
        let pack = self.result.pack
        var members: [SettingsView.Member] = [
            .init(key: "valid", value: .bool(self.isValid)), .init(key: "file", value: self.result.files.last.map { .string($0) } ?? .null),
            .init(
                key: "pack",
                value: pack.map { .object([.init(key: "name", value: .string($0.name)), .init(key: "version", value: .string($0.version))]) } ?? .null),
            .init(key: "chain", value: .list(self.result.chain.map { .string($0.rawValue) })), .init(key: "policy_count", value: .int(self.result.chain.count)),
            .init(key: "errors", value: .list(self.result.errors.map(Self.value))), .init(key: "warnings", value: .list(self.result.warnings.map(Self.value))),
        ]
        if let holdBackMax { members.append(.init(key: "hold_back_max", value: .int(holdBackMax))) }
        return SettingsView(.object(members)).json(pretty: true)
    }

    private static func value(_ issue: ConfigIssue) -> SettingsView.Value {
        .object([
            .init(key: "code", value: .string(issue.code.rawValue)), .init(key: "path", value: .string(issue.path)), .init(key: "file", value: .string(issue.file)),
            .init(key: "line", value: .int(issue.line)), .init(key: "column", value: .int(issue.column)), .init(key: "message", value: .string(issue.message)),
            .init(key: "suggestion", value: issue.suggestion.map { .string($0) } ?? .null),
        ])
    }
}
