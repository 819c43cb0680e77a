internal import Exchange

/// What a client gets of one choice of an answer.
struct ChoiceText: Sendable {
    /// Of a longer text only its length is known.
    static let bytesMax = 1 << 20

    let index: Int
    /// What it says: its content, or the text of a completion. Bounded.
    private(set) var content: [UInt8] = []
    private(set) var refusal: [UInt8] = []
    private(set) var hasToolCalls = false
    /// Not all of the text is kept.
    private(set) var isCut = false
    /// Characters between white space at both ends.
    private(set) var length = 0
    private var pendingLength = 0

    init(_ index: Int) { self.index = index }

    mutating func add(_ field: TextField, _ text: ArraySlice<UInt8>) {
        switch field {
        // The input of a tool that takes plain text stands behind its name.
        case .text where self.hasToolCalls: break
        case .content, .text: self.add(content: text)
        case .refusal: if self.refusal.count < Self.bytesMax { self.refusal += text.prefix(Self.bytesMax - self.refusal.count) }
        case .toolArguments, .toolName: self.hasToolCalls = true
        default: break
        }
    }

    private mutating func add(content: ArraySlice<UInt8>) {
        for byte in content {
            if byte & 0xC0 == 0x80 { continue }
            let isSpace = byte == 0x20 || (byte >= 0x09 && byte <= 0x0D)
            if isSpace {
                if self.length > 0 { self.pendingLength += 1 }
            } else {
                self.length += self.pendingLength + 1
                self.pendingLength = 0
            }
        }
        let room = Self.bytesMax - self.content.count
        if content.count > room { self.isCut = true }
        if room > 0 { self.content += content.prefix(room) }
    }

    /// Calls tools and says nothing: there is no text to judge.
    var isToolCallOnly: Bool { self.hasToolCalls && self.length == 0 && self.refusal.isEmpty }
}

/// The texts of an answer as they go out, by choice.
struct AnswerTexts {
    /// Choices beyond are not looked at.
    static let choicesMax = 128

    private(set) var choices: [ChoiceText] = []

    mutating func add(_ origin: TextOrigin, _ text: ArraySlice<UInt8>) {
        guard origin.field != .errorMessage, let place = self.place(origin.index) else { return }
        self.choices[place].add(origin.field, text)
    }

    /// The answer has this choice, whether it says anything or not.
    mutating func note(_ index: Int) { _ = self.place(index) }

    mutating func removeAll() { self.choices.removeAll(keepingCapacity: true) }

    private mutating func place(_ index: Int) -> Int? {
        if let place = self.choices.firstIndex(where: { $0.index == index }) { return place }
        guard self.choices.count < Self.choicesMax else { return nil }
        self.choices.append(ChoiceText(index))
        return self.choices.count - 1
    }
}
