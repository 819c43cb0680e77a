/// Walks what requests and answers have in common, messages and their texts, and lists each text.
///
/// Of a request every place that is read must have the shape that the API says; of an answer nothing is refused, but all
/// strings below a value of unexpected shape are listed, so that no text goes past the policies.
struct TextReader: ~Escapable {
    var scanner: JSONScanner
    var texts: [TextPlace]
    /// Request rules: wrong shapes are faults.
    let isStrict: Bool
    /// A stream's pieces: parts of one content are one channel.
    let isChunk: Bool
    /// Of the texts that are listed next.
    var role = TextRole.none
    var index = 0
    /// The array that `index` counts in, for `param`.
    var container: StaticString = ""
    /// The place of the last wrong shape and what should stand there.
    private(set) var shape: (param: String, expected: StaticString) = ("", "")

    @_lifetime(copy document)
    init(_ document: Span<UInt8>, texts: consuming [TextPlace], isStrict: Bool, isChunk: Bool) {
        self.scanner = JSONScanner(document, refusesFoldedKeys: isStrict)
        self.texts = texts
        self.isStrict = isStrict
        self.isChunk = isChunk
    }

    /// A fault for the value that is next: of the member `name` of the element that is being read, or of the document when none
    /// is. A value that is no JSON at all is that fault instead.
    @inline(never)
    mutating func wrongShape(_ name: StaticString, part: Int? = nil, _ expected: StaticString) -> ScanFault {
        do { try self.scanner.skip() } catch { return error }
        return self.missing(name, part: part, expected)
    }

    /// The same when the value was read already, or is not there.
    @inline(never)
    mutating func missing(_ name: StaticString, part: Int? = nil, _ expected: StaticString) -> ScanFault {
        var param = ""
        if self.container.utf8CodeUnitCount > 0 {
            param = "\(self.container)[\(self.index)]"
            if name.utf8CodeUnitCount > 0 { param += "." }
        }
        param += "\(name)"
        if let part { param += "[\(part)]" }
        self.shape = (param, expected)
        return ScanFault(kind: .wrongShape, offset: self.scanner.position)
    }

    @inline(__always)
    mutating func add(_ string: ScannedString, _ field: TextField, _ subIndex: Int) {
        let origin = TextOrigin(role: self.role, field: field, index: self.index, subIndex: subIndex)
        self.texts.append(TextPlace(range: string.range, hasEscapes: string.hasEscapes, origin: origin))
    }

    // MARK: Texts

    /// A string or null.
    mutating func readText(_ field: TextField, _ name: StaticString, subIndex: Int = 0) throws(ScanFault) {
        switch self.scanner.next {
        case UInt8(ascii: "\""): self.add(try self.scanner.scanString(), field, subIndex)
        case UInt8(ascii: "n"): try self.scanner.skip()
        default:
            if self.isStrict { throw self.wrongShape(name, "must be a string") }
            try self.readStrings(field, subIndex)
        }
    }

    /// Every string below the next value; keys are not listed.
    mutating func readStrings(_ field: TextField, _ subIndex: Int) throws(ScanFault) {
        switch self.scanner.next {
        case UInt8(ascii: "\""): self.add(try self.scanner.scanString(), field, subIndex)
        case UInt8(ascii: "{"):
            var walk = try self.scanner.openObject()
            while try self.scanner.nextKey(&walk) != nil { try self.readStrings(field, subIndex) }
        case UInt8(ascii: "["):
            try self.scanner.openArray()
            var element = -1
            while try self.scanner.nextElement(&element) { try self.readStrings(field, subIndex) }
        default: try self.scanner.skip()
        }
    }

