/// A Glushkov automaton of one expression: a state is the place of a byte in the expression, so no edge is empty.
///
/// Word boundaries cost nothing at run time: where an expression has them, each byte class is split into its word and its other
/// bytes, and then every boundary between two places is true or false for good. What remains is a condition on the
/// neighbours of the whole match.
struct PositionAutomaton: Sendable {
    /// Byte class of each place.
    var sets: [ByteSet] = []
    /// Places that can stand directly before each place.
    var predecessors: [[Int32]] = []
    /// What may stand before a match that starts at the place; empty: none starts there.
    var starts: [Neighbour] = []
    /// What may stand after a match that ends at the place.
    var ends: [Neighbour] = []
    /// Between which neighbours the expression matches nothing at all: bit 3 × before + after, kinds in the order of `Neighbour`.
    private(set) var emptyMatches: UInt16 = 0

    struct TooLarge: Error {}
    static let placesMax = 16_384

    /// `approximatesRepeats`: a long counted repeat becomes an endless one, so that the automaton stays small and accepts a little more.
    /// `runsForward`: laid out for a run from left to right, see `repeated`.
    init(_ expression: Expression, approximatesRepeats: Bool, runsForward: Bool = false) throws(TooLarge) {
        self.runsForward = runsForward
        self.splitsWords = expression.hasWordBoundaries
        self.approximatesRepeats = approximatesRepeats
        let whole = try self.fragment(expression)
        self.emptyMatches = whole.nullable
        for first in whole.firsts { self.starts[first.place].formUnion(self.neighboursBefore(first)) }
        for last in whole.lasts { self.ends[last.place].formUnion(self.neighboursAfter(last)) }
        for place in self.predecessors.indices where self.predecessors[place].count > 1 {
            self.predecessors[place].sort()
            self.predecessors[place].removeRepeats()
        }
    }

    private let splitsWords: Bool
    private let runsForward: Bool
    private let approximatesRepeats: Bool
    private static let repeatsExactly = 8

    /// Which pairs of neighbours a place between two bytes allows: bit 3 × before + after, kinds in the order of `Neighbour`.
    private typealias Conditions = UInt16
    private static let anyPair: Conditions = 0x1FF

    private struct Border {
        var place: Int
        var conditions: Conditions
    }

    private struct Fragment {
        /// The conditions under which it matches nothing at all; 0: never.
        var nullable: Conditions = 0
        var firsts: [Border] = []
        var lasts: [Border] = []
    }

    private static func pairs(_ before: Neighbour, _ after: Neighbour) -> Conditions {
        var result: Conditions = 0
        for left in 0..<3 where before.rawValue & (1 << left) != 0 { result |= Conditions(after.rawValue) << (3 * left) }
        return result
    }

    private func kinds(_ place: Int) -> Neighbour {
        let set = self.sets[place]
        var result: Neighbour = []
        if !set.intersection(.word).isEmpty { result.insert(.word) }
        if !set.intersection(ByteSet.word.inverted).isEmpty { result.insert(.other) }
        return result
    }

    private func neighboursBefore(_ border: Border) -> Neighbour {
        let kinds = self.kinds(border.place)
        return [Neighbour.edge, .word, .other].filter { Self.pairs($0, kinds) & border.conditions != 0 }
            .reduce(into: []) { $0.formUnion($1) }
    }

    private func neighboursAfter(_ border: Border) -> Neighbour {
        let kinds = self.kinds(border.place)
        return [Neighbour.edge, .word, .other].filter { Self.pairs(kinds, $0) & border.conditions != 0 }
            .reduce(into: []) { $0.formUnion($1) }
    }

    private mutating func fragment(_ expression: Expression) throws(TooLarge) -> Fragment {
        switch expression {
        case .empty: return Fragment(nullable: Self.anyPair)
        case .bytes(let set): return try self.leaf(set)
        case .assertion(let assertion): return Fragment(nullable: Self.conditions(assertion))
        case .sequence(let parts):
            var result = Fragment(nullable: Self.anyPair)
            for part in parts { self.append(try self.fragment(part), to: &result) }
            return result
        case .alternatives(let parts):
            var result = Fragment()
            for part in parts {
                let branch = try self.fragment(part)
                result.nullable |= branch.nullable
                result.firsts += branch.firsts
                result.lasts += branch.lasts
            }
            return result
        case .repeated(let part, let min, let max): return try self.repeated(part, min, max)
        }
    }

    private static func conditions(_ assertion: Expression.Assertion) -> Conditions {
        let noWord: Neighbour = [.edge, .other]
        let boundary = self.pairs(.word, noWord) | self.pairs(noWord, .word)
        return switch assertion {
        case .wordBoundary: boundary
        case .noWordBoundary: self.anyPair & ~boundary
        case .textStart: self.pairs(.edge, .any)
        case .textEnd: self.pairs(.any, .edge)
        }
    }

