internal import Platform

/// Why bytes on a control socket are no frame of ours. The peer is dropped.
public enum FrameError: Error, Equatable, Sendable {
    case tooShort, tooLong
    case notOurs
    case version(UInt16)
    case lengthMismatch
    case descriptorMismatch
    /// A type that this build does not know and that its sender did not mark as optional.
    case unknownType(UInt16)
    case malformedBody
}

/// The head of each message between the processes, 24 bytes, little-endian, never to change:
///
///     magic u32 | version u16 | type u16 | flags u16 | descriptors u16 | body length u32 | sequence u64
struct FrameHead: Equatable {
    static let byteCount = 24
    static let magic: UInt32 = 0x314D_544B  // "KTM1"
    /// Who does not know the type may skip the message.
    static let optionalFlag: UInt16 = 1

    var version: UInt16
    var type: UInt16
    var flags: UInt16 = 0
    var descriptorCount: UInt16 = 0
    var sequence: UInt64 = 0

    func encode(body: [UInt8]) -> [UInt8] {
        precondition(Self.byteCount + body.count <= MessageSocket.bytesMax, "larger things travel as memory files")
        var writer = ByteWriter()
        writer.put(Self.magic)
        writer.put(self.version)
        writer.put(self.type)
        writer.put(self.flags)
        writer.put(self.descriptorCount)
        writer.put(UInt32(body.count))
        writer.put(self.sequence)
        writer.put(raw: body)
        return writer.bytes
    }

    static func decode(_ bytes: [UInt8]) throws(FrameError) -> (head: FrameHead, body: ArraySlice<UInt8>) {
        guard bytes.count >= Self.byteCount else { throw .tooShort }
        guard bytes.count <= MessageSocket.bytesMax else { throw .tooLong }
        var reader = ByteReader(bytes[...])
        do {
            guard try reader.take(UInt32.self) == Self.magic else { throw FrameError.notOurs }
            var head = FrameHead(version: try reader.take(), type: try reader.take())
            head.flags = try reader.take()
            head.descriptorCount = try reader.take()
            let length = try reader.take(UInt32.self)
            head.sequence = try reader.take()
            guard Int(length) == reader.remaining else { throw FrameError.lengthMismatch }
            return (head, bytes[Self.byteCount...])
        } catch let error as FrameError {
            throw error
        } catch {
            throw .tooShort
        }
    }
}
