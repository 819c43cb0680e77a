/// A text that is JSON, such as the arguments of a tool call, as it arrives. Each string is a text of its own, keys too, and so is each bare
/// number; a string that holds JSON is taken apart the same way. From the first byte on that cannot be JSON the rest is plain text; a
/// number or word that turns out to be none counts as that byte. Whatever valid JSON comes in goes out as valid JSON.
final class ArgumentStream {
    private enum State {
        case value
        /// `[` is held: before a capital letter it begins a marker, not an array.
        case bracket
        /// After `[`: a value or the end.
        case valueOrEnd
        case key
        /// After `{`: a key or the end.
        case keyOrEnd
        case colon
        case afterValue
        case string(isKey: Bool)
        /// A number, `true`, `false` or `null`, and white space after it.
        case word
        case plain
    }

    private enum Escape {
        case none
        case started
        case hex(count: Int, value: UInt32)
    }

    /// What a string's text is fed to.
    private enum Inner { case undecided, text, json }

    static let depthMax = 128
    /// How deep JSON in strings in JSON is taken apart.
    static let nestingMax = 8
    /// Bytes of a number and the white space after it; a longer one is plain text.
    static let wordMax = 128
    /// White space after which a string is no longer looked at as JSON.
    static let leadingSpaceMax = 16

    private let nesting: Int
    private var state = State.value
    /// Open containers; true: an object.
    private var containers: [Bool] = []
    private var text = FoldedTextStream()
    private var nested: ArgumentStream?
    private var inner = Inner.undecided
    private var queue = OffsetQueue()
    private var decoded: [UInt8] = []
    private var innerSteps = TextSteps()
    private var escape = Escape.none
    /// Bytes of an escape that is not complete, or of a first surrogate and what follows it.
    private var escapeBytes: [UInt8] = []
    private var highSurrogate: UInt32?
    private var word: [UInt8] = []
    /// Length of the word without white space after it; nil while it goes on.
    private var wordLength: Int?

    init(nesting: Int = 0) { self.nesting = nesting }

    func clear() {
        self.state = .value
        self.containers.removeAll(keepingCapacity: true)
        self.text.clear()
        self.nested?.clear()
        self.inner = .undecided
        self.queue.removeAll()
        self.decoded.removeAll(keepingCapacity: true)
        self.escape = .none
        self.escapeBytes.removeAll(keepingCapacity: true)
        self.highSurrogate = nil
        self.word.removeAll(keepingCapacity: true)
        self.wordLength = nil
    }

    /// True: a policy ended the text.
    func feed(
        _ bytes: Span<UInt8>, isFinal: Bool, _ context: OutputContext, _ channel: inout ChannelIndicators,
        _ steps: inout TextSteps
    ) -> Bool {
        for index in bytes.indices {
            if case .plain = self.state {
                if self.text.feed(bytes.extracting(index..<bytes.count), isFinal: false, context, &channel, &steps) { return true }
                break
            }
            if self.accept(bytes[index], context, &channel, &steps) { return true }
        }
        if case .string = self.state, self.feedInner(isFinal: false, context, &channel, &steps) { return true }
        guard isFinal else { return false }
        let isBlocked = self.finish(context, &channel, &steps)
        self.clear()
        return isBlocked
    }

    private func finish(_ context: OutputContext, _ channel: inout ChannelIndicators, _ steps: inout TextSteps) -> Bool {
        switch self.state {
        case .string:
            if self.endString(context, &channel, &steps) { return true }
            if self.fallBack(context, &channel, &steps) { return true }
        case .word:
            if self.containers.isEmpty, self.wordIsValid {
                if self.endWord(context, &channel, &steps) { return true }
            } else if self.fallBack(context, &channel, &steps) {
                return true
            }
        case .bracket: if self.fallBack(context, &channel, &steps) { return true }
        default: break
        }
        guard case .plain = self.state else { return false }
        let none: [UInt8] = []
        return self.text.feed(none.span, isFinal: true, context, &channel, &steps)
    }

    // MARK: Structure

