internal import HTTP
internal import Server
internal import Settings

/// What browsers are told (Fetch standard, CORS protocol).
struct CrossOriginRule {
    private let settings: CrossOrigin
    private let methods: String
    private let headers: String
    private let exposed: String

    /// nil when browsers are told nothing.
    init?(_ settings: CrossOrigin) {
        guard settings.enabled else { return nil }
        self.settings = settings
        self.methods = settings.allowMethods.joined(separator: ", ")
        self.headers = settings.allowHeaders.joined(separator: ", ")
        self.exposed = settings.exposeHeaders.joined(separator: ", ")
    }

    /// Adds the lines for an answer to `origin`; none when the origin is not allowed.
    func add(to lines: inout HeaderLines, origin: [UInt8], isPreflight: Bool) {
        let any = self.settings.allowOrigins.contains("*")
        guard any || self.settings.allowOrigins.contains(where: { Array($0.utf8) == origin }) else { return }
        lines.add("access-control-allow-origin", (any && !self.settings.credentials ? [0x2A] : origin).span)
        lines.add("vary", "Origin")
        if self.settings.credentials { lines.add("access-control-allow-credentials", "true") }
        if isPreflight {
            lines.add("access-control-allow-methods", text: self.methods)
            lines.add("access-control-allow-headers", text: self.headers)
            lines.add("access-control-max-age", number: self.settings.ageSecondsMax)
        } else if !self.exposed.isEmpty {
            lines.add("access-control-expose-headers", text: self.exposed)
        }
    }
}
