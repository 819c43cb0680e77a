internal import Providers
public import Settings

/// What an expression of the configuration is for: one that rewrites streams needs an upper bound of its length, one that only reads input does not.
public enum PatternUse: Sendable, Equatable { case attack, redaction, assertion }

/// Checks that need more than the document: given by callers that link the pattern engine and the policies.
public struct ConfigChecks {
    /// Why an expression cannot be compiled, in words; nil when it can.
    public typealias PatternCheck = (CustomPattern, PatternUse) -> String?

    public var pattern: PatternCheck?
    /// Every entity name `pii-detector` knows; nil: any name in capitals passes.
    public var entityNames: [String]?

    public init(pattern: PatternCheck? = nil, entityNames: [String]? = nil) {
        self.pattern = pattern
        self.entityNames = entityNames
    }
}

enum Near {
    static func did(_ name: String, of candidates: [String]) -> String? {
        let near = NearName.nearest(to: name, of: candidates, limit: 3)
        guard !near.isEmpty else { return nil }
        return "did you mean \(near.map { "\"\($0)\"" }.joined(separator: " or "))?"
    }
}