    private func accept(
        _ byte: UInt8, _ context: OutputContext, _ channel: inout ChannelIndicators, _ steps: inout TextSteps
    ) -> Bool {
        switch self.state {
        case .string(let isKey): return self.acceptInString(byte, isKey, context, &channel, &steps)
        case .word:
            if self.continuesWord(byte) { return false }
            guard self.wordIsValid, byte == 0x2C || byte == 0x5D || byte == 0x7D, !self.containers.isEmpty else {
                self.word.append(byte)
                return self.fallBack(context, &channel, &steps)
            }
            if self.endWord(context, &channel, &steps) { return true }
        case .bracket:
            guard byte < 0x41 || byte > 0x5A else {
                self.word.append(byte)
                return self.fallBack(context, &channel, &steps)
            }
            self.word.removeAll(keepingCapacity: true)
            steps.keep(1)
            self.state = .valueOrEnd
        default: break
        }
        if byte == 0x20 || (byte >= 0x09 && byte <= 0x0D && byte != 0x0B && byte != 0x0C) {
            steps.keep(1)
            return false
        }
        if self.acceptStructure(byte) {
            switch self.state {
            case .word, .bracket: self.word.append(byte)
            default: steps.keep(1)
            }
            return false
        }
        self.word.append(byte)
        return self.fallBack(context, &channel, &steps)
    }

    /// False: the byte cannot stand here.
    private func acceptStructure(_ byte: UInt8) -> Bool {
        switch (self.state, byte) {
        case (.valueOrEnd, 0x5D), (.keyOrEnd, 0x7D): return self.close(byte)
        case (.value, _), (.valueOrEnd, _): return self.startValue(byte)
        case (.key, 0x22), (.keyOrEnd, 0x22): self.state = .string(isKey: true)
        case (.colon, 0x3A): self.state = .value
        case (.afterValue, 0x2C):
            guard let isObject = self.containers.last else { return false }
            self.state = isObject ? .key : .value
        case (.afterValue, 0x5D), (.afterValue, 0x7D): return self.close(byte)
        // One document after the other.
        case (.afterValue, _) where self.containers.isEmpty: return self.startValue(byte)
        default: return false
        }
        return true
    }

