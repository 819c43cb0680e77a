internal import HTTP

/// Bytes that wait, first in, first out. Holds no memory while empty, unless little.
struct ByteQueue {
    private var storage: [UInt8] = []
    private var start = 0
    private static let keptCapacityMax = 1024
    private static let compactedFrom = 64 * 1024

    var count: Int { self.storage.count - self.start }
    var isEmpty: Bool { self.count == 0 }

    var bytes: Span<UInt8> {
        @_lifetime(borrow self) get { self.storage.span.extracting(self.start..<self.storage.count) }
    }

    mutating func append(_ bytes: Span<UInt8>) {
        self.storage.append(copying: bytes)
    }

    mutating func removeFirst(_ count: Int) {
        precondition(count <= self.count, "taking more bytes than wait")
        self.start += count
        if self.isEmpty {
            self.removeAll()
        } else if self.start >= Self.compactedFrom, self.start > self.storage.count / 2 {
            self.storage.removeSubrange(0..<self.start)
            self.start = 0
        }
    }

    mutating func removeAll() {
        if self.storage.capacity > Self.keptCapacityMax { self.storage = [] } else { self.storage.removeAll(keepingCapacity: true) }
        self.start = 0
    }
}
