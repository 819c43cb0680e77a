/// Fills a `RequestDocument` in one pass.
struct RequestReader: ~Escapable {
    private var texts: TextReader
    private var document = RequestDocument()
    private let endpoint: Endpoint
    private var maxTokens: Int?
    private var hasTexts = false
    /// Descriptions in `response_format`.
    private var formatDescriptions = 0

    @_lifetime(copy body)
    init(_ body: Span<UInt8>, endpoint: Endpoint) {
        self.texts = TextReader(body, texts: [], isStrict: true, isChunk: false)
        self.texts.texts.reserveCapacity(8)
        self.endpoint = endpoint
    }

    mutating func finished() -> RequestDocument {
        self.document.texts = self.texts.texts
        return self.document
    }

    func requestFault(_ fault: ScanFault) -> RequestFault {
        guard fault.kind == .wrongShape else { return RequestFault(fault) }
        let (param, expected) = self.texts.shape
        if param.isEmpty { return RequestFault(code: .invalidRequest, message: "The body \(expected).") }
        return RequestFault(code: .invalidRequest, message: "'\(param)' \(expected).", param: param)
    }

    /// The member without which the endpoint has nothing to do.
    private var required: StaticString {
        switch self.endpoint {
        case .chatCompletions: "messages"
        case .completions, .fim: "prompt"
        case .embeddings, .moderations: "input"
        }
    }

    mutating func read() throws(ScanFault) {
        self.texts.scanner.skipSpace()
        guard self.texts.scanner.next == UInt8(ascii: "{") else {
            try self.texts.scanner.skip()
            try self.texts.scanner.finish()
            throw self.texts.missing("", "must be a JSON object")
        }
        var walk = try self.texts.scanner.openObject()
        self.document.objectStart = self.texts.scanner.position
        while let member = try self.texts.scanner.nextMember(&walk) {
            try self.read(member, walk)
        }
        try self.texts.scanner.finish()
        self.document.memberCount = walk.memberCount
        if self.document.tokensMax == nil { self.document.tokensMax = self.maxTokens }
        if !self.hasTexts { throw self.texts.missing(self.required, "is required") }
    }

    private mutating func read(_ member: Member, _ walk: JSONScanner.ObjectWalk) throws(ScanFault) {
        switch member {
        case .model: try self.readModel()
        case .stream:
            let start = self.texts.scanner.position
            self.document.stream = try self.readBool("stream") ?? false
            self.document.streamValue = start..<self.texts.scanner.position
        case .streamOptions: try self.readStreamOptions(walk)
        case .maxTokens: self.maxTokens = try self.readInteger("max_tokens")
        case .maxCompletionTokens: self.document.tokensMax = try self.readInteger("max_completion_tokens")
        case .n: self.document.choices = try self.readInteger("n") ?? 1
        case .user: try self.readUser()
        case .messages: try self.readMessages()
        case .prompt: try self.readPrompt()
        case .suffix: try self.texts.readText(.suffix, "suffix")
        case .input: try self.readInput()
        case .tools: try self.readTools("tools")
        case .functions: try self.readTools("functions")
        case .metadata: try self.texts.readStrings(.metadata, 0)
        case .prediction: try self.readPrediction()
        case .responseFormat: try self.texts.readDescriptions(&self.formatDescriptions)
        default: try self.texts.scanner.skip()
        }
    }

    // MARK: Scalars

    private mutating func readModel() throws(ScanFault) {
        guard self.texts.scanner.next == UInt8(ascii: "\"") else { throw self.texts.wrongShape("model", "must be a string") }
        let start = self.texts.scanner.position
        let string = try self.texts.scanner.scanString()
        self.document.model = start..<self.texts.scanner.position
        self.document.modelName = self.texts.scanner.text(string)
    }

    private mutating func readUser() throws(ScanFault) {
        guard self.texts.scanner.next == UInt8(ascii: "\"") else { return try self.texts.readText(.user, "user") }
        let string = try self.texts.scanner.scanString()
        self.texts.add(string, .user, 0)
        self.document.user = self.texts.scanner.text(string)
    }

    private mutating func readBool(_ name: StaticString) throws(ScanFault) -> Bool? {
        if self.texts.scanner.next == UInt8(ascii: "n") {
            try self.texts.scanner.skip()
            return nil
        }
        guard let value = try self.texts.scanner.scanBool() else { throw self.texts.wrongShape(name, "must be true or false") }
        return value
    }

