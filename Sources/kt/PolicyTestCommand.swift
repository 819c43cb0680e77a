internal import ArgumentParser
internal import Config
internal import Glibc
internal import Platform
internal import Policies
internal import PolicyTesting
internal import Settings

/// Runs the tests of a configuration.
struct PolicyTestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Run the tests of a configuration: golden files and testing.suites.",
        discussion: """
            Golden files are tests/*.json beside the configuration, one test each; testing.suites holds tests in the configuration itself. Policies run in this process:
            no gateway, no provider. The format is told in docs/policies/testing.md. Exit code 0: all passed, 1: a test failed or the configuration is not valid, 2: a
            file cannot be read or is no test, or there are no tests.

            With --record NAME one input is run, and what comes of it is written as tests/NAME.json: a text, or a request or test as JSON.

            EXAMPLE
              kt policy test
              kt policy test --pack-dir packs/support --json
              kt policy test --record "cards are redacted" "My card is 4111 1111 1111 1111"
              kt policy test --record "an answer with an address" - < case.json
            """)

    @OptionGroup var configuration: PolicyFileArguments

    @Option(name: .long, help: ArgumentHelp("Where tests/ is, and policy-config.yaml without --file. (default: the configuration's directory)", valueName: "dir"))
    var packDir: String?

    @Flag(name: .long, help: "One JSON object.")
    var json = false

    @Option(name: .long, help: ArgumentHelp("Make a golden file of this name from one run of TEXT.", valueName: "name"))
    var record: String?

    @Flag(name: .long, help: "With --record: replace a file that is there.")
    var force = false

    @Argument(help: ArgumentHelp("With --record: a text, or JSON; - for standard input.", valueName: "text"))
    var input: String?

    func validate() throws {
        if self.record != nil, self.input == nil { throw ValidationError("--record needs a text, or - for standard input") }
        if self.record == nil, self.input != nil { throw ValidationError("a text is only for --record") }
    }

    func run() throws {
        let files = self.configurations()
        let result = try self.configuration.load(files)
        guard let settings = result.settings else { throw ExitCode.notSo }
        let directory = self.packDir ?? GoldenDirectory.parent(files.last ?? ".")
        let engine = try PolicyCommandIO.engine(settings.policies)
        if let name = self.record { return try self.record(name, directory, engine) }
        var results: [GoldenResult] = []
        if let testing = result.testing {
            for one in try self.suites(testing, files.last ?? "") {
                results.append(try self.result(of: one, file: files.last ?? "", engine))
            }
        }
        for path in try GoldenDirectory.files(in: "\(directory)/tests") {
            results.append(try self.result(of: try self.golden(path), file: path, engine))
        }
        guard !results.isEmpty else {
            throw PolicyCommandIO.failure("there are no tests: neither testing.suites nor \(directory)/tests/*.json", .unreadable)
        }
        let isPassed = results.allSatisfy(\.isPassed)
        if self.json {
            let object = JSONValue.object([.init("ok", .bool(isPassed)), .init("results", .array(results.map(\.json)))])
            Terminal.write(object.pretty)
        } else {
            Terminal.write(TestListing(isColored: PolicyCommandIO.isColored()).text(results))
        }
        if !isPassed { throw ExitCode.notSo }
    }

    private func configurations() -> [String] {
        if let packDir, self.configuration.file.isEmpty { return ["\(packDir)/policy-config.yaml"] }
        return ConfigLoader.files(self.configuration.file)
    }

    // MARK: Cases

    private func suites(_ testing: [UInt8], _ file: String) throws -> [GoldenCase] {
        do {
            return try GoldenReader.suites(try JSONValue.parse(testing))
        } catch {
            throw PolicyCommandIO.failure("\(file): \(error)", .unreadable)
        }
    }

    private func golden(_ path: String) throws -> GoldenCase {
        let bytes = try PolicyCommandIO.read(path)
        do {
            return try GoldenReader.golden(try JSONValue.parse(bytes), defaultName: String(PolicyCommandIO.name(path).dropLast(5)))
        } catch {
            throw PolicyCommandIO.failure("\(path): \(error)", .unreadable)
        }
    }

    private func result(of one: GoldenCase, file: String, _ engine: PolicyEngine) throws -> GoldenResult {
        do throws(GoldenFault) {
            return GoldenResult(one, file: file, run: try GoldenRun(one, engine: engine))
        } catch {
            throw PolicyCommandIO.failure("\(file): \(one.name): \(error)", .unreadable)
        }
    }

    // MARK: Recording

    private func record(_ name: String, _ directory: String, _ engine: PolicyEngine) throws {
        let bytes = self.input == "-" ? try PolicyCommandIO.read("-") : Array((self.input ?? "").utf8)
        let file: JSONValue
        do {
            let source = try Self.source(bytes)
            file = GoldenRecord.file(source, name: name, run: try GoldenRun(try GoldenReader.draft(source, name: name), engine: engine))
        } catch {
            throw PolicyCommandIO.failure("the input: \(error)", .unreadable)
        }
        let path = "\(directory)/tests/\(GoldenRecord.fileName(name)).json"
        if ConfigFile.exists(path), !self.force { throw PolicyCommandIO.failure("\(path) exists (--force replaces it)", .notSo) }
        do throws(SystemCallError) {
            try Files.createDirectories("\(directory)/tests", mode: 0o755)
        } catch {
            throw PolicyCommandIO.failure("\(directory)/tests: \(error)", .notSo)
        }
        try PolicyCommandIO.write(path, Array(file.pretty.utf8))
        Terminal.write(self.json ? file.pretty : "wrote \(path)\n")
    }

    /// A JSON object, or a text as it is.
    private static func source(_ bytes: [UInt8]) throws -> JSONValue {
        if bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") { return try JSONValue.parse(bytes) }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw JSONFault.notText }
        return .object([.init("input", .object([.init("text", .string(text))]))])
    }
}

