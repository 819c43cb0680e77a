internal import Policies

extension Verdict {
    /// As in headers, events and docs.
    var name: String {
        switch self {
        case .allow: "allow"
        case .redact: "redact"
        case .block: "block"
        case .escalate: "escalate"
        }
    }
}
