internal import Exchange

/// The answer to `status` for people: one screen.
struct StatusScreen {
    let text: String

    /// `report` as the gateway sent it; what it does not say is left out, so that it may be of another version.
    init(_ report: [UInt8], hasColours: Bool) {
        let report = JSONView(report)
        let paint = Paint(isOn: hasColours)
        var lines = [Self.headline(report, paint), "listening on  \(report["listen"].elements.map(\.words).joined(separator: ", "))"]
        let config = report["config"]
        if config.isThere {
            lines.append("configuration \(config["name"].words) \(config["version"].words), generation \(report["generation"].words), in force since \(config["loaded"].words)")
            lines.append("              \(config["hash"].words)")
        }
        let workers = report["workers"].elements.map { worker in
            [
                worker["slot"].words, worker["generation"].words, worker["pid"].words, paint.state(worker["state"].words), worker["since"].words,
                worker["heartbeat_ms"].isThere ? worker["heartbeat_ms"].words + " ms" : "-", worker["in_flight"].words,
                worker["open_streams"].words, worker["requests"].words,
            ]
        }
        lines += Self.table(["worker", "gen", "pid", "state", "since", "last seen", "in flight", "streams", "requests"], workers)
        let targets = report["targets"].elements.map { target in
            [
                target["id"].words, target["available"].words == "true" ? paint.good("available") : paint.bad("away: \(target["why"].words)"),
                target["latency_ms"].isThere ? target["latency_ms"].words + " ms" : "-", target["in_flight"].words,
            ]
        }
        lines += Self.table(["target", "state", "latency", "in flight"], targets)
        lines += Self.history(report, paint)
        self.text = lines.joined(separator: "\n") + "\n"
    }

    private static func headline(_ report: JSONView, _ paint: Paint) -> String {
        let running = report["uptime_seconds"].isThere ? " for \(Self.span(report["uptime_seconds"].words))" : ""
        return "\(paint.state(report["state"].words))\(running), kt \(report["version"].words), pid \(report["pid"].words)"
    }

    private static func history(_ report: JSONView, _ paint: Paint) -> [String] {
        var lines: [String] = []
        let restarts = report["restarts"]
        let counts = ["crash", "hang", "oom"].filter { restarts[$0].isThere && restarts[$0].words != "0" }.map { "\(restarts[$0].words) by \($0)" }
        if !counts.isEmpty { lines += ["", "restarted workers: \(paint.bad(counts.joined(separator: ", ")))"] }
        for death in report["deaths"].elements.suffix(3) {
            lines.append("  \(death["time"].words)  worker \(death["slot"].words) \(death["message"].words)")
        }
        if let reload = report["reloads"].elements.last {
            // A message may be as long as a compiler's.
            let message = reload["message"].words.split(separator: "\n").prefix(3).joined(separator: "\n  ")
            let result = reload["result"].words
            lines += ["", "last reload \(result == "applied" ? paint.good(result) : paint.bad(result)) at \(reload["time"].words)"]
            if !message.isEmpty { lines.append("  \(message)") }
        }
        return lines
    }

    /// 61 is 1m 1s.
    static func span(_ seconds: String) -> String {
        guard let seconds = Int(seconds), seconds >= 0 else { return "?" }
        let parts = [(seconds / 86_400, "d"), (seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")]
        let known = parts.drop { $0.0 == 0 }.prefix(2)
        return known.isEmpty ? "0s" : known.map { "\($0.0)\($0.1)" }.joined(separator: " ")
    }

    /// Nothing when there are no rows.
    private static func table(_ head: [String], _ rows: [[String]]) -> [String] {
        guard !rows.isEmpty else { return [] }
        let widths = head.indices.map { column in ([head] + rows).map { Paint.width($0[column]) }.max() ?? 0 }
        return [""]
            + ([head] + rows).map { row in
                let cells = row.enumerated().map { column, cell in cell + String(repeating: " ", count: widths[column] - Paint.width(cell)) }
                var line = cells.joined(separator: "  ")
                while line.last == " " { line.removeLast() }
                return line
            }
    }
}

/// Colours for a terminal; the words say the same without them.
private struct Paint {
    let isOn: Bool

    private static let end = "\u{1B}[0m"

    func good(_ text: String) -> String { self.isOn ? "\u{1B}[32m\(text)\(Self.end)" : text }
    func bad(_ text: String) -> String { self.isOn ? "\u{1B}[31m\(text)\(Self.end)" : text }
    private func middling(_ text: String) -> String { self.isOn ? "\u{1B}[33m\(text)\(Self.end)" : text }

    func state(_ text: String) -> String {
        switch text {
        case "serving": self.good(text)
        case "hung", "failed", "backoff": self.bad(text)
        default: self.middling(text)
        }
    }

    /// Columns on the screen.
    static func width(_ text: String) -> Int {
        guard text.hasPrefix("\u{1B}[") else { return text.count }
        return text.count - 5 - Self.end.count
    }
}

/// A JSON value read by its keys; what is not there reads as nothing.
struct JSONView {
    private let bytes: [UInt8]

    init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

    var isThere: Bool { !self.bytes.isEmpty && self.bytes != Array("null".utf8) }

    subscript(key: String) -> JSONView {
        guard let range = JSONDocument.value(at: [key], in: self.bytes.span) else { return JSONView([]) }
        return JSONView(self.bytes[range])
    }

    var elements: [JSONView] { (JSONDocument.elements(of: self.bytes.span) ?? []).map { JSONView(self.bytes[$0]) } }

    /// A string's text without control characters, another value as it is written; `-` for nothing.
    var words: String {
        guard self.isThere else { return "-" }
        guard let text = JSONDocument.text(self.bytes.span) else { return String(decoding: self.bytes, as: UTF8.self) }
        // A name from a configuration must not steer the terminal.
        return String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 == "\n" || $0.properties.generalCategory != .control }))
    }
}
