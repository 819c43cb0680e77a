/// What answers and stream events have in common; nothing in them is refused for its shape.
struct AnswerReader: ~Escapable {
    var texts: TextReader
    var choices: [ChoicePlace]
    var id: Range<Int>?
    var created: Range<Int>?
    var model: Range<Int>?
    var choicesRange: Range<Int>?
    var usage: TokenUsage?
    var usageMember: Range<Int>?
    var error: Range<Int>?
    var errorMessage: TextPlace?

    @_lifetime(copy document)
    init(_ document: Span<UInt8>, texts: consuming [TextPlace], choices: consuming [ChoicePlace], isChunk: Bool) {
        self.texts = TextReader(document, texts: texts, isStrict: false, isChunk: isChunk)
        self.choices = choices
    }

    /// Reads the whole document; false when it is no JSON object, or holds a key that we read twice.
    mutating func read(hasChoices: Bool) -> Bool {
        do {
            self.texts.scanner.skipSpace()
            guard self.texts.scanner.next == UInt8(ascii: "{") else { return false }
            var walk = try self.texts.scanner.openObject()
            while let member = try self.texts.scanner.nextMember(&walk) {
                try self.read(member, walk, hasChoices: hasChoices)
            }
            try self.texts.scanner.finish()
            return true
        } catch {
            return false
        }
    }

    private mutating func read(_ member: Member, _ walk: JSONScanner.ObjectWalk, hasChoices: Bool) throws(ScanFault) {
        switch member {
        case .id: self.id = try self.valueUnlessNull()
        case .created: self.created = try self.valueUnlessNull()
        case .model: self.model = try self.valueUnlessNull()
        case .choices where hasChoices: try self.readChoices()
        case .usage:
            self.usage = try self.readUsage()
            self.usageMember = self.texts.scanner.removal(of: walk, valueEnd: self.texts.scanner.position)
        case .error: try self.readError()
        // Error bodies of Mistral and of FastAPI.
        case .message, .detail: try self.readErrorStrings()
        default: try self.texts.scanner.skip()
        }
    }

    private mutating func valueUnlessNull() throws(ScanFault) -> Range<Int>? {
        let isNull = self.texts.scanner.next == UInt8(ascii: "n")
        let range = try self.texts.scanner.skip()
        return isNull ? nil : range
    }

    private mutating func integerOrZero() throws(ScanFault) -> Int {
        if self.texts.scanner.isAtNumber { return max(0, try self.texts.scanner.scanNumber() ?? 0) }
        try self.texts.scanner.skip()
        return 0
    }

    private mutating func readUsage() throws(ScanFault) -> TokenUsage? {
        guard self.texts.scanner.next == UInt8(ascii: "{") else {
            try self.texts.scanner.skip()
            return nil
        }
        var usage = TokenUsage(prompt: 0, completion: 0, total: 0)
        var walk = try self.texts.scanner.openObject()
        while let member = try self.texts.scanner.nextMember(&walk) {
            switch member {
            case .promptTokens: usage.prompt = try self.integerOrZero()
            case .completionTokens: usage.completion = try self.integerOrZero()
            case .totalTokens: usage.total = try self.integerOrZero()
            default: try self.texts.scanner.skip()
            }
        }
        if usage.total == 0 { usage.total = usage.prompt &+ usage.completion }
        return usage
    }

    // MARK: Errors

    private mutating func readError() throws(ScanFault) {
        let start = self.texts.scanner.position
        if self.texts.scanner.next == UInt8(ascii: "n") {
            try self.texts.scanner.skip()
            return
        }
        if self.texts.scanner.next == UInt8(ascii: "{") {
            var walk = try self.texts.scanner.openObject()
            while let member = try self.texts.scanner.nextMember(&walk) {
                if member == .message { try self.readErrorStrings() } else { try self.texts.scanner.skip() }
            }
        } else {
            try self.readErrorStrings()
        }
        self.error = start..<self.texts.scanner.position
    }

    private mutating func readErrorStrings() throws(ScanFault) {
        let first = self.texts.texts.count
        self.texts.index = 0
        self.texts.role = .none
        try self.texts.readStrings(.errorMessage, 0)
        if first < self.texts.texts.count, self.errorMessage == nil { self.errorMessage = self.texts.texts[first] }
    }

    // MARK: Choices

    private mutating func readChoices() throws(ScanFault) {
        let start = self.texts.scanner.position
        guard self.texts.scanner.next == UInt8(ascii: "[") else { return try self.texts.readStrings(.content, 0) }
        try self.texts.scanner.openArray()
        var element = -1
        while try self.texts.scanner.nextElement(&element) {
            self.texts.index = element
            self.texts.role = .assistant
            if self.texts.scanner.next == UInt8(ascii: "{") {
                try self.readChoice(element)
            } else {
                try self.texts.readStrings(.content, 0)
            }
        }
        self.texts.role = .none
        self.choicesRange = start..<self.texts.scanner.position
    }

    private mutating func readChoice(_ element: Int) throws(ScanFault) {
        let start = self.texts.scanner.position
        let firstText = self.texts.texts.count
        var choice = ChoicePlace(index: element, range: start..<start)
        var walk = try self.texts.scanner.openObject()
        while let member = try self.texts.scanner.nextMember(&walk) {
            switch member {
            case .index:
                if self.texts.scanner.isAtNumber {
                    choice.index = try self.texts.scanner.scanNumber() ?? element
                } else {
                    try self.texts.scanner.skip()
                }
            case .message, .delta:
                let valueStart = self.texts.scanner.position
                if self.texts.scanner.next == UInt8(ascii: "{") {
                    try self.texts.readMessage()
                    choice.message = valueStart..<self.texts.scanner.position
                } else {
                    try self.texts.readStrings(.content, 0)
                }
            case .text: try self.texts.readText(.text, "text")
            case .finishReason: choice.finishReason = try self.valueUnlessNull()
            case .logprobs: choice.logprobs = try self.valueUnlessNull()
            default: try self.texts.scanner.skip()
            }
        }
        choice.range = start..<self.texts.scanner.position
        if choice.index != element {
            for place in firstText..<self.texts.texts.count { self.texts.texts[place].origin.index = choice.index }
        }
        self.choices.append(choice)
    }
}
