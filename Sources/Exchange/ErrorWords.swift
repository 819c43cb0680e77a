/// What an upstream's error body says, whatever its shape: OpenAI's `{"error": {…}}`, `{"error": "text"}`, Mistral's
/// `{"object": "error", "message", "type", "param", "code"}`, and `{"detail": "text"}` or `{"detail": [{"msg"}]}` of FastAPI.
public struct ErrorWords: Sendable, Equatable {
    public private(set) var message: String?
    public private(set) var type: String?
    public private(set) var code: String?
    public private(set) var param: String?

    /// nil when the body is no JSON object or says nothing of these.
    public static func find(in body: Span<UInt8>) -> ErrorWords? {
        var reader = ErrorWordsReader(body)
        guard reader.read(), reader.words != ErrorWords() else { return nil }
        return reader.words
    }

    /// The first of each counts.
    mutating func take(_ text: String, for key: String) {
        switch key {
        case "error", "detail", "message", "msg": self.message = self.message ?? text
        case "type": self.type = self.type ?? text
        case "code": self.code = self.code ?? text
        case "param": self.param = self.param ?? text
        default: break
        }
    }
}

/// Walks over an error body.
private struct ErrorWordsReader: ~Copyable, ~Escapable {
    private var scanner: JSONScanner
    private(set) var words = ErrorWords()

    @_lifetime(copy body)
    init(_ body: Span<UInt8>) { self.scanner = JSONScanner(body, refusesFoldedKeys: false) }

    /// False when the body is no JSON object.
    mutating func read() -> Bool {
        do {
            self.scanner.skipSpace()
            guard self.scanner.next == UInt8(ascii: "{") else { return false }
            try self.readObject()
            try self.scanner.finish()
            return true
        } catch {
            return false
        }
    }

    private mutating func readObject() throws(ScanFault) {
        var walk = try self.scanner.openObject()
        while let key = try self.scanner.nextKey(&walk) {
            try self.readValue(of: String(decoding: self.scanner.decoded(key), as: UTF8.self))
        }
    }

    /// A string, or a number as text (SDKs want codes to be strings). Under `error` and `detail` also an object with the words,
    /// or an array of which the first element counts.
    private mutating func readValue(of key: String) throws(ScanFault) {
        let mayNest = key == "error" || key == "detail"
        switch self.scanner.next {
        case UInt8(ascii: "\""):
            let text = try self.scanner.scanString()
            self.words.take(String(decoding: self.scanner.decoded(text), as: UTF8.self), for: key)
        case UInt8(ascii: "{") where mayNest:
            try self.readObject()
        case UInt8(ascii: "[") where mayNest:
            try self.scanner.openArray()
            var index = -1
            while try self.scanner.nextElement(&index) {
                if index == 0 { try self.readValue(of: key) } else { try self.scanner.skip() }
            }
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            let range = try self.scanner.skip()
            var digits: [UInt8] = []
            for offset in range { digits.append(self.scanner.bytes.byte(offset)) }
            self.words.take(String(decoding: digits, as: UTF8.self), for: key)
        default:
            try self.scanner.skip()
        }
    }
}
