/// A moment of the calendar, in nanoseconds since 1970-01-01T00:00:00Z, without leap seconds.
public struct UTCTime: Comparable, Hashable, Sendable {
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    public static func < (a: UTCTime, b: UTCTime) -> Bool { a.nanoseconds < b.nanoseconds }

    /// RFC 3339 with microseconds: `2026-11-22T18:26:11.000042Z`, 27 characters for the years 1970 to 2262.
    public var text: String { String(decoding: self.bytes, as: UTF8.self) }

    var bytes: [UInt8] {
        let microseconds = Self.floor(self.nanoseconds, by: 1_000)
        let seconds = Self.floor(microseconds, by: 1_000_000)
        let days = Self.floor(seconds, by: 86_400)
        let secondOfDay = seconds - days * 86_400
        let (year, month, day) = Self.date(days)
        var output: [UInt8] = []
        output.reserveCapacity(27)
        Self.append(year, 4, to: &output)
        output.append(UInt8(ascii: "-"))
        Self.append(month, 2, to: &output)
        output.append(UInt8(ascii: "-"))
        Self.append(day, 2, to: &output)
        output.append(UInt8(ascii: "T"))
        Self.append(secondOfDay / 3_600, 2, to: &output)
        output.append(UInt8(ascii: ":"))
        Self.append(secondOfDay / 60 % 60, 2, to: &output)
        output.append(UInt8(ascii: ":"))
        Self.append(secondOfDay % 60, 2, to: &output)
        output.append(UInt8(ascii: "."))
        Self.append(microseconds - seconds * 1_000_000, 6, to: &output)
        output.append(UInt8(ascii: "Z"))
        return output
    }

    /// Reads RFC 3339: a date alone (its midnight in UTC), or date and time with up to nine digits of a fraction and `Z` or an
    /// offset. nil for everything else and beyond 1970 to 2261.
    public init?(_ text: String) {
        var rest = Substring(text)
        func number(_ digits: Int, in range: ClosedRange<Int64>) -> Int64? {
            let piece = rest.utf8.prefix(digits)
            guard piece.count == digits else { return nil }
            var value: Int64 = 0
            for byte in piece {
                guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
                value = value * 10 + Int64(byte - UInt8(ascii: "0"))
            }
            guard range.contains(value) else { return nil }
            rest = rest[piece.endIndex...]
            return value
        }
        func take(_ characters: String) -> Character? {
            guard let first = rest.first, characters.contains(first) else { return nil }
            rest.removeFirst()
            return first
        }
        guard let year = number(4, in: 1970...2261), take("-") != nil, let month = number(2, in: 1...12), take("-") != nil,
            let day = number(2, in: 1...31)
        else { return nil }
        let days = Self.days(year, month, day)
        guard Self.date(days) == (year, month, day) else { return nil }
        var seconds = days * 86_400
        var fraction: Int64 = 0
        if !rest.isEmpty {
            guard take("Tt ") != nil, let hour = number(2, in: 0...23), take(":") != nil, let minute = number(2, in: 0...59),
                take(":") != nil, let second = number(2, in: 0...60)
            else { return nil }
            seconds += hour * 3_600 + minute * 60 + second
            if take(".") != nil {
                var unit: Int64 = 100_000_000
                guard let first = number(1, in: 0...9) else { return nil }
                fraction = first * unit
                while let digit = number(1, in: 0...9) {
                    unit /= 10
                    fraction += digit * unit
                }
            }
            switch take("Zz+-") {
            case "Z", "z": break
            case let sign?:
                guard let hour = number(2, in: 0...23), take(":") != nil, let minute = number(2, in: 0...59) else { return nil }
                let offset = hour * 3_600 + minute * 60
                seconds -= sign == "+" ? offset : -offset
            case nil: return nil
            }
            guard rest.isEmpty else { return nil }
        }
        self.init(nanoseconds: seconds * 1_000_000_000 + fraction)
    }

    // MARK: Calendar

    private static func floor(_ value: Int64, by divisor: Int64) -> Int64 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// The proleptic Gregorian date of a day since 1970-01-01 (H. Hinnant, "chrono-compatible low-level date algorithms").
    private static func date(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = Self.floor(shifted, by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let y = month <= 2 ? year - 1 : year
        let era = Self.floor(y, by: 400)
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func append(_ value: Int64, _ digits: Int, to output: inout [UInt8]) {
        var rest = value
        let start = output.count
        for _ in 0..<digits {
            output.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        }
        output[start...].reverse()
    }
}
