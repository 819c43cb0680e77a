import Exchange
import Settings

@testable import Policies

/// SplitMix64: the same numbers on every run.
struct SeededRandom: RandomNumberGenerator {
    var state: UInt64
    init(_ seed: UInt64) { self.state = seed }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var value = self.state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

/// A few recognisers of each sort that matters to the engine.
enum TestContent {
    static func make(withFold: Bool = false) -> PolicyContent {
        var content = PolicyContent()
        content.recognizers = { _ in
            [
                Recognizer(
                    type: "EMAIL", expression: #"\b[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,255}\.[A-Za-z]{2,24}\b"#, isCaseless: false,
                    leftContextMax: 0, confirm: { _, _, _ in true }, priority: 50),
                Recognizer(
                    type: "CARD", expression: #"\b\d(?:[ -]?\d){12,18}\b"#, isCaseless: false, leftContextMax: 0,
                    confirm: { text, match, _ in luhn(text, match) }, priority: 40),
                Recognizer(
                    type: "IBAN", expression: #"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"#, isCaseless: true,
                    leftContextMax: 0, confirm: { _, match, _ in match.count > 14 }, priority: 45),
                Recognizer(
                    type: "PHONE", expression: #"\+?\d(?:[ .-]?\d){6,14}"#, isCaseless: false, leftContextMax: 24,
                    confirm: { text, match, next in
                        // Looks at both neighbours, and needs its word before it.
                        if let next, next >= 0x30 && next <= 0x39 { return false }
                        if match.lowerBound > 0, text[match.lowerBound - 1] >= 0x30, text[match.lowerBound - 1] <= 0x39 { return false }
                        return text[match.lowerBound] == 0x2B || contains(text, before: match.lowerBound, "tel")
                    }, priority: 10),
            ]
        }
        if withFold {
            content.recognizerFold = fold
            content.indicatorFold = { _ in fold }
        }
        return content
    }

    static func settings(
        _ chain: [PolicyKind] = [.piiDetector, .safetyFilter, .auditLogger], blockIf: [String] = ["build a bomb", "napalm"],
        safety: PolicyAction = .block, pii: PolicyAction = .redact
    ) -> PolicySettings {
        var settings = PolicySettings()
        settings.chain = chain
        settings.piiDetector.action = pii
        settings.safetyFilter.blockIf = blockIf
        settings.safetyFilter.action = safety
        return settings
    }

    private static func luhn(_ text: Span<UInt8>, _ match: Range<Int>) -> Bool {
        var sum = 0
        var count = 0
        for index in match.reversed() where text[index] >= 0x30 && text[index] <= 0x39 {
            let digit = Int(text[index] - 0x30)
            sum += count % 2 == 0 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit
            count += 1
        }
        return sum % 10 == 0 && count >= 13
    }

    private static func contains(_ text: Span<UInt8>, before end: Int, _ word: String) -> Bool {
        let wanted = Array(word.utf8)
        var index = 0
        while index + wanted.count <= end {
            var offset = 0
            while offset < wanted.count, text[index + offset] == wanted[offset] { offset += 1 }
            if offset == wanted.count { return true }
            index += 1
        }
        return false
    }

    /// Full-width ASCII to ASCII; zero-width space to nothing; the rest as it is.
    private static func fold(_ text: Span<UInt8>, _ bytes: inout [UInt8], _ map: inout [Int32]) -> Bool {
        if isASCII(text) { return false }
        var index = 0
        while index < text.count {
            let length = scalarLength(text[index], limit: text.count - index)
            let start = Int32(truncatingIfNeeded: index)
            if length == 3, text[index] == 0xEF, text[index + 1] == 0xBC, text[index + 2] >= 0x81 {
                bytes.append(text[index + 2] - 0x80 + 0x20)
                map.append(start)
            } else if length == 3, text[index] == 0xEF, text[index + 1] == 0xBD, text[index + 2] <= 0x9E {
                bytes.append(text[index + 2] - 0x80 + 0x60)
                map.append(start)
            } else if !(length == 3 && text[index] == 0xE2 && text[index + 1] == 0x80 && text[index + 2] == 0x8B) {
                for offset in 0..<length {
                    bytes.append(text[index + offset])
                    map.append(start)
                }
            }
            index += length
        }
        map.append(Int32(truncatingIfNeeded: text.count))
        return true
    }
}

extension TextOrigin {
    static let content = TextOrigin(role: .assistant, field: .content, index: 0, subIndex: 0)
    static let arguments = TextOrigin(role: .assistant, field: .toolArguments, index: 0, subIndex: 0)
}

struct Delivered: Equatable {
    var text: String
    var isBlocked: Bool
    var outcome: PhaseOutcome
}

extension PolicyEngine {
    /// Feeds a text in the pieces that end at `cuts`.
    func deliver(_ text: [UInt8], cuts: [Int] = [], as origin: TextOrigin = .content) -> Delivered {
        let policies = self.beginOutput()
        defer { self.endOutput(policies) }
        var output: [UInt8] = []
        var isBlocked = false
        var start = 0
        let pieces = cuts + [text.count]
        for (number, end) in pieces.enumerated() {
            let progress = policies.feed(
                origin, text.span.extracting(start..<end), isFinal: number == pieces.count - 1, into: &output)
            if case .blocked = progress { isBlocked = true }
            start = end
        }
        return Delivered(text: String(decoding: output, as: UTF8.self), isBlocked: isBlocked, outcome: policies.finish())
    }

    func deliver(_ text: String, as origin: TextOrigin = .content) -> Delivered { self.deliver(Array(text.utf8), as: origin) }
}