    private func startValue(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x22: self.state = .string(isKey: false)
        case 0x7B, 0x5B:
            if self.containers.count >= Self.depthMax { return false }
            self.containers.append(byte == 0x7B)
            self.state = byte == 0x7B ? .keyOrEnd : .bracket
        case 0x2D, 0x30...0x39, 0x66, 0x6E, 0x74:
            self.wordLength = nil
            self.state = .word
        default: return false
        }
        return true
    }

    private func close(_ byte: UInt8) -> Bool {
        guard let isObject = self.containers.last, isObject == (byte == 0x7D) else { return false }
        self.containers.removeLast()
        self.state = .afterValue
        return true
    }

    /// What is held of a word, an escape or an unexpected byte is plain text, and so is all that follows.
    private func fallBack(_ context: OutputContext, _ channel: inout ChannelIndicators, _ steps: inout TextSteps) -> Bool {
        self.state = .plain
        self.text.clear()
        let held = self.escapeBytes + self.word
        self.escapeBytes.removeAll(keepingCapacity: true)
        self.word.removeAll(keepingCapacity: true)
        return self.text.feed(held.span, isFinal: false, context, &channel, &steps)
    }

    // MARK: Numbers and names

    private func continuesWord(_ byte: UInt8) -> Bool {
        guard self.word.count < Self.wordMax else { return false }
        switch byte {
        case 0x30...0x39, 0x2B, 0x2D, 0x2E, 0x41...0x5A, 0x61...0x7A:
            if self.wordLength != nil { return false }
        case 0x20, 0x09, 0x0A, 0x0D:
            if self.wordLength == nil { self.wordLength = self.word.count }
        default: return false
        }
        self.word.append(byte)
        return true
    }

    private var wordIsValid: Bool {
        let held = self.word
        let word = held.span.extracting(0..<(self.wordLength ?? held.count))
        switch word[0] {
        case 0x66: return equal(word, "false")
        case 0x6E: return equal(word, "null")
        case 0x74: return equal(word, "true")
        default: return isNumber(word)
        }
    }

    private func endWord(_ context: OutputContext, _ channel: inout ChannelIndicators, _ steps: inout TextSteps) -> Bool {
        let length = self.wordLength ?? self.word.count
        self.innerSteps.removeAll()
        self.text.clear()
        let isBlocked = self.text.feed(
            self.word.span.extracting(0..<length), isFinal: true, context, &channel, &self.innerSteps)
        if isBlocked { return true }
        if self.innerSteps.hasReplacement {
            steps.replace(length, self.quotedWord())
        } else {
            steps.keep(length)
        }
        steps.keep(self.word.count - length)
        self.word.removeAll(keepingCapacity: true)
        self.wordLength = nil
        self.state = .afterValue
        return false
    }

    private func quotedWord() -> [UInt8] {
        var result: [UInt8] = [0x22]
        var index = 0
        for step in self.innerSteps.list {
            switch step {
            case .keep(let count):
                result += self.word[index..<(index + count)]
                index += count
            case .replace(let count, let bytes):
                result += jsonEscaped(bytes)
                index += count
            }
        }
        return result + [0x22]
    }

    // MARK: Strings

    private func acceptInString(
        _ byte: UInt8, _ isKey: Bool, _ context: OutputContext, _ channel: inout ChannelIndicators, _ steps: inout TextSteps
    ) -> Bool {
        if case .none = self.escape {
            switch byte {
            case 0x5C:
                self.escape = .started
                self.escapeBytes.append(byte)
            case 0x22:
                self.dropSurrogate()
                if self.endString(context, &channel, &steps) { return true }
                steps.keep(1)
                self.state = isKey ? .colon : .afterValue
            default:
                self.dropSurrogate()
                self.decoded.append(byte)
                self.queue.append(1)
            }
            return false
        }
        self.escapeBytes.append(byte)
        if self.acceptInEscape(byte) { return false }
        // No escape: what was understood of the string stands, the rest from the backslash on is plain.
        if self.highSurrogate != nil {
            self.queue.append(6)
            self.decoded += [0xEF, 0xBF, 0xBD]
            self.queue.append(0)
            self.queue.append(0)
            self.highSurrogate = nil
            self.escapeBytes.removeFirst(6)
        }
        self.escape = .none
        if self.feedInner(isFinal: true, context, &channel, &steps) { return true }
        return self.fallBack(context, &channel, &steps)
    }

    private func acceptInEscape(_ byte: UInt8) -> Bool {
        switch self.escape {
        case .started:
            switch byte {
            case 0x22, 0x5C, 0x2F: self.complete(UInt32(byte))
            case 0x62: self.complete(0x08)
            case 0x66: self.complete(0x0C)
            case 0x6E: self.complete(0x0A)
            case 0x72: self.complete(0x0D)
            case 0x74: self.complete(0x09)
            case 0x75: self.escape = .hex(count: 0, value: 0)
            default: return false
            }
        case .hex(let count, let value):
            guard let digit = hexDigit(byte) else { return false }
            if count == 3 {
                self.complete(value * 16 + digit)
            } else {
                self.escape = .hex(count: count + 1, value: value * 16 + digit)
            }
        case .none: return false
        }
        return true
    }

    private func complete(_ unit: UInt32) {
        self.escape = .none
        if let high = self.highSurrogate {
            if unit >= 0xDC00, unit < 0xE000 {
                self.highSurrogate = nil
                self.append(0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00), length: self.escapeBytes.count)
                self.escapeBytes.removeAll(keepingCapacity: true)
                return
            }
            self.highSurrogate = nil
            self.append(0xFFFD, length: 6)
            self.escapeBytes.removeFirst(6)
        }
        if unit >= 0xD800, unit < 0xDC00 {
            self.highSurrogate = unit
            return
        }
        self.append(unit >= 0xDC00 && unit < 0xE000 ? 0xFFFD : unit, length: self.escapeBytes.count)
        self.escapeBytes.removeAll(keepingCapacity: true)
    }

    /// A first surrogate without its second.
    private func dropSurrogate() {
        guard self.highSurrogate != nil else { return }
        self.highSurrogate = nil
        self.append(0xFFFD, length: self.escapeBytes.count)
        self.escapeBytes.removeAll(keepingCapacity: true)
    }

    private func append(_ scalar: UInt32, length: Int) {
        var length = length
        for byte in UTF8.encode(Unicode.Scalar(scalar) ?? "\u{FFFD}") ?? UTF8.encodedReplacementCharacter {
            self.decoded.append(byte)
            self.queue.append(length)
            length = 0
        }
    }

    private func endString(_ context: OutputContext, _ channel: inout ChannelIndicators, _ steps: inout TextSteps) -> Bool {
        if self.feedInner(isFinal: true, context, &channel, &steps) { return true }
        self.inner = .undecided
        return false
    }

    private func feedInner(
        isFinal: Bool, _ context: OutputContext, _ channel: inout ChannelIndicators, _ steps: inout TextSteps
    ) -> Bool {
        if case .undecided = self.inner, !self.chooseInner(isFinal) { return false }
        if self.decoded.isEmpty, !isFinal { return false }
        self.innerSteps.removeAll()
        let isBlocked: Bool
        if case .json = self.inner {
            let nested = self.nested ?? ArgumentStream(nesting: self.nesting + 1)
            self.nested = nested
            isBlocked = nested.feed(self.decoded.span, isFinal: isFinal, context, &channel, &self.innerSteps)
        } else {
            isBlocked = self.text.feed(self.decoded.span, isFinal: isFinal, context, &channel, &self.innerSteps)
        }
        self.decoded.removeAll(keepingCapacity: true)
        self.queue.translate(self.innerSteps, into: &steps) { bytes, _, _ in jsonEscaped(bytes) }
        if isFinal { self.inner = .undecided }
        return isBlocked
    }

    /// False: not enough of the string is known.
    private func chooseInner(_ isFinal: Bool) -> Bool {
        let isKey = if case .string(isKey: true) = self.state { true } else { false }
        guard !isKey, self.nesting < Self.nestingMax else {
            self.inner = .text
            return true
        }
        for (index, byte) in self.decoded.enumerated() {
            if index >= Self.leadingSpaceMax { break }
            switch byte {
            case 0x20, 0x09, 0x0A, 0x0D: continue
            case 0x7B, 0x5B: self.inner = .json
            default: self.inner = .text
            }
            return true
        }
        guard isFinal || self.decoded.count >= Self.leadingSpaceMax else { return false }
        self.inner = .text
        return true
    }
}

