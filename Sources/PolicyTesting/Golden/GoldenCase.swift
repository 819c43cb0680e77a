public import Policies

/// One test of a configuration: what goes in, and what must come of it.
public struct GoldenCase: Sendable, Equatable {
    public var name: String
    public var request: Request
    /// What the provider answers; nil: only the input phase is run.
    public var answer: Answer?
    public var expected: Expectation
    public var assertions: [TextAssertion] = []

    public struct Request: Sendable, Equatable {
        /// A JSON body for `endpoint`.
        public var body: [UInt8]
        public var endpoint: GoldenEndpoint
        /// No policy of this release looks at headers: they are checked for their form and kept.
        public var headers: [Header] = []
    }

    public struct Header: Sendable, Equatable {
        public var name: String
        public var value: String
    }

    public enum Answer: Sendable, Equatable {
        /// The text of the one choice.
        case text(String)
        /// The same, streamed in pieces.
        case pieces(String, Cuts)
        /// A JSON body.
        case body([UInt8])
        /// The data of each event of a stream.
        case events([[UInt8]])
    }

    public enum Cuts: Sendable, Equatable {
        /// Ascending, in Unicode scalars.
        case places([Int])
        /// Randomly, that many times: each must come to the same as the whole.
        case random(count: Int, seed: UInt64)
    }
}

/// What is expected; nil: anything.
public struct Expectation: Sendable, Equatable {
    public var verdict: Verdict
    public var reasonCode: String?
    public var policy: String?
    /// The text that goes on: to the provider, with an answer to the client.
    public var text: String?
    /// All texts that go on, in their order.
    public var texts: [String]?
    /// Everything that was found, in both phases; the order does not matter.
    public var findings: [Finding]?

    public struct Finding: Sendable, Equatable {
        public var policy: String
        public var type: String
        public var count: Int
    }

    public init(verdict: Verdict) { self.verdict = verdict }
}

/// Something said about the text that goes on.
public struct TextAssertion: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        case contains
        case notContains = "not-contains"
        case equals
    }
    public var kind: Kind
    public var value: String

    func holds(for text: String) -> Bool {
        switch self.kind {
        case .contains: text.contains(self.value)
        case .notContains: !text.contains(self.value)
        case .equals: text == self.value
        }
    }
}

public enum GoldenEndpoint: String, Sendable, CaseIterable {
    case chatCompletions = "chat/completions"
    case completions
    case embeddings
    case fim = "fim/completions"
    case moderations
}

/// A case that cannot be read.
public struct GoldenFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// `expected.verdict`; empty for the whole.
    public let path: String
    public let message: String
    public var description: String { self.path.isEmpty ? self.message : "\(self.path): \(self.message)" }

    init(_ path: String, _ message: String) {
        self.path = path
        self.message = message
    }
}
