import Glibc
import Testing

@testable import Platform

@Suite("Shared memory")
struct SharedMemoryTests {
    @Test func `sealed memory is read only and final`() throws {
        let file = try MemoryFile.create("test", size: 0)
        #expect(throws: SystemCallError("F_GET_SEALS", errno: EPERM)) { try SealedMemory(file.rawNumber) }
        try MemoryFile.write([1, 2, 3], to: file.rawNumber)
        try MemoryFile.seal(file.rawNumber)
        #expect(MemoryFile.isSealed(file.rawNumber))
        #expect(try SealedMemory(file.rawNumber).copy(0..<3) == [1, 2, 3])
        #expect(throws: SystemCallError.self) { try MemoryFile.write([4], to: file.rawNumber) }
    }

    @Test func `empty sealed memory is refused`() throws {
        let file = try MemoryFile.create("test", size: 0)
        try MemoryFile.seal(file.rawNumber)
        #expect(throws: SystemCallError("mmap", errno: ENODATA)) { try SealedMemory(file.rawNumber) }
    }

    @Test func `a word that one mapping stores the other loads`() throws {
        let file = try MemoryFile.create("test", size: 4096)
        let writer = try SharedRegion(file.rawNumber, size: 4096, isWritable: true)
        let reader = try SharedRegion(file.rawNumber, size: 4096, isWritable: false)
        writer.store(.max, 4088)
        #expect(reader.load(4088) == .max)
        #expect(reader.load(0) == 0)
        #expect(throws: SystemCallError("mmap", errno: EINVAL)) { try SharedRegion(file.rawNumber, size: 8192, isWritable: false) }
    }
}
