/// Vectors of length 1 that depend on the text alone.
struct EmbeddingAnswer {
    let request: DemoRequest
    private static let dimensionsDefault = 256
    private static let dimensionsMax = 4096

    func body() -> [UInt8] {
        let dimensions = min(Self.dimensionsMax, max(1, self.request.body["dimensions"]?.integer ?? Self.dimensionsDefault))
        let isBase64 = self.request.body["encoding_format"]?.text == "base64"
        var body = Array("{\"object\":\"list\",\"id\":\"embd-demo\",\"data\":[".utf8)
        for (index, text) in self.request.prompts.enumerated() {
            let vector = Self.vector(for: text.escaped, dimensions: dimensions)
            body += "\(index > 0 ? "," : ""){\"object\":\"embedding\",\"index\":\(index),\"embedding\":".utf8
            if isBase64 {
                body += "\"\(Base64.encode(vector.flatMap { Self.littleEndian($0.bitPattern) }))\"}".utf8
            } else {
                body += "[\(vector.map { "\($0)" }.joined(separator: ","))]}".utf8
            }
        }
        let tokens = max(1, self.request.prompts.reduce(0) { $0 + $1.escaped.count } / 4)
        body += "],\"model\":".utf8
        self.request.model.append(to: &body)
        body += ",\"usage\":{\"prompt_tokens\":\(tokens),\"total_tokens\":\(tokens),\"completion_tokens\":0}}".utf8
        return body
    }

    private static func littleEndian(_ bits: UInt32) -> [UInt8] {
        [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: bits >> UInt32($0)) }
    }

    /// FNV-1a of the text starts a xorshift sequence.
    static func vector(for text: [UInt8], dimensions: Int) -> [Float] {
        var state = text.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        var vector: [Float] = []
        for _ in 0..<dimensions {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            vector.append(Float(Int64(bitPattern: state) >> 40) / Float(1 << 23))
        }
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return length > 0 ? vector.map { $0 / length } : vector
    }
}

/// RFC 4648, section 4.
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for place in 0..<4 {
                text.append(place <= group.count ? self.alphabet[bits >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// Flags a text that says "flag me".
struct ModerationAnswer {
    let request: DemoRequest
    let number: UInt64
    private static let categories = ["sexual", "hate", "harassment", "self-harm", "violence", "pii"]

    func body() -> [UInt8] {
        var body = Array("{\"id\":\"modr-demo-\(self.number)\",\"model\":".utf8)
        self.request.model.append(to: &body)
        body += ",\"results\":[".utf8
        for (index, prompt) in self.request.prompts.enumerated() {
            let isFlagged = prompt.text.lowercased().split { !$0.isLetter }.contains("flag")
            let categories = Self.categories.map { "\"\($0)\":\(isFlagged && $0 == "violence")" }.joined(separator: ",")
            let scores = Self.categories.map { "\"\($0)\":\(isFlagged && $0 == "violence" ? "0.97" : "0.001")" }.joined(separator: ",")
            body += "\(index > 0 ? "," : ""){\"flagged\":\(isFlagged),\"categories\":{\(categories)},\"category_scores\":{\(scores)}}".utf8
        }
        body += "],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":0,\"total_tokens\":1}}".utf8
        return body
    }
}

/// The models that the demo says it has. Any other name is answered too.
enum ModelList {
    static let names = ["demo", "demo-embed", "mock"]

    static var body: [UInt8] { Array("{\"object\":\"list\",\"data\":[\(self.names.map(self.card).joined(separator: ","))]}\n".utf8) }

    static func body(of name: String) -> [UInt8]? { self.names.contains(name) ? Array((self.card(name) + "\n").utf8) : nil }

    private static func card(_ name: String) -> String {
        "{\"id\":\"\(name)\",\"object\":\"model\",\"created\":\(AnswerWriter.created),\"owned_by\":\"keeptrusts\",\"type\":\"base\","
            + "\"capabilities\":{\"completion_chat\":true,\"completion_fim\":true,\"function_calling\":true,\"fine_tuning\":false,\"vision\":true}}"
    }
}
