/// What a worker says once in its life, and how much it may say in one turn.
struct WorkerWords: Equatable {
    /// Read from one worker before others have their turn.
    static let messagesMax = 64

    private var wasReady = false
    private var wasGone = false
    private var wasDying = false

    /// False: it has said READY before.
    mutating func isFirstReady() -> Bool { Self.first(&self.wasReady) }

    /// False: it has said GONE before.
    mutating func isFirstGone() -> Bool { Self.first(&self.wasGone) }

    /// False: it has said DYING before.
    mutating func isFirstDying() -> Bool { Self.first(&self.wasDying) }

    private static func first(_ said: inout Bool) -> Bool {
        defer { said = true }
        return !said
    }
}
