internal import Platform

/// What may be asked of a running gateway on its control socket.
enum ControlCommand: String, CaseIterable {
    case status, reload, upgrade, drain, stop

    /// Root and our own user may ask everything; whom the file's mode lets in besides may look, and make the files count that others wrote.
    func isAllowed(to peer: PeerCredentials, ownUser: UInt32) -> Bool {
        switch self {
        case .status, .reload: true
        case .upgrade, .drain, .stop: peer.uid == 0 || peer.uid == ownUser
        }
    }
}

/// The one line that a client sends, as it arrives.
struct ControlRequest: Equatable {
    enum Outcome: Equatable {
        case incomplete
        case command(ControlCommand)
        case refused(String)
        /// It left without a word.
        case nothing
    }

    /// With the line's end.
    static let bytesMax = 256

    private var bytes: [UInt8] = []

    /// `isEnd`: nothing comes after `piece`; what is there counts as the line.
    mutating func feed(_ piece: [UInt8], isEnd: Bool) -> Outcome {
        self.bytes += piece
        let end = self.bytes.firstIndex(of: UInt8(ascii: "\n"))
        guard (end ?? self.bytes.count) < Self.bytesMax else {
            return .refused("a command is one line of at most \(Self.bytesMax) bytes")
        }
        if end == nil {
            guard isEnd else { return .incomplete }
            if self.bytes.isEmpty { return .nothing }
        }
        var line = self.bytes[..<(end ?? self.bytes.count)]
        while let last = line.last, last == UInt8(ascii: "\r") || last == UInt8(ascii: " ") { line.removeLast() }
        let word = String(decoding: line, as: UTF8.self)
        if let command = ControlCommand(rawValue: word) { return .command(command) }
        let known = ControlCommand.allCases.map(\.rawValue).joined(separator: ", ")
        return .refused("unknown command \"\(word.prefix(40))\"; commands are \(known)")
    }
}

/// What a client is told, each on a line.
enum ControlAnswer {
    static func progress(_ text: String) -> String { JSONLine.object([("progress", JSONLine.quoted(text))]) }

    /// `exit` is for the shell of who asked: 0 done, 1 not so, 2 not understood.
    static func end(_ exit: Int32, _ message: String) -> String {
        JSONLine.object([("exit", String(exit)), ("message", JSONLine.quoted(message))])
    }
}
