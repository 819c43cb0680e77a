/// A short text of fixed length, each byte out of a set, that can be looked for quickly.
struct FactorPiece: Equatable {
    /// Numbers in the finder's `classes`.
    var sets: [UInt16]
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
    /// Of having the pieces looked for.
    var cost: Double
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
    private static let literalCost = 0.003
    private static let classPieceCost = 0.006

    /// The byte sets that pieces are made of.
    private(set) var classes: [ByteSet] = []
    private var traits: [ByteFrequency.Traits] = []
    private var numbers: [ByteSet: UInt16] = [:]
    /// Pieces that are looked for anyway.
    private var known: Set<[UInt16]> = []
    private var lengthMax = 8
    private var piecesMax = 96

    private mutating func number(_ set: ByteSet) -> UInt16 {
        if let number = self.numbers[set] { return number }
        let number = UInt16(clamping: self.classes.count)
        self.numbers[set] = number
        self.classes.append(set)
        self.traits.append(ByteFrequency.Traits(set))
        return number
    }

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
            let piece = FactorPiece(sets: [self.number(set)], leadMin: 0, leadMax: 0, startsWord: false, endsWord: false)
            return [Factor(pieces: [piece], rate: 1000, cost: 0, parts: 0..<1)]
        }
        var best = Self.cost(first)
        var second: Factor?
        for factor in found where !factor.parts.overlaps(first.parts) {
            let cost = Self.hitCost * (first.rate + factor.rate) + Self.walkCost * first.rate * min(1, factor.rate * 0.06)
                + first.cost + factor.cost
            if cost < best {
                best = cost
                second = factor
            }
        }
        let chosen = second.map { [first, $0] } ?? [first]
        for factor in chosen { for piece in factor.pieces { self.known.insert(piece.sets) } }
        return chosen
    }

    private static func cost(_ factor: Factor) -> Double {
        (self.hitCost + self.walkCost) * factor.rate + factor.cost
    }

    // MARK: Where a factor can start

    private mutating func candidates(_ expression: Expression, leadMin: Int, leadMax: Int, widthMax: Int) -> [Factor] {
        let parts = expression.flattened
        var found: [Factor] = []
        var lead = (min: leadMin, max: leadMax)
        var followsBoundary = false
        var followsLetter = false
        for (index, part) in parts.enumerated() {
            let least = part.widthMin
            if case .assertion(.wordBoundary) = part {
                if let factor = self.factor(parts, from: index, lead) { found.append(factor) }
                followsBoundary = true
                continue
            }
            if case .assertion = part { continue }
            let isLetter = self.isLetter(part)
            if least > 0 {
                // The middle of a word is hardly better than its start.
                let isInside = followsBoundary || isLetter && followsLetter
                if !isInside, let factor = self.factor(parts, from: index, lead) { found.append(factor) }
                if let factor = self.inner(part, lead, widthMax, index) { found.append(factor) }
            }
            followsBoundary = false
            followsLetter = isLetter
            lead.min = min(lead.min + least, widthMax)
            lead.max = min(lead.max + min(part.widthMax ?? widthMax, widthMax), widthMax)
        }
        return found
    }

    private mutating func isLetter(_ part: Expression) -> Bool {
        guard case .bytes(let set) = part else { return false }
        let traits = self.traits[Int(self.number(set))]
        return traits.letter != nil && traits.isWord && !traits.hasDigits
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
        for part in parts[start...] {
            if !beginnings.contains(where: { $0.isOpen }) { break }
            beginnings = self.extended(beginnings, part)
            if beginnings.contains(where: { $0.sets.isEmpty && !$0.isOpen }) { return nil }
            end += 1
        }
        if beginnings.contains(where: { $0.sets.isEmpty }) { return nil }
        let pieces = beginnings.map { beginning in
            FactorPiece(
                sets: beginning.sets, leadMin: lead.min, leadMax: lead.max, startsWord: beginning.startsWord,
                endsWord: beginning.endsWord)
        }
        return self.rated(pieces, start..<end)
    }

    private mutating func rated(_ pieces: [FactorPiece], _ parts: Range<Int>) -> Factor? {
        let pieces = Self.withoutLonger(pieces.map { self.findable($0) })
        if pieces.count > self.piecesMax { return nil }
        var factor = Factor(pieces: pieces, rate: 0, cost: 0, parts: parts)
        for piece in pieces {
            factor.rate += self.rate(piece)
            factor.cost += self.cost(piece)
        }
        return factor
    }

    private func cost(_ piece: FactorPiece) -> Double {
        self.known.contains(piece.sets) ? 0 : self.isLiteral(piece.sets[...]) ? Self.literalCost : Self.classPieceCost
    }

    func isLiteral(_ sets: ArraySlice<UInt16>) -> Bool {
        sets.allSatisfy { self.traits[Int($0)].isSingle } || sets.allSatisfy { self.traits[Int($0)].isFolded }
    }

    /// The piece or the longest literal in it, whatever is cheaper to look for. Pieces that are no literals do not tell one digit from
    /// another: their automaton stays small.
    private mutating func findable(_ piece: FactorPiece) -> FactorPiece {
        if self.isLiteral(piece.sets[...]) { return piece }
        var coarse = piece
        for index in coarse.sets.indices where self.traits[Int(coarse.sets[index])].hasDigits {
            var set = self.classes[Int(coarse.sets[index])]
            set.formUnion(.digits)
            coarse.sets[index] = self.number(set)
        }
        let run = self.longestLiteral(piece.sets)
        guard run.count >= 3 else { return coarse }
        var literal = piece
        literal.sets = Array(piece.sets[run])
        literal.leadMin += run.lowerBound
        literal.leadMax += run.lowerBound
        literal.startsWord = piece.startsWord && run.lowerBound == 0
        literal.endsWord = piece.endsWord && run.upperBound == piece.sets.count
        let walk = Self.hitCost + Self.walkCost
        return walk * self.rate(literal) + self.cost(literal) < walk * self.rate(coarse) + self.cost(coarse) ? literal : coarse
    }

    private func longestLiteral(_ sets: [UInt16]) -> Range<Int> {
        var longest = 0..<0
        var start = 0
        for end in sets.indices {
            let traits = self.traits[Int(sets[end])]
            if !traits.isSingle, !traits.isFolded { start = end + 1 }
            while start <= end, !self.isLiteral(sets[start...end]) { start += 1 }
            if end + 1 - start > longest.count { longest = start..<(end + 1) }
        }
        return longest
    }

    private func rate(_ piece: FactorPiece) -> Double {
        ByteFrequency.rate(of: piece.sets, self.traits, startsWord: piece.startsWord)
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
        var sets: [UInt16] = []
        var startsWord = false
        var endsWord = false
        var isOpen = true
    }

    private mutating func extended(_ beginnings: [Beginning], _ part: Expression) -> [Beginning] {
        switch part {
        case .empty: return beginnings
        case .bytes(let set):
            let number = self.number(set)
            let isWord = self.traits[Int(number)].isWord
            return beginnings.map { beginning in
                guard beginning.isOpen else { return beginning }
                var longer = beginning
                if longer.sets.isEmpty, !isWord { longer.startsWord = false }
                longer.sets.append(number)
                longer.endsWord = false
                longer.isOpen = longer.sets.count < self.lengthMax
                return longer
            }
        case .assertion(.wordBoundary):
            return beginnings.map { beginning in
                guard beginning.isOpen else { return beginning }
                var bounded = beginning
                if let last = bounded.sets.last {
                    bounded.endsWord = self.traits[Int(last)].isWord
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
            let open = beginnings.filter { $0.isOpen }
            var result = beginnings.filter { !$0.isOpen }
            for branch in branches {
                result += self.extended(open, branch)
                if result.count > 2 * self.piecesMax { return Self.closed(beginnings) }
            }
            return Self.unique(result)
        case .repeated(let part, let min, let max): return self.extended(beginnings, part, min, max)
        }
    }

    private mutating func extended(_ beginnings: [Beginning], _ part: Expression, _ min: Int, _ max: Int?) -> [Beginning] {
        var current = beginnings
        for _ in 0..<min {
            if !current.contains(where: { $0.isOpen }) { return current }
            current = self.extended(current, part)
        }
        if max == min { return current }
        guard let max, max - min <= Self.copiesMax else { return Self.closed(current) }
        var result = current
        var copies = current.filter { $0.isOpen }
        for _ in min..<max {
            copies = self.extended(copies, part)
            result += copies
            copies = copies.filter { $0.isOpen }
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
