internal import Exchange

/// What a path asks for.
enum Route: Equatable {
    case relay(Endpoint)
    case models
    case health
    case ready

    /// What the path accepts, for `allow`.
    var allow: String {
        switch self {
        case .relay: "POST, OPTIONS"
        case .models: "GET, HEAD, OPTIONS"
        case .health, .ready: "GET, HEAD"
        }
    }

    /// Paths stand with and without `/v1`; nil: there is nothing there.
    init?(path: Span<UInt8>) {
        var rest = Array(copying: path)
        if rest.starts(with: "/v1/".utf8) { rest.removeFirst(3) }
        switch rest {
        case Self.chat: self = .relay(.chatCompletions)
        case Self.completions: self = .relay(.completions)
        case Self.embeddings: self = .relay(.embeddings)
        case Self.fim: self = .relay(.fim)
        case Self.moderations: self = .relay(.moderations)
        case Self.modelsPath: self = .models
        case Self.healthPath: self = .health
        case Self.readyPath: self = .ready
        default: return nil
        }
    }

    private static let chat = Array("/chat/completions".utf8)
    private static let completions = Array("/completions".utf8)
    private static let embeddings = Array("/embeddings".utf8)
    private static let fim = Array("/fim/completions".utf8)
    private static let moderations = Array("/moderations".utf8)
    private static let modelsPath = Array("/models".utf8)
    private static let healthPath = Array("/healthz".utf8)
    private static let readyPath = Array("/readyz".utf8)
}

extension Endpoint {
    /// Below the target's base URL.
    var path: String {
        switch self {
        case .chatCompletions: "/chat/completions"
        case .completions: "/completions"
        case .embeddings: "/embeddings"
        case .fim: "/fim/completions"
        case .moderations: "/moderations"
        }
    }
}
