import Platform
import Testing

@testable import Supervisor

@Suite("Line queue")
struct LineQueueTests {
    private static func word(_ count: Int) -> String { "\(count) dropped\n" }

    @Test func `a reader that is slow gets all, in order`() {
        var queue = LineQueue()
        var read: [UInt8] = []
        func take(_ room: Int) {
            queue.flush({ bytes in
                read += bytes.prefix(room)
                return .wrote(min(room, bytes.count))
            }, droppedLine: Self.word)
        }
        queue.add("one\n")
        queue.add("two\n")
        take(0)
        take(5)
        queue.add("three\n")
        #expect(!queue.isEmpty)
        take(100)
        #expect(String(decoding: read, as: UTF8.self) == "one\ntwo\nthree\n")
        #expect(queue.isEmpty)
    }

    @Test func `beyond its limit whole lines are dropped and counted`() {
        var queue = LineQueue()
        let line = String(repeating: "x", count: 1023) + "\n"
        for _ in 0..<67 { queue.add(line) }
        // Would fit, and would stand before the word about what is missing.
        queue.flush({ _ in .wrote(2048) }, droppedLine: Self.word)
        queue.add("late\n")
        var read: [UInt8] = []
        queue.flush({ bytes in
            read += bytes
            return .wrote(bytes.count)
        }, droppedLine: Self.word)
        #expect(read.count == 62 * 1024 + Self.word(4).utf8.count)
        #expect(String(decoding: read.suffix(10), as: UTF8.self) == "4 dropped\n")
        #expect(queue.isEmpty)
    }

    @Test func `one long text is taken by an empty queue, and nothing is kept for nobody`() {
        var queue = LineQueue()
        queue.add(String(repeating: "x", count: LineQueue.bytesMax * 2))
        queue.add("more\n")
        queue.flush({ _ in .broken }, droppedLine: Self.word)
        #expect(queue.isEmpty)
    }
}
