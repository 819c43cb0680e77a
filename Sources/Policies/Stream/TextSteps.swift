/// What becomes of a text, from left to right.
enum TextStep: Equatable {
    case keep(Int)
    case replace(Int, [UInt8])
}

struct TextSteps: Equatable {
    private(set) var list: [TextStep] = []
    private(set) var hasReplacement = false
    /// The pattern's use that each replacement comes from, in their order; -1: none in particular.
    private(set) var uses: [Int] = []

    mutating func keep(_ count: Int) {
        if count == 0 { return }
        if case .keep(let before) = self.list.last {
            self.list[self.list.count - 1] = .keep(before + count)
        } else {
            self.list.append(.keep(count))
        }
    }

    mutating func replace(_ count: Int, _ replacement: [UInt8], use: Int = -1) {
        self.list.append(.replace(count, replacement))
        self.uses.append(use)
        self.hasReplacement = true
    }

    mutating func removeAll() {
        self.list.removeAll(keepingCapacity: true)
        self.uses.removeAll(keepingCapacity: true)
        self.hasReplacement = false
    }
}

/// How many bytes of an outer text each byte of an inner one stands for, as long as they are not settled.
struct OffsetQueue {
    private struct Entry {
        /// Outer bytes before it that stand for nothing.
        var gap: Int32
        var length: Int32
    }
    private var entries: [Entry] = []
    private var head = 0
    /// Entries before `entries` that are one byte each.
    private var plainCount = 0
    /// Outer bytes after the last entry that stand for nothing.
    private var gap: Int32 = 0

    var isEmpty: Bool { self.plainCount == 0 && self.head == self.entries.count && self.gap == 0 }

    mutating func appendPlain(_ count: Int) {
        if self.head == self.entries.count, self.gap == 0 {
            self.plainCount += count
        } else {
            for _ in 0..<count { self.append(1) }
        }
    }

    mutating func append(_ length: Int) {
        if length == 1, self.head == self.entries.count, self.gap == 0 {
            self.plainCount += 1
            return
        }
        self.entries.append(Entry(gap: self.gap, length: Int32(truncatingIfNeeded: length)))
        self.gap = 0
    }

    mutating func appendGap(_ length: Int) { self.gap += Int32(truncatingIfNeeded: length) }

    mutating func removeAll() {
        self.entries.removeAll(keepingCapacity: true)
        self.head = 0
        self.plainCount = 0
        self.gap = 0
    }

    /// Rewrites steps over the inner text as steps over the outer one. `replacement` turns an inner replacement, the use it comes from, and
    /// the place in the unsettled outer text that it is for, into outer bytes. Returns how much of the outer text is settled now.
    @discardableResult
    mutating func translate(
        _ steps: TextSteps, into outer: inout TextSteps, _ replacement: (_ bytes: [UInt8], _ use: Int, _ place: Range<Int>) -> [UInt8]
    ) -> Int {
        var settled = 0
        var number = 0
        for step in steps.list {
            switch step {
            case .keep(let count):
                let (gap, length) = self.take(count)
                outer.keep(gap + length)
                settled += gap + length
            case .replace(let count, let bytes):
                let (gap, length) = self.take(count)
                outer.keep(gap)
                settled += gap + length
                outer.replace(length, replacement(bytes, steps.uses[number], (settled - length)..<settled))
                number += 1
            }
        }
        // What stands for nothing goes out when nothing before it is held.
        if self.head == self.entries.count, self.plainCount == 0 {
            outer.keep(Int(self.gap))
            settled += Int(self.gap)
            self.gap = 0
        }
        return settled
    }

    /// Before a block goes out what stands for nothing directly before it: had the text been cut there, it would have gone already.
    mutating func keepGap(into outer: inout TextSteps) {
        guard self.plainCount == 0, self.head < self.entries.count else { return }
        outer.keep(Int(self.entries[self.head].gap))
        self.entries[self.head].gap = 0
    }

    /// The gap before the first of `count` entries, and all the rest.
    private mutating func take(_ count: Int) -> (gap: Int, length: Int) {
        let plain = min(count, self.plainCount)
        self.plainCount -= plain
        var gap = 0
        var length = plain
        for number in plain..<max(plain, count) where self.head < self.entries.count {
            let entry = self.entries[self.head]
            self.head += 1
            if number == 0 { gap = Int(entry.gap) } else { length += Int(entry.gap) }
            length += Int(entry.length)
        }
        if self.head == self.entries.count {
            self.entries.removeAll(keepingCapacity: true)
            self.head = 0
        } else if self.head > 1024 {
            self.entries.removeFirst(self.head)
            self.head = 0
        }
        return (gap, length)
    }
}
