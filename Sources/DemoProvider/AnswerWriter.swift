/// Writes the JSON of answers to one request.
struct AnswerWriter: Sendable {
    let request: DemoRequest
    let number: UInt64
    let texts: [AnswerText]

    /// One moment for all answers, so that they can be compared.
    static let created = 1_700_000_000

    init(request: DemoRequest, number: UInt64) {
        self.request = request
        self.number = number
        self.texts = request.answerTexts()
    }

    private var isText: Bool { self.request.endpoint == .completions }

    // MARK: Whole answers

    /// The body of a plain answer; not JSON when the request wants it malformed.
    func plainBody() -> [UInt8] {
        switch self.request.endpoint {
        case .embeddings: return EmbeddingAnswer(request: self.request).body()
        case .moderations: return ModerationAnswer(request: self.request, number: self.number).body()
        case .chatCompletions, .completions, .fim: break
        }
        var body = self.start(object: self.isText ? "text_completion" : "chat.completion")
        body += ",\"choices\":[".utf8
        for (index, text) in self.texts.enumerated() {
            if index > 0 { body.append(UInt8(ascii: ",")) }
            body += "{\"index\":\(index),".utf8
            if self.isText {
                body += "\"text\":\"".utf8
                body += text.whole
                body += "\",\"logprobs\":".utf8
            } else {
                body += "\"message\":{\"role\":\"assistant\",\"content\":".utf8
                self.appendMessage(text, to: &body)
                body += "},\"logprobs\":".utf8
            }
            self.appendLogprobs(of: text, pieces: 0..<text.pieceCount, to: &body)
            body += ",\"finish_reason\":\"\(text.finishReason)\"}".utf8
        }
        body += "],".utf8
        if self.request.modes.has(.malformed) {
            body += "\"usage\":{\"prompt_tokens\":}".utf8
        } else {
            self.appendUsage(to: &body)
            body += ",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_demo\"}".utf8
        }
        return body
    }

    private func appendMessage(_ text: AnswerText, to body: inout [UInt8]) {
        guard let call = text.toolCall else {
            body.append(UInt8(ascii: "\""))
            body += text.whole
            body += "\",\"refusal\":null".utf8
            return
        }
        body += "null,\"refusal\":null,\"tool_calls\":[{\"id\":\"\(call.id)\",\"type\":\"function\",\"function\":{\"name\":".utf8
        call.name.append(to: &body)
        body += ",\"arguments\":\"".utf8
        body += text.whole
        body += "\"}}]".utf8
    }

    /// The first members, up to and without the comma before `choices`.
    private func start(object: String) -> [UInt8] {
        var bytes = Array("{\"id\":\"chatcmpl-demo-\(self.number)\",\"object\":\"\(object)\",\"created\":\(Self.created),\"model\":".utf8)
        self.request.model.append(to: &bytes)
        return bytes
    }

    // MARK: Stream events

    /// Everything of an event up to the list of its choices, made once per stream.
    func eventStart() -> [UInt8] {
        var bytes = Array("data: ".utf8)
        bytes += self.start(object: self.isText ? "text_completion" : "chat.completion.chunk")
        bytes += ",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_demo\",\"choices\":[".utf8
        return bytes
    }

    /// What follows the list of choices of an event without usage.
    var eventEnd: [UInt8] { Array((self.request.includeUsage == true ? "],\"usage\":null}\n\n" : "]}\n\n").utf8) }

