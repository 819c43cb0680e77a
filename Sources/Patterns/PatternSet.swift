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
    /// The engine's database: position independent, to be placed on a page boundary. Empty for no pattern.
    public let image: [UInt8]
    let expressions: [Expression]

    /// Compiles all into one database. Meant for a process of its own: a user's expressions may take long here.
    public static func compile(_ patterns: [Pattern]) throws(PatternError) -> PatternSet {
        try Self.compile(patterns, isExact: false)
    }

    /// `isExact`: the engine gets the expressions as they are, to be compared with our own automaton.
    static func compile(_ patterns: [Pattern], isExact: Bool) throws(PatternError) -> PatternSet {
        let (expressions, widths) = try Self.check(patterns)
        var sources: [DatabaseCompiler.Source] = []
        for (index, pattern) in patterns.enumerated() {
            do {
                _ = try PositionAutomaton(expressions[index], approximatesRepeats: false)
            } catch {
                throw PatternError(pattern: index, expression: pattern.expression, reason: .tooLarge)
            }
            let searched = isExact ? expressions[index] : expressions[index].widened
            let rendered = searched.rendered(isCaseless: pattern.isCaseless)
            sources.append(DatabaseCompiler.Source(expression: rendered, isCaseless: pattern.isCaseless))
        }
        if sources.isEmpty { return PatternSet(patterns, expressions, widths, []) }
        do {
            return PatternSet(patterns, expressions, widths, try DatabaseCompiler.compile(sources))
        } catch {
            throw PatternError(
                pattern: error.expression, expression: error.expression.map { patterns[$0].expression } ?? "",
                reason: .engine(error.message))
        }
    }

    private init(_ patterns: [Pattern], _ expressions: [Expression], _ widths: [ClosedRange<Int>], _ image: [UInt8]) {
        self.patterns = patterns
        self.expressions = expressions
        self.widths = widths
        self.image = image
        self.usesTextEdges = expressions.contains { $0.contains { $0 == .textStart || $0 == .textEnd } }
    }

    /// Everything but the engine's database, from the patterns alone: what a process does that has the database's bytes already.
    static func withoutImage(_ patterns: [Pattern]) throws(PatternError) -> PatternSet {
        let (expressions, widths) = try Self.check(patterns)
        return PatternSet(patterns, expressions, widths, [])
    }

    private static func check(_ patterns: [Pattern]) throws(PatternError) -> ([Expression], [ClosedRange<Int>]) {
        var expressions: [Expression] = []
        var widths: [ClosedRange<Int>] = []
        for (index, pattern) in patterns.enumerated() {
            func failure(_ reason: PatternError.Reason) -> PatternError {
                PatternError(pattern: index, expression: pattern.expression, reason: reason)
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
        return (expressions, widths)
    }
}
