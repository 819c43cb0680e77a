/// What the texts of a file are labelled for.
public enum EvaluationTask: String, Sendable, CaseIterable {
    case injection, safety, pii
    /// Harmless: negatives of `injection` and `safety`.
    case benign
}

/// A value in a text. Offsets count Unicode scalars, end exclusive.
public struct EntitySpan: Sendable, Equatable {
    public var start: Int
    public var end: Int
    public var type: String
    public init(start: Int, end: Int, type: String) {
        self.start = start
        self.end = end
        self.type = type
    }
}

/// One line of labelled data.
public struct LabelledText: Sendable, Equatable {
    public var id: String
    /// UTF-8.
    public var text: [UInt8]
    /// An attack, or harmful; nothing for `pii`.
    public var isPositive = false
    public var kind = "-"
    public var language = "-"
    public var source = "-"
    public var categories: [String] = []
    /// The encoding that hides an attack.
    public var variant: String?
    public var spans: [EntitySpan] = []
    /// The types this text was annotated for; nil: all of the file's.
    public var types: Set<String>?

    public init(id: String, text: [UInt8]) {
        self.id = id
        self.text = text
    }
}

/// A file of labelled texts.
public struct LabelledFile: Sendable {
    public let name: String
    public let task: EvaluationTask
    public let texts: [LabelledText]

    public struct Fault: Error, Sendable, Equatable, CustomStringConvertible {
        public let description: String
    }

    /// JSON Lines with `id` and `text`. With `spans` it is about personal data, with `categories` about safety, with `label` alone about injection, else
    /// harmless. `name` is for messages, which never show texts.
    public static func parse(_ bytes: [UInt8], name: String) throws(Fault) -> LabelledFile {
        var texts: [LabelledText] = []
        var task: EvaluationTask?
        var number = 0
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            number += 1
            if line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) { continue }
            let value: JSONValue
            do {
                value = try JSONValue.parse(line: line)
            } catch {
                throw Fault(description: "\(name):\(number):\(error.column): \(error.message)")
            }
            let own = Self.task(of: value)
            if let task, task != own { throw Fault(description: "\(name):\(number): a text for \(own.rawValue) in a file for \(task.rawValue)") }
            task = own
            do {
                texts.append(try Self.text(value))
            } catch {
                throw Fault(description: "\(name):\(number): \(error.description)")
            }
        }
        guard let task else { throw Fault(description: "\(name): there is no text in it") }
        return LabelledFile(name: name, task: task, texts: texts)
    }

    private static func task(of value: JSONValue) -> EvaluationTask {
        if value["spans"] != nil { return .pii }
        if value["categories"] != nil { return .safety }
        return value["label"] != nil ? .injection : .benign
    }

    private static func text(_ value: JSONValue) throws(Fault) -> LabelledText {
        guard let id = value["id"]?.string, let content = value["text"]?.string else { throw Fault(description: "needs the texts \"id\" and \"text\"") }
        var text = LabelledText(id: id, text: Array(content.utf8))
        if let label = value["label"] {
            guard let number = label.int, number == 0 || number == 1 else { throw Fault(description: "\"label\" accepts 0 or 1") }
            text.isPositive = number == 1
        }
        text.kind = value["kind"]?.string ?? "-"
        text.language = value["lang"]?.string ?? "-"
        text.source = value["source"]?.string ?? "-"
        text.variant = value["variant"]?.string
        text.categories = value["categories"]?.array?.compactMap(\.string) ?? []
        text.types = value["types"]?.array.map { Set($0.compactMap(\.string)) }
        let count = content.unicodeScalars.count
        for span in value["spans"]?.array ?? [] {
            guard let start = span["start"]?.int, let end = span["end"]?.int, let type = span["type"]?.string else {
                throw Fault(description: "a span needs \"start\", \"end\" and \"type\"")
            }
            guard start >= 0, start <= end, end <= count else { throw Fault(description: "the span \(start)..\(end) is not in the text") }
            text.spans.append(EntitySpan(start: start, end: end, type: type))
        }
        return text
    }
}
