/// Reads a chunked body (RFC 9112 7.1), strictly: no white space around sizes, CRLF only. Extensions and trailers are checked,
/// bounded and thrown away.
public struct ChunkedDecoder: Sendable {
    /// Bytes of all extensions of one body.
    public static let extensionBytesMax = 1024
    /// Digits of one size, leading zeros included.
    private static let sizeDigitsMax = 16

    private enum State: Sendable {
        case size, sizeOrEnd, chunkExtension, sizeFeed, data, dataReturn, dataFeed
        case trailerStart, trailerName, trailerValue, trailerFeed, lastFeed, complete
    }

    private let bodyBytesMax: Int
    private let trailerBytesMax: Int
    private var state = State.size
    private var digits = 0
    private var chunkRest = 0
    private var extensionBytes = 0
    private var trailerBytes = 0
    private var trailerFields = 0

    public var isComplete: Bool { self.state == .complete }

    public init(bodyBytesMax: Int, trailerBytesMax: Int) {
        self.bodyBytesMax = bodyBytesMax
        self.trailerBytesMax = trailerBytesMax
    }

    /// Appends data to `body`, which holds this body's data and nothing else. Returns how many bytes it used: all, unless the body ended before.
    public mutating func decode(_ bytes: Span<UInt8>, into body: inout [UInt8]) throws(HTTPFault) -> Int {
        var index = 0
        while index < bytes.count, self.state != .complete {
            if self.state == .data {
                let count = min(self.chunkRest, bytes.count - index)
                body.append(copying: bytes.extracting(index..<index + count))
                self.chunkRest -= count
                index += count
                if self.chunkRest == 0 { self.state = .dataReturn }
            } else {
                try self.step(bytes[index], bodyCount: body.count)
                index += 1
            }
        }
        return index
    }

    private mutating func step(_ byte: UInt8, bodyCount: Int) throws(HTTPFault) {
        switch self.state {
        case .size, .sizeOrEnd:
            try self.readSize(byte, bodyCount: bodyCount)
        case .chunkExtension:
            if byte == carriageReturn {
                self.state = .sizeFeed
                return
            }
            self.extensionBytes += 1
            guard isFieldValueByte(byte), self.extensionBytes <= Self.extensionBytesMax else { throw .badRequest(.chunkExtension) }
        case .sizeFeed:
            guard byte == lineFeed else { throw .badRequest(.chunkSize) }
            self.state = self.chunkRest == 0 ? .trailerStart : .data
        case .dataReturn:
            guard byte == carriageReturn else { throw .badRequest(.chunkEnd) }
            self.state = .dataFeed
        case .dataFeed:
            guard byte == lineFeed else { throw .badRequest(.chunkEnd) }
            self.digits = 0
            self.state = .size
        case .trailerStart, .trailerName, .trailerValue, .trailerFeed, .lastFeed:
            try self.readTrailer(byte)
        case .data, .complete:
            preconditionFailure("data and the end are handled by decode")
        }
    }

    private mutating func readSize(_ byte: UInt8, bodyCount: Int) throws(HTTPFault) {
        if let digit = hexadecimalValue(byte) {
            self.digits += 1
            guard self.digits <= Self.sizeDigitsMax else { throw .badRequest(.chunkSize) }
            self.chunkRest = self.chunkRest << 4 | digit
            // Before the next digit, so that the shift cannot overflow.
            guard self.chunkRest <= self.bodyBytesMax - bodyCount else { throw .bodyTooLarge }
            self.state = .sizeOrEnd
        } else if self.state == .sizeOrEnd, byte == carriageReturn {
            self.state = .sizeFeed
        } else if self.state == .sizeOrEnd, byte == UInt8(ascii: ";") {
            self.state = .chunkExtension
        } else {
            throw .badRequest(.chunkSize)
        }
    }

    private mutating func readTrailer(_ byte: UInt8) throws(HTTPFault) {
        self.trailerBytes += 1
        guard self.trailerBytes <= self.trailerBytesMax else { throw .headersTooLarge }
        switch self.state {
        case .trailerStart where byte == carriageReturn:
            self.state = .lastFeed
        case .trailerStart:
            guard ASCIISet.token.contains(byte) else { throw .badRequest(.trailer) }
            self.trailerFields += 1
            guard self.trailerFields <= RequestHeadParser.fieldsMax else { throw .headersTooLarge }
            self.state = .trailerName
        case .trailerName where byte == UInt8(ascii: ":"):
            self.state = .trailerValue
        case .trailerName:
            guard ASCIISet.token.contains(byte) else { throw .badRequest(.trailer) }
        case .trailerValue where byte == carriageReturn:
            self.state = .trailerFeed
        case .trailerValue:
            guard isFieldValueByte(byte) else { throw .badRequest(.trailer) }
        case .trailerFeed:
            guard byte == lineFeed else { throw .badRequest(.trailer) }
            self.state = .trailerStart
        default:
            guard byte == lineFeed else { throw .badRequest(.trailer) }
            self.state = .complete
        }
    }
}
