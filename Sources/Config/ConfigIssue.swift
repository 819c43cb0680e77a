/// One thing that is wrong with a configuration, or worth saying about it, and where.
public struct ConfigIssue: Sendable, Equatable {
    public enum Severity: Sendable { case error, warning }

    public var code: IssueCode
    public var severity: Severity
    /// Dotted place in the document, `providers.targets[0].timeout_seconds`; an option's name for the command line; empty for a file as a whole.
    public var path: String
    public var file: String
    /// From 1; 0 where there is no line (the command line, a file that cannot be read).
    public var line: Int
    /// From 1, in characters; 0 like `line`.
    public var column: Int
    public var message: String
    /// What to write instead, where there is a guess.
    public var suggestion: String?
}

/// Stable names of the kinds of issues, `docs/configuration.md` explains them. A code never changes its meaning.
public enum IssueCode: String, Sendable, CaseIterable {
    case unknownKind = "E001"
    case unknownKey = "E002"
    case missingBlock = "E003"
    case unreadableFile = "E004"
    case syntax = "E005"
    case encoding = "E006"
    case tooLarge = "E007"
    case anchorOrTag = "E008"
    case severalDocuments = "E009"
    case duplicateKey = "E010"
    case wrongType = "E011"
    case notBoolean = "E012"
    case outOfRange = "E013"
    case unknownValue = "E014"
    case missingKey = "E015"
    case duplicateName = "E016"
    case danglingReference = "E017"
    case unknownProvider = "E018"
    case badURL = "E019"
    case malformed = "E020"
    case unsetVariable = "E021"
    case badPattern = "E022"
    case documentShape = "E023"
    case contradiction = "E024"
    case literalSecret = "E025"
    case badOption = "E026"
    case badTLSFile = "E027"
    case notYetEffective = "W001"
    case missingSecret = "W002"
    case unusedBlock = "W003"
    case openGateway = "W004"
    case noTargets = "W005"
    case auditNotLast = "W006"
    case suspiciousURL = "W007"
    case noCompliantTarget = "W008"
    case wholeAnswer = "W009"
}

/// A place in one of the files, by the file's index.
struct Place: Comparable, Hashable {
    var file: Int
    var line: Int
    var column: Int

    static let commandLine = Place(file: -1, line: 0, column: 0)
    static func < (left: Place, right: Place) -> Bool { (left.file, left.line, left.column) < (right.file, right.line, right.column) }
}

/// Gathers issues while a configuration is read, so that all are told at once. For one thread.
final class IssueLog {
    private var entries: [(place: Place, issue: ConfigIssue)] = []
    private let fileNames: [String]

    init(fileNames: [String]) { self.fileNames = fileNames }

    var hasErrors: Bool { self.entries.contains { $0.issue.severity == .error } }

    func error(_ code: IssueCode, _ path: String, at place: Place, _ message: String, help: String? = nil) {
        self.add(code, .error, path, place, message, help)
    }

    func warning(_ code: IssueCode, _ path: String, at place: Place, _ message: String, help: String? = nil) {
        self.add(code, .warning, path, place, message, help)
    }

    func mark() -> Int { self.entries.count }
    func forget(since mark: Int) { self.entries.removeSubrange(mark...) }

    /// All of one severity, by place.
    func sorted(_ severity: ConfigIssue.Severity) -> [ConfigIssue] {
        self.entries.enumerated().filter { $0.element.issue.severity == severity }
            .sorted { ($0.element.place, $0.offset) < ($1.element.place, $1.offset) }.map(\.element.issue)
    }

    private func add(
        _ code: IssueCode, _ severity: ConfigIssue.Severity, _ path: String, _ place: Place, _ message: String, _ help: String?
    ) {
        let file = self.fileNames.indices.contains(place.file) ? self.fileNames[place.file] : "command line"
        let issue = ConfigIssue(
            code: code, severity: severity, path: path, file: file, line: place.line, column: place.column, message: message, suggestion: help)
        guard !self.entries.contains(where: { $0.issue == issue }) else { return }
        self.entries.append((place, issue))
    }
}
