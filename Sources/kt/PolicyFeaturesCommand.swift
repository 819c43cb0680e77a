internal import ArgumentParser
internal import Exchange
internal import Platform
internal import Policies
internal import PolicyTesting

/// For tools/injection-model: what the model of `prompt-injection` would be asked about labelled texts.
struct PolicyFeaturesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "features", abstract: "Write what the model of prompt-injection is asked about labelled texts.",
        discussion: """
            For training (tools/injection-model): JSON Lines, the names of the features first, then a line for each text in the order of the file. Texts are not in it.

            EXAMPLE
              kt policy features --data injection.jsonl --out features.jsonl
            """, shouldDisplay: false)

    @Option(name: .long, help: ArgumentHelp("Labelled texts.", valueName: "file"))
    var data: String

    @Option(name: .long, help: ArgumentHelp("Where the lines go.", valueName: "file"))
    var out: String

    @Option(name: .long, help: "Whose texts they are. (default: user)")
    var role = "user"

    func validate() throws {
        if TextRole(name: self.role) == nil {
            throw ValidationError("--role accepts \(TextRole.named.map(\.name).joined(separator: ", "))")
        }
    }

    func run() throws {
        let content = try PolicyCommandIO.read(self.data)
        let file: LabelledFile
        do throws(LabelledFile.Fault) {
            file = try LabelledFile.parse(content, name: PolicyCommandIO.name(self.data))
        } catch {
            throw PolicyCommandIO.failure("\(error)", .unreadable)
        }
        let lines: InjectionFeatureLines
        do throws(PolicyCompileError) {
            lines = try InjectionFeatureLines()
        } catch {
            throw PolicyCommandIO.failure("the policies cannot be compiled: \(error)", .notSo)
        }
        let role = TextRole(name: self.role) ?? .user
        var bytes = lines.head.compact + [0x0A]
        for text in file.texts { bytes += lines.line(text, role: role).compact + [0x0A] }
        try PolicyCommandIO.write(self.out, bytes)
    }
}
