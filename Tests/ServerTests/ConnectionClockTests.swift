import Platform
import Testing

@testable import Server

@Suite("Connection clock")
struct ConnectionClockTests {
    private let start = Instant(nanoseconds: 1_000)
    private let limits = ServerLimits()

    private func deadline(_ phase: ConnectionPhase, progressAfter: Duration = .zero, hasOutput: Bool = false) -> Duration? {
        var clock = ConnectionClock(phase: .idle, at: start)
        clock.enter(phase, at: start)
        clock.progress(at: start + progressAfter)
        let deadline = clock.deadline(limits, hasOutput: hasOutput)
        return deadline == .distantFuture ? nil : deadline - start
    }

    @Test func `a phase is busy when its end would lose what a client has begun`() {
        let busy: [ConnectionPhase] = [.handshake, .body, .flushing]
        let quiet: [ConnectionPhase] = [.idle, .handling, .lingering, .closed]
        for hasHeadBegun in [false, true] {
            #expect(busy.allSatisfy { $0.isBusy(hasHeadBegun: hasHeadBegun) })
            #expect(!quiet.contains { $0.isBusy(hasHeadBegun: hasHeadBegun) })
            #expect(ConnectionPhase.head.isBusy(hasHeadBegun: hasHeadBegun) == hasHeadBegun)
        }
    }

    @Test func `each phase has its own deadline`() {
        #expect(deadline(.handshake, progressAfter: .seconds(5)) == .seconds(10))
        #expect(deadline(.idle) == .seconds(75))
        #expect(deadline(.head, progressAfter: .seconds(5)) == .seconds(10))
        #expect(deadline(.body) == .seconds(30))
        #expect(deadline(.body, progressAfter: .seconds(20)) == .seconds(50))
        #expect(deadline(.body, progressAfter: .seconds(40)) == .seconds(60))
        #expect(deadline(.handling) == nil)
        #expect(deadline(.handling, progressAfter: .seconds(7), hasOutput: true) == .seconds(67))
        #expect(deadline(.flushing, progressAfter: .seconds(7)) == .seconds(67))
        #expect(deadline(.lingering, progressAfter: .seconds(1)) == .seconds(2))
        #expect(deadline(.closed) == nil)
    }
}

@Suite("Client address")
struct ClientAddressTests {
    private func address(_ high: UInt64, _ low: UInt64) -> ClientAddress {
        var peer = StreamSocket.Peer()
        peer.high = high
        peer.low = low
        return ClientAddress(peer)
    }

    @Test func `IPv4 counts by address and IPv6 by network`() {
        let v4 = address(0, 0xFFFF_C000_0201)
        #expect(v4.description == "192.0.2.1" && v4.network != address(0, 0xFFFF_C000_0202).network)
        let v6 = address(0x2001_0DB8_0000_0000, 1)
        #expect(v6.description == "2001:db8:0:0:0:0:0:1")
        #expect(v6.network == address(0x2001_0DB8_0000_0000, 2).network && v6.network != address(0x2001_0DB8_0000_0001, 1).network)
    }
}

@Suite("Byte queue")
struct ByteQueueTests {
    @Test func `bytes come out in the order they went in`() {
        var queue = ByteQueue()
        var out: [UInt8] = []
        var next: UInt8 = 0
        for round in 1...300 {
            let bytes = (0..<round * 7).map { _ in
                next &+= 1
                return next
            }
            queue.append(bytes.span)
            let count = min(queue.count, round * 5)
            for index in 0..<count { out.append(queue.bytes[index]) }
            queue.removeFirst(count)
        }
        for index in queue.bytes.indices { out.append(queue.bytes[index]) }
        queue.removeFirst(queue.count)
        #expect(queue.isEmpty)
        #expect(out == (0..<out.count).map { UInt8(truncatingIfNeeded: $0 + 1) })
    }
}
