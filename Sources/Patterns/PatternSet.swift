/// Checked patterns and the engine's database for all of them.
public struct PatternSet: Sendable {
    /// Longest match a pattern may have, in bytes.
    public static let widthLimit = 8192

    public let patterns: [Pattern]
    /// Shortest and longest match of each pattern in bytes, `lengthMax` applied.
    public let widths: [ClosedRange<Int>]
    /// Longest match of any pattern; 0 for no pattern.
    public var widthMax: Int { self.widths.map(\.upperBound).max() ?? 0 }
    /// Whether any pattern says something about the start or the end of the text (`^`, `$`).
    public let usesTextEdges: Bool
    /// Factors and the engine's database: position independent, to be placed on a page boundary. Empty for no pattern.
    public let image: [UInt8]

    /// Compiles all into one image. Meant for a process of its own: a user's expressions may take long here.
    public static func compile(_ patterns: [Pattern]) throws(PatternError) -> PatternSet {
        let (expressions, widths) = try Self.check(patterns)
        for (index, expression) in expressions.enumerated()
        where expression.placeCount(splitsWords: expression.hasWordBoundaries) > PositionAutomaton.placesMax {
            throw PatternError(pattern: index, expression: patterns[index].expression, reason: .tooLarge)
        }
        let usesTextEdges = expressions.contains { $0.contains { $0 == .textStart || $0 == .textEnd } }
        var image: [UInt8] = []
        if !patterns.isEmpty {
            var literals: [[ByteSet]] = []
            let table = FactorTable(expressions, widths, usesTextEdges: usesTextEdges, literals: &literals)
            do {
                let database = literals.isEmpty ? [] : try DatabaseCompiler.compile(literals.map(\.databaseSource))
                image = PatternImage.bytes(table, database: database)
            } catch {
                throw PatternError(pattern: nil, expression: "", reason: .engine(error.message))
            }
        }
        return PatternSet(patterns: patterns, widths: widths, usesTextEdges: usesTextEdges, image: image)
    }

    /// Longest match of any of the patterns in bytes, without compiling them; 0 for no pattern.
    public static func widthMax(of patterns: [Pattern]) throws(PatternError) -> Int { try self.check(patterns).1.map(\.upperBound).max() ?? 0 }

    private static func check(_ patterns: [Pattern]) throws(PatternError) -> ([Expression], [ClosedRange<Int>]) {
        var expressions: [Expression] = []
        var widths: [ClosedRange<Int>] = []
        for (index, pattern) in patterns.enumerated() {
            func failure(_ reason: PatternError.Reason) -> PatternError {
                PatternError(pattern: index, expression: pattern.expression, reason: reason)
            }
            if pattern.edits != nil {
                expressions.append(.empty)
                widths.append(try self.check(pattern, index))
                continue
            }
            let expression: Expression
            do {
                expression = try ExpressionParser.parse(pattern.expression, isCaseless: pattern.isCaseless)
            } catch {
                throw failure(.syntax(error.reason, offset: error.offset))
            }
            let least = expression.widthMin
            if least == 0 { throw failure(.matchesEmptyText) }
            guard var most = expression.widthMax ?? pattern.lengthMax else { throw failure(.unbounded) }
            if let lengthMax = pattern.lengthMax { most = min(most, lengthMax) }
            if most > Self.widthLimit { throw failure(.tooLong(most)) }
            if most < least { throw failure(.syntax("matches at least \(least) bytes, more than max_length", offset: 0)) }
            expressions.append(expression)
            widths.append(least...most)
        }
        let cost = patterns.reduce(0) { $0 + Term.cost(letters: $1.edits == nil ? 0 : $1.expression.unicodeScalars.count, edits: $1.edits ?? 0) }
        if cost > Term.setCostMax { throw PatternError(pattern: nil, expression: "", reason: .tooManyTerms) }
        return (expressions, widths)
    }

    private static func check(_ pattern: Pattern, _ index: Int) throws(PatternError) -> ClosedRange<Int> {
        func failure(_ reason: PatternError.Reason) -> PatternError {
            PatternError(pattern: index, expression: pattern.expression, reason: reason)
        }
        let term = Term(pattern.expression, edits: pattern.edits ?? 0)
        if term.symbols.isEmpty { throw failure(.matchesEmptyText) }
        if term.symbols.count > Term.lengthMax { throw failure(.tooLong(term.symbols.count)) }
        guard 0...Term.editsMax ~= term.edits, 2 * term.edits < term.symbols.count else { throw failure(.tooManyEdits) }
        return term.widths
    }
}

extension [ByteSet] {
    /// A literal in the engine's syntax.
    var databaseSource: DatabaseCompiler.Source {
        let isCaseless = self.contains { $0.count == 2 }
        let expression = Expression.sequence(self.map { .bytes($0) })
        return DatabaseCompiler.Source(expression: expression.rendered(isCaseless: isCaseless), isCaseless: isCaseless)
    }
}
