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

    /// A sequence of byte sets, given as numbers in `classes`; perhaps only at the start of a word.
    struct ClassPiece: Equatable {
        var sets: [Int32]
        var startsWord: Bool
    }

    /// Shortest and longest match of each pattern.
    var widths: [ClosedRange<Int>] = []
    var usesTextEdges = false
    /// Number of each pattern's first factor, and the number of all factors.
    var slotStart: [Int32] = [0]
    /// Length of each piece: first of those that the engine finds, then of those that are in `classPieces`.
    var lengths: [Int32] = []
    /// Pieces that are no literals, as numbers in `classes`.
    var classPieces: [ClassPiece] = []
    var classes: [ByteSet] = []
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
    /// Finds the factors of all expressions; `literals` are what the pattern engine shall look for, in the order of their numbers.
    init(_ expressions: [Expression], _ widths: [ClosedRange<Int>], usesTextEdges: Bool, literals: inout [[ByteSet]]) {
        self.widths = widths
        self.usesTextEdges = usesTextEdges
        var finder = FactorFinder()
        var numbers: [Piece: Int] = [:]
        var pieces: [Piece] = []
        var wakesOfPiece: [[Wake]] = []
        for (index, expression) in expressions.enumerated() {
            var slot = self.slotStart[index]
            // A term is found by other means.
            if expression == .empty {
                self.slotStart.append(slot)
                continue
            }
            for factor in finder.factors(of: expression, widthMax: widths[index].upperBound) {
                for found in factor.pieces {
                    let isLiteral = finder.isLiteral(found.sets[...])
                    let piece = Piece(sets: found.sets, isLiteral: isLiteral, startsWord: found.startsWord && !isLiteral)
                    let number = numbers[piece] ?? pieces.count
                    if number == pieces.count {
                        numbers[piece] = number
                        pieces.append(piece)
                        wakesOfPiece.append([])
                    }
                    wakesOfPiece[number].append(
                        Wake(
                            slot: slot, leadMin: UInt16(clamping: found.leadMin), leadMax: UInt16(clamping: found.leadMax),
                            startsWord: found.startsWord, endsWord: found.endsWord))
                }
                slot += 1
            }
            self.slotStart.append(slot)
        }
        var classNumbers: [UInt16: Int32] = [:]
        for wantsLiteral in [true, false] {
            for (number, piece) in pieces.enumerated() where piece.isLiteral == wantsLiteral {
                self.lengths.append(Int32(truncatingIfNeeded: piece.sets.count))
                self.wakes += wakesOfPiece[number]
                self.wakeStart.append(Int32(truncatingIfNeeded: self.wakes.count))
                if wantsLiteral {
                    literals.append(piece.sets.map { finder.classes[Int($0)] })
                    continue
                }
                var sets: [Int32] = []
                for set in piece.sets {
                    let number = classNumbers[set] ?? Int32(truncatingIfNeeded: self.classes.count)
                    if classNumbers[set] == nil {
                        classNumbers[set] = number
                        self.classes.append(finder.classes[Int(set)])
                    }
                    sets.append(number)
                }
                self.classPieces.append(ClassPiece(sets: sets, startsWord: piece.startsWord))
            }
        }
    }

    private struct Piece: Hashable {
        var sets: [UInt16]
        var isLiteral: Bool
        /// Only in front of these pieces that are no literals the word's start is looked for together with the piece.
        var startsWord: Bool
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
        let counts = [table.widths.count, table.lengths.count, table.wakes.count, table.usesTextEdges ? 1 : 0]
        words += counts.map { Int32(truncatingIfNeeded: $0) }
        words += Array(repeating: 0, count: Self.headerCount - words.count)
        words[8] = Int32(truncatingIfNeeded: table.classes.count)
        words[9] = Int32(truncatingIfNeeded: table.classPieces.count)
        for width in table.widths { words += [Int32(clamping: width.lowerBound), Int32(clamping: width.upperBound)] }
        words += table.slotStart
        words += table.lengths
        words += table.wakeStart
        for wake in table.wakes {
            words += [
                wake.slot, Int32(wake.leadMin) << 16 | Int32(wake.leadMax), (wake.startsWord ? 1 : 0) | (wake.endsWord ? 2 : 0),
            ]
        }
        for set in table.classes {
            for word in set.words { words += [Int32(truncatingIfNeeded: word), Int32(truncatingIfNeeded: word >> 32)] }
        }
        for piece in table.classPieces { words += piece.sets + [piece.startsWord ? 1 : 0] }
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
            let wakes = reader.words(3 * Int(header[4])), let classes = reader.words(8 * Int(header[8])),
            header[9] >= 0, header[9] <= header[3]
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
        for index in stride(from: 0, to: classes.count, by: 8) {
            let words = (0..<4).map { word in
                UInt64(UInt32(bitPattern: classes[index + 2 * word])) | UInt64(UInt32(bitPattern: classes[index + 2 * word + 1])) << 32
            }
            table.classes.append(ByteSet(low: words[0], mid: words[1], high: words[2], top: words[3]))
        }
        for length in lengths.suffix(Int(header[9])) {
            guard var sets = reader.words(Int(length) + 1), let last = sets.popLast(),
                sets.allSatisfy({ table.classes.indices.contains(Int($0)) })
            else { return nil }
            table.classPieces.append(FactorTable.ClassPiece(sets: sets, startsWord: last != 0))
        }
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
        guard slotStart.first == 0, zip(slotStart, slotStart.dropFirst()).allSatisfy({ $0 <= $1 && $1 - $0 <= 2 }),
            wakeStart.first == 0, Int(wakeStart.last ?? -1) == table.wakes.count,
            zip(wakeStart, wakeStart.dropFirst()).allSatisfy({ $0 <= $1 }),
            table.wakes.allSatisfy({ $0.slot >= 0 && $0.slot < slotCount && $0.leadMin <= $0.leadMax }),
            lengths.allSatisfy({ $0 > 0 && $0 <= 64 }),
            offset % PageBuffer.pageSize == 0, offset >= 0, count >= 0, offset + count <= bytes.byteCount
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
