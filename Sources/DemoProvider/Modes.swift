/// One way in which an answer can differ from the ordinary one. README.md of this module says what each does.
enum Mode: String, CaseIterable, Sendable {
    // When the answer starts.
    case delay, ttft, hang
    // Errors and answers that are none.
    case status, retry, retryms, fail, flaky, redirect, mistralerror, detail, htmlerror
    // The shape of the answer.
    case chunks, interval, size, huge, burst, echo, usage, lastusage, chunked, bye, toolargs
    // How the answer goes wrong.
    case drip, malformed, reset, cut, nodone, sseextras, jsonforstream

    /// The value of a mode that is written without a number.
    var bareValue: Int {
        switch self {
        case .delay, .ttft: 1000
        case .status: 500
        case .flaky: 2
        case .chunks: 20
        case .interval: 10
        case .size, .toolargs: 5
        case .huge: 1024
        case .retryms: 100
        case .reset, .cut: 0
        case .redirect: 307
        case .mistralerror: 400
        case .htmlerror: 502
        case .hang, .retry, .fail, .detail, .burst, .echo, .usage, .lastusage, .chunked, .bye, .drip, .malformed, .nodone,
            .sseextras, .jsonforstream:
            1
        }
    }
}

/// The modes of one request: words with an optional number, `delay200.echo` or `delay=200, echo`.
struct Modes: Sendable, Equatable {
    private var values: [Mode: Int] = [:]

    static let none = Modes()
    private static let valueMax = 100_000_000

    subscript(mode: Mode) -> Int? { self.values[mode] }

    /// The value when it is above zero: `delay0` means what no `delay` means.
    func positive(_ mode: Mode) -> Int? { self.values[mode].flatMap { $0 > 0 ? $0 : nil } }

    func has(_ mode: Mode) -> Bool { self.values[mode] != nil }

    var all: Dictionary<Mode, Int>.Keys { self.values.keys }

    /// Adds what `text` says; a mode said twice has its later value. False, and nothing is to be relied on, at an unknown word.
    mutating func read(_ text: some Sequence<UInt8>) -> Bool {
        var word: [UInt8] = []
        var number: Int?
        var hasEquals = false
        for byte in text {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"):
                if number != nil, !self.take(&word, &number) { return false }
                word.append(byte)
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if word.isEmpty { return false }
                number = min(Self.valueMax, (number ?? 0) * 10 + Int(byte - UInt8(ascii: "0")))
            case UInt8(ascii: "="):
                if word.isEmpty || number != nil || hasEquals { return false }
                hasEquals = true
                continue
            case UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: " "):
                if !self.take(&word, &number) { return false }
            default:
                return false
            }
            hasEquals = false
        }
        return self.take(&word, &number)
    }

    private mutating func take(_ word: inout [UInt8], _ number: inout Int?) -> Bool {
        defer {
            word = []
            number = nil
        }
        if word.isEmpty { return true }
        guard let mode = Mode(rawValue: String(decoding: word, as: UTF8.self)) else { return false }
        self.values[mode] = number ?? mode.bareValue
        return true
    }
}
