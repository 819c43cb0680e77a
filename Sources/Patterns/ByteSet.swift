/// A set of bytes.
struct ByteSet: Hashable, Sendable {
    private var low: UInt64 = 0
    private var mid: UInt64 = 0
    private var high: UInt64 = 0
    private var top: UInt64 = 0

    init() {}

    init(_ byte: UInt8) { self.insert(byte) }

    init(_ range: ClosedRange<UInt8>) { for byte in range { self.insert(byte) } }

    func contains(_ byte: UInt8) -> Bool {
        let bit = UInt64(1) << UInt64(byte & 63)
        switch byte >> 6 {
        case 0: return self.low & bit != 0
        case 1: return self.mid & bit != 0
        case 2: return self.high & bit != 0
        default: return self.top & bit != 0
        }
    }

    mutating func insert(_ byte: UInt8) {
        let bit = UInt64(1) << UInt64(byte & 63)
        switch byte >> 6 {
        case 0: self.low |= bit
        case 1: self.mid |= bit
        case 2: self.high |= bit
        default: self.top |= bit
        }
    }

    mutating func formUnion(_ other: ByteSet) {
        self.low |= other.low
        self.mid |= other.mid
        self.high |= other.high
        self.top |= other.top
    }

    func intersection(_ other: ByteSet) -> ByteSet {
        var result = self
        result.low &= other.low
        result.mid &= other.mid
        result.high &= other.high
        result.top &= other.top
        return result
    }

    var inverted: ByteSet {
        var result = self
        result.low = ~self.low
        result.mid = ~self.mid
        result.high = ~self.high
        result.top = ~self.top
        return result
    }

    var isEmpty: Bool { self.low | self.mid | self.high | self.top == 0 }

    var count: Int {
        self.low.nonzeroBitCount + self.mid.nonzeroBitCount + self.high.nonzeroBitCount + self.top.nonzeroBitCount
    }

    var words: [UInt64] { [self.low, self.mid, self.high, self.top] }

    init(low: UInt64, mid: UInt64, high: UInt64, top: UInt64) {
        self.low = low
        self.mid = mid
        self.high = high
        self.top = top
    }

    func isSubset(of other: ByteSet) -> Bool {
        self.low & ~other.low | self.mid & ~other.mid | self.high & ~other.high | self.top & ~other.top == 0
    }

    func forEach(_ body: (UInt8) -> Void) {
        for (offset, word) in [(0, self.low), (64, self.mid), (128, self.high), (192, self.top)] as [(Int, UInt64)] {
            var rest = word
            while rest != 0 {
                body(UInt8(truncatingIfNeeded: offset + rest.trailingZeroBitCount))
                rest &= rest - 1
            }
        }
    }

    /// With the other case of every ASCII letter in it.
    var caseFolded: ByteSet {
        // Letters of either case are the same bits of the two halves of one word.
        let letters: UInt64 = 0x07FF_FFFE
        let present = (self.mid | self.mid >> 32) & letters
        var result = self
        result.mid |= present | present << 32
        return result
    }

    /// The only byte in the set, or the lower case of the only letter in it.
    var letterOrSingle: UInt8? {
        let count = self.count
        guard count == 1 || count == 2 else { return nil }
        var last: UInt8 = 0
        self.forEach { last = $0 }
        if count == 1 { return last >= 0x41 && last <= 0x5A ? last + 32 : last }
        return last >= 0x61 && last <= 0x7A && self.contains(last - 32) ? last : nil
    }

    /// The maximal runs of bytes in the set, ascending.
    var runs: [ClosedRange<UInt8>] {
        var result: [ClosedRange<UInt8>] = []
        var first = -1
        var last = -2
        self.forEach { byte in
            if Int(byte) != last + 1 {
                if first >= 0 { result.append(UInt8(truncatingIfNeeded: first)...UInt8(truncatingIfNeeded: last)) }
                first = Int(byte)
            }
            last = Int(byte)
        }
        if first >= 0 { result.append(UInt8(truncatingIfNeeded: first)...UInt8(truncatingIfNeeded: last)) }
        return result
    }

    static let all = ByteSet().inverted
    static let digits = ByteSet(UInt8(ascii: "0")...UInt8(ascii: "9"))
    static let spaces: ByteSet = {
        var set = ByteSet(0x09...0x0D)
        set.insert(0x20)
        return set
    }()
    /// What `\w` and `\b` mean: ASCII letters, digits, underscore.
    static let word: ByteSet = {
        var set = ByteSet.digits
        set.formUnion(ByteSet(UInt8(ascii: "a")...UInt8(ascii: "z")))
        set.formUnion(ByteSet(UInt8(ascii: "A")...UInt8(ascii: "Z")))
        set.insert(UInt8(ascii: "_"))
        return set
    }()
}

/// What stands beside a place in a text: nothing, a word byte, or another byte. A raw value is a bit.
struct Neighbour: OptionSet, Sendable, Hashable {
    var rawValue: UInt8
    static let edge = Neighbour(rawValue: 1)
    static let word = Neighbour(rawValue: 2)
    static let other = Neighbour(rawValue: 4)
    static let any: Neighbour = [.edge, .word, .other]

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init(_ byte: UInt8) { self = isWordByte(byte) ? .word : .other }
}

@inline(__always)
func isWordByte(_ byte: UInt8) -> Bool {
    let folded = byte | 0x20
    return (folded >= 0x61 && folded <= 0x7A) || (byte >= 0x30 && byte <= 0x39) || byte == 0x5F
}
