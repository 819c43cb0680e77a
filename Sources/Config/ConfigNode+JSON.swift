internal import Exchange

extension ConfigNode {
    /// The same value as JSON. What was refused is null.
    var json: String {
        var writer = JSONWriter()
        self.write(to: &writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private func write(to writer: inout JSONWriter) {
        switch self.content {
        case .refused: writer.null()
        case .list(let items):
            writer.beginArray()
            for item in items { item.write(to: &writer) }
            writer.endArray()
        case .mapping(let entries):
            writer.beginObject()
            for entry in entries {
                writer.key(escaping: entry.key)
                entry.value.write(to: &writer)
            }
            writer.endObject()
        case .scalar:
            switch self.meaning {
            case .null, nil: writer.null()
            case .bool(let flag): writer.bool(flag)
            case .int(let number): writer.integer(number)
            case .double(let number): writer.double(number)
            case .string(let text): writer.string(text)
            }
        }
    }
}
