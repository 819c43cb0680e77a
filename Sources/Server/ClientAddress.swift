internal import Platform

/// Where a client's connection comes from.
public struct ClientAddress: Sendable, Hashable, CustomStringConvertible {
    /// The IPv6 address, or the IPv4 address mapped into it, as big-endian halves.
    public let high: UInt64
    public let low: UInt64
    public let port: UInt16
    /// A socket without an IP address.
    public let isLocal: Bool

    init(_ peer: StreamSocket.Peer) {
        self.high = peer.high
        self.low = peer.low
        self.port = peer.port
        self.isLocal = peer.isLocal
    }

    /// The IPv4 address, when it is one.
    public var ipv4: UInt32? {
        !self.isLocal && self.high == 0 && self.low >> 32 == 0xFFFF ? UInt32(truncatingIfNeeded: self.low) : nil
    }

    /// What connections are counted by: the IPv4 address, or the IPv6 /64 network.
    struct Network: Hashable {
        let high: UInt64
        let low: UInt64
    }

    var network: Network? {
        if self.isLocal { return nil }
        return Network(high: self.high, low: self.ipv4 == nil ? 0 : self.low)
    }

    /// `192.0.2.1`, `2001:db8:0:0:0:0:0:1`, or `local`; without the port.
    public var description: String { String(decoding: self.text, as: UTF8.self) }

    /// `description` as bytes; cheap for IPv4.
    public var text: [UInt8] {
        if self.isLocal { return Array("local".utf8) }
        guard let ipv4 = self.ipv4 else { return Array(self.ipv6Text.utf8) }
        var text: [UInt8] = []
        text.reserveCapacity(15)
        for shift in stride(from: 24, through: 0, by: -8) {
            let number = UInt8(truncatingIfNeeded: ipv4 >> shift)
            if !text.isEmpty { text.append(0x2E) }
            if number >= 100 { text.append(0x30 + number / 100) }
            if number >= 10 { text.append(0x30 + number / 10 % 10) }
            text.append(0x30 + number % 10)
        }
        return text
    }

    private var ipv6Text: String {
        [self.high, self.low].flatMap { half in [48, 32, 16, 0].map { String(half >> $0 & 0xFFFF, radix: 16) } }.joined(separator: ":")
    }
}
