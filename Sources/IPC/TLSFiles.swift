/// What TLS towards clients needs, as bytes: read and checked once, by `kt-compile`, so that a worker that is started later serves what was checked.
public struct TLSFiles: Equatable, Sendable {
    /// PEM: the leaf first, then its chain.
    public var certificate: [UInt8]
    /// PEM, not encrypted. A secret.
    public var key: [UInt8]
    /// PEM: who may sign clients' certificates; nil: clients need none.
    public var clientCA: [UInt8]?

    public init(certificate: [UInt8], key: [UInt8], clientCA: [UInt8]?) {
        self.certificate = certificate
        self.key = key
        self.clientCA = clientCA
    }

    /// certificate, key, client CA, each behind its length in 32 bits | has client CA u8.
    public func encode() -> [UInt8] {
        var writer = ByteWriter()
        for part in [self.certificate, self.key, self.clientCA ?? []] {
            writer.put(UInt32(part.count))
            writer.put(raw: part)
        }
        writer.put(UInt8(self.clientCA == nil ? 0 : 1))
        return writer.bytes
    }

    /// nil: not ours.
    public static func decode(_ bytes: [UInt8]) -> TLSFiles? {
        do throws(MalformedBytes) {
            var reader = ByteReader(bytes[...])
            func part() throws(MalformedBytes) -> [UInt8] { try reader.take(count: Int(try reader.take(UInt32.self))) }
            let (certificate, key, clientCA) = (try part(), try part(), try part())
            let hasClientCA = try reader.take(UInt8.self) != 0
            guard reader.remaining == 0 else { return nil }
            return TLSFiles(certificate: certificate, key: key, clientCA: hasClientCA ? clientCA : nil)
        } catch {
            return nil
        }
    }
}
