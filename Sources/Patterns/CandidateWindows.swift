/// Where matches may start, by slot: a slot is one factor of one pattern. Each slot's ranges are kept as their union.
struct CandidateWindows {
    private struct Node {
        var lower: Int32
        var upper: Int32
        var next: Int32
    }

    private var nodes: [Node] = []
    private var heads: [Int32]
    private var tails: [Int32]
    /// Whether a slot's ranges came out of order.
    private var isUnsorted: [Bool]
    private var touched: [Int32] = []

    private static let none: Int32 = -1

    init(slotCount: Int) {
        self.heads = Array(repeating: Self.none, count: slotCount)
        self.tails = self.heads
        self.isUnsorted = Array(repeating: false, count: slotCount)
    }

    var isEmpty: Bool { self.touched.isEmpty }
    var rangeCount: Int { self.nodes.count }

    mutating func removeAll() {
        for slot in self.touched {
            self.heads[Int(slot)] = Self.none
            self.isUnsorted[Int(slot)] = false
        }
        self.touched.removeAll(keepingCapacity: true)
        self.nodes.removeAll(keepingCapacity: true)
    }

    /// The slots that have ranges, ascending.
    mutating func sortedSlots(into slots: inout [Int32]) {
        slots.removeAll(keepingCapacity: true)
        slots.append(contentsOf: self.touched)
        if slots.count > 1 { slots.sort() }
    }

    /// Where the pieces found in the text from `offset` on say that matches may start.
    mutating func insert(_ pieces: [PatternHit], _ table: FactorTable, _ text: Span<UInt8>, offset: Int) {
        for hit in pieces {
            let end = offset + hit.end
            let start = end - Int(table.lengths[hit.pattern])
            let followsWord = start > 0 && isWordByte(text[start - 1])
            let precedesWord = end < text.count && isWordByte(text[end])
            for index in Int(table.wakeStart[hit.pattern])..<Int(table.wakeStart[hit.pattern + 1]) {
                let wake = table.wakes[index]
                if wake.startsWord && followsWord || wake.endsWord && precedesWord { continue }
                let upper = start - Int(wake.leadMin)
                if upper < 0 { continue }
                let lower = max(0, start - Int(wake.leadMax))
                self.insert(wake.slot, Int32(truncatingIfNeeded: lower), Int32(truncatingIfNeeded: upper))
            }
        }
    }

    private mutating func insert(_ slot: Int32, _ lower: Int32, _ upper: Int32) {
        let index = Int(slot)
        let new = Int32(truncatingIfNeeded: self.nodes.count)
        if self.heads[index] == Self.none {
            self.heads[index] = new
            self.touched.append(slot)
        } else {
            let tail = Int(self.tails[index])
            if lower <= self.nodes[tail].upper + 1, upper >= self.nodes[tail].lower - 1 {
                if lower < self.nodes[tail].lower {
                    self.nodes[tail].lower = lower
                    self.isUnsorted[index] = true
                }
                if upper > self.nodes[tail].upper { self.nodes[tail].upper = upper }
                return
            }
            if lower < self.nodes[tail].lower { self.isUnsorted[index] = true }
            self.nodes[tail].next = new
        }
        self.tails[index] = new
        self.nodes.append(Node(lower: lower, upper: upper, next: Self.none))
    }

    /// Replaces `ranges` by those of a slot: ascending, with gaps between them.
    func ranges(_ slot: Int32, into ranges: inout [ClosedRange<Int32>]) {
        ranges.removeAll(keepingCapacity: true)
        var next = self.heads[Int(slot)]
        while next != Self.none {
            let node = self.nodes[Int(next)]
            ranges.append(node.lower...node.upper)
            next = node.next
        }
        guard self.isUnsorted[Int(slot)] else { return }
        ranges.sort { $0.lowerBound < $1.lowerBound }
        var kept = 0
        for index in ranges.indices.dropFirst() {
            if ranges[index].lowerBound <= ranges[kept].upperBound + 1 {
                ranges[kept] = ranges[kept].lowerBound...max(ranges[kept].upperBound, ranges[index].upperBound)
            } else {
                kept += 1
                ranges[kept] = ranges[index]
            }
        }
        ranges.removeSubrange((kept + 1)...)
    }

    /// What two lists of ranges have in common, as such a list.
    static func intersect(
        _ left: [ClosedRange<Int32>], _ right: [ClosedRange<Int32>], into common: inout [ClosedRange<Int32>]
    ) {
        common.removeAll(keepingCapacity: true)
        var (leftIndex, rightIndex) = (0, 0)
        while leftIndex < left.count, rightIndex < right.count {
            let lower = max(left[leftIndex].lowerBound, right[rightIndex].lowerBound)
            let upper = min(left[leftIndex].upperBound, right[rightIndex].upperBound)
            if lower <= upper {
                if let last = common.last, last.upperBound + 1 >= lower {
                    common[common.count - 1] = last.lowerBound...upper
                } else {
                    common.append(lower...upper)
                }
            }
            if left[leftIndex].upperBound < right[rightIndex].upperBound { leftIndex += 1 } else { rightIndex += 1 }
        }
    }
}
