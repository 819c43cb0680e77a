internal import Exchange
internal import HTTP
internal import Policies
internal import Settings

/// Turns an upstream's events into the client's: policed, with what we asked for taken out again, ended as the SDKs expect.
///
/// A value without input or output: events in, bytes out. The caller parses the upstream's bytes into events and sends what
/// is appended to `out`.
struct StreamRelay {
    enum Step: Equatable {
        case goOn
        /// `[DONE]` has been appended; the stream is whole.
        case finished
        /// A policy ended the stream; the last chunk and `[DONE]` have been appended.
        case blocked(PolicyBlock)
        /// The upstream broke the stream. Held text has been appended; the caller appends the error and closes without `[DONE]`.
        case failed(GatewayFault)
    }

    /// Text of one channel waits for more; `template` is the last event that carried the channel.
    private struct Held {
        let channel: TextOrigin
        let template: [UInt8]
        /// The key under which the text stands.
        let key: String
    }

    /// A policy ends the stream; `template` is an event of it, from which the last chunk is made.
    private struct Ending {
        let block: PolicyBlock
        let template: [UInt8]
    }

    private let output: OutputPolicies?
    /// The client did not ask for usage, so the chunk that our own asking caused, and the nulls on the others, go out again.
    private let hidesUsage: Bool
    private let requestID: [UInt8]
    private var chunk = ChunkDocument()
    private var held: [Held] = []
    private var lastTool: [Int: Int] = [:]
    /// Choices seen, few: a list is faster than a set.
    private var openChoices: [Int] = []
    private var finishedChoices: [Int] = []
    private var splices: [Splice] = []
    private var decoded: [UInt8] = []
    private var map: [Int32] = []
    private var policed: [UInt8] = []

    private(set) var usage: TokenUsage?
    private(set) var modelAnswered: [UInt8]?
    /// Bytes of text seen, for an estimate where the upstream gives no usage.
    private(set) var textBytes = 0
    /// An event of the upstream's has been appended for the client.
    private(set) var hasSent = false

    init(output: OutputPolicies?, hidesUsage: Bool, requestID: [UInt8]) {
        self.output = output
        self.hidesUsage = hidesUsage
        self.requestID = requestID
    }

    /// All choices had their `finish_reason`.
    var isComplete: Bool { !self.finishedChoices.isEmpty && self.openChoices.isEmpty }

    /// The `index` of each choice seen.
    var choices: [Int] { self.openChoices + self.finishedChoices }

    /// One event: its data, and all of its bytes where they can be sent on as they are (else empty).
    mutating func event(_ data: Span<UInt8>, wire: Span<UInt8>, into out: inout [UInt8]) -> Step {
        if Self.isDone(data) {
            guard !self.finishedChoices.isEmpty || !self.openChoices.isEmpty else {
                return .failed(.upstream("The provider's stream was empty."))
            }
            if let ending = self.flush(where: { _ in true }, into: &out) { return self.end(ending.block, ending.template.span, into: &out) }
            Self.appendDone(to: &out)
            return .finished
        }
        guard self.chunk.scan(data) else {
            return self.fail(.upstream("The provider sent an event that is no JSON object."), into: &out)
        }
        if self.chunk.error != nil || (self.chunk.choicesRange == nil && self.chunk.errorMessage != nil) {
            return self.fail(UpstreamErrorShape.fault(status: 502, body: data), into: &out)
        }
        if let usage = self.chunk.usage { self.usage = usage }
        if self.modelAnswered == nil, let model = self.chunk.model { self.modelAnswered = Array(copying: data.extracting(model)) }
        if self.hidesUsage, self.chunk.choicesAreEmpty, self.chunk.usage != nil { return .goOn }

        for choice in self.chunk.choices {
            if choice.finishReason != nil {
                self.openChoices.removeAll { $0 == choice.index }
                if !self.finishedChoices.contains(choice.index) { self.finishedChoices.append(choice.index) }
            } else if !self.openChoices.contains(choice.index), !self.finishedChoices.contains(choice.index) {
                self.openChoices.append(choice.index)
            }
        }
        self.splices.removeAll(keepingCapacity: true)
        if self.hidesUsage, self.chunk.usage == nil, let member = self.chunk.usageMember { self.splices.append(Splice(range: member, replacement: [])) }
        if let output {
            if let ending = self.police(data, with: output, into: &out) { return self.end(ending.block, ending.template.span, into: &out) }
        } else {
            for place in self.chunk.texts { self.textBytes += place.range.count }
        }
        self.hasSent = true
        if self.splices.isEmpty {
            if wire.isEmpty { Self.append(data, to: &out) } else { out.append(bytesOf: wire) }
        } else {
            Self.append(spliced(data, self.splices).span, to: &out)
        }
        return .goOn
    }

    /// The upstream has ended without `[DONE]`.
    mutating func upstreamEnded(into out: inout [UInt8]) -> Step {
        guard self.isComplete else {
            return self.fail(.upstream("The provider broke off the stream."), into: &out)
        }
        if let ending = self.flush(where: { _ in true }, into: &out) { return self.end(ending.block, ending.template.span, into: &out) }
        Self.appendDone(to: &out)
        return .finished
    }

