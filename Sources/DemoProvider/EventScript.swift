/// A streamed answer, one write after the other.
struct EventScript: Sendable {
    private enum Place: Equatable { case role, piece(Int), tail, ended }

    private let writer: AnswerWriter
    private let start: [UInt8]
    private let end: [UInt8]
    private let pieceCount: Int
    private let modes: Modes
    private var place = Place.role

    init(writer: AnswerWriter) {
        self.writer = writer
        self.start = writer.eventStart()
        self.end = writer.eventEnd
        self.pieceCount = writer.texts.reduce(0) { max($0, $1.pieceCount) }
        self.modes = writer.request.modes
    }

    /// The number of the content event that comes next; nil before and after those.
    var nextPiece: Int? {
        switch self.place {
        case .piece(let index): index
        case .tail: self.pieceCount
        case .role, .ended: nil
        }
    }

    var isEnded: Bool { self.place == .ended }

    /// What is written next, one event or more; nil at the end.
    mutating func next() -> [UInt8]? {
        switch self.place {
        case .role:
            self.place = self.pieceCount > 0 ? .piece(0) : .tail
            let events = self.writer.texts.indices.compactMap { self.writer.roleChoice($0) }.flatMap { self.event($0) }
            let extras = self.modes.has(.sseextras) ? Array(": welcome\n\nretry: 3000\nid: 1\n\n".utf8) : []
            return events.isEmpty && extras.isEmpty ? self.next() : extras + events
        case .piece(let index):
            self.place = index + 1 < self.pieceCount ? .piece(index + 1) : .tail
            return self.oddities(before: index) + self.pieceEvents(index)
        case .tail:
            self.place = .ended
            return self.tail()
        case .ended:
            return nil
        }
    }

    private func pieceEvents(_ index: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        for choice in self.writer.texts.indices where index < self.writer.texts[choice].pieceCount {
            bytes += self.event(self.writer.pieceChoice(choice, piece: index))
        }
        return bytes
    }

    private func event(_ choice: [UInt8]) -> [UInt8] { self.start + choice + self.end }

    /// What a provider should not send, between good events.
    private func oddities(before index: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        if self.modes.has(.malformed), index == 1 { bytes += "data: {\"id\":\"chatcmpl-demo\",\"choices\":[{\"delta\":}\n\n".utf8 }
        if self.modes.has(.sseextras) {
            switch index % 4 {
            case 0: bytes += ": comment \(index)\n\n".utf8
            case 1: bytes += "event: ping\n\n".utf8
            case 2: bytes += "data:\n\n".utf8
            default: bytes += "id: \(index)\nretry: 10\n\n".utf8
            }
        }
        return bytes
    }

    private func tail() -> [UInt8] {
        let asksUsage = self.writer.request.includeUsage == true || self.modes.has(.usage)
        let usageOnLast = self.modes.has(.lastusage) || (!self.writer.request.isMock && !asksUsage && self.writer.request.includeUsage == nil)
        var bytes: [UInt8] = []
        for choice in self.writer.texts.indices {
            let isLast = choice == self.writer.texts.count - 1
            if isLast, usageOnLast {
                bytes += self.start + self.writer.finishChoice(choice) + "],".utf8
                self.writer.appendUsage(to: &bytes)
                bytes += "}\n\n".utf8
            } else {
                bytes += self.event(self.writer.finishChoice(choice))
            }
        }
        if asksUsage { bytes += self.writer.usageEvent() }
        if !self.modes.has(.nodone) { bytes += "data: [DONE]\n\n".utf8 }
        return bytes
    }
}
