internal import ArgumentParser
internal import Config
internal import Exchange
internal import Platform
internal import Record

struct EventsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Read what the gateway recorded: one event per request.", discussion: "EXAMPLE\n  kt events tail --verdict block",
        subcommands: [EventsTailCommand.self, EventsListCommand.self, EventsExportCommand.self])
}

/// Which events, of which gateway.
struct EventArguments: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("From here on: 2026-01-31, 2026-01-31T08:00:00Z, or 90s, 15m, 2h, 7d ago.", valueName: "time"))
    var since: String?

    @Option(name: .long, help: ArgumentHelp("Only allow, redact, block or escalate.", valueName: "verdict"))
    var verdict: String?

    @Option(name: .long, help: ArgumentHelp("State of the gateway. (env: STATE_DIRECTORY; default: /var/lib/keeptrusts, else ~/.local/state/keeptrusts)", valueName: "dir"))
    var stateDir: String?

    func validate() throws {
        _ = try self.sinceTime()
        guard let verdict = self.verdict, !["allow", "redact", "block", "escalate"].contains(verdict) else { return }
        throw ValidationError("--verdict is one of allow, redact, block, escalate")
    }

    func sinceTime() throws -> UTCTime? { try self.since.map { try Self.time($0, option: "--since") } }

    static func time(_ text: String, option: String) throws -> UTCTime {
        if let time = UTCTime(text) { return time }
        let seconds: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
        if let unit = text.last.flatMap({ seconds[$0] }), let count = Int64(text.dropLast()), (0...1_000_000).contains(count),
            let now = UTCTime(currentTimestamp())
        {
            return UTCTime(nanoseconds: now.nanoseconds - count * unit * 1_000_000_000)
        }
        throw ValidationError("\(option): write 2026-01-31, 2026-01-31T08:00:00Z, or 90s, 15m, 2h, 7d")
    }

    /// Where the workers write.
    var spool: String {
        let environment = ConfigFile.environment()
        if let given = self.stateDir ?? environment["STATE_DIRECTORY"].flatMap({ $0.split(separator: ":").first.map(String.init) }) { return "\(given)/spool" }
        let system = "/var/lib/keeptrusts/spool"
        return ConfigFile.exists(system) ? system : "\(environment["HOME"] ?? "")/.local/state/keeptrusts/spool"
    }

    /// Ends the command with exit code 2 where no gateway ever ran.
    func checkSpool() throws {
        guard !ConfigFile.exists(self.spool) else { return }
        Terminal.write("kt: \(self.spool) does not exist: no gateway has run with this state directory\n", to: .error)
        throw ExitCode.unreadable
    }

    /// Events of the past.
    func events(until: UTCTime? = nil, limit: Int?) throws -> [SpooledEvent] {
        try self.checkSpool()
        let contents: SpoolContents
        do throws(SystemCallError) {
            contents = try SpoolReader(directory: self.spool).events(since: self.sinceTimeOrNil, until: until, verdict: self.verdict, limit: limit)
        } catch {
            Terminal.write("kt: \(self.spool): \(error)\n", to: .error)
            throw ExitCode.unreadable
        }
        Self.report(contents.faults)
        return contents.events
    }

    private var sinceTimeOrNil: UTCTime? { self.since.flatMap { try? Self.time($0, option: "--since") } }

    /// The last line of a segment may still be being written; anything else is damage that people should know of.
    static func report(_ faults: [SpoolFault]) {
        for fault in faults where fault.kind != .tornTail {
            Terminal.write("kt: \(fault.segment.fileName): damaged line at byte \(fault.offset)\n", to: .error)
        }
    }
}

struct EventsListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "The newest events, oldest first.",
        discussion: """
            Columns: time, verdict, status, outcome, milliseconds, target, model, what was found.

            EXAMPLE
              kt events list --since 1h --verdict block --json
            """)

    @OptionGroup var arguments: EventArguments
    @Option(name: .long, help: ArgumentHelp("Before this time.", valueName: "time")) var until: String?
    @Option(name: .long, help: ArgumentHelp("At most so many.", valueName: "n")) var limit = 50
    @Flag(name: .long, help: "One JSON array.") var json = false

    func validate() throws {
        guard (1...1_000_000).contains(self.limit) else { throw ValidationError("--limit: accepts 1 to 1000000") }
        _ = try self.until.map { try EventArguments.time($0, option: "--until") }
    }

    func run() throws {
        let events = try self.arguments.events(until: self.until.map { try EventArguments.time($0, option: "--until") }, limit: self.limit)
        if self.json {
            Terminal.write(EventsExport.jsonArray(events))
        } else {
            Terminal.write(events.map(EventLine.text).joined())
        }
    }
}

