import Glibc
import Testing

@testable import Platform

@Suite("Message socket")
struct MessageSocketTests {
    @Test func `a message arrives whole, with its descriptors in order`() throws {
        let (a, b) = try MessageSocket.pair()
        let x = try MemoryFile.create("x", size: 1)
        let y = try MemoryFile.create("y", size: 2)
        try a.send([1, 2, 3], descriptors: [x.rawNumber, y.rawNumber])
        guard case .message(let bytes, let descriptors) = try b.receive() else { throw Missing() }
        #expect(bytes == [1, 2, 3])
        #expect(descriptors.count == 2)
        let sizes = [try MemoryFile.size(descriptors.take()?.release() ?? -1), try MemoryFile.size(descriptors.take()?.release() ?? -1)]
        #expect(sizes == [1, 2])
    }

    @Test func `nothing and the end are told apart`() throws {
        var pair: (MessageSocket, MessageSocket)? = try MessageSocket.pair()
        let b = try #require(pair).1
        guard case .nothing = try b.receive() else { throw Missing() }
        try #require(pair).0.send([9])
        pair = nil
        guard case .message = try b.receive() else { throw Missing() }
        guard case .end = try b.receive() else { throw Missing() }
    }

    @Test func `a message longer than the buffer is an error, not a part`() throws {
        var ends: [CInt] = [-1, -1]
        #expect(unsafe socketpair(AF_UNIX, CInt(SOCK_SEQPACKET.rawValue), 0, &ends) == 0)
        let receiver = MessageSocket(adopting: OwnedDescriptor(adopting: ends[0]))
        let sender = OwnedDescriptor(adopting: ends[1])
        try Files.write([UInt8](repeating: 7, count: MessageSocket.bytesMax + 1), to: sender.rawNumber)
        #expect(throws: SystemCallError("recvmsg", errno: EBADMSG)) { try receiver.receive() }
    }

    @Test func `the most descriptors fit, one more is refused`() throws {
        let (a, b) = try MessageSocket.pair()
        let file = try MemoryFile.create("x", size: 1)
        try a.send([1], descriptors: [CInt](repeating: file.rawNumber, count: MessageSocket.descriptorsMax))
        guard case .message(_, let descriptors) = try b.receive() else { throw Missing() }
        #expect(descriptors.count == MessageSocket.descriptorsMax)
        #expect(throws: SystemCallError.self) {
            try a.send([1], descriptors: [CInt](repeating: file.rawNumber, count: MessageSocket.descriptorsMax + 1))
        }
    }

    struct Missing: Error {}
}
