/// Which pieces of text wake which patterns.
struct FactorTable: Equatable {
    /// A piece that was found says where matches of a pattern may start.
    struct Wake: Equatable {
        /// Number of a factor, over all patterns.
        var slot: Int32
        var leadMin: UInt16
        var leadMax: UInt16
        var startsWord: Bool
        var endsWord: Bool
    }

    /// Shortest and longest match of each pattern.
    var widths: [ClosedRange<Int>] = []
    var usesTextEdges = false
    /// Number of each pattern's first factor, and the number of all factors.
    var slotStart: [Int32] = [0]
    /// Length of each piece.
    var lengths: [Int32] = []
    /// Number of each piece's first wake, and the number of all wakes.
    var wakeStart: [Int32] = [0]
    var wakes: [Wake] = []

    /// Pattern of each slot.
    var patternOfSlot: [Int32] {
        self.widths.indices.flatMap { pattern in
            repeatElement(Int32(truncatingIfNeeded: pattern), count: Int(self.slotStart[pattern + 1] - self.slotStart[pattern]))
        }
    }
}

extension FactorTable {
    /// Finds the factors of all expressions; `pieces` are what the pattern engine shall look for, in the order of their numbers.
    init(_ expressions: [Expression], _ widths: [ClosedRange<Int>], usesTextEdges: Bool, pieces: inout [[ByteSet]]) {
        self.widths = widths
        self.usesTextEdges = usesTextEdges
        var finder = FactorFinder()
        var numbers: [[ByteSet]: Int] = [:]
        var wakesOfPiece: [[Wake]] = []
        for (index, expression) in expressions.enumerated() {
            var slot = self.slotStart[index]
            for factor in finder.factors(of: expression, widthMax: widths[index].upperBound) {
                for piece in factor.pieces {
                    let number = numbers[piece.sets] ?? pieces.count
                    if number == pieces.count {
                        numbers[piece.sets] = number
                        pieces.append(piece.sets)
                        wakesOfPiece.append([])
                    }
                    wakesOfPiece[number].append(
                        Wake(
                            slot: slot, leadMin: UInt16(clamping: piece.leadMin), leadMax: UInt16(clamping: piece.leadMax),
                            startsWord: piece.startsWord, endsWord: piece.endsWord))
                }
                slot += 1
            }
            self.slotStart.append(slot)
        }
        for (number, wakes) in wakesOfPiece.enumerated() {
            self.lengths.append(Int32(truncatingIfNeeded: pieces[number].count))
            self.wakes += wakes
            self.wakeStart.append(Int32(truncatingIfNeeded: self.wakes.count))
        }
    }
}

// MARK: - The image

/// A header, the table, and from the next page boundary on the engine's database.
enum PatternImage {
    /// "ktpt" and the version of this layout.
    private static let magic: [Int32] = [0x7470_746B, 1]
    private static let headerCount = 10

    static func bytes(_ table: FactorTable, database: [UInt8]) -> [UInt8] {
        var words = Self.magic
        words += [table.widths.count, table.lengths.count, table.wakes.count, table.usesTextEdges ? 1 : 0].map { Int32(truncatingIfNeeded: $0) }
        words += Array(repeating: 0, count: Self.headerCount - words.count)
        for width in table.widths { words += [Int32(clamping: width.lowerBound), Int32(clamping: width.upperBound)] }
        words += table.slotStart
        words += table.lengths
        words += table.wakeStart
        for wake in table.wakes {
            words += [
                wake.slot, Int32(wake.leadMin) << 16 | Int32(wake.leadMax), (wake.startsWord ? 1 : 0) | (wake.endsWord ? 2 : 0),
            ]
        }
        let page = PageBuffer.pageSize
        let offset = (4 * words.count + page - 1) / page * page
        words[6] = Int32(truncatingIfNeeded: offset)
        words[7] = Int32(truncatingIfNeeded: database.count)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(offset + database.count)
        for word in words { for shift in [0, 8, 16, 24] as [Int32] { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) } }
        bytes += Array(repeating: 0, count: offset - bytes.count)
        bytes += database
        return bytes
    }

    /// nil: the bytes are no image of so many patterns.
    static func read(_ bytes: RawSpan, patternCount: Int) -> (table: FactorTable, database: Range<Int>)? {
        var reader = Reader(bytes)
        guard let header = reader.words(Self.headerCount), Array(header[..<2]) == Self.magic, Int(header[2]) == patternCount,
            let widths = reader.words(2 * patternCount), let slotStart = reader.words(patternCount + 1),
            let lengths = reader.words(Int(header[3])), let wakeStart = reader.words(Int(header[3]) + 1),
            let wakes = reader.words(3 * Int(header[4]))
        else { return nil }
        var table = FactorTable()
        for pattern in 0..<patternCount {
            guard widths[2 * pattern] > 0, widths[2 * pattern] <= widths[2 * pattern + 1] else { return nil }
            table.widths.append(Int(widths[2 * pattern])...Int(widths[2 * pattern + 1]))
        }
        table.usesTextEdges = header[5] != 0
        table.slotStart = slotStart
        table.lengths = lengths
        table.wakeStart = wakeStart
        table.wakes.reserveCapacity(Int(header[4]))
        for index in stride(from: 0, to: wakes.count, by: 3) {
            table.wakes.append(
                FactorTable.Wake(
                    slot: wakes[index], leadMin: UInt16(truncatingIfNeeded: wakes[index + 1] >> 16),
                    leadMax: UInt16(truncatingIfNeeded: wakes[index + 1]), startsWord: wakes[index + 2] & 1 != 0,
                    endsWord: wakes[index + 2] & 2 != 0))
        }
        let slotCount = slotStart.last ?? 0
        let (offset, count) = (Int(header[6]), Int(header[7]))
        guard slotStart.first == 0, zip(slotStart, slotStart.dropFirst()).allSatisfy({ $0 < $1 && $1 - $0 <= 2 }),
            wakeStart.first == 0, Int(wakeStart.last ?? -1) == table.wakes.count,
            zip(wakeStart, wakeStart.dropFirst()).allSatisfy({ $0 <= $1 }),
            table.wakes.allSatisfy({ $0.slot >= 0 && $0.slot < slotCount && $0.leadMin <= $0.leadMax }),
            lengths.allSatisfy({ $0 > 0 && $0 <= 64 }),
            offset % PageBuffer.pageSize == 0, offset >= 0, count > 0, offset + count <= bytes.byteCount
        else { return nil }
        return (table, offset..<(offset + count))
    }

    private struct Reader: ~Escapable {
        private let bytes: RawSpan
        private var offset = 0

        @_lifetime(copy bytes)
        init(_ bytes: RawSpan) { self.bytes = bytes }

        mutating func words(_ count: Int) -> [Int32]? {
            guard count >= 0, count <= (self.bytes.byteCount - self.offset) / 4 else { return nil }
            var words: [Int32] = []
            words.reserveCapacity(count)
            for index in 0..<count {
                words.append(unsafe self.bytes.unsafeLoadUnaligned(fromByteOffset: self.offset + 4 * index, as: Int32.self))
            }
            self.offset += 4 * count
            return words
        }
    }
}