struct EventsTailCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail", abstract: "The newest events, then each as it is written, until interrupted.",
        discussion: """
            EXAMPLE
              kt events tail
              kt events tail --verdict block --json
            """)

    @OptionGroup var arguments: EventArguments
    @Option(name: .long, help: ArgumentHelp("Events of the past to begin with.", valueName: "n")) var limit = 50
    @Flag(name: .long, help: "One JSON object on each line.") var json = false

    func validate() throws {
        guard (0...1_000_000).contains(self.limit) else { throw ValidationError("--limit: accepts 0 to 1000000") }
    }

    func run() throws {
        try self.arguments.checkSpool()
        let filter = EventFilter(since: try self.arguments.sinceTime(), verdict: self.arguments.verdict)
        do throws(SystemCallError) {
            // One follower from the beginning: nothing between past and present is lost or told twice.
            let follower = try SpoolFollower(directory: self.arguments.spool, startingAtEnd: false)
            var contents = try follower.next(filter, timeout: .zero)
            var events = contents.events.suffix(self.limit)
            while true {
                EventArguments.report(contents.faults)
                if !events.isEmpty {
                    let bytes = self.json ? EventsExport.ndjson(Array(events)) : Array(events.map(EventLine.text).joined().utf8)
                    // The reader is gone: `kt events tail | head`.
                    guard Terminal.write(bytes) else { return }
                }
                contents = try follower.next(filter, timeout: .seconds(60))
                events = contents.events[...]
            }
        } catch {
            Terminal.write("kt: \(self.arguments.spool): \(error)\n", to: .error)
            throw ExitCode.unreadable
        }
    }
}

struct EventsExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "All events of a time, as JSON, JSON lines or CSV.",
        discussion: """
            EXAMPLE
              kt events export --since 2026-01-01 --until 2026-02-01 --format csv --output january.csv
            """)

    @OptionGroup var arguments: EventArguments
    @Option(name: .long, help: ArgumentHelp("Before this time.", valueName: "time")) var until: String?
    @Option(name: .long, help: "json, ndjson or csv.") var format = "json"
    @Option(name: .long, help: ArgumentHelp("Where to write; standard output otherwise.", valueName: "file")) var output: String?

    func validate() throws {
        guard ["json", "ndjson", "csv"].contains(self.format) else { throw ValidationError("--format is one of json, ndjson, csv") }
        _ = try self.until.map { try EventArguments.time($0, option: "--until") }
    }

    func run() throws {
        let events = try self.arguments.events(until: self.until.map { try EventArguments.time($0, option: "--until") }, limit: nil)
        let bytes: [UInt8] =
            switch self.format {
            case "csv": EventsExport.csv(events)
            case "ndjson": EventsExport.ndjson(events)
            default: EventsExport.jsonArray(events)
            }
        guard let output = self.output else {
            Terminal.write(bytes)
            return
        }
        do throws(SystemCallError) {
            try Files.replace(output, with: bytes)
        } catch {
            Terminal.write("kt: \(output): \(error)\n", to: .error)
            throw ExitCode.notSo
        }
    }
}

/// An event on one line, for people.
enum EventLine {
    static func text(_ event: SpooledEvent) -> String {
        let object = event.json.span
        func value(_ path: String...) -> String {
            guard let range = JSONDocument.value(at: path, in: object) else { return "-" }
            let raw = object.extracting(range)
            let text = JSONDocument.text(raw) ?? String(decoding: Array(event.json[range]), as: UTF8.self)
            return text == "null" || text.isEmpty ? "-" : Self.visible(text)
        }
        let columns = [
            event.time.text, event.verdict.padding(8), value("status").padding(3), value("outcome").padding(13), value("ms", "total").padding(9),
            value("target"), value("model_requested"), Self.findings(event),
        ]
        return columns.joined(separator: "  ") + "\n"
    }

    /// Reason codes of the policies, `pii_detector.detected`, each once.
    private static func findings(_ event: SpooledEvent) -> String {
        let object = event.json.span
        guard let policies = JSONDocument.value(at: ["policies"], in: object) else { return "" }
        var codes: [String] = []
        // The list's objects, by their braces outside of texts.
        var depth = 0
        var start = 0
        var inText = false
        var isEscaped = false
        for index in policies {
            let byte = event.json[index]
            if inText {
                if isEscaped { isEscaped = false } else if byte == 0x5C { isEscaped = true } else if byte == 0x22 { inText = false }
                continue
            }
            switch byte {
            case 0x22: inText = true
            case 0x7B:
                if depth == 0 { start = index }
                depth += 1
            case 0x7D:
                depth -= 1
                guard depth == 0 else { continue }
                let policy = object.extracting(start..<index + 1)
                guard let range = JSONDocument.value(at: ["reason_code"], in: policy), let code = JSONDocument.text(policy.extracting(range)) else { continue }
                if !code.isEmpty && !codes.contains(code) { codes.append(code) }
            default: break
            }
        }
        return Self.visible(codes.joined(separator: ","))
    }

    /// What clients sent must not steer a terminal.
    private static func visible(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) ? "?" : $0 }))
    }
}

extension String {
    fileprivate func padding(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - self.count)) }
}
