internal import Patterns
internal import Policies
internal import Providers
public import Settings

/// What an expression of the configuration is for: one that rewrites streams needs an upper bound of its length, one that only reads input does not.
public enum PatternUse: Sendable, Equatable { case attack, redaction, assertion }

/// A file of `gateway.tls` that cannot be served.
public struct TLSFileIssue: Sendable, Equatable {
    public enum Part: String, Sendable {
        case certificate, key
        case clientCA = "client_ca"
    }

    public var part: Part
    /// Names the file.
    public var message: String

    public init(part: Part, message: String) {
        self.part = part
        self.message = message
    }
}

/// Checks that need more than the document: given by callers that link the pattern engine and the policies.
public struct ConfigChecks: Sendable {
    /// Why an expression cannot be compiled, in words; nil when it can.
    public typealias PatternCheck = @Sendable (CustomPattern, PatternUse) -> String?

    /// The entity types that a name stands for (`SSN`: `US_SSN`); nil when nobody knows it.
    public typealias EntityTypes = @Sendable (_ name: String) -> [String]?

    /// What is wrong with the files of `gateway.tls`. For a caller that is about to serve: lint runs where the files need not be.
    public typealias TLSCheck = @Sendable (ProcessSettings.TLS) -> [TLSFileIssue]

    public var pattern: PatternCheck?
    public var tls: TLSCheck?
    /// nil: any name in capitals passes, and stands for itself.
    public var entityTypes: EntityTypes?
    /// For suggestions.
    public var entityNames: [String]

    public init(pattern: PatternCheck? = nil, entityTypes: EntityTypes? = nil, entityNames: [String] = []) {
        self.pattern = pattern
        self.entityTypes = entityTypes
        self.entityNames = entityNames
    }
}

extension ConfigChecks {
    /// With the engine and the entities that will be used: each expression is compiled by itself.
    public static var engine: ConfigChecks {
        ConfigChecks(
            pattern: { pattern, use in
                do throws(PatternError) {
                    // Nothing is held back for an assertion, so its expression may match without end.
                    if use == .assertion {
                        _ = try ExpressionMatcher(pattern.pattern)
                        return nil
                    }
                    _ = try PatternSet.compile([Pattern(expression: pattern.pattern, lengthMax: pattern.lengthMax)])
                    return nil
                } catch {
                    var error = error
                    // The place says which pattern it is.
                    error.pattern = nil
                    return error.description
                }
            },
            entityTypes: { PIIRecognizers.types(named: $0) }, entityNames: PIIRecognizers.types)
    }
}

enum Near {
    static func did(_ name: String, of candidates: [String]) -> String? {
        let near = NearName.nearest(to: name, of: candidates, limit: 3)
        guard !near.isEmpty else { return nil }
        return "did you mean \(near.map { "\"\($0)\"" }.joined(separator: " or "))?"
    }
}
