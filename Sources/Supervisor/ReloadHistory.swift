/// What became of the latest reloads.
struct ReloadHistory: Equatable {
    struct Entry: Equatable {
        enum Result: String { case applied, failed, rolledBack = "rolled_back" }

        /// RFC 3339, UTC.
        var time: String
        /// The one that it made or tried to make; 0 when it came to none.
        var generation: UInt64
        /// SHA-256 of its configuration; empty when there was no program.
        var hash: String
        var cause: ReloadCause
        var result: Result
        /// For people, perhaps of several lines.
        var message: String

        var json: String {
            JSONLine.object([
                ("time", JSONLine.quoted(self.time)), ("generation", String(self.generation)), ("hash", JSONLine.quoted(self.hash)),
                ("cause", JSONLine.quoted(self.cause.rawValue)), ("result", JSONLine.quoted(self.result.rawValue)),
                ("message", JSONLine.quoted(self.message)),
            ])
        }
    }

    static let entriesMax = 20
    /// Of a message that is kept; who waits for the reload is told the whole.
    static let messageBytesMax = 2048

    private var list = RecentList<Entry>(limit: Self.entriesMax)

    /// Oldest first.
    var entries: [Entry] { self.list.elements }

    mutating func append(_ entry: Entry) {
        var entry = entry
        entry.message = Self.cut(entry.message)
        self.list.append(entry)
    }

    /// Between two characters.
    private static func cut(_ message: String) -> String {
        guard message.utf8.count > Self.messageBytesMax else { return message }
        var (bytes, kept) = (0, String.UnicodeScalarView())
        for scalar in message.unicodeScalars {
            bytes += UTF8.width(scalar)
            guard bytes <= Self.messageBytesMax - 3 else { break }
            kept.append(scalar)
        }
        return String(kept) + "…"
    }

    /// A generation that had been applied did not stand its probation.
    mutating func rolledBack(generation: UInt64, message: String) {
        self.list.changeLast(where: { $0.generation == generation && $0.result == .applied }) { entry in
            entry.result = .rolledBack
            entry.message = Self.cut(message)
        }
    }

    var json: String { JSONLine.array(self.entries.map(\.json)) }
}

/// Why a generation was made.
enum ReloadCause: String, Equatable {
    case start, signal, control, console, upgrade
    /// The last good program came back by itself.
    case rollback
}

/// The answer to everybody who waited for a reload.
struct ReloadResult: Equatable {
    var isGood: Bool
    /// In force afterwards.
    var generation: UInt64
    /// Of the configuration in force afterwards.
    var hash: String
    /// For people: what is in force, or why nothing has changed; with the warnings and errors of the compiler.
    var message: String
}
