internal import ArgumentParser
internal import Config
internal import Glibc
internal import Platform
internal import Settings

/// Looks at everything that a start needs, without starting.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check what the gateway needs to start: configuration, keys, ports, directories, libraries.",
        discussion: """
            Exit code 1 when something would keep the gateway from starting.

            EXAMPLE
              kt doctor --policy-config policy-config.yaml
            """)

    @OptionGroup var arguments: RunArguments

    @Flag(name: .long, help: "One JSON object.")
    var json = false

    func run() throws {
        let environment = ConfigFile.environment()
        let options = self.arguments.options(environment)
        var examination = Examination()
        let result = ConfigLoader.load(options, environment: environment, checks: .engine)
        examination.configuration(result)
        if let settings = result.settings {
            examination.keys(settings.providers.targets, environment)
            examination.addresses(settings.gateway.listen)
            examination.tls(settings.gateway.tls)
        }
        examination.stateDirectory(StateDirectory.path(options, environment))
        examination.programs()
        examination.libraries()
        Terminal.write(self.json ? examination.json : examination.text)
        if examination.findings.contains(where: { $0.result == .failed }) { throw ExitCode.notSo }
    }
}

/// Where the gateway keeps its state, by the rule of the supervisor.
enum StateDirectory {
    static func path(_ options: RunOptions, _ environment: [String: String]) -> String {
        if let given = options.stateDirectory { return given }
        let system = "/var/lib/keeptrusts"
        if Files.isWritableDirectory(system) { return system }
        return "\(environment["HOME"] ?? "")/.local/state/keeptrusts"
    }
}

/// The findings of `kt doctor`, in the order they were made.
struct Examination {
    enum Result: String { case passed = "ok", warned = "warning", failed = "failed" }
    struct Finding {
        var subject: String
        var result: Result
        var detail: String
    }
    private(set) var findings: [Finding] = []

    private mutating func add(_ subject: String, _ result: Result, _ detail: String) {
        self.findings.append(Finding(subject: subject, result: result, detail: detail))
    }

    mutating func configuration(_ result: ConfigResult) {
        let name = result.files.joined(separator: ", ")
        for issue in result.errors { self.add("configuration", .failed, Self.oneLine(issue)) }
        // Missing keys are told target by target below.
        for issue in result.warnings where issue.code != .missingSecret { self.add("configuration", .warned, Self.oneLine(issue)) }
        if result.errors.isEmpty { self.add("configuration", .passed, "\(name) is valid") }
    }

    mutating func keys(_ targets: [Target], _ environment: [String: String]) {
        for target in targets {
            guard let secret = target.secret else {
                self.add("key", .passed, "target \(target.id) needs none")
                continue
            }
            if let reason = SecretPresence.absence(secret, environment: environment) {
                self.add("key", .warned, "\(reason): target \(target.id) is unavailable")
            } else {
                self.add("key", .passed, "target \(target.id) has its key")
            }
        }
    }

    mutating func addresses(_ addresses: [ListenAddress]) {
        for address in addresses {
            guard case .tcp(let host, let port) = address else { continue }
            do {
                try ListeningSocket.checkFree(.tcp(host: host, port: port))
                self.add("address", .passed, "\(address) is free")
            } catch {
                let hint = error.errno == EADDRINUSE ? " (is a gateway running already?)" : ""
                self.add("address", .failed, "\(address): \(error)\(hint)")
            }
        }
    }

    mutating func tls(_ tls: ProcessSettings.TLS?) {
        guard let tls else { return }
        for path in [tls.certificate, tls.key] + (tls.clientCA.map { [$0] } ?? []) {
            let isReadable = ConfigFile.isReadable(path)
            self.add("tls", isReadable ? .passed : .failed, isReadable ? "\(path) can be read" : "\(path) cannot be read")
        }
    }

    mutating func stateDirectory(_ path: String) {
        if Files.isWritableDirectory(path) {
            self.add("state", .passed, "\(path) can be written")
            return
        }
        if ConfigFile.exists(path) {
            self.add("state", .failed, "\(path) is no directory that this user can write")
            return
        }
        // It is made at the start: what counts is the nearest directory that exists.
        var parent = path
        while !parent.isEmpty && !ConfigFile.exists(parent) { parent = parent.lastIndex(of: "/").map { String(parent[..<$0]) } ?? "." }
        if parent.isEmpty { parent = "/" }
        let isWritable = Files.isWritableDirectory(parent)
        self.add("state", isWritable ? .passed : .failed, isWritable ? "\(path) will be made" : "\(path) cannot be made below \(parent)")
    }

    mutating func programs() {
        for name in ["kt-supervisor", "kt-worker", "kt-compile"] {
            if let path = Installation.program(name) {
                self.add("program", .passed, path)
            } else {
                self.add("program", .failed, "\(name) is neither beside kt nor in ../libexec/keeptrusts")
            }
        }
    }

    mutating func libraries() {
        self.add("library", .passed, "libyaml \(ConfigLibrary.version)")
        for library in SharedLibrary.all {
            if let version = library.version() {
                self.add("library", .passed, "\(library.name) \(version)")
            } else {
                self.add("library", .warned, "\(library.name): \(library.file) is not found")
            }
        }
    }

    private static func oneLine(_ issue: ConfigIssue) -> String {
        LintReport.line(issue).split(separator: "\n").joined(separator: "; ")
    }

    var text: String {
        var text = ""
        for finding in self.findings { text += "\(finding.result.rawValue.padded(to: 8))\(finding.subject.padded(to: 14))\(finding.detail)\n" }
        let failed = self.findings.count { $0.result == .failed }
        let warned = self.findings.count { $0.result == .warned }
        return text + (failed == 0 ? "the gateway can start" : "the gateway cannot start") + ": \(failed) failed, \(warned) warnings\n"
    }

    var json: String {
        let rows = self.findings.map { finding in
            "    {\"subject\": \(JSONString.quoted(finding.subject)), \"result\": \(JSONString.quoted(finding.result.rawValue)), \"detail\": \(JSONString.quoted(finding.detail))}"
        }
        let canStart = !self.findings.contains { $0.result == .failed }
        return "{\n  \"can_start\": \(canStart),\n  \"findings\": [\n\(rows.joined(separator: ",\n"))\n  ]\n}\n"
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - self.count)) }
}
