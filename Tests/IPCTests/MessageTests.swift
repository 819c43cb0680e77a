import Testing

@testable import IPC

@Suite("Message")
struct MessageTests {
    static let assign = Message.assign(
        .init(
            slot: 2, generation: 7, workers: 4, programHash: "ab", demoPort: 0x1234, stateDirectory: "/s", flags: .succeedsCrash,
            listenerCount: 1, seed: [UInt8](1...32)))

    /// Bytes of protocol version 1, for ever.
    static let golden: [(Message, [UInt8])] = [
        (
            .hello(.init(range: .init(lowest: 1, highest: 3), build: "0.1", pid: 258)),
            head(type: 1, descriptors: 0, length: 15) + [1, 0, 3, 0, 2, 1, 0, 0, 3, 0, 0, 0, 0x30, 0x2E, 0x31]
        ),
        (
            assign,
            head(type: 2, descriptors: 3, length: 68) + [
                2, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0x34, 0x12, 1, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0x61, 0x62, 2, 0, 0, 0, 0x2F,
                0x73,
            ] + [UInt8](1...32)
        ),
        (.ready, head(type: 3, descriptors: 0, length: 0)),
        (
            .drain(.init(deadlineMilliseconds: 300_000, takesQueue: true, isLast: false)),
            head(type: 4, descriptors: 0, length: 6) + [0xE0, 0x93, 4, 0, 1, 0]
        ),
        (
            .drain(.init(deadlineMilliseconds: 300_000, takesQueue: false, isLast: true)),
            head(type: 4, descriptors: 0, length: 6) + [0xE0, 0x93, 4, 0, 0, 1]
        ),
        (
            .gone(.init(finished: 9, aborted: 1)),
            head(type: 5, descriptors: 0, length: 16) + [9, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
        ),
        (.adopt(index: 3, listenerCount: 2), head(type: 6, descriptors: 2, length: 6) + [3, 0, 0, 0, 2, 0]),
        (.release(index: 3), head(type: 7, descriptors: 0, length: 4) + [3, 0, 0, 0]),
        (.truth(number: 9), head(type: 8, descriptors: 1, length: 8) + [9, 0, 0, 0, 0, 0, 0, 0]),
        (
            .change(number: 9, .quarantine(.init(fingerprint: .init(high: 1, low: 2), policy: "p", remainingMilliseconds: 3))),
            head(type: 9, descriptors: 0, length: 38) + [9, 0, 0, 0, 0, 0, 0, 0, 1, 25, 0, 0, 0] + [1, 0, 0, 0, 0, 0, 0, 0]
                + [2, 0, 0, 0, 0, 0, 0, 0] + [3, 0, 0, 0, 1, 0, 0, 0, 0x70]
        ),
        (
            .change(number: 1, .release(.init(high: 1, low: 2))),
            head(type: 9, descriptors: 0, length: 29) + [1, 0, 0, 0, 0, 0, 0, 0, 2, 16, 0, 0, 0] + [1, 0, 0, 0, 0, 0, 0, 0]
                + [2, 0, 0, 0, 0, 0, 0, 0]
        ),
        (.resync, head(type: 10, descriptors: 0, length: 0)),
        (.dying(signal: 11), head(type: 11, descriptors: 0, length: 4) + [11, 0, 0, 0]),
        (.quiesce(isOn: true), head(type: 12, descriptors: 0, length: 1) + [1]),
        (
            .assignConsole(.init(stateDirectory: "/s", listenerCount: 1)),
            head(type: 13, descriptors: 2, length: 8) + [1, 0, 2, 0, 0, 0, 0x2F, 0x73]
        ),
        (.configuration, head(type: 14, descriptors: 1, length: 0)),
        (.ask(id: 7, .reload), head(type: 15, descriptors: 0, length: 5) + [7, 0, 0, 0, 3]),
        (.answer(id: 7, isGood: true), head(type: 16, descriptors: 1, length: 5) + [7, 0, 0, 0, 1]),
    ]

    private static func head(type: UInt8, descriptors: UInt8, length: UInt8) -> [UInt8] {
        [0x4B, 0x54, 0x4D, 0x31, 1, 0, type, 0, 0, 0, descriptors, 0, length, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0]
    }

    @Test(arguments: golden.indices)
    func `its bytes never change`(index: Int) throws {
        let (message, bytes) = Self.golden[index]
        #expect(message.encode(sequence: 5) == bytes)
        #expect(try Message.decode(bytes, descriptorCount: message.descriptorCount) == message)
    }

    @Test func `fields that a newer peer appends are ignored`() throws {
        var bytes = Message.drain(.init(deadlineMilliseconds: 1, takesQueue: false, isLast: false)).encode(sequence: 1)
        bytes += [1, 2, 3]
        bytes[12] += 3
        #expect(try Message.decode(bytes) == .drain(.init(deadlineMilliseconds: 1, takesQueue: false, isLast: false)))
    }

    @Test func `an unknown type is skipped only when its sender allows`() throws {
        var bytes = Message.ready.encode(sequence: 1)
        bytes[6] = 99
        #expect(throws: FrameError.unknownType(99)) { try Message.decode(bytes) }
        bytes[8] = 1
        #expect(try Message.decode(bytes) == .skipped(type: 99))
    }

    @Test func `each fault has its name`() throws {
        let good = Message.ready.encode(sequence: 1)
        #expect(throws: FrameError.tooShort) { try Message.decode([]) }
        #expect(throws: FrameError.tooShort) { try Message.decode(Array(good.dropLast())) }
        #expect(throws: FrameError.tooLong) { try Message.decode([UInt8](repeating: 0, count: 16_385)) }
        #expect(throws: FrameError.lengthMismatch) { try Message.decode(good + [0]) }
        #expect(throws: FrameError.descriptorMismatch) { try Message.decode(good, descriptorCount: 1) }
        #expect(throws: FrameError.notOurs) { try Message.decode([0] + good.dropFirst()) }
        var bytes = good
        bytes[4] = 0
        #expect(throws: FrameError.version(0)) { try Message.decode(bytes) }
        bytes = Self.assign.encode(sequence: 1)
        #expect(throws: FrameError.descriptorMismatch) { try Message.decode(bytes, descriptorCount: 2) }
        bytes[18 + 24] = 9  // announces more listeners than came
        #expect(throws: FrameError.descriptorMismatch) { try Message.decode(bytes, descriptorCount: 3) }
    }

    @Test func `no bytes crash the decoder`() {
        var random = SystemRandomNumberGenerator()
        for round in 0..<20_000 {
            var bytes: [UInt8]
            if round % 2 == 0 {
                bytes = (0..<Int.random(in: 0...80, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            } else {
                bytes = Self.golden[round % Self.golden.count].1
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
                }
                if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
            }
            _ = try? Message.decode(bytes, descriptorCount: Int.random(in: 0...3, using: &random))
        }
    }

    @Test func `both sides agree on the highest version that both speak`() {
        let ours = ProtocolRange(lowest: 2, highest: 4)
        #expect(ours.common(with: .init(lowest: 1, highest: 3)) == 3)
        #expect(ours.common(with: .init(lowest: 4, highest: 9)) == 4)
        #expect(ours.common(with: .init(lowest: 5, highest: 9)) == nil)
        #expect(ours.common(with: .init(lowest: 1, highest: 1)) == nil)
    }
}
