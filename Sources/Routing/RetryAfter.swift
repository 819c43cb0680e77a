/// `retry-after` and `retry-after-ms` of an upstream's answer as a duration (RFC 9110, 10.2.3).
public enum RetryAfter {
    /// - Parameters:
    ///   - milliseconds: the value of `retry-after-ms`, which wins.
    ///   - seconds: the value of `retry-after`: seconds, also with a fraction, or an HTTP date.
    ///   - now: seconds since 1970, for dates.
    /// - Returns: nil when neither says something usable.
    public static func parse(milliseconds: String?, seconds: String?, now: Int64) -> Duration? {
        if let milliseconds, let value = Double(milliseconds), value >= 0, value < 86_400_000 {
            return .microseconds(Int64(value * 1000))
        }
        guard let seconds else { return nil }
        if let value = Double(seconds) {
            return value >= 0 && value < 86_400 ? .microseconds(Int64(value * 1_000_000)) : nil
        }
        guard let date = Self.date(seconds) else { return nil }
        return .seconds(max(0, date - now))
    }

    /// An IMF-fixdate, `Sun, 06 Nov 1994 08:49:37 GMT`, as seconds since 1970.
    static func date(_ text: String) -> Int64? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let day = Int64(parts[1]), let year = Int64(parts[3]),
            let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"].firstIndex(of: String(parts[2]))
        else { return nil }
        let clock = parts[4].split(separator: ":").compactMap { Int64($0) }
        guard clock.count == 3, (1...31).contains(day), (1970...9999).contains(year), clock[0] < 24, clock[1] < 60, clock[2] < 61 else { return nil }
        // Days since 1970 of a civil date, with the year beginning in March.
        let shifted = month < 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * ((Int64(month) + 10) % 12) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        return days * 86_400 + clock[0] * 3600 + clock[1] * 60 + clock[2]
    }
}
