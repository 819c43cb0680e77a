internal import Glibc
internal import Platform

/// The system calls of the spool. The unsafe part of this module.
enum SpoolFile {
    /// A new file for appending, not readable by others.
    static func create(_ path: String) throws(SystemCallError) -> OwnedDescriptor {
        let number = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o640)
        guard number >= 0 else { throw SystemCallError("open", errno: errno) }
        return OwnedDescriptor(adopting: number)
    }

    /// The folder, unless it is there.
    static func createDirectory(_ path: String) throws(SystemCallError) {
        guard unsafe mkdir(path, 0o750) == 0 || errno == EEXIST else { throw SystemCallError("mkdir", errno: errno) }
    }

    /// One write; how many bytes it took.
    static func write(_ bytes: Span<UInt8>, to descriptor: CInt) throws(SystemCallError) -> Int {
        while true {
            let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 { return count }
            if errno != EINTR { throw SystemCallError("write", errno: errno) }
        }
    }

    static func truncate(_ descriptor: CInt, to length: Int) -> Bool { ftruncate(descriptor, off_t(length)) == 0 }

    /// The bytes of a file from `offset` on; nil when there is no such file any more.
    static func read(_ path: String, from offset: Int) throws(SystemCallError) -> [UInt8]? {
        let number = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        if number < 0, errno == ENOENT { return nil }
        guard number >= 0 else { throw SystemCallError("open", errno: errno) }
        let descriptor = OwnedDescriptor(adopting: number)
        var status = stat()
        guard unsafe fstat(descriptor.rawNumber, &status) == 0 else { throw SystemCallError("fstat", errno: errno) }
        let length = Int(status.st_size) - offset
        guard length > 0 else { return [] }
        var failure: CInt = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            while count < length {
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count...])
                let taken = unsafe pread(descriptor.rawNumber, rest.baseAddress, rest.count, off_t(offset + count))
                if taken < 0, errno == EINTR { continue }
                if taken < 0 { failure = errno }
                if taken <= 0 { return }
                count += taken
            }
        }
        if failure != 0 { throw SystemCallError("pread", errno: failure) }
        return bytes
    }

    static func size(_ path: String) -> Int? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        return Int(status.st_size)
    }

    /// The names in a folder; none when there is no such folder.
    static func names(in directory: String) throws(SystemCallError) -> [String] {
        guard let stream = unsafe opendir(directory) else {
            if errno == ENOENT { return [] }
            throw SystemCallError("opendir", errno: errno)
        }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            names.append(name)
        }
        return names
    }

    // MARK: Watching

    /// Tells of new files in a folder and of writes to them.
    static func watch(_ directory: String) throws(SystemCallError) -> OwnedDescriptor {
        let number = inotify_init1(CInt(IN_CLOEXEC) | CInt(IN_NONBLOCK))
        guard number >= 0 else { throw SystemCallError("inotify_init1", errno: errno) }
        let descriptor = OwnedDescriptor(adopting: number)
        guard unsafe inotify_add_watch(number, directory, UInt32(IN_CREATE | IN_MODIFY | IN_MOVED_TO)) >= 0 else {
            throw SystemCallError("inotify_add_watch", errno: errno)
        }
        return descriptor
    }

    /// Waits for news and takes them; false when the time ran out first.
    static func waitForNews(_ descriptor: CInt, milliseconds: CInt) throws(SystemCallError) -> Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let count = unsafe poll(&request, 1, milliseconds)
        if count < 0, errno != EINTR { throw SystemCallError("poll", errno: errno) }
        guard count > 0 else { return false }
        var buffer = [UInt8](repeating: 0, count: 4096)
        while unsafe buffer.withUnsafeMutableBytes({ unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }) > 0 {}
        return true
    }
}
