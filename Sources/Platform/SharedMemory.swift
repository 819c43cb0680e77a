internal import CPlatform
internal import Glibc

/// Anonymous memory behind a descriptor, which travels between processes.
public enum MemoryFile {
    /// Sealable and `size` zero bytes long.
    public static func create(_ name: String, size: Int) throws(SystemCallError) -> OwnedDescriptor {
        let number = unsafe kt_memfd_sealable(name)
        guard number >= 0 else { throw SystemCallError("memfd_create", errno: errno) }
        let file = OwnedDescriptor(adopting: number)
        guard ftruncate(file.rawNumber, off_t(size)) == 0 else { throw SystemCallError("ftruncate", errno: errno) }
        return file
    }

    /// Makes the content final for everybody, this process included. Fails with `EBUSY` while a writable mapping lives.
    public static func seal(_ descriptor: CInt) throws(SystemCallError) {
        guard kt_memfd_seal(descriptor) == 0 else { throw SystemCallError("F_ADD_SEALS", errno: errno) }
    }

    /// A file of exactly this content that nobody can change.
    public static func sealed(_ name: String, _ content: [UInt8]) throws(SystemCallError) -> OwnedDescriptor {
        let file = try Self.create(name, size: 0)
        try Self.write(content, to: file.rawNumber)
        try Self.seal(file.rawNumber)
        return file
    }

    public static func isSealed(_ descriptor: CInt) -> Bool { kt_memfd_is_sealed(descriptor) == 1 }

    /// Writes from the start; the read offset is not used, since processes share it.
    public static func write(_ content: [UInt8], to descriptor: CInt) throws(SystemCallError) {
        guard ftruncate(descriptor, 0) == 0 else { throw SystemCallError("ftruncate", errno: errno) }
        var offset = 0
        while offset < content.count {
            let count = unsafe content.withUnsafeBytes { bytes in
                unsafe pwrite(descriptor, bytes.baseAddress?.advanced(by: offset), bytes.count - offset, off_t(offset))
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw SystemCallError("pwrite", errno: errno)
            }
            offset += count
        }
    }

    public static func size(_ descriptor: CInt) throws(SystemCallError) -> Int {
        let size = kt_file_size(descriptor)
        guard size >= 0 else { throw SystemCallError("fstat", errno: errno) }
        return Int(size)
    }
}

/// A read-only mapping of sealed memory: nobody can change or shorten it, so reading it cannot fail.
@safe public final class SealedMemory {
    private let start: UnsafeMutableRawPointer
    public let count: Int

    /// Maps what `descriptor` names, which may be closed afterwards. Fails with `EPERM` when it is not sealed, `ENODATA` when empty.
    public init(_ descriptor: CInt) throws(SystemCallError) {
        guard MemoryFile.isSealed(descriptor) else { throw SystemCallError("F_GET_SEALS", errno: EPERM) }
        self.count = try MemoryFile.size(descriptor)
        guard self.count > 0 else { throw SystemCallError("mmap", errno: ENODATA) }
        unsafe self.start = try mapped(descriptor, self.count, PROT_READ)
    }

    deinit { unsafe munmap(self.start, self.count) }

    /// All bytes, from a page boundary; valid as long as this object.
    public var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: self.start, count: self.count) }

    /// A copy of a part. `range` must lie inside.
    public func copy(_ range: Range<Int>) -> [UInt8] {
        precondition(range.lowerBound >= 0 && range.upperBound <= self.count, "a range outside the mapping")
        return unsafe [UInt8](self.bytes[range])
    }
}

/// A shared mapping of 64-bit words: one process writes, others read, nobody locks.
@safe public final class SharedRegion {
    private let start: UnsafeMutableRawPointer
    public let count: Int
    public let isWritable: Bool

    /// Maps `size` bytes of `descriptor`, which may be closed afterwards. Fails with `EINVAL` when it is shorter.
    public init(_ descriptor: CInt, size: Int, isWritable: Bool) throws(SystemCallError) {
        precondition(size > 0 && size % 8 == 0, "a region is whole words")
        guard try MemoryFile.size(descriptor) >= size else { throw SystemCallError("mmap", errno: EINVAL) }
        self.count = size
        self.isWritable = isWritable
        unsafe self.start = try mapped(descriptor, size, isWritable ? PROT_READ | PROT_WRITE : PROT_READ)
    }

    deinit { unsafe munmap(self.start, self.count) }

    /// The word at byte `offset`, whole but unordered with other words.
    public func load(_ offset: Int) -> UInt64 {
        precondition(offset >= 0 && offset % 8 == 0 && offset + 8 <= self.count, "a word outside the region")
        return unsafe kt_load64(self.start + offset)
    }

    public func store(_ value: UInt64, _ offset: Int) {
        precondition(self.isWritable && offset >= 0 && offset % 8 == 0 && offset + 8 <= self.count, "a word outside the region")
        unsafe kt_store64(self.start + offset, value)
    }

    /// Copies bytes in; a reader may see a part of them.
    public func store(_ bytes: Span<UInt8>, _ offset: Int) {
        precondition(self.isWritable && offset >= 0 && offset + bytes.count <= self.count, "bytes outside the region")
        unsafe bytes.withUnsafeBytes { source in
            guard let base = source.baseAddress else { return }
            unsafe memcpy(self.start + offset, base, source.count)
        }
    }

    /// A copy of a part, as it is at this moment. `range` must lie inside.
    public func copy(_ range: Range<Int>) -> [UInt8] {
        precondition(range.lowerBound >= 0 && range.upperBound <= self.count, "a range outside the region")
        return unsafe [UInt8](UnsafeRawBufferPointer(start: self.start + range.lowerBound, count: range.count))
    }

    /// Where a word lies, for the one writer that cannot call back into Swift: a signal handler. Valid as long as this object.
    public func address(_ offset: Int) -> UnsafeMutableRawPointer {
        precondition(offset >= 0 && offset < self.count, "an address outside the region")
        return unsafe self.start + offset
    }
}

@unsafe private func mapped(_ descriptor: CInt, _ size: Int, _ protection: CInt) throws(SystemCallError) -> UnsafeMutableRawPointer {
    guard let start = unsafe mmap(nil, size, protection, MAP_SHARED, descriptor, 0), unsafe start != MAP_FAILED else {
        throw SystemCallError("mmap", errno: errno)
    }
    return unsafe start
}
