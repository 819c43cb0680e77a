import Testing

@testable import Supervisor

@Suite("Reload messages")
struct ReloadMessageTests {
    private static func entry(_ message: String) -> ReloadHistory.Entry {
        ReloadHistory.Entry(time: "T", generation: 7, hash: "h", cause: .signal, result: .applied, message: message)
    }

    @Test func `long messages are kept cut, between two characters`() {
        var history = ReloadHistory()
        history.append(Self.entry("short"))
        #expect(history.entries[0].message == "short")
        history.append(Self.entry(String(repeating: "é", count: 100_000)))
        #expect(history.entries[1].message == String(repeating: "é", count: 1022) + "…")
        history.rolledBack(generation: 7, message: String(repeating: "a", count: 2049))
        #expect(history.entries[1].message.utf8.count == ReloadHistory.messageBytesMax)
        history.append(Self.entry(String(repeating: "a", count: 2048)))
        #expect(history.entries[2].message.utf8.count == 2048)
    }
}
