internal import Patterns

/// How closely a text has to match a user's own word or phrase. The options of three kinds mean the same: `fuzzy_matching`, `max_distance`.
public enum TermMatching {
    /// A term has to have so many characters for each edit that it allows: with fewer, other words would match it.
    public static let lettersPerEdit = 4

    /// Edits that a match of the term may have.
    public static func edits(_ term: String, isFuzzy: Bool, distanceMax: Int) -> Int {
        isFuzzy ? min(distanceMax, Term.letterCount(self.folded(term)) / self.lettersPerEdit, Term.editsMax) : 0
    }

    /// As recognisers read texts: plain quotes and dashes, no invisible characters; accents stay.
    static func folded(_ term: String, by fold: TextFold? = PolicyContent.standard.recognizerFold) -> String {
        var bytes: [UInt8] = []
        var map: [Int32] = []
        let source = Array(term.utf8)
        guard let fold, fold(source.span, &bytes, &map) else { return term }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What is wrong with a list of terms.
    public enum Fault: Equatable {
        /// The term at this place says nothing: there are only spaces and invisible characters in it.
        case empty(Int)
        /// All together are more than can be compared in time. What they cost, and the distance that would do; nil: none but 0.
        case tooMany(cost: Int, distanceMax: Int?)
    }

    /// `1.5 times`, rounded up.
    public static func excess(_ cost: Int) -> String {
        let tenths = max(11, (10 * cost + Term.costMax - 1) / Term.costMax)
        return "\(tenths / 10).\(tenths % 10) times"
    }

    public static func fault(_ terms: [String], isFuzzy: Bool, distanceMax: Int) -> Fault? {
        let lengths = terms.map { Term.letterCount(self.folded($0)) }
        if let index = lengths.firstIndex(of: 0) { return .empty(index) }
        func cost(_ distance: Int) -> Int {
            terms.indices.reduce(0) { sum, index in
                sum + Term.cost(letters: terms[index].unicodeScalars.count, edits: min(distance, lengths[index] / self.lettersPerEdit))
            }
        }
        let whole = isFuzzy ? cost(distanceMax) : 0
        if whole <= Term.costMax { return nil }
        return .tooMany(cost: whole, distanceMax: (1...max(1, distanceMax)).last { cost($0) <= Term.costMax })
    }
}