    private mutating func readInteger(_ name: StaticString) throws(ScanFault) -> Int? {
        if self.texts.scanner.next == UInt8(ascii: "n") {
            try self.texts.scanner.skip()
            return nil
        }
        guard self.texts.scanner.isAtNumber else { throw self.texts.wrongShape(name, "must be an integer") }
        guard let value = try self.texts.scanner.scanNumber() else { throw self.texts.missing(name, "must be an integer") }
        return value
    }

    private mutating func readStreamOptions(_ member: JSONScanner.ObjectWalk) throws(ScanFault) {
        let start = self.texts.scanner.position
        switch self.texts.scanner.next {
        case UInt8(ascii: "n"):
            try self.texts.scanner.skip()
        case UInt8(ascii: "{"):
            var walk = try self.texts.scanner.openObject()
            while let option = try self.texts.scanner.nextMember(&walk) {
                guard option == .includeUsage else {
                    try self.texts.scanner.skip()
                    continue
                }
                let valueStart = self.texts.scanner.position
                self.document.includeUsage = try self.readBool("stream_options.include_usage") ?? false
                self.document.includeUsageValue = valueStart..<self.texts.scanner.position
            }
            self.document.streamOptionsAreEmpty = walk.memberCount == 0
            self.document.streamOptions = start..<self.texts.scanner.position
        default: throw self.texts.wrongShape("stream_options", "must be an object")
        }
        let end = self.texts.scanner.position
        self.document.streamOptionsValue = start..<end
        self.document.streamOptionsMember = self.texts.scanner.removal(of: member, valueEnd: end)
    }

    // MARK: Texts

    private mutating func readMessages() throws(ScanFault) {
        guard self.endpoint == .chatCompletions else { return try self.texts.readStrings(.content, 0) }
        self.hasTexts = true
        guard self.texts.scanner.next == UInt8(ascii: "[") else { throw self.texts.wrongShape("messages", "must be an array") }
        try self.texts.scanner.openArray()
        self.enter("messages")
        var index = -1
        while try self.texts.scanner.nextElement(&index) {
            self.texts.index = index
            self.texts.role = .none
            guard self.texts.scanner.next == UInt8(ascii: "{") else { throw self.texts.wrongShape("", "must be an object") }
            try self.texts.readMessage()
        }
        self.leave()
    }

    private mutating func readPrompt() throws(ScanFault) {
        let endpoint = self.endpoint
        guard endpoint == .completions || endpoint == .fim else { return try self.texts.readStrings(.prompt, 0) }
        switch self.texts.scanner.next {
        case UInt8(ascii: "\""): self.texts.add(try self.texts.scanner.scanString(), .prompt, 0)
        case UInt8(ascii: "["): try self.readArray(.prompt)
        case UInt8(ascii: "n"): return _ = try self.texts.scanner.skip()
        default: throw self.texts.wrongShape("prompt", "must be a string or an array")
        }
        self.hasTexts = true
    }

    private mutating func readInput() throws(ScanFault) {
        let endpoint = self.endpoint
        guard endpoint == .embeddings || endpoint == .moderations else { return try self.texts.readStrings(.input, 0) }
        switch self.texts.scanner.next {
        case UInt8(ascii: "\""): self.texts.add(try self.texts.scanner.scanString(), .input, 0)
        case UInt8(ascii: "["): try self.readArray(.input)
        // Mistral's moderation of a chat: an object with `messages`.
        case UInt8(ascii: "{"): try self.readInputObject(0)
        case UInt8(ascii: "n"): return _ = try self.texts.scanner.skip()
        default: throw self.texts.wrongShape("input", "must be a string or an array")
        }
        self.hasTexts = true
    }

    /// Strings, parts, messages and arrays of these; token numbers are left alone.
    private mutating func readArray(_ field: TextField) throws(ScanFault) {
        try self.texts.scanner.openArray()
        var index = -1
        while try self.texts.scanner.nextElement(&index) {
            self.texts.index = index
            try self.readElement(field, 0)
        }
        self.texts.index = 0
    }

