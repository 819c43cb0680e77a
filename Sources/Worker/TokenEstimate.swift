internal import Exchange

/// Tokens without a tokenizer: about four bytes of text each, and a few for every message. Marked as an estimate wherever it is shown.
enum TokenEstimate {
    static func prompt(_ document: RequestDocument, endpoint: Endpoint) -> Int {
        var bytes = 0
        for place in document.texts { bytes += place.range.count }
        return Self.tokens(bytes: bytes) + 4 * document.texts.count
    }

    static func tokens(bytes: Int) -> Int { (bytes + 3) / 4 }
}
