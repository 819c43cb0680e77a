internal import CYAML

/// libyaml's parser, one event at a time. Everything `unsafe` of Config is here.
@safe struct YAMLParser: ~Copyable {
    /// From 1, columns in characters.
    struct Mark {
        var line: Int
        var column: Int
    }
    struct Properties {
        var hasAnchor: Bool
        var hasTag: Bool
    }
    enum Style { case plain, singleQuoted, doubleQuoted, block }
    enum Event {
        case documentStart(Mark)
        case alias(Mark)
        case scalar(String, Style, Properties, start: Mark, end: Mark)
        case listStart(Properties, Mark)
        case mappingStart(Properties, Mark)
        /// Of a list or a mapping.
        case end
        case streamEnd
    }
    struct Failure: Error {
        var message: String
        var mark: Mark
        /// Where the thing began that was never finished.
        var context: String?
        var contextMark: Mark?
        var isOutOfMemory = false
    }

    private let parser: UnsafeMutablePointer<yaml_parser_t>
    /// The parser reads from here until it is deleted.
    private let input: UnsafeMutableBufferPointer<UInt8>

    /// Copies `bytes`, which must be valid UTF-8. nil: no memory.
    init?(_ bytes: [UInt8]) {
        unsafe self.parser = .allocate(capacity: 1)
        unsafe self.input = .allocate(capacity: max(1, bytes.count))
        guard unsafe yaml_parser_initialize(self.parser) == 1 else {
            unsafe self.parser.deallocate()
            unsafe self.input.deallocate()
            return nil
        }
        _ = unsafe self.input.initialize(fromContentsOf: bytes)
        unsafe yaml_parser_set_encoding(self.parser, YAML_UTF8_ENCODING)
        unsafe yaml_parser_set_input_string(self.parser, self.input.baseAddress, bytes.count)
    }

    deinit {
        unsafe yaml_parser_delete(self.parser)
        unsafe self.parser.deallocate()
        unsafe self.input.deallocate()
    }

    /// Not to be called again after `streamEnd` or a failure.
    mutating func next() throws(Failure) -> Event {
        while true {
            var event = unsafe yaml_event_t()
            guard unsafe yaml_parser_parse(self.parser, &event) == 1 else { throw self.failure() }
            defer { unsafe yaml_event_delete(&event) }
            let start = unsafe Self.mark(event.start_mark)
            switch unsafe event.type {
            case YAML_DOCUMENT_START_EVENT: return .documentStart(start)
            case YAML_ALIAS_EVENT: return .alias(start)
            case YAML_SCALAR_EVENT:
                let scalar = unsafe event.data.scalar
                let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
                let text = unsafe String(decoding: bytes, as: UTF8.self)
                let style: Style =
                    switch unsafe scalar.style {
                    case YAML_PLAIN_SCALAR_STYLE: .plain
                    case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
                    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
                    default: .block
                    }
                let properties = unsafe Properties(hasAnchor: scalar.anchor != nil, hasTag: scalar.tag != nil)
                return .scalar(text, style, properties, start: start, end: unsafe Self.mark(event.end_mark))
            case YAML_SEQUENCE_START_EVENT:
                let list = unsafe event.data.sequence_start
                return .listStart(unsafe Properties(hasAnchor: list.anchor != nil, hasTag: list.tag != nil), start)
            case YAML_MAPPING_START_EVENT:
                let mapping = unsafe event.data.mapping_start
                return .mappingStart(unsafe Properties(hasAnchor: mapping.anchor != nil, hasTag: mapping.tag != nil), start)
            case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return .end
            case YAML_STREAM_END_EVENT: return .streamEnd
            default: continue
            }
        }
    }

    private func failure() -> Failure {
        let parser = unsafe self.parser.pointee
        func text(_ pointer: UnsafePointer<CChar>?) -> String? {
            guard let pointer = unsafe pointer else { return nil }
            return unsafe String(cString: pointer)
        }
        var failure = Failure(message: unsafe text(parser.problem) ?? "cannot be read", mark: unsafe Self.mark(parser.problem_mark))
        failure.isOutOfMemory = unsafe parser.error == YAML_MEMORY_ERROR
        if unsafe parser.error == YAML_READER_ERROR {
            // The reader knows a byte, not a line.
            failure.mark = unsafe self.mark(atByte: Int(clamping: parser.problem_offset))
        } else if unsafe parser.context != nil {
            failure.context = unsafe text(parser.context)
            failure.contextMark = unsafe Self.mark(parser.context_mark)
        }
        return failure
    }

    private func mark(atByte offset: Int) -> Mark {
        var mark = Mark(line: 1, column: 1)
        for index in unsafe 0..<min(offset, self.input.count) {
            let byte = unsafe self.input[index]
            if byte == 0x0A {
                mark = Mark(line: mark.line + 1, column: 1)
            } else if byte & 0xC0 != 0x80 {
                mark.column += 1
            }
        }
        return mark
    }

    private static func mark(_ mark: yaml_mark_t) -> Mark { Mark(line: Int(clamping: mark.line) + 1, column: Int(clamping: mark.column) + 1) }
}

/// What the configuration is read with.
public enum ConfigLibrary {
    /// libyaml's, `0.2.5`.
    public static var version: String {
        guard let text = unsafe yaml_get_version_string() else { return "unknown" }
        return unsafe String(cString: text)
    }
}