    /// Every string below the next value that is called `description`; `count` goes on counting them.
    mutating func readDescriptions(_ count: inout Int) throws(ScanFault) {
        switch self.scanner.next {
        case UInt8(ascii: "{"):
            var walk = try self.scanner.openObject()
            while let key = try self.scanner.nextKey(&walk) {
                if self.scanner.next == UInt8(ascii: "\""), try self.scanner.member(key) == .description {
                    self.add(try self.scanner.scanString(), .toolDescription, count)
                    count += 1
                } else {
                    try self.readDescriptions(&count)
                }
            }
        case UInt8(ascii: "["):
            try self.scanner.openArray()
            var element = -1
            while try self.scanner.nextElement(&element) { try self.readDescriptions(&count) }
        default: try self.scanner.skip()
        }
    }

    // MARK: Messages

    /// The object of one message, answer's message or delta.
    mutating func readMessage() throws(ScanFault) {
        let firstText = self.texts.count
        let roleBefore = self.role
        var walk = try self.scanner.openObject()
        while let member = try self.scanner.nextMember(&walk) {
            switch member {
            case .role: self.role = try self.readRole()
            case .content: try self.readContent(.content, "content")
            case .reasoningContent: try self.readText(.reasoning, "reasoning_content")
            case .reasoning: try self.readStrings(.reasoning, 0)
            case .reasoningDetails: try self.readParts(.reasoning, isLenient: true, "reasoning_details")
            case .refusal: try self.readText(.refusal, "refusal")
            case .name: try self.readText(.name, "name")
            case .toolCalls: try self.readToolCalls()
            case .functionCall:
                if self.scanner.next == UInt8(ascii: "{") {
                    try self.readCall(-1)
                } else {
                    try self.scanner.skip()
                }
            // Of a message in Mistral's moderation input and of a bare content part.
            case .text: try self.readText(.content, "text")
            default: try self.scanner.skip()
            }
        }
        // The role may stand after the texts.
        if self.role != roleBefore {
            for place in firstText..<self.texts.count { self.texts[place].origin.role = self.role }
        }
    }

    mutating func readRole() throws(ScanFault) -> TextRole {
        guard self.scanner.next == UInt8(ascii: "\"") else {
            if self.isStrict, self.scanner.next != UInt8(ascii: "n") { throw self.wrongShape("role", "must be a string") }
            try self.scanner.skip()
            return self.role
        }
        let string = try self.scanner.scanString()
        if string.hasEscapes {
            let decoded = self.scanner.decoded(string)
            return Self.role(decoded.span.raw, 0, decoded.count)
        }
        return Self.role(self.scanner.bytes, string.start, string.end - string.start)
    }

    private static func role(_ bytes: RawSpan, _ start: Int, _ count: Int) -> TextRole {
        switch count {
        case 4:
            if bytes.holds("user", at: start) { return .user }
            if bytes.holds("tool", at: start) { return .tool }
        case 6: if bytes.holds("system", at: start) { return .system }
        case 8: if bytes.holds("function", at: start) { return .function }
        case 9:
            if bytes.holds("assistant", at: start) { return .assistant }
            if bytes.holds("developer", at: start) { return .developer }
        default: break
        }
        return .none
    }

    /// A string, parts or null.
    mutating func readContent(_ field: TextField, part: Int = 0, _ name: StaticString) throws(ScanFault) {
        switch self.scanner.next {
        case UInt8(ascii: "\""): self.add(try self.scanner.scanString(), field, part)
        case UInt8(ascii: "["): try self.readParts(field, isLenient: !self.isStrict, name)
        case UInt8(ascii: "n"): try self.scanner.skip()
        default:
            if self.isStrict { throw self.wrongShape(name, "must be a string or an array of parts") }
            try self.readStrings(field, part)
        }
    }

    private mutating func readParts(_ field: TextField, isLenient: Bool, _ name: StaticString) throws(ScanFault) {
        guard self.scanner.next == UInt8(ascii: "[") else { return try self.readStrings(field, 0) }
        try self.scanner.openArray()
        var part = -1
        while try self.scanner.nextElement(&part) {
            let subIndex = self.isChunk ? 0 : part
            switch self.scanner.next {
            case UInt8(ascii: "{"): try self.readPart(field, subIndex)
            case UInt8(ascii: "\""): self.add(try self.scanner.scanString(), field, subIndex)
            default:
                if !isLenient { throw self.wrongShape(name, part: part, "must be an object") }
                try self.readStrings(field, subIndex)
            }
        }
    }