    /// The choice of the event that opens the stream; nil where the wire form has none.
    func roleChoice(_ index: Int) -> [UInt8]? {
        if self.isText { return nil }
        guard let call = self.texts[index].toolCall else {
            return Array(
                "{\"index\":\(index),\"delta\":{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":null}"
                    .utf8)
        }
        var bytes = Array(
            "{\"index\":\(index),\"delta\":{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"index\":0,\"id\":\"\(call.id)\",".utf8)
        bytes += "\"type\":\"function\",\"function\":{\"name\":".utf8
        call.name.append(to: &bytes)
        bytes += ",\"arguments\":\"\"}}]},\"logprobs\":null,\"finish_reason\":null}".utf8
        return bytes
    }

    /// The choice of an event that brings one piece.
    func pieceChoice(_ index: Int, piece: Int) -> [UInt8] {
        let text = self.texts[index]
        var bytes = Array("{\"index\":\(index),".utf8)
        if self.isText {
            bytes += "\"text\":\"".utf8
            bytes += text.piece(piece)
            bytes += "\",\"logprobs\":".utf8
        } else {
            let isCall = text.toolCall != nil
            bytes += "\"delta\":{".utf8
            bytes += (isCall ? "\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"" : "\"content\":\"").utf8
            bytes += text.piece(piece)
            bytes += (isCall ? "\"}}]}" : "\"}").utf8
            bytes += ",\"logprobs\":".utf8
        }
        self.appendLogprobs(of: text, pieces: piece..<(piece + 1), to: &bytes)
        bytes += ",\"finish_reason\":null}".utf8
        return bytes
    }

    /// The choice of the event that ends a choice.
    func finishChoice(_ index: Int) -> [UInt8] {
        let reason = self.texts[index].finishReason
        let middle = self.isText ? "\"text\":\"\"" : "\"delta\":{}"
        return Array("{\"index\":\(index),\(middle),\"logprobs\":null,\"finish_reason\":\"\(reason)\"}".utf8)
    }

    /// The event with usage and no choices that OpenAI sends when asked.
    func usageEvent() -> [UInt8] {
        var bytes = self.eventStart()
        bytes += "],".utf8
        self.appendUsage(to: &bytes)
        bytes += "}\n\n".utf8
        return bytes
    }

    // MARK: Parts

    func appendUsage(to bytes: inout [UInt8]) {
        let prompt = max(1, self.request.bodyBytes / 4)
        let completion = self.texts.reduce(0) { $0 + $1.tokenCount }
        bytes += "\"usage\":{\"prompt_tokens\":\(prompt),\"completion_tokens\":\(completion),\"total_tokens\":\(prompt + completion),".utf8
        bytes += "\"prompt_tokens_details\":{\"cached_tokens\":0},\"completion_tokens_details\":{\"reasoning_tokens\":0}}".utf8
    }

    private func appendLogprobs(of text: AnswerText, pieces: Range<Int>, to bytes: inout [UInt8]) {
        guard let count = self.request.logprobs, text.toolCall == nil else {
            bytes += "null".utf8
            return
        }
        if self.isText { return self.appendTextLogprobs(of: text, pieces: pieces, to: &bytes) }
        bytes += "{\"content\":[".utf8
        for index in pieces {
            if index > pieces.lowerBound { bytes.append(UInt8(ascii: ",")) }
            let piece = text.piece(index)
            self.appendToken(piece, to: &bytes)
            bytes += ",\"top_logprobs\":[".utf8
            for place in 0..<min(20, max(0, count)) {
                if place > 0 { bytes.append(UInt8(ascii: ",")) }
                self.appendToken(piece, to: &bytes)
                bytes.append(UInt8(ascii: "}"))
            }
            bytes += "]}".utf8
        }
        bytes += "],\"refusal\":null}".utf8
    }

    /// An object up to and without its closing brace.
    private func appendToken(_ piece: [UInt8], to bytes: inout [UInt8]) {
        bytes += "{\"token\":\"".utf8
        bytes += piece
        let plain = JSONString(escaped: piece).text.utf8.map { String($0) }.joined(separator: ",")
        bytes += "\",\"logprob\":-0.125,\"bytes\":[\(plain)]".utf8
    }

    private func appendTextLogprobs(of text: AnswerText, pieces: Range<Int>, to bytes: inout [UInt8]) {
        let tokens = pieces.map { "\"" + String(decoding: text.piece($0), as: UTF8.self) + "\"" }
        bytes += "{\"tokens\":[\(tokens.joined(separator: ","))],\"token_logprobs\":[".utf8
        bytes += tokens.map { _ in "-0.125" }.joined(separator: ",").utf8
        bytes += "],\"top_logprobs\":[\(tokens.map { "{\($0):-0.125}" }.joined(separator: ","))],\"text_offset\":[".utf8
        bytes += pieces.map { String($0) }.joined(separator: ",").utf8
        bytes += "]}".utf8
    }
}
