@testable import Exchange

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

func string(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self) }

func decode(_ body: String, _ endpoint: Endpoint = .chatCompletions) throws(RequestFault) -> RequestDocument {
    try RequestDocument.decode(bytes(body).span, endpoint: endpoint)
}

func fault(_ body: [UInt8], _ endpoint: Endpoint = .chatCompletions) -> RequestFault? {
    do {
        _ = try RequestDocument.decode(body.span, endpoint: endpoint)
        return nil
    } catch {
        return error
    }
}

func fault(_ body: String, _ endpoint: Endpoint = .chatCompletions) -> RequestFault? { fault(bytes(body), endpoint) }

/// A text with its origin, short enough to write in a test: `user.content[0.0] hello`.
func listed(_ texts: [TextPlace], in body: String) -> [String] {
    let body = bytes(body)
    return texts.map { place in
        let text = string(JSONText.decoded(body[place.range].span))
        return "\(place.origin.role).\(place.origin.field)[\(place.origin.index).\(place.origin.subIndex)] \(text)"
    }
}

func raw(_ range: Range<Int>?, in body: String) -> String? { range.map { string(bytes(body)[$0]) } }

func rewritten(_ body: String, _ rewrite: RequestRewrite, _ endpoint: Endpoint = .chatCompletions) throws -> String {
    let body = bytes(body)
    let document = try RequestDocument.decode(body.span, endpoint: endpoint)
    return string(rewrite.apply(to: document, body: body.span))
}

/// SplitMix64: the same numbers from the same seed everywhere.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { self.state = seed }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var z = self.state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }
    mutating func oneOf<T>(_ values: [T]) -> T { values[self.below(values.count)] }
}

/// Writes arbitrary valid JSON: odd numbers, characters of every length, escapes, white space, unknown keys in any order.
struct JSONGenerator {
    var random: SeededGenerator

    init(seed: UInt64) { self.random = SeededGenerator(seed: seed) }

    mutating func space() -> String { self.random.oneOf(["", "", "", " ", "\n  ", "\t", "\r\n", "   "]) }

    /// A string with its quotes.
    mutating func string() -> String {
        let pieces = [
            "a", "plain words, some of them", "é", "漢字", "🦉", "\u{7F}", "\u{2028}", "\\n", "\\\"", "\\\\", "\\/", "\\u00e9",
            "\\ud83e\\udd89", "\\ud83e", "\\uDD89", "\\u0000", "\\b\\f\\r\\t", "{", "]", ":", ",",
        ]
        var text = "\""
        for _ in 0..<self.random.below(7) { text += self.random.oneOf(pieces) }
        return text + "\""
    }

    mutating func number() -> String {
        self.random.oneOf([
            "0", "-0", "1", "-17", "0.5", "1e5", "1E+05", "2e-7", "-0.0e0", "1.000", "12345678901234567890", "1e400",
            "3.141592653589793238462643383279",
        ])
    }

    mutating func value(depth: Int = 0) -> String {
        switch self.random.below(depth > 4 ? 5 : 7) {
        case 0: return "null"
        case 1: return "true"
        case 2: return "false"
        case 3: return self.number()
        case 4: return self.string()
        case 5:
            let count = self.random.below(4)
            var elements: [String] = []
            for _ in 0..<count { elements.append(self.space() + self.value(depth: depth + 1) + self.space()) }
            return "[" + (count == 0 ? self.space() : elements.joined(separator: ",")) + "]"
        default:
            let count = self.random.below(4)
            var members: [String] = []
            for _ in 0..<count {
                members.append(self.member(self.string(), self.value(depth: depth + 1)))
            }
            return "{" + (count == 0 ? self.space() : members.joined(separator: ",")) + "}"
        }
    }

    mutating func member(_ quotedKey: String, _ value: String) -> String {
        self.space() + quotedKey + self.space() + ":" + self.space() + value + self.space()
    }

    /// A chat request that we accept.
    mutating func chatRequest() -> String {
        var messages: [String] = []
        for _ in 0..<self.random.below(4) {
            var members = [self.member("\"role\"", self.random.oneOf(["\"user\"", "\"assistant\"", "\"system\"", "\"tool\""]))]
            switch self.random.below(4) {
            case 0: members.append(self.member("\"content\"", "null"))
            case 1: members.append(self.member("\"content\"", "[{\"type\":\"text\"," + self.member("\"text\"", self.string()) + "}]"))
            default: members.append(self.member("\"content\"", self.string()))
            }
            if self.random.below(3) == 0 { members.append(self.member("\"x_unknown\"", self.value())) }
            members.shuffle(using: &self.random)
            messages.append("{" + members.joined(separator: ",") + "}")
        }
        var members = [
            self.member("\"messages\"", "[" + messages.joined(separator: ",") + "]"),
            self.member("\"temperature\"", self.number()),
        ]
        if self.random.below(4) > 0 { members.append(self.member("\"model\"", self.string())) }
        if self.random.below(2) == 0 { members.append(self.member("\"stream\"", self.random.oneOf(["true", "false", "null"]))) }
        if self.random.below(2) == 0 {
            let options = [
                "null", "{}", "{ }", "{\"include_usage\":true}", "{\"include_usage\": false}", "{\"include_obfuscation\":false}",
                "{\"include_usage\":null , \"x\":[1]}",
            ]
            members.append(self.member("\"stream_options\"", self.random.oneOf(options)))
        }
        for index in 0..<self.random.below(4) { members.append(self.member("\"unknown_\(index)\"", self.value())) }
        members.shuffle(using: &self.random)
        return self.space() + "{" + members.joined(separator: ",") + "}" + self.space()
    }
}
