public import Settings

/// What the hidden kind `test-fault` does at the word `kt-fault:NAME` in a text that it reads.
enum TestFaultCommand: String, Sendable, CaseIterable {
    case crash, trap, abort, hang, stop, allocate, recurse
    /// The policy itself fails: `--fail-mode` decides.
    case error

    static let prefix = "kt-fault:"
    static var expression: String { self.prefix + "(?:" + self.allCases.map(\.rawValue).joined(separator: "|") + ")" }

    /// nil: not the whole word of a command.
    init?(_ word: Span<UInt8>) {
        let prefix = Array(Self.prefix.utf8)
        guard word.count > prefix.count else { return nil }
        var name: [UInt8] = []
        for index in prefix.count..<word.count { name.append(word[index]) }
        self.init(rawValue: String(decoding: name, as: UTF8.self))
    }
}

/// The two places outside of texts where `test-fault` acts. Without the kind in the chain they do nothing.
public enum TestFault {
    /// In `kt-compile`, before anything is compiled.
    public static func act(atCompile settings: PolicySettings) throws(PolicyCompileError) {
        guard settings.chain.contains(.testFault) else { return }
        switch settings.testFault.compile {
        case .ok: return
        case .crash: DeliberateFault.perform(.crash)
        case .hang: DeliberateFault.perform(.hang)
        case .error: throw PolicyCompileError(kind: .testFault, expression: nil, message: "cannot be compiled, as its options ask")
        }
    }

    /// In a worker that has its settings and does not serve yet.
    public static func act(atStart settings: PolicySettings) {
        guard settings.chain.contains(.testFault) else { return }
        switch settings.testFault.start {
        case .ok: return
        case .crash: DeliberateFault.perform(.crash)
        case .hang: DeliberateFault.perform(.hang)
        case .exit78: DeliberateFault.end(status: 78)
        }
    }
}
