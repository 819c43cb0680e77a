internal import Exchange

/// One line of a spool segment: the event's object with `crc` as its last member, and a line feed.
///
/// The checksum is CRC-32C, eight hexadecimal digits, over all bytes before the comma in front of `"crc"`.
public enum SpoolLine {
    private static let head: StaticString = #","crc":""#
    /// `,"crc":"xxxxxxxx"}`
    private static let tailLength = 18

    /// Appends the line for an event's object, which must have at least one member.
    public static func append(_ object: Span<UInt8>, to output: inout [UInt8]) {
        precondition(object.count > 2, "an event without members")
        let body = object.extracting(0..<object.count - 1)
        let checksum = Checksum.crc32c(body)
        output.reserveCapacity(output.count + object.count + Self.tailLength + 1)
        output.append(bytesOf: body)
        output.append(Self.head)
        for shift in stride(from: 28, through: 0, by: -4) { output.append(Self.digit(checksum >> UInt32(shift) & 0xF)) }
        output.append("\"}\n")
    }

    /// The event's object without the checksum; nil when the line, given without its line feed, does not fit it.
    public static func object(of line: Span<UInt8>) -> [UInt8]? {
        guard line.count > Self.tailLength + 1 else { return nil }
        let bodyLength = line.count - Self.tailLength
        var expected: [UInt8] = []
        var object: [UInt8] = []
        object.reserveCapacity(bodyLength + 1)
        object.append(bytesOf: line.extracting(0..<bodyLength))
        object.append(UInt8(ascii: "}"))
        Self.append(object.span, to: &expected)
        for index in 0..<line.count where line[index] != expected[index] { return nil }
        return object
    }

    private static func digit(_ value: UInt32) -> UInt8 {
        let value = UInt8(truncatingIfNeeded: value)
        return value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
