/// A short text of fixed length, each byte out of a set, that can be looked for quickly.
struct FactorPiece: Equatable {
    var sets: [ByteSet]
    /// What can stand between the start of a match and the piece, in bytes.
    var leadMin: Int
    var leadMax: Int
    /// A word boundary is known to be before the piece, after it.
    var startsWord: Bool
    var endsWord: Bool
}

/// Pieces of which each match of an expression contains at least one.
struct Factor {
    var pieces: [FactorPiece]
    /// Times that one of them is to be expected in a thousand bytes of prose.
    var rate: Double
    /// What of the expression's outermost sequence it was made from.
    var parts: Range<Int>
}

/// Finds the parts of an expression that every match must contain.
struct FactorFinder {
    private static let piecesMax = [96, 4096]
    /// Longest piece; the second one where the first comes too often.
    private static let lengthsMax = [8, 20]
    static let lengthLimit = 20
    /// Optional copies of a repeated part that are written out.
    private static let copiesMax = 4
    /// In microseconds, roughly: a piece found, a walk of the pattern's automaton, and what another piece costs everybody.
    private static let hitCost = 0.03
    private static let walkCost = 0.5
    private static let pieceCost = 0.0002

    private var shares: [ByteSet: Double] = [:]
    private var lengthMax = 8
    private var piecesMax = 96

    /// The factors that decide whether an expression's automaton has to walk: one, or two that must both be there.
    mutating func factors(of expression: Expression, widthMax: Int) -> [Factor] {
        self.lengthMax = Self.lengthsMax[0]
        self.piecesMax = Self.piecesMax[0]
        var found = self.candidates(expression, leadMin: 0, leadMax: 0, widthMax: widthMax)
        if found.isEmpty {
            self.piecesMax = Self.piecesMax[1]
            found = self.candidates(expression, leadMin: 0, leadMax: 0, widthMax: widthMax)
        } else if !found.contains(where: { $0.rate < 0.5 }) {
            self.lengthMax = Self.lengthsMax[1]
            found += self.candidates(expression, leadMin: 0, leadMax: 0, widthMax: widthMax)
        }
        guard let first = found.min(by: { Self.cost($0) < Self.cost($1) }) else {
            let set = expression.firstBytes
            let piece = FactorPiece(sets: [set], leadMin: 0, leadMax: 0, startsWord: false, endsWord: false)
            return [Factor(pieces: [piece], rate: 1000, parts: 0..<1)]
        }
        var best = Self.cost(first)
        var second: Factor?
        for factor in found where !factor.parts.overlaps(first.parts) {
            let cost = Self.hitCost * (first.rate + factor.rate) + Self.walkCost * first.rate * min(1, factor.rate * 0.06)
                + Self.pieceCost * Double(first.pieces.count + factor.pieces.count)
            if cost < best {
                best = cost
                second = factor
            }
        }
        return second.map { [first, $0] } ?? [first]
    }

    private static func cost(_ factor: Factor) -> Double {
        (self.hitCost + self.walkCost) * factor.rate + self.pieceCost * Double(factor.pieces.count)
    }

    // MARK: Where a factor can start

    private mutating func candidates(_ expression: Expression, leadMin: Int, leadMax: Int, widthMax: Int) -> [Factor] {
        let parts = expression.flattened
        var found: [Factor] = []
        var lead = (min: leadMin, max: leadMax)
        var followsBoundary = false
        for (index, part) in parts.enumerated() {
            let least = part.widthMin
            if case .assertion(.wordBoundary) = part {
                if let factor = self.factor(parts, from: index, lead) { found.append(factor) }
                followsBoundary = true
                continue
            }
            if case .assertion = part { continue }
            if least > 0 {
                if !followsBoundary, let factor = self.factor(parts, from: index, lead) { found.append(factor) }
                if let factor = self.inner(part, lead, widthMax, index) { found.append(factor) }
            }
            followsBoundary = false
            lead.min = min(lead.min + least, widthMax)
            lead.max = min(lead.max + min(part.widthMax ?? widthMax, widthMax), widthMax)
        }
        return found
    }

    /// Out of a part that has parts itself.
    private mutating func inner(_ part: Expression, _ lead: (min: Int, max: Int), _ widthMax: Int, _ index: Int) -> Factor? {
        switch part {
        case .alternatives(let branches):
            var pieces: [FactorPiece] = []
            for branch in branches {
                let found = self.candidates(branch, leadMin: lead.min, leadMax: lead.max, widthMax: widthMax)
                guard let best = found.min(by: { Self.cost($0) < Self.cost($1) }) else { return nil }
                pieces += best.pieces
                if pieces.count > 2 * self.piecesMax { return nil }
            }
            return self.rated(pieces, index..<(index + 1))
        case .repeated(let part, _, _):
            let found = self.candidates(part, leadMin: lead.min, leadMax: lead.max, widthMax: widthMax)
            guard var best = found.min(by: { Self.cost($0) < Self.cost($1) }) else { return nil }
            best.parts = index..<(index + 1)
            return best
        default: return nil
        }
    }