    private mutating func readElement(_ field: TextField, _ subIndex: Int) throws(ScanFault) {
        switch self.texts.scanner.next {
        case UInt8(ascii: "\""): self.texts.add(try self.texts.scanner.scanString(), field, subIndex)
        case UInt8(ascii: "{"): try self.readInputObject(subIndex)
        case UInt8(ascii: "["):
            try self.texts.scanner.openArray()
            var element = -1
            while try self.texts.scanner.nextElement(&element) { try self.readElement(field, element) }
        default: try self.texts.scanner.skip()
        }
    }

    /// A part or a message of moderations: whatever text it holds. Its role is the message's own.
    private mutating func readInputObject(_ subIndex: Int) throws(ScanFault) {
        self.texts.role = .none
        self.enter("input")
        var walk = try self.texts.scanner.openObject()
        let firstText = self.texts.texts.count
        while let member = try self.texts.scanner.nextMember(&walk) {
            switch member {
            case .messages: try self.texts.readStrings(.input, subIndex)
            case .content: try self.texts.readContent(.input, part: subIndex, "content")
            case .text, .input: try self.texts.readStrings(.input, subIndex)
            case .role: self.texts.role = try self.texts.readRole()
            default: try self.texts.scanner.skip()
            }
        }
        for place in firstText..<self.texts.texts.count { self.texts.texts[place].origin.role = self.texts.role }
        self.texts.role = .none
        self.texts.container = ""
    }

    private mutating func readPrediction() throws(ScanFault) {
        guard self.texts.scanner.next == UInt8(ascii: "{") else { return try self.texts.readStrings(.text, 0) }
        self.texts.role = .assistant
        var walk = try self.texts.scanner.openObject()
        while let member = try self.texts.scanner.nextMember(&walk) {
            if member == .content {
                try self.texts.readContent(.text, "prediction.content")
            } else {
                try self.texts.scanner.skip()
            }
        }
        self.texts.role = .none
    }

    // MARK: Tools

    private mutating func readTools(_ name: StaticString) throws(ScanFault) {
        if self.texts.scanner.next == UInt8(ascii: "n") { return _ = try self.texts.scanner.skip() }
        guard self.texts.scanner.next == UInt8(ascii: "[") else { throw self.texts.wrongShape(name, "must be an array") }
        try self.texts.scanner.openArray()
        self.enter(name)
        var index = -1
        while try self.texts.scanner.nextElement(&index) {
            self.texts.index = index
            guard self.texts.scanner.next == UInt8(ascii: "{") else { throw self.texts.wrongShape("", "must be an object") }
            var descriptions = 0
            let named = self.document.toolNames.count
            var type: ScannedString?
            try self.readTool(&descriptions, &type)
            if self.document.toolNames.count == named, let type { self.addToolName(type) }
        }
        self.leave()
    }

    private mutating func addToolName(_ string: ScannedString) {
        let origin = TextOrigin(role: .none, field: .toolName, index: self.texts.index, subIndex: 0)
        self.document.toolNames.append(TextPlace(range: string.range, hasEscapes: string.hasEscapes, origin: origin))
    }

    private mutating func readTool(_ descriptions: inout Int, _ type: inout ScannedString?) throws(ScanFault) {
        var walk = try self.texts.scanner.openObject()
        while let member = try self.texts.scanner.nextMember(&walk) {
            switch member {
            case .function, .custom:
                guard self.texts.scanner.next == UInt8(ascii: "{") else {
                    throw self.texts.wrongShape("function", "must be an object")
                }
                var inner: ScannedString?
                try self.readTool(&descriptions, &inner)
            case .type:
                if self.texts.scanner.next == UInt8(ascii: "\"") { type = try self.texts.scanner.scanString() } else { try self.texts.scanner.skip() }
            case .name:
                guard self.texts.scanner.next == UInt8(ascii: "\"") else {
                    throw self.texts.wrongShape("function.name", "must be a string")
                }
                self.addToolName(try self.texts.scanner.scanString())
            case .description:
                try self.texts.readText(.toolDescription, "function.description", subIndex: descriptions)
                descriptions += 1
            default: try self.texts.readDescriptions(&descriptions)
            }
        }
    }

    private mutating func enter(_ container: StaticString) {
        self.texts.container = container
    }

    private mutating func leave() {
        self.texts.container = ""
        self.texts.index = 0
        self.texts.role = .none
    }
}
