internal import Platform
internal import Settings

/// One line per event on standard error: words on a terminal, a priority prefix for the journal, else JSON.
struct EventLog {
    enum Form: Equatable { case text, journal, json }

    var form: Form
    var lowest = ProcessSettings.LogLevel.info
    /// Of all copies.
    private let output = ErrorOutput()

    /// What standard error looks like, unless the configuration says otherwise.
    init(format: ProcessSettings.LogFormat = .auto) { self.form = Self.form(format) }

    static func form(_ format: ProcessSettings.LogFormat) -> Form {
        switch format {
        case .auto: ThisProcess.standardErrorIsJournal ? .journal : ThisProcess.isTerminal(2) ? .text : .json
        case .journal: .journal
        case .text: .text
        case .json: .json
        }
    }

    /// `fields` are for machines: the message says the same in words.
    func write(_ level: ProcessSettings.LogLevel, _ message: String, _ fields: [(String, Int)] = []) {
        guard Self.rank(level) >= Self.rank(self.lowest) else { return }
        let line = self.line(level, message, fields, time: currentTimestamp())
        self.write(lines: line)
    }

    /// Words that have their form already, without the last line break. Standard error that is closed is nobody's to hear about.
    func write(lines: String) { self.output.write(lines + "\n", droppedLine: self.droppedLine) }

    /// Tries again what a slow reader has left waiting.
    func flush() { self.output.flush(droppedLine: self.droppedLine) }

    private func droppedLine(_ count: Int) -> String {
        self.line(
            .warning, "\(count) \(count == 1 ? "message was" : "messages were") dropped: standard error was not read", [("dropped", count)],
            time: currentTimestamp()) + "\n"
    }

    func line(_ level: ProcessSettings.LogLevel, _ message: String, _ fields: [(String, Int)], time: String) -> String {
        // A name from the configuration must not start a line of its own.
        let words = self.form == .json ? message : String(message.map { $0.isNewline ? " " : $0 })
        switch self.form {
        case .text: return "kt: \(words)"
        case .journal: return "<\(Self.priority(level))>\(words)"
        case .json:
            let head = [("time", time), ("level", level.rawValue), ("process", "supervisor"), ("message", message)]
            return JSONLine.object(head.map { ($0.0, JSONLine.quoted($0.1)) } + fields.map { ($0.0, String($0.1)) })
        }
    }

    private static func rank(_ level: ProcessSettings.LogLevel) -> Int { 7 - Self.priority(level) }

    /// syslog(3)
    private static func priority(_ level: ProcessSettings.LogLevel) -> Int {
        switch level {
        case .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        }
    }
}
