internal import CVectorscan
internal import Glibc

/// Memory on a page boundary.
@safe final class PageBuffer {
    static let pageSize = 4096
    let bytes: UnsafeMutableRawBufferPointer

    init(byteCount: Int) {
        unsafe self.bytes = .allocate(byteCount: byteCount, alignment: Self.pageSize)
        unsafe self.bytes.initializeMemory(as: UInt8.self, repeating: 0)
    }

    init(copying image: [UInt8]) {
        unsafe self.bytes = .allocate(byteCount: image.count, alignment: Self.pageSize)
        unsafe self.bytes.copyBytes(from: image)
    }

    deinit { unsafe self.bytes.deallocate() }
}

/// What the pattern engine makes of a list of expressions.
enum DatabaseCompiler {
    struct Failure: Error {
        var expression: Int?
        var message: String
    }

    struct Source {
        var expression: String
        var isCaseless: Bool
    }

    /// The bytes of a block-mode database. They work at any address on a page boundary: the engine aligns its tables relative to the
    /// address it writes them to, and all of its references are offsets.
    static func compile(_ sources: [Source]) throws(Failure) -> [UInt8] {
        var text: [CChar] = []
        var offsets: [Int] = []
        var flags: [CUnsignedInt] = []
        for source in sources {
            offsets.append(text.count)
            text.append(contentsOf: source.expression.utf8.map { CChar(bitPattern: $0) })
            text.append(0)
            flags.append(CUnsignedInt(HS_FLAG_DOTALL) | (source.isCaseless ? CUnsignedInt(HS_FLAG_CASELESS) : 0))
        }
        let ids = sources.indices.map { CUnsignedInt(truncatingIfNeeded: $0) }
        var database: OpaquePointer?
        var failure: UnsafeMutablePointer<hs_compile_error_t>?
        let status = unsafe text.withUnsafeBufferPointer { text in
            let expressions = unsafe offsets.map { offset in unsafe text.baseAddress.map { base in unsafe base + offset } }
            return unsafe expressions.withUnsafeBufferPointer { expressions in
                unsafe hs_compile_multi(
                    expressions.baseAddress, flags, ids, CUnsignedInt(truncatingIfNeeded: sources.count),
                    CUnsignedInt(HS_MODE_BLOCK), nil, &database, &failure)
            }
        }
        defer { unsafe hs_free_compile_error(failure) }
        guard status == HS_SUCCESS, let database = unsafe database else {
            let reported = unsafe failure.map { unsafe $0.pointee }
            let message = unsafe reported?.message.map { unsafe String(cString: $0) } ?? "status \(status)"
            let number = unsafe reported.map { unsafe Int($0.expression) } ?? -1
            throw Failure(expression: number >= 0 ? number : nil, message: message)
        }
        defer { unsafe _ = hs_free_database(database) }
        return unsafe try self.image(of: database)
    }

    private static func image(of database: OpaquePointer) throws(Failure) -> [UInt8] {
        var serialized: UnsafeMutablePointer<CChar>?
        var length = 0
        guard unsafe hs_serialize_database(database, &serialized, &length) == HS_SUCCESS, let serialized = unsafe serialized else {
            throw Failure(expression: nil, message: "cannot serialize the database")
        }
        defer { unsafe free(serialized) }
        var size = 0
        guard unsafe hs_serialized_database_size(serialized, length, &size) == HS_SUCCESS else {
            throw Failure(expression: nil, message: "cannot measure the database")
        }
        let page = PageBuffer(byteCount: size)
        guard let base = unsafe page.bytes.baseAddress,
            unsafe hs_deserialize_database_at(serialized, length, OpaquePointer(base)) == HS_SUCCESS
        else { throw Failure(expression: nil, message: "cannot lay out the database") }
        return unsafe Array(page.bytes)
    }
}

/// A database in memory that somebody else keeps, and the scratch space to scan with it.
@safe final class DatabaseScanner {
    private let database: OpaquePointer
    private let scratch: OpaquePointer
    private let owner: PageBuffer?
    private let sink = UnsafeMutablePointer<[PatternHit]>.allocate(capacity: 1)

    /// nil: the bytes are no database that this engine can run on this machine.
    init?(_ image: UnsafeRawBufferPointer, owner: PageBuffer? = nil) {
        var scratch: OpaquePointer?
        guard let base = image.baseAddress, UInt(bitPattern: base) % UInt(PageBuffer.pageSize) == 0 else { return nil }
        let database = OpaquePointer(base)
        var size = 0
        guard unsafe hs_database_size(database, &size) == HS_SUCCESS, size <= image.count,
            unsafe hs_alloc_scratch(database, &scratch) == HS_SUCCESS, let scratch = unsafe scratch
        else { return nil }
        unsafe self.database = database
        unsafe self.scratch = scratch
        self.owner = owner
        unsafe self.sink.initialize(to: [])
    }

    deinit {
        unsafe self.sink.deinitialize(count: 1)
        unsafe self.sink.deallocate()
        unsafe _ = hs_free_scratch(self.scratch)
    }

    /// Replaces `hits` by all matches' ends. False: the engine gave up, some are missing.
    func scan(_ text: Span<UInt8>, into hits: inout [PatternHit]) -> Bool {
        hits.removeAll(keepingCapacity: true)
        unsafe swap(&hits, &self.sink.pointee)
        let status: hs_error_t = unsafe text.withUnsafeBytes { bytes in
            let base = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            guard let base = unsafe base else { return HS_SUCCESS }
            return unsafe hs_scan(
                self.database, base, CUnsignedInt(truncatingIfNeeded: bytes.count), 0, self.scratch,
                { pattern, _, end, _, sink in
                    unsafe sink?.assumingMemoryBound(to: [PatternHit].self).pointee
                        .append(PatternHit(pattern: Int(pattern), end: Int(truncatingIfNeeded: end)))
                    return 0
                }, self.sink)
        }
        unsafe swap(&hits, &self.sink.pointee)
        return status == HS_SUCCESS
    }
}
