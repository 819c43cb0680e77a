internal import HTTP
internal import Platform

extension GatewayFault {
    /// The header lines that tell an SDK what to do about this error.
    func addLines(to lines: inout HeaderLines) {
        lines.add("content-type", "application/json")
        if let retryAfter {
            let milliseconds = max(0, retryAfter.nanoseconds / 1_000_000)
            lines.add("retry-after", number: Int((milliseconds + 999) / 1000))
            lines.add("retry-after-ms", number: Int(milliseconds))
        }
        if let shouldRetry { lines.add("x-should-retry", shouldRetry ? "true" : "false") }
        if let allow { lines.add("allow", text: allow) }
    }
}
