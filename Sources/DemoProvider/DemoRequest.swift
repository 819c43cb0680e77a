/// The paths that answer like a provider.
enum DemoEndpoint: String, CaseIterable, Sendable {
    case chatCompletions = "/chat/completions"
    case fim = "/fim/completions"
    case completions = "/completions"
    case embeddings = "/embeddings"
    case moderations = "/moderations"

    /// The endpoint of a path, whatever stands before it.
    init?(path: [UInt8]) {
        guard let found = Self.allCases.first(where: { path.hasSuffix($0.rawValue) }) else { return nil }
        self = found
    }
}

extension [UInt8] {
    func hasSuffix(_ text: String) -> Bool { self.count >= text.utf8.count && self.suffix(text.utf8.count).elementsEqual(text.utf8) }
    func hasPrefix(_ text: String) -> Bool { self.starts(with: text.utf8) }
}

/// What the demo needs to know of a request body.
struct DemoRequest: Sendable {
    struct Tool: Sendable {
        let name: JSONString
        let parameters: JSONValue
    }
    enum OutputForm: Sendable { case text, object, schema(JSONValue) }

    let endpoint: DemoEndpoint
    let body: JSONValue
    let bodyBytes: Int
    /// As it stood in the request; `demo` when it was absent.
    let model: JSONString
    /// The request wants the filler text of a mere mock, and not the friendly demo answer.
    let isMock: Bool
    let modes: Modes
    let isStream: Bool
    /// `stream_options.include_usage`; nil when it is not said.
    let includeUsage: Bool?
    let choiceCount: Int
    let tokensMax: Int?
    /// Alternatives wanted per token; nil: no log probabilities.
    let logprobs: Int?
    let outputForm: OutputForm
    /// Text of the last message (parts joined), the prompt, or the first input.
    let prompt: JSONString
    /// Each prompt or input.
    let prompts: [JSONString]

    enum Fault: Error { case notAnObject, unknownMode }

    /// Reads `body`; `modes` are those that hold already, under the ones that the model name asks for.
    init(endpoint: DemoEndpoint, body bytes: [UInt8], modes standing: Modes) throws(Fault) {
        guard let body = JSONReader.read(bytes), body.members != nil else { throw .notAnObject }
        self.endpoint = endpoint
        self.body = body
        self.bodyBytes = bytes.count
        self.model = body["model"]?.string ?? JSONString("demo")
        var modes = standing
        let mock = Self.end(of: "mock", in: self.model.escaped)
        if let place = mock ?? Self.end(of: "demo", in: self.model.escaped) {
            guard modes.read(self.model.escaped[place...]) else { throw .unknownMode }
        }
        self.modes = modes
        self.isMock = mock != nil
        self.isStream = body["stream"]?.isTrue ?? false
        self.includeUsage = body["stream_options"]?["include_usage"].map { $0.isTrue }
        self.choiceCount = min(128, max(1, body["n"]?.integer ?? 1))
        self.tokensMax = body["max_completion_tokens"]?.integer ?? body["max_tokens"]?.integer
        self.logprobs =
            switch body["logprobs"] {
            case .bool(true): body["top_logprobs"]?.integer ?? 0
            case .number: body["logprobs"]?.integer
            default: nil
            }
        self.outputForm =
            switch body["response_format"]?["type"]?.text {
            case "json_object": .object
            case "json_schema": .schema(body["response_format"]?["json_schema"]?["schema"] ?? .object([]))
            default: .text
            }
        self.prompts = Self.prompts(of: body, endpoint: endpoint)
        self.prompt = self.prompts.last ?? JSONString(escaped: [])
    }

    private static func end(of word: String, in name: [UInt8]) -> Int? {
        let letters = Array(word.utf8)
        guard name.count >= letters.count else { return nil }
        return (0...(name.count - letters.count)).first { name[$0...].starts(with: letters) }.map { $0 + letters.count }
    }

    private static func prompts(of body: JSONValue, endpoint: DemoEndpoint) -> [JSONString] {
        switch endpoint {
        case .chatCompletions:
            // Only the last message counts, whoever wrote it.
            return [text(of: body["messages"]?.array?.last?["content"] ?? .null)]
        case .completions, .fim: return texts(of: body["prompt"] ?? .null)
        case .embeddings, .moderations: return texts(of: body["input"] ?? .null)
        }
    }

    /// A string, or the joined text parts of a message.
    private static func text(of content: JSONValue) -> JSONString {
        if let string = content.string { return string }
        return JSONString(escaped: (content.array ?? []).flatMap { $0["text"]?.string?.escaped ?? [] })
    }

    /// One text per input; an input of token numbers is one empty text.
    private static func texts(of input: JSONValue) -> [JSONString] {
        if let string = input.string { return [string] }
        guard let items = input.array, let first = items.first else { return [] }
        if case .number = first { return [JSONString(escaped: [])] }
        return items.map { $0.string ?? $0["text"]?.string ?? JSONString(escaped: []) }
    }

    /// The tool that the answer shall call: the first declared one, or the one that `tool_choice` names.
    var toolToCall: Tool? {
        guard self.endpoint == .chatCompletions else { return nil }
        let declared: [Tool] = (self.body["tools"]?.array ?? []).compactMap { item in
            guard let function = item["function"], let name = function["name"]?.string else { return nil }
            return Tool(name: name, parameters: function["parameters"] ?? .object([]))
        }
        if self.modes.has(.toolargs) { return declared.first ?? Tool(name: JSONString("note"), parameters: .object([])) }
        guard let first = declared.first else { return nil }
        switch self.body["tool_choice"] {
        case .string(let word) where word.text == "none": return nil
        case .string(let word) where word.text == "required" || word.text == "any": return first
        case .object:
            let wanted = self.body["tool_choice"]?["function"]?["name"]?.string
            return declared.first { $0.name == wanted } ?? first
        default: return self.promptAsks(for: first) ? first : nil
        }
    }

    /// Whether a user's last message speaks of the tool: "tool", "function", or a word of its name.
    private func promptAsks(for tool: Tool) -> Bool {
        guard self.body["messages"]?.array?.last?["role"]?.text == "user" else { return false }
        let prompt = self.prompt.text.lowercased()
        let words = tool.name.text.lowercased().split { !$0.isLetter }.filter { $0.utf8.count > 3 }.map(String.init)
        let asked = Set(prompt.split { !$0.isLetter }.map(String.init))
        return (words + ["tool", "function"]).contains { asked.contains($0) }
    }
}
