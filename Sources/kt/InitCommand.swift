internal import ArgumentParser
internal import Config
internal import Glibc
internal import Platform

struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Write a configuration to start from.",
        discussion: """
            TEMPLATES
              mistral    Mistral behind prompt-injection, pii-detector, safety-filter and audit-logger
              fallback   Mistral first, OpenAI when it fails
              demo       answers by itself: no key, no network
              relay      no policies but the record

            EXAMPLE
              kt init --template demo
              kt init --template fallback --file /etc/keeptrusts/policy-config.yaml
            """)

    @Option(name: .long, help: "mistral, fallback, demo or relay.")
    var template = ConfigTemplate.mistral.rawValue

    @Option(name: .long, help: "Where to write; - for standard output.")
    var file = "policy-config.yaml"

    @Flag(name: .long, help: "Replace a file that is there.")
    var force = false

    func validate() throws {
        guard ConfigTemplate(rawValue: self.template) == nil else { return }
        throw ValidationError("there is no template \"\(self.template)\"; there are \(ConfigTemplate.allCases.map(\.rawValue).joined(separator: ", "))")
    }

    func run() throws {
        guard let template = ConfigTemplate(rawValue: self.template) else { throw ExitCode.unreadable }
        let text = Array(template.text.utf8)
        if self.file == "-" {
            Terminal.write(template.text)
            return
        }
        do throws(SystemCallError) {
            if self.force {
                try Files.replace(self.file, with: text, mode: 0o644)
            } else {
                let descriptor = self.create(self.file)
                guard descriptor >= 0 else { throw SystemCallError("open", errno: errno) }
                defer { close(descriptor) }
                try Files.write(text, to: descriptor)
            }
        } catch {
            let exists = error.errno == EEXIST ? " (--force replaces it)" : ""
            Terminal.write("kt: \(self.file): \(error)\(exists)\n", to: .error)
            throw ExitCode.notSo
        }
        Terminal.write("wrote \(self.file); next: kt gateway run --listen 127.0.0.1:41002 --policy-config \(self.file)\n")
    }

    /// Fails with `EEXIST` when there is anything, a dangling link too.
    private func create(_ path: String) -> CInt { unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644) }
}
