internal import Exchange

/// The forms in which `kt events export` writes events.
public enum EventsExport {
    /// One object per line.
    public static func ndjson(_ events: [SpooledEvent]) -> [UInt8] {
        var output: [UInt8] = []
        for event in events {
            output.append(contentsOf: event.json)
            output.append(UInt8(ascii: "\n"))
        }
        return output
    }

    /// One array, an event on each line.
    public static func jsonArray(_ events: [SpooledEvent]) -> [UInt8] {
        var output: [UInt8] = [UInt8(ascii: "[")]
        for (index, event) in events.enumerated() {
            output.append(index == 0 ? "\n" : ",\n")
            output.append(contentsOf: event.json)
        }
        output.append("\n]\n")
        return output
    }

    /// The columns of `csv` with the keys of their values.
    static let columns: [(name: String, path: [String])] = [
        ("id", ["id"]), ("time", ["time"]), ("request_id", ["request_id"]), ("worker", ["worker"]),
        ("generation", ["generation"]), ("config_name", ["config", "name"]), ("config_version", ["config", "version"]),
        ("config_hash", ["config", "hash"]), ("endpoint", ["endpoint"]), ("stream", ["stream"]),
        ("consumer_group", ["consumer", "group"]), ("consumer_key", ["consumer", "key"]),
        ("consumer_agent", ["consumer", "agent"]), ("consumer_user", ["consumer", "user"]),
        ("client_address", ["client_address"]), ("model_requested", ["model_requested"]), ("model_answered", ["model_answered"]),
        ("target", ["target"]), ("attempts", ["attempts"]), ("verdict", ["verdict"]), ("policies", ["policies"]),
        ("tokens_prompt", ["tokens", "prompt"]), ("tokens_completion", ["tokens", "completion"]),
        ("tokens_estimated", ["tokens", "estimated"]), ("cost_usd", ["cost_usd"]), ("status", ["status"]),
        ("outcome", ["outcome"]), ("ms_total", ["ms", "total"]), ("ms_first_byte", ["ms", "first_byte"]),
        ("ms_upstream", ["ms", "upstream"]), ("ms_policies", ["ms", "policies"]), ("bytes_request", ["bytes", "request"]),
        ("bytes_answer", ["bytes", "answer"]),
    ]

    /// RFC 4180 with a header line. `null` is an empty field, attempts and policies are JSON. A text that a spreadsheet would
    /// run as a formula gets an apostrophe in front.
    public static func csv(_ events: [SpooledEvent]) -> [UInt8] {
        var output: [UInt8] = []
        output.append(contentsOf: Self.columns.map(\.name).joined(separator: ",").utf8)
        output.append("\r\n")
        for event in events {
            for (index, column) in Self.columns.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                guard let range = JSONDocument.value(at: column.path, in: event.json.span) else { continue }
                Self.appendField(event.json[range], to: &output)
            }
            output.append("\r\n")
        }
        return output
    }

    private static func appendField(_ value: ArraySlice<UInt8>, to output: inout [UInt8]) {
        let value = Array(value)
        var field = value
        if let text = JSONDocument.text(value.span) {
            field = Array(text.utf8)
            if let first = field.first, "=+-@\t\r".utf8.contains(first) { field.insert(UInt8(ascii: "'"), at: 0) }
        } else if value == Array("null".utf8) {
            return
        }
        guard field.contains(where: { ",\"\r\n".utf8.contains($0) }) else {
            output.append(contentsOf: field)
            return
        }
        output.append(UInt8(ascii: "\""))
        for byte in field {
            if byte == UInt8(ascii: "\"") { output.append(byte) }
            output.append(byte)
        }
        output.append(UInt8(ascii: "\""))
    }
}
