internal import HTTP

/// Every path of the admin listener.
enum ConsoleRoute: CaseIterable {
    case metrics, health, configuration, providers, status, reload

    /// nil: there is nothing.
    init?(path: String) {
        switch path {
        case "/metrics": self = .metrics
        case "/health", "/healthz": self = .health
        case "/keeptrusts/config": self = .configuration
        case "/keeptrusts/providers/metrics": self = .providers
        case "/keeptrusts/status": self = .status
        case "/keeptrusts/config/reload": self = .reload
        default: return nil
        }
    }

    /// Open to whoever reaches the listener.
    var isOpen: Bool {
        switch self {
        case .metrics, .health: true
        case .configuration, .providers, .status, .reload: false
        }
    }

    func accepts(_ method: HTTP.Method) -> Bool { self == .reload ? method == .post : method == .get || method == .head }

    /// For `allow`.
    var methods: String { self == .reload ? "POST" : "GET, HEAD" }
}