    private mutating func factor(_ parts: [Expression], from start: Int, _ lead: (min: Int, max: Int)) -> Factor? {
        var beginnings = [Beginning()]
        var end = start
        for part in parts[start...] where beginnings.contains(where: \.isOpen) {
            beginnings = self.extended(beginnings, part)
            if beginnings.contains(where: \.sets.isEmpty), !beginnings.contains(where: { $0.sets.isEmpty && $0.isOpen }) { return nil }
            end += 1
        }
        if beginnings.contains(where: \.sets.isEmpty) { return nil }
        let pieces = beginnings.map { beginning in
            FactorPiece(
                sets: beginning.sets, leadMin: lead.min, leadMax: lead.max, startsWord: beginning.startsWord,
                endsWord: beginning.endsWord)
        }
        return self.rated(pieces, start..<end)
    }

    private mutating func rated(_ pieces: [FactorPiece], _ parts: Range<Int>) -> Factor? {
        let pieces = Self.withoutLonger(pieces)
        if pieces.count > self.piecesMax { return nil }
        var rate = 0.0
        for piece in pieces { rate += self.rate(piece) }
        return Factor(pieces: pieces, rate: rate, parts: parts)
    }

    private mutating func rate(_ piece: FactorPiece) -> Double {
        ByteFrequency.rate(of: piece.sets[...]) { set in
            if let share = self.shares[set] { return share }
            let share = ByteFrequency.share(of: set)
            self.shares[set] = share
            return share
        }
    }

    /// Leaves out each piece that starts like another one; that one then stands for both.
    private static func withoutLonger(_ pieces: [FactorPiece]) -> [FactorPiece] {
        var kept: [FactorPiece] = []
        for piece in pieces.sorted(by: { $0.sets.count < $1.sets.count }) {
            guard let index = kept.firstIndex(where: { piece.sets.starts(with: $0.sets) }) else {
                kept.append(piece)
                continue
            }
            kept[index].leadMin = min(kept[index].leadMin, piece.leadMin)
            kept[index].leadMax = max(kept[index].leadMax, piece.leadMax)
            kept[index].startsWord = kept[index].startsWord && piece.startsWord
            kept[index].endsWord = kept[index].endsWord && piece.endsWord && kept[index].sets.count == piece.sets.count
        }
        return kept
    }

    // MARK: How a match can go on from there

    private struct Beginning: Hashable {
        var sets: [ByteSet] = []
        var startsWord = false
        var endsWord = false
        var isOpen = true
    }

    private func extended(_ beginnings: [Beginning], _ part: Expression) -> [Beginning] {
        switch part {
        case .empty: return beginnings
        case .bytes(let set):
            return beginnings.map { beginning in
                guard beginning.isOpen else { return beginning }
                var longer = beginning
                if longer.sets.isEmpty, !set.isSubset(of: .word) { longer.startsWord = false }
                longer.sets.append(set)
                longer.endsWord = false
                longer.isOpen = longer.sets.count < self.lengthMax
                return longer
            }
        case .assertion(.wordBoundary):
            return beginnings.map { beginning in
                guard beginning.isOpen else { return beginning }
                var bounded = beginning
                if let last = bounded.sets.last {
                    bounded.endsWord = last.isSubset(of: .word)
                } else {
                    bounded.startsWord = true
                }
                return bounded
            }
        case .assertion: return beginnings
        case .sequence(let parts):
            var result = beginnings
            for part in parts { result = self.extended(result, part) }
            return result
        case .alternatives(let branches):
            let open = beginnings.filter(\.isOpen)
            var result = beginnings.filter { !$0.isOpen }
            for branch in branches {
                result += self.extended(open, branch)
                if result.count > 2 * self.piecesMax { return Self.closed(beginnings) }
            }
            return Self.unique(result)
        case .repeated(let part, let min, let max): return self.extended(beginnings, part, min, max)
        }
    }

    private func extended(_ beginnings: [Beginning], _ part: Expression, _ min: Int, _ max: Int?) -> [Beginning] {
        var current = beginnings
        for _ in 0..<min {
            if !current.contains(where: \.isOpen) { return current }
            current = self.extended(current, part)
        }
        if max == min { return current }
        guard let max, max - min <= Self.copiesMax else { return Self.closed(current) }
        var result = current
        var copies = current.filter(\.isOpen)
        for _ in min..<max {
            copies = self.extended(copies, part)
            result += copies
            copies = copies.filter(\.isOpen)
            if result.count > 2 * self.piecesMax { return Self.closed(current) }
        }
        return Self.unique(result)
    }

    private static func closed(_ beginnings: [Beginning]) -> [Beginning] {
        beginnings.map { beginning in
            var closed = beginning
            closed.isOpen = false
            return closed
        }
    }

    private static func unique(_ beginnings: [Beginning]) -> [Beginning] {
        if beginnings.count < 16 { return beginnings }
        var seen: Set<Beginning> = []
        return beginnings.filter { seen.insert($0).inserted }
    }
}

extension Expression {
    /// Bytes that a match can start with.
    fileprivate var firstBytes: ByteSet {
        switch self {
        case .empty, .assertion: return ByteSet()
        case .bytes(let set): return set
        case .repeated(let part, _, let max): return max == 0 ? ByteSet() : part.firstBytes
        case .alternatives(let branches): return branches.reduce(into: ByteSet()) { $0.formUnion($1.firstBytes) }
        case .sequence(let parts):
            var result = ByteSet()
            for part in parts {
                result.formUnion(part.firstBytes)
                if part.widthMin > 0 { break }
            }
            return result
        }
    }

    /// The parts of a sequence, without sequences in it.
    fileprivate var flattened: [Expression] {
        guard case .sequence(let parts) = self else { return [self] }
        return parts.flatMap(\.flattened)
    }
}