    /// Delivers what is held, policed, before an error.
    mutating func fail(_ fault: GatewayFault, into out: inout [UInt8]) -> Step {
        if let ending = self.flush(where: { _ in true }, into: &out) { return self.end(ending.block, ending.template.span, into: &out) }
        return .failed(fault)
    }

    // MARK: Texts

    /// Feeds every text of the event and fills `splices`. Returns what ends the stream.
    private mutating func police(_ data: Span<UInt8>, with output: OutputPolicies, into out: inout [UInt8]) -> Ending? {
        // What is held of a tool call goes out before the choice's next one begins.
        for place in self.chunk.texts where place.origin.field == .toolArguments {
            let (choice, tool) = (place.origin.index, place.origin.subIndex)
            if let last = self.lastTool[choice], last != tool {
                let ending = self.flush(
                    where: { $0.index == choice && $0.field == .toolArguments && $0.subIndex == last }, into: &out)
                if let ending { return ending }
            }
            self.lastTool[choice] = tool
        }
        // What is held of a choice that ends here, and has no text here, goes out before the end.
        for choice in self.chunk.choices where choice.finishReason != nil {
            if self.held.isEmpty { break }
            let here = self.chunk.texts.map { Self.channel(of: $0, in: data) }
            let ending = self.flush(
                where: { $0.index == choice.index && !here.contains($0) }, into: &out)
            if let ending { return ending }
        }
        var changedChoices: [Int] = []
        for (position, place) in self.chunk.texts.enumerated() {
            let raw = data.extracting(place.range)
            self.textBytes += raw.count
            let channel = Self.channel(of: place, in: data)
            // The name of a tool comes whole and is not held: clients start a call with it.
            let isFinal = self.finishedChoices.contains(place.origin.index) || place.origin.field == .toolName
            var policed = self.policed
            self.policed = []
            policed.removeAll(keepingCapacity: true)
            defer { self.policed = policed }
            let progress: Progress
            let isSame: Bool
            if place.hasEscapes {
                JSONText.decode(raw, into: &self.decoded, map: &self.map)
                progress = output.feed(channel, self.decoded.span, isFinal: isFinal, into: &policed)
                isSame = policed == self.decoded
            } else {
                progress = output.feed(channel, raw, isFinal: isFinal, into: &policed)
                isSame = policed.span.elementsEqual(raw)
            }
            if !isSame {
                self.splices.append(Splice(range: place.range, replacement: JSONText.escaped(policed.span)))
                changedChoices.append(place.origin.index)
            }
            if case .blocked(let block) = progress {
                self.blank(from: position + 1, data)
                Self.append(spliced(data, self.splices.sorted { $0.range.lowerBound < $1.range.lowerBound }).span, to: &out)
                return Ending(block: block, template: Array(copying: data))
            }
            self.remember(channel, place, data, holds: output.holds(channel))
        }
        // `logprobs` repeat the text token by token; where the text was rewritten or waits they go with it.
        for choice in self.chunk.choices where changedChoices.contains(choice.index) {
            if let logprobs = choice.logprobs { self.splices.append(Splice(range: logprobs, replacement: Array("null".utf8))) }
        }
        self.splices.sort { $0.range.lowerBound < $1.range.lowerBound }
        return nil
    }

    /// Empties the texts that were not fed, and takes back the ends, in the event in which a policy ends the stream.
    private mutating func blank(from position: Int, _ data: Span<UInt8>) {
        for place in self.chunk.texts[position...] { self.splices.append(Splice(range: place.range, replacement: [])) }
        for choice in self.chunk.choices {
            if let reason = choice.finishReason { self.splices.append(Splice(range: reason, replacement: Array("null".utf8))) }
            if let logprobs = choice.logprobs { self.splices.append(Splice(range: logprobs, replacement: Array("null".utf8))) }
        }
        for choice in self.chunk.choices where !self.openChoices.contains(choice.index) { self.openChoices.append(choice.index) }
    }

    private mutating func remember(_ channel: TextOrigin, _ place: TextPlace, _ data: Span<UInt8>, holds: Bool) {
        if !self.held.isEmpty { self.held.removeAll { $0.channel == channel } }
        guard holds else { return }
        self.held.append(
            Held(channel: channel, template: Array(copying: data), key: StreamChunk.key(before: place.range.lowerBound, in: data)))
    }

    /// Sends what is held of the chosen channels, each in a copy of the last event that carried it.
    private mutating func flush(where isChosen: (TextOrigin) -> Bool, into out: inout [UInt8]) -> Ending? {
        guard let output, !self.held.isEmpty else { return nil }
        let chosen = self.held.filter { isChosen($0.channel) }
        guard !chosen.isEmpty else { return nil }
        self.held.removeAll { isChosen($0.channel) }
        for entry in chosen {
            var text: [UInt8] = []
            let progress = output.feed(entry.channel, [UInt8]().span, isFinal: true, into: &text)
            if !text.isEmpty { self.appendTemplate(entry, text, to: &out) }
            if case .blocked(let block) = progress { return Ending(block: block, template: entry.template) }
        }
        return nil
    }