/// The golden files of a directory.
enum GoldenDirectory {
    static func parent(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// By name; none when there is no such directory. Ends with 2 when it cannot be read.
    static func files(in directory: String) throws -> [String] {
        guard ConfigFile.exists(directory) else { return [] }
        guard let stream = unsafe opendir(directory) else {
            throw PolicyCommandIO.failure("\(directory): \(SystemCallError("opendir", errno: errno))", .unreadable)
        }
        defer { _ = unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name.hasSuffix(".json"), !name.hasPrefix(".") { names.append("\(directory)/\(name)") }
        }
        return names.sorted()
    }
}

/// Results for people.
struct TestListing {
    let isColored: Bool

    private func colored(_ text: String, _ code: String) -> String { self.isColored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }

    func text(_ results: [GoldenResult]) -> String {
        var text = ""
        var file: String?
        for result in results {
            if result.file != file {
                text += "\(file == nil ? "" : "\n")\(result.file)\n"
                file = result.file
            }
            let mark = result.isPassed ? self.colored("ok  ", "32") : self.colored("FAIL", "1;31")
            let reason = result.run.reasonCode.isEmpty ? "" : " (\(result.run.reasonCode))"
            text += "  \(mark)  \(VisibleText.line(result.name))  \(self.colored(result.run.verdict.name + reason, "2"))\n"
            for difference in result.differences { text += self.difference(difference) }
        }
        let failed = results.count { !$0.isPassed }
        let sum = "\(results.count - failed) passed, \(failed) failed"
        return text + "\n" + self.colored(sum, failed == 0 ? "32" : "1;31") + "\n"
    }

    private func difference(_ difference: GoldenResult.Difference) -> String {
        guard difference.field.hasPrefix("text") else {
            return "        \(difference.field): expected \(VisibleText.line(difference.expected)), got \(VisibleText.line(difference.actual))\n"
        }
        var text = "        \(difference.field):\n"
        for line in TextDifference.lines(expected: difference.expected, actual: difference.actual) {
            switch line {
            case .same(let line): text += "            \(VisibleText.line(line))\n"
            case .missing(let line): text += self.colored("          - \(VisibleText.line(line))", "31") + "\n"
            case .extra(let line): text += self.colored("          + \(VisibleText.line(line))", "32") + "\n"
            }
        }
        return text
    }
}

/// Text that a stranger wrote, on a terminal: nothing in it steers the terminal or turns the line around.
enum VisibleText {
    static func line(_ text: String) -> String { String(String.UnicodeScalarView(text.unicodeScalars.map(Self.visible))) }

    /// One scalar for one, so that columns stay.
    static func visible(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar.value {
        case 0x09: " "
        case 0..<0x20, 0x7F..<0xA0, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF, 0xE0000...0xE007F: "\u{B7}"
        default: scalar
        }
    }
}
