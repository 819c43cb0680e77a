/// What one choice of an answer says, cut into the pieces in which a stream brings it.
struct AnswerText: Sendable {
    /// Pieces that are there, or filler that is made as it is read: an answer may be longer than memory.
    enum Source: Sendable {
        case pieces([[UInt8]])
        case filler(count: Int, pieceBytes: Int)
    }
    struct ToolCall: Sendable {
        let id: String
        let name: JSONString
    }

    let source: Source
    /// The pieces are those of this call's arguments; nil: they are content.
    var toolCall: ToolCall?
    var finishReason = "stop"

    var pieceCount: Int {
        switch self.source {
        case .pieces(let pieces): pieces.count
        case .filler(let count, _): count
        }
    }

    /// A piece, escaped for a JSON string.
    func piece(_ index: Int) -> [UInt8] {
        switch self.source {
        case .pieces(let pieces): return pieces[index]
        case .filler(_, let size): return Filler.bytes(from: index * size, count: size)
        }
    }

    /// All pieces together.
    var whole: [UInt8] {
        switch self.source {
        case .pieces(let pieces): Array(pieces.joined())
        case .filler(let count, let size): Filler.bytes(from: 0, count: count * size)
        }
    }

    /// Tokens as the demo counts them: the pieces of its own words, a quarter of the bytes of anything else.
    var tokenCount: Int {
        switch self.source {
        case .pieces(let pieces): pieces.count
        case .filler(let count, let size): count * size / 4
        }
    }
}

/// Endless text without quotes and backslashes.
enum Filler {
    private static let sentence = Array("The quick brown fox jumps over the lazy dog while the demo provider answers. ".utf8)

    static func bytes(from start: Int, count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        var at = start % self.sentence.count
        while bytes.count < count {
            let end = min(self.sentence.count, at + count - bytes.count)
            bytes += self.sentence[at..<end]
            at = 0
        }
        return bytes
    }
}

extension DemoRequest {
    /// The texts of all choices of a chat, fill-in-the-middle or text completion.
    func answerTexts() -> [AnswerText] {
        let prompts = self.endpoint == .completions && !self.prompts.isEmpty ? self.prompts : [self.prompt]
        return prompts.flatMap { prompt in (0..<self.choiceCount).map { self.answerText(to: prompt, choice: $0) } }
    }

    private func answerText(to prompt: JSONString, choice: Int) -> AnswerText {
        if let tool = self.toolToCall { return self.toolAnswer(tool, choice: choice) }
        if self.modes.has(.echo) { return AnswerText(source: .pieces(self.pieces(of: prompt, bytes: self.modes.positive(.size) ?? 5))) }
        if self.isMock || self.modes.has(.huge) || self.modes.has(.size) || self.modes.has(.chunks) { return self.fillerAnswer() }
        let text: String =
            switch self.outputForm {
            case .schema(let schema): String(decoding: SchemaSample(root: schema, prompt: prompt.text).value().encoded, as: UTF8.self)
            case .object: String(decoding: self.objectAnswer(to: prompt).encoded, as: UTF8.self)
            case .text: self.endpoint == .fim ? "return a + b" : self.wordsAnswer(to: prompt.text, choice: choice)
            }
        return self.limited(text)
    }

    private func fillerAnswer() -> AnswerText {
        let huge = self.modes.positive(.huge).map { $0 << 10 }
        guard self.isStream else {
            return AnswerText(source: .filler(count: 1, pieceBytes: huge ?? self.modes.positive(.size) ?? 130))
        }
        let chunks = self.modes.positive(.chunks) ?? 20
        let size = self.modes.positive(.size) ?? huge.map { $0 / chunks + 1 } ?? 5
        return AnswerText(source: .filler(count: chunks, pieceBytes: size))
    }

    private func toolAnswer(_ tool: Tool, choice: Int) -> AnswerText {
        let arguments: JSONValue =
            self.modes.has(.toolargs)
            ? .object([JSONValue.Member(name: JSONString("text"), value: .string(self.prompt))])
            : SchemaSample(root: tool.parameters, prompt: self.prompt.text).value()
        let encoded = JSONString(escaping: (arguments.isNull ? .object([]) : arguments).encoded)
        return AnswerText(
            source: .pieces(self.pieces(of: encoded, bytes: self.modes.positive(.toolargs) ?? 5)),
            toolCall: AnswerText.ToolCall(id: "calldem\(choice % 90 + 10)", name: tool.name), finishReason: "tool_calls")
    }

    private func pieces(of text: JSONString, bytes: Int) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var start = 0
        while start < text.escaped.count {
            let length = text.pieceLength(from: start, wanted: bytes)
            pieces.append(Array(text.escaped[start..<(start + length)]))
            start += length
        }
        return pieces
    }

    private func objectAnswer(to prompt: JSONString) -> JSONValue {
        .object([
            JSONValue.Member(name: JSONString("provider"), value: .string(JSONString("demo"))),
            JSONValue.Member(name: JSONString("question"), value: .string(prompt)),
            JSONValue.Member(name: JSONString("answer"), value: .string(JSONString("This is the demo provider, not a language model."))),
        ])
    }

    private func wordsAnswer(to prompt: String, choice: Int) -> String {
        let words = prompt.split { $0.isWhitespace }
        let quoted = words.prefix(40).joined(separator: " ") + (words.count > 40 ? " …" : "")
        let greeting = "Hello from the built-in demo provider: I am no language model, I only show that the gateway works."
        let echo = quoted.isEmpty ? " You asked nothing." : " You asked: “\(quoted)”."
        let advice = " Set MISTRAL_API_KEY and a target with `provider: mistral` to get real answers."
        return greeting + echo + advice + (choice > 0 ? " (Choice \(choice + 1).)" : "")
    }

    /// Cuts words into pieces, one per token, and no more than `max_tokens` of them.
    private func limited(_ text: String) -> AnswerText {
        var pieces: [[UInt8]] = []
        for byte in JSONString(text).escaped {
            if byte == UInt8(ascii: " ") || pieces.isEmpty { pieces.append([]) }
            pieces[pieces.count - 1].append(byte)
        }
        guard let most = self.tokensMax, most >= 0, pieces.count > most else { return AnswerText(source: .pieces(pieces)) }
        return AnswerText(source: .pieces(Array(pieces.prefix(most))), finishReason: "length")
    }
}