    private mutating func leaf(_ set: ByteSet) throws(TooLarge) -> Fragment {
        let parts = self.splitsWords ? [set.intersection(.word), set.intersection(ByteSet.word.inverted)] : [set]
        var result = Fragment()
        for part in parts where !part.isEmpty {
            if self.sets.count >= Self.placesMax { throw TooLarge() }
            let border = Border(place: self.sets.count, conditions: Self.anyPair)
            self.sets.append(part)
            self.predecessors.append([])
            self.starts.append([])
            self.ends.append([])
            result.firsts.append(border)
            result.lasts.append(border)
        }
        return result
    }

    private mutating func connect(_ lasts: [Border], _ firsts: [Border]) {
        for last in lasts {
            let before = self.kinds(last.place)
            for first in firsts {
                let allowed = last.conditions & first.conditions
                if allowed & Self.pairs(before, self.kinds(first.place)) != 0 {
                    self.predecessors[first.place].append(Int32(truncatingIfNeeded: last.place))
                }
            }
        }
    }

    private mutating func append(_ next: Fragment, to result: inout Fragment) {
        self.connect(result.lasts, next.firsts)
        if result.nullable != 0 {
            for first in next.firsts where first.conditions & result.nullable != 0 {
                result.firsts.append(Border(place: first.place, conditions: first.conditions & result.nullable))
            }
        }
        if next.nullable != 0 {
            for index in result.lasts.indices { result.lasts[index].conditions &= next.nullable }
            result.lasts.removeAll { $0.conditions == 0 }
            result.lasts += next.lasts
        } else {
            result.lasts = next.lasts
        }
        result.nullable &= next.nullable
    }

    /// `x{n,m}` as ((x?x)?x)…: the optional copies come first, so that running backwards from a known end there is one place to be
    /// in, not one per count.
    private mutating func repeated(_ part: Expression, _ least: Int, _ most: Int?) throws(TooLarge) -> Fragment {
        var min = least
        var max = most
        if self.approximatesRepeats, max ?? 0 > Self.repeatsExactly {
            max = nil
            min = Swift.min(min, 2)
        }
        if self.runsForward, let max { return try self.repeatedForward(part, min, max) }
        var result = Fragment(nullable: Self.anyPair)
        if let max {
            for _ in 0..<(max - min) {
                self.append(try self.fragment(part), to: &result)
                result.nullable = Self.anyPair
            }
        } else {
            result = try self.fragment(part)
            self.connect(result.lasts, result.firsts)
            if min == 0 { result.nullable = Self.anyPair }
        }
        for _ in 0..<(max == nil ? Swift.max(0, min - 1) : min) { self.append(try self.fragment(part), to: &result) }
        return result
    }

    /// `x{n,m}` as x…x(x(x)?)?: running forward from a known start there is one place to be in.
    private mutating func repeatedForward(_ part: Expression, _ min: Int, _ max: Int) throws(TooLarge) -> Fragment {
        var result = Fragment(nullable: Self.anyPair)
        for _ in 0..<min { self.append(try self.fragment(part), to: &result) }
        guard max > min else { return result }
        var optional = try self.fragment(part)
        guard optional.nullable == 0 else {
            // Copies that can be empty under a condition do not chain.
            self.append(optional, to: &result, isOptional: true)
            for _ in 1..<(max - min) { self.append(try self.fragment(part), to: &result, isOptional: true) }
            return result
        }
        var last = optional
        for _ in 1..<(max - min) {
            let next = try self.fragment(part)
            self.connect(last.lasts, next.firsts)
            optional.lasts += next.lasts
            last = next
        }
        optional.nullable = Self.anyPair
        self.append(optional, to: &result)
        return result
    }

    private mutating func append(_ next: Fragment, to result: inout Fragment, isOptional: Bool) {
        var next = next
        if isOptional { next.nullable = Self.anyPair }
        self.append(next, to: &result)
    }
}

extension Expression {
    /// Places that a position automaton has for it, saturating.
    func placeCount(splitsWords: Bool) -> Int {
        switch self {
        case .empty, .assertion: return 0
        case .bytes(let set):
            guard splitsWords else { return 1 }
            return (set.intersection(.word).isEmpty ? 0 : 1) + (set.isSubset(of: .word) ? 0 : 1)
        case .sequence(let parts), .alternatives(let parts):
            return parts.reduce(0) { min($0 + $1.placeCount(splitsWords: splitsWords), 1 << 40) }
        case .repeated(let part, let least, let most):
            return min(part.placeCount(splitsWords: splitsWords) * (most ?? max(1, least)), 1 << 40)
        }
    }

    var hasWordBoundaries: Bool { self.contains { $0 == .wordBoundary || $0 == .noWordBoundary } }
}

extension [Int32] {
    /// Of a sorted array.
    fileprivate mutating func removeRepeats() {
        var kept = 0
        for index in self.indices where kept == 0 || self[kept - 1] != self[index] {
            self[kept] = self[index]
            kept += 1
        }
        self.removeSubrange(kept...)
    }
}
