/// Numbers as ASCII without Foundation.
enum DecimalText {
    static func append(_ value: Int, to bytes: inout [UInt8]) {
        if value < 0 {
            bytes.append(0x2D)
            Self.append(value.magnitude, to: &bytes)
        } else {
            Self.append(UInt(value), to: &bytes)
        }
    }

    private static func append(_ value: UInt, to bytes: inout [UInt8]) {
        let start = bytes.count
        var rest = value
        repeat {
            bytes.append(0x30 + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }

    /// Milliseconds with three decimals of `nanoseconds`, as `server-timing` has them: `1.234`.
    static func appendMilliseconds(nanoseconds: Int64, to bytes: inout [UInt8]) {
        let microseconds = max(0, nanoseconds) / 1000
        Self.append(Int(microseconds / 1000), to: &bytes)
        let rest = Int(microseconds % 1000)
        bytes.append(0x2E)
        bytes.append(0x30 + UInt8(rest / 100))
        bytes.append(0x30 + UInt8(rest / 10 % 10))
        bytes.append(0x30 + UInt8(rest % 10))
    }
}
