internal import ArgumentParser
internal import Config
internal import Platform
internal import Policies
internal import PolicyTesting
internal import Settings

/// Measures the policies on labelled texts, in this process.
struct PolicyEvalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval", abstract: "Measure the policies on labelled texts: recall, precision, false positives.",
        discussion: """
            Files are JSON Lines with id and text, and kind, lang and source to group by: with spans about personal data, with categories about safety, with label
            alone about injection, else harmless. Each task is measured with its own policy, whatever stands before it in the chain. Without --file the policies
            run with their defaults. Texts are never printed.

            With --cuts N the chain's output policies also get each text in N random pieces: what comes out must be what comes out of the whole. Exit code 1 when it
            is not, 2 when a file cannot be read.

            EXAMPLE
              kt policy eval --data injection.jsonl harmless.jsonl
              kt policy eval --file policy-config.yaml --data pii.jsonl --predictions out.jsonl --cuts 50 --seed 1
            """)

    @Option(name: .long, parsing: .upToNextOption, help: ArgumentHelp("Labelled texts; one or more files.", valueName: "file"))
    var data: [String]

    @OptionGroup var configuration: PolicyFileArguments

    @Flag(name: .long, help: "One JSON object.")
    var json = false

    @Option(name: .long, help: ArgumentHelp("Write predictions as JSON Lines; with several tasks one file each, NAME.TASK.jsonl.", valueName: "file"))
    var predictions: String?

    @Option(name: .long, help: ArgumentHelp("Also write the figures as a page of Markdown.", valueName: "file"))
    var markdown: String?

    @Option(name: .long, help: ArgumentHelp("Stream each text in random pieces, that many times. (default: 0)", valueName: "n"))
    var cuts = 0

    @Option(name: .long, help: ArgumentHelp("What the random cuts depend on. (default: 1)", valueName: "n"))
    var seed: UInt64 = 1

    func validate() throws {
        if self.data.isEmpty { throw ValidationError("--data needs a file") }
        if !(0...10_000).contains(self.cuts) { throw ValidationError("--cuts accepts 0 to 10000") }
    }

    func run() throws {
        let settings = try self.settings()
        var files: [LabelledFile] = []
        for path in self.data {
            let bytes = try PolicyCommandIO.read(path)
            do throws(LabelledFile.Fault) {
                files.append(try LabelledFile.parse(bytes, name: PolicyCommandIO.name(path)))
            } catch {
                throw PolicyCommandIO.failure("\(error)", .unreadable)
            }
        }
        var options = Evaluation.Options()
        options.cuts = self.cuts
        options.seed = self.seed
        options.keepsPredictions = self.predictions != nil
        let evaluation = try self.evaluate(files, settings, options)
        if let path = self.predictions {
            for predictions in evaluation.predictions {
                let own = evaluation.predictions.count == 1 ? path : Self.path(path, for: predictions.task)
                try PolicyCommandIO.write(own, predictions.lines)
            }
        }
        if let path = self.markdown { try PolicyCommandIO.write(path, Array(self.page(evaluation.report).utf8)) }
        Terminal.write(self.json ? evaluation.report.json.pretty : evaluation.report.text)
        if let cuts = evaluation.report.cuts, cuts.differences > 0 { throw ExitCode.notSo }
    }

    private func settings() throws -> PolicySettings {
        guard self.configuration.file.isEmpty else { return try self.configuration.load().settings?.policies ?? PolicySettings() }
        var settings = PolicySettings()
        settings.chain = [.promptInjection, .piiDetector, .safetyFilter]
        return settings
    }

    private func evaluate(_ files: [LabelledFile], _ settings: PolicySettings, _ options: Evaluation.Options) throws -> Evaluation {
        let shows = PolicyCommandIO.showsProgress()
        do throws(PolicyCompileError) {
            let evaluation = try Evaluation(files, settings: settings, options: options) { stage, done, count in
                if shows { Terminal.write("\r\u{1B}[K\(stage) \(done) of \(count)", to: .error) }
            }
            if shows { Terminal.write("\r\u{1B}[K", to: .error) }
            return evaluation
        } catch {
            throw PolicyCommandIO.failure("the policies cannot be compiled: \(error)", .notSo)
        }
    }

    /// `out.jsonl` is `out.pii.jsonl` for one of several tasks.
    static func path(_ path: String, for task: EvaluationTask) -> String {
        let name = PolicyCommandIO.name(path)
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "\(path).\(task.rawValue)" }
        let ending = name[dot...]
        return "\(path.dropLast(ending.count)).\(task.rawValue)\(ending)"
    }

    private func page(_ report: EvaluationReport) -> String {
        """
        # Figures of the policies

        Written by `make eval`: what `kt policy eval` measures on labelled texts\(self.configuration.file.isEmpty ? " with the defaults of every kind" : ""). Shares in per cent with 95 % intervals (Wilson).
        What the columns mean is said in [testing.md](testing.md).

        \(report.markdown)
        """
    }
}