private func equal(_ text: Span<UInt8>, _ word: StaticString) -> Bool {
    guard text.count == word.utf8CodeUnitCount else { return false }
    for index in text.indices where unsafe text[index] != word.utf8Start[index] { return false }
    return true
}

/// RFC 8259, section 6.
private func isNumber(_ text: Span<UInt8>) -> Bool {
    var index = 0
    func digits(_ index: inout Int) -> Bool {
        let start = index
        while index < text.count, text[index] >= 0x30, text[index] <= 0x39 { index += 1 }
        return index > start
    }
    if index < text.count, text[index] == 0x2D { index += 1 }
    let start = index
    guard digits(&index) else { return false }
    if text[start] == 0x30, index > start + 1 { return false }
    if index < text.count, text[index] == 0x2E {
        index += 1
        guard digits(&index) else { return false }
    }
    if index < text.count, text[index] | 0x20 == 0x65 {
        index += 1
        if index < text.count, text[index] == 0x2B || text[index] == 0x2D { index += 1 }
        guard digits(&index) else { return false }
    }
    return index == text.count
}

private func hexDigit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case 0x30...0x39: UInt32(byte - 0x30)
    case 0x41...0x46: UInt32(byte - 0x41 + 10)
    case 0x61...0x66: UInt32(byte - 0x61 + 10)
    default: nil
    }
}

/// As it stands in a JSON string.
func jsonEscaped(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    for byte in text {
        switch byte {
        case 0x22, 0x5C: result += [0x5C, byte]
        case 0x0A: result += [0x5C, 0x6E]
        case 0x0D: result += [0x5C, 0x72]
        case 0x09: result += [0x5C, 0x74]
        case 0..<0x20:
            let digits = Array("0123456789abcdef".utf8)
            result += [0x5C, 0x75, 0x30, 0x30, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        default: result.append(byte)
        }
    }
    return result
}
