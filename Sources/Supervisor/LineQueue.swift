internal import Platform

/// Lines that wait for a slow reader: a bounded number of bytes or one text, and beyond it whole lines are dropped and counted.
struct LineQueue {
    static let bytesMax = 64 << 10

    /// What is left of the first line may be a part of it.
    private var bytes: [UInt8] = []
    private var dropped = 0

    /// The queue has nothing to write and nothing to tell.
    var isEmpty: Bool { self.bytes.isEmpty && self.dropped == 0 }

    /// `text` with its line breaks.
    mutating func add(_ text: String) {
        let line = Array(text.utf8)
        // Nothing overtakes the word about lines that are missing.
        guard self.dropped == 0, self.bytes.isEmpty || self.bytes.count + line.count <= Self.bytesMax else {
            self.dropped += 1
            return
        }
        self.bytes += line
    }

    /// Passes on what waits, as far as `write` takes it; once all is written, the word about what was dropped. `write`: as of `UnhurriedOutput`.
    mutating func flush(_ write: (ArraySlice<UInt8>) -> UnhurriedOutput.Outcome, droppedLine: (Int) -> String) {
        self.pass(write)
        guard self.bytes.isEmpty, self.dropped > 0 else { return }
        self.bytes = Array(droppedLine(self.dropped).utf8)
        self.dropped = 0
        self.pass(write)
    }

    private mutating func pass(_ write: (ArraySlice<UInt8>) -> UnhurriedOutput.Outcome) {
        guard !self.bytes.isEmpty else { return }
        switch write(self.bytes[...]) {
        case .wrote(let count): self.bytes.removeFirst(min(count, self.bytes.count))
        case .broken: (self.bytes, self.dropped) = ([], 0)
        }
    }
}

/// Standard error with a queue before it; whoever writes never waits.
final class ErrorOutput {
    private let output: UnhurriedOutput
    private var queue = LineQueue()

    init(_ descriptor: CInt = 2) { self.output = UnhurriedOutput(descriptor) }

    func write(_ text: String, droppedLine: (Int) -> String) {
        self.queue.add(text)
        self.flush(droppedLine: droppedLine)
    }

    /// Tries again what has found no room; costs nothing when nothing waits.
    func flush(droppedLine: (Int) -> String) {
        guard !self.queue.isEmpty else { return }
        self.queue.flush(self.output.write, droppedLine: droppedLine)
    }
}