    /// One content part; what it says in members that we do not know, an image for example, is left alone.
    private mutating func readPart(_ field: TextField, _ subIndex: Int) throws(ScanFault) {
        var walk = try self.scanner.openObject()
        while let member = try self.scanner.nextMember(&walk) {
            switch member {
            case .text: try self.readText(field, "content", subIndex: subIndex)
            case .refusal: try self.readText(.refusal, "content", subIndex: subIndex)
            case .thinking: try self.readThinking(subIndex)
            case .summary, .reasoning: try self.readStrings(.reasoning, subIndex)
            case .content: try self.readContent(field, part: subIndex, "content")
            default: try self.scanner.skip()
            }
        }
    }

    /// Mistral's `thinking` is an array of parts, others write a string.
    private mutating func readThinking(_ subIndex: Int) throws(ScanFault) {
        guard self.scanner.next == UInt8(ascii: "[") else { return try self.readStrings(.reasoning, subIndex) }
        try self.scanner.openArray()
        var element = -1
        while try self.scanner.nextElement(&element) {
            if self.scanner.next == UInt8(ascii: "{") {
                try self.readPart(.reasoning, subIndex)
            } else {
                try self.readStrings(.reasoning, subIndex)
            }
        }
    }

    // MARK: Tool calls

    private mutating func readToolCalls() throws(ScanFault) {
        guard self.scanner.next == UInt8(ascii: "[") else {
            if self.isStrict, self.scanner.next != UInt8(ascii: "n") { throw self.wrongShape("tool_calls", "must be an array") }
            return try self.readStrings(.text, 0)
        }
        try self.scanner.openArray()
        var element = -1
        while try self.scanner.nextElement(&element) {
            guard self.scanner.next == UInt8(ascii: "{") else {
                if self.isStrict { throw self.wrongShape("tool_calls", part: element, "must be an object") }
                try self.readStrings(.text, element)
                continue
            }
            try self.readToolCall(element)
        }
    }

    private mutating func readToolCall(_ element: Int) throws(ScanFault) {
        let firstText = self.texts.count
        var number = element
        var walk = try self.scanner.openObject()
        while let member = try self.scanner.nextMember(&walk) {
            switch member {
            case .function, .custom:
                if self.scanner.next == UInt8(ascii: "{") {
                    try self.readCall(element)
                } else {
                    if self.isStrict, self.scanner.next != UInt8(ascii: "n") {
                        throw self.wrongShape("tool_calls", part: element, "must hold an object")
                    }
                    try self.readStrings(.text, element)
                }
            case .index:
                if !self.isStrict, self.scanner.isAtNumber {
                    number = try self.scanner.scanNumber() ?? element
                } else {
                    try self.scanner.skip()
                }
            default: try self.scanner.skip()
            }
        }
        if number != element {
            for place in firstText..<self.texts.count { self.texts[place].origin.subIndex = number }
        }
    }

    /// The name and the arguments of a call.
    private mutating func readCall(_ subIndex: Int) throws(ScanFault) {
        var walk = try self.scanner.openObject()
        while let member = try self.scanner.nextMember(&walk) {
            switch member {
            case .name: try self.readText(.toolName, "tool_calls", subIndex: subIndex)
            case .arguments:
                if self.scanner.next == UInt8(ascii: "\"") {
                    self.add(try self.scanner.scanString(), .toolArguments, subIndex)
                } else {
                    try self.readStrings(.text, subIndex)
                }
            case .input: try self.readStrings(.text, subIndex)
            default: try self.scanner.skip()
            }
        }
    }
}
