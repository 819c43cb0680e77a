internal import Exchange
internal import Glibc
internal import Platform
internal import Providers
internal import Settings

/// One target as this worker reaches it: addresses and header lines made once, and the reason when it cannot be used.
final class TargetLink {
    let index: Int
    let settings: Target
    /// Why nothing can be sent there, for people; nil: it can be used.
    let unavailable: String?
    /// How long a stream may be silent.
    let streamIdleNanoseconds: Int64
    /// Requests under way from this worker.
    var inFlight = 0

    private let urls: [Endpoint: String]
    /// `name: value` lines that every request carries.
    let headerLines: [String]
    /// The provider answers an error to requests with `stream_options`.
    let refusesStreamOptions: Bool

    init(index: Int, settings: Target, demoPort: UInt16, environment: Environment) {
        self.index = index
        self.settings = settings
        self.streamIdleNanoseconds = Int64(settings.streamIdleTimeoutSeconds) * 1_000_000_000
        let base = settings.baseURL.isEmpty ? "http://127.0.0.1:\(demoPort)/v1" : settings.baseURL
        var urls: [Endpoint: String] = [:]
        for endpoint in [Endpoint.chatCompletions, .completions, .embeddings, .fim, .moderations] { urls[endpoint] = base + endpoint.path }
        self.urls = urls
        var lines = ["content-type: application/json", "user-agent: keeptrusts-gateway/\(BuildVersion.text)"]
        var unavailable: String?
        if let secret = settings.secret {
            switch SecretReader.read(secret, environment: environment) {
            case .found(let key): lines.append("\(settings.apiKeyHeader): \(settings.apiKeyPrefix)\(key)")
            case .missing(let why): unavailable = why
            }
        }
        for header in settings.headers { lines.append("\(header.name): \(header.value)") }
        self.headerLines = lines
        self.unavailable = unavailable
        self.refusesStreamOptions = ProviderTable.row(settings.provider)?.refusesStreamOptions ?? false
    }

    func url(for endpoint: Endpoint) -> String { self.urls[endpoint] ?? "" }
}
