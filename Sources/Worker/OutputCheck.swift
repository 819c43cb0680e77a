internal import Exchange
internal import Policies

/// The output phase over one whole answer. The same transducers as for streams, fed once.
enum OutputCheck {
    enum Result {
        case unchanged
        case rewritten([UInt8])
        case blocked(PolicyBlock)
    }

    static func run(body: Span<UInt8>, document: AnswerDocument, output: OutputPolicies) -> Result {
        var splices: [Splice] = []
        var decoded: [UInt8] = []
        var map: [Int32] = []
        var policed: [UInt8] = []
        var changedChoices: Set<Int> = []
        for place in document.texts {
            let raw = body.extracting(place.range)
            policed.removeAll(keepingCapacity: true)
            let progress: Progress
            let isSame: Bool
            if place.hasEscapes {
                JSONText.decode(raw, into: &decoded, map: &map)
                progress = output.feed(place.origin, decoded.span, isFinal: true, into: &policed)
                isSame = policed == decoded
            } else {
                progress = output.feed(place.origin, raw, isFinal: true, into: &policed)
                isSame = policed.span.elementsEqual(raw)
            }
            if case .blocked(let block) = progress { return .blocked(block) }
            if !isSame {
                splices.append(Splice(range: place.range, replacement: JSONText.escaped(policed.span)))
                changedChoices.insert(place.origin.index)
            }
        }
        guard !splices.isEmpty else { return .unchanged }
        // `logprobs` repeat the text token by token.
        for choice in document.choices where changedChoices.contains(choice.index) {
            if let logprobs = choice.logprobs { splices.append(Splice(range: logprobs, replacement: Array("null".utf8))) }
        }
        splices.sort { $0.range.lowerBound < $1.range.lowerBound }
        return .rewritten(spliced(body, splices))
    }

    /// An error message of the provider's is text like any other.
    static func policedMessage(_ message: String, restoring placeholders: Placeholders, engine: PolicyEngine) -> String {
        let output = engine.beginOutput(restoring: placeholders)
        var out: [UInt8] = []
        let progress = output.feed(
            TextOrigin(role: .none, field: .errorMessage, index: 0, subIndex: 0), Array(message.utf8).span, isFinal: true, into: &out)
        _ = output.finish()
        engine.endOutput(output)
        if case .blocked = progress { return "The provider's message was withheld by a policy." }
        return String(decoding: out, as: UTF8.self)
    }
}