    /// The held text in an event of its own: what names the stream, the channel, and nothing else, since SDKs put the pieces of every
    /// other field together too.
    private func appendTemplate(_ entry: Held, _ text: [UInt8], to out: inout [UInt8]) {
        var document = ChunkDocument()
        guard document.scan(entry.template.span) else { return }
        if let event = StreamChunk.event(text, in: entry.channel, like: document, entry.template.span, key: entry.key) {
            return Self.append(event.span, to: &out)
        }
        // A field whose form we do not know: a copy of its last event in which everything else is empty.
        var splices: [Splice] = []
        for place in document.texts {
            let isHeld = Self.channel(of: place, in: entry.template.span) == entry.channel
            splices.append(Splice(range: place.range, replacement: isHeld ? JSONText.escaped(text.span) : []))
        }
        for choice in document.choices {
            if let reason = choice.finishReason { splices.append(Splice(range: reason, replacement: Array("null".utf8))) }
            if let logprobs = choice.logprobs { splices.append(Splice(range: logprobs, replacement: Array("null".utf8))) }
        }
        if let member = document.usageMember { splices.append(Splice(range: member, replacement: [])) }
        splices.sort { $0.range.lowerBound < $1.range.lowerBound }
        Self.append(spliced(entry.template.span, splices).span, to: &out)
    }

    /// Texts under different keys are different texts, although policies know only one kind of reasoning.
    private static func channel(of place: TextPlace, in data: Span<UInt8>) -> TextOrigin {
        guard place.origin.field == .reasoning else { return place.origin }
        var channel = place.origin
        switch StreamChunk.key(before: place.range.lowerBound, in: data) {
        case "reasoning_content": break
        case "reasoning": channel.subIndex += 1_000_000
        default: channel.subIndex += 2_000_000
        }
        return channel
    }

    // MARK: Endings

    /// The last chunk of a stream that a policy ends, made from `data`, and `[DONE]`.
    private mutating func end(_ block: PolicyBlock, _ data: Span<UInt8>, into out: inout [UInt8]) -> Step {
        var document = ChunkDocument()
        var choices = JSONWriter()
        choices.beginArray()
        let isText = document.scan(data) && document.texts.contains { $0.origin.field == .text }
        for index in self.openChoices.isEmpty ? [0] : self.openChoices.sorted() {
            choices.beginObject()
            choices.key("index")
            choices.integer(index)
            if isText {
                choices.key("text")
                choices.string("")
            } else {
                choices.key("delta")
                choices.beginObject()
                choices.endObject()
            }
            choices.key("finish_reason")
            choices.string("content_filter")
            choices.endObject()
        }
        choices.endArray()
        var keeptrusts = JSONWriter()
        keeptrusts.beginObject()
        keeptrusts.key("code")
        keeptrusts.string("output_blocked")
        keeptrusts.key("policy")
        keeptrusts.string(block.kind.rawValue)
        keeptrusts.key("reason")
        keeptrusts.string(block.reason)
        keeptrusts.key("request_id")
        keeptrusts.string(utf8: self.requestID.span)
        keeptrusts.endObject()

        if let range = document.choicesRange {
            let start = Self.objectStart(data)
            var splices = [Splice(range: range, replacement: choices.bytes)]
            if let member = document.usageMember { splices.append(Splice(range: member, replacement: [])) }
            splices.append(
                Splice(range: start..<start, replacement: Array("\"keeptrusts\":".utf8) + keeptrusts.bytes + [0x2C]))
            splices.sort { $0.range.lowerBound < $1.range.lowerBound }
            Self.append(spliced(data, splices).span, to: &out)
        } else {
            let bytes =
                Array("{\"object\":\"chat.completion.chunk\",\"choices\":".utf8) + choices.bytes + Array(",\"keeptrusts\":".utf8)
                + keeptrusts.bytes + Array("}".utf8)
            Self.append(bytes.span, to: &out)
        }
        Self.appendDone(to: &out)
        return .blocked(block)
    }

    /// Just after the opening brace of an event that was scanned.
    private static func objectStart(_ data: Span<UInt8>) -> Int {
        var start = 0
        while start < data.count, data[start] != 0x7B { start += 1 }
        return start + 1
    }

    private static func isDone(_ data: Span<UInt8>) -> Bool { data.count >= 6 && data.extracting(0..<6).elementsEqual(Self.done.span) }
    private static let done = Array("[DONE]".utf8)

    static func appendDone(to out: inout [UInt8]) { out.append(contentsOf: "data: [DONE]\n\n".utf8) }

    static func append(_ data: Span<UInt8>, to out: inout [UInt8]) { EventStreamWriter.append(data, to: &out) }
}
