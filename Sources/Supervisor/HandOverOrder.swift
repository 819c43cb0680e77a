internal import Platform

/// `KEEPTRUSTS_HANDOVER=FD,BACK` or `KEEPTRUSTS_HANDOVER=FD,refused`: how an image of the supervisor tells the next one, in the same
/// process, what it takes over.
struct HandOverOrder: Equatable {
    enum Kind: Equatable {
        /// Take over, or execute the program behind this descriptor.
        case takeOver(back: CInt)
        /// Nobody took over; go on.
        case refused
        /// Take over from a build that has given up.
        case comeBack
    }

    /// The sealed memory file with the hand-over.
    var file: CInt
    var kind: Kind

    static let variable = "KEEPTRUSTS_HANDOVER"
    /// Why nobody took over, in words.
    static let reasonVariable = "KEEPTRUSTS_HANDOVER_REASON"

    init(file: CInt, kind: Kind) {
        self.file = file
        self.kind = kind
    }

    /// nil: not as it is written.
    init?(_ text: String) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 2, let file = CInt(parts[0]), file > 2 else { return nil }
        self.file = file
        switch parts[1] {
        case "refused": self.kind = .refused
        case "back": self.kind = .comeBack
        default:
            guard let back = CInt(parts[1]), back > 2, back != file else { return nil }
            self.kind = .takeOver(back: back)
        }
    }

    var text: String {
        switch self.kind {
        case .takeOver(let back): "\(self.file),\(back)"
        case .refused: "\(self.file),refused"
        case .comeBack: "\(self.file),back"
        }
    }

    /// The environment for the next image: what the process was started with, and the order.
    func environment(_ own: [String], reason: String = "") -> [String] {
        var lines = Self.withoutOrder(own) + ["\(Self.variable)=\(self.text)"]
        // A line of the environment ends with its first zero.
        if !reason.isEmpty { lines.append("\(Self.reasonVariable)=\(reason.filter { $0 != "\0" })") }
        return lines
    }

    static func withoutOrder(_ lines: [String]) -> [String] {
        lines.filter { !$0.hasPrefix("\(Self.variable)=") && !$0.hasPrefix("\(Self.reasonVariable)=") }
    }
}
