internal import CPlatform
internal import Glibc

/// Small whole-file operations; all block.
public enum Files {
    /// The whole content. Fails with `EFBIG` beyond `bytesMax`.
    public static func read(_ path: String, bytesMax: Int = 16 << 20) throws(SystemCallError) -> [UInt8] {
        let number = unsafe kt_open(path, O_RDONLY | O_CLOEXEC, 0)
        guard number >= 0 else { throw SystemCallError("open \(path)", errno: errno) }
        let file = OwnedDescriptor(adopting: number)
        var content: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = unsafe Glibc.read(file.rawNumber, &piece, piece.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw SystemCallError("read \(path)", errno: errno)
            }
            if count == 0 { return content }
            guard content.count + count <= bytesMax else { throw SystemCallError("read \(path)", errno: EFBIG) }
            content.append(contentsOf: piece[..<count])
        }
    }

    /// Puts `content` in place of the file in one step: a reader sees the old or the new content, never a part.
    public static func replace(_ path: String, with content: [UInt8], mode: UInt32 = 0o600) throws(SystemCallError) {
        let temporary = "\(path).\(getpid()).new"
        let number = unsafe kt_open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode)
        guard number >= 0 else { throw SystemCallError("open \(temporary)", errno: errno) }
        let file = OwnedDescriptor(adopting: number)
        do {
            try Self.write(content, to: file.rawNumber)
        } catch {
            _ = unsafe unlink(temporary)
            throw error
        }
        guard unsafe rename(temporary, path) == 0 else {
            let code = errno
            _ = unsafe unlink(temporary)
            throw SystemCallError("rename \(path)", errno: code)
        }
    }

    /// Writes all of `content` to a blocking descriptor.
    public static func write(_ content: [UInt8], to descriptor: CInt) throws(SystemCallError) {
        var offset = 0
        while offset < content.count {
            let count = unsafe content.withUnsafeBytes { bytes in
                unsafe Glibc.write(descriptor, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw SystemCallError("write", errno: errno)
            }
            offset += count
        }
    }

    /// A descriptor that only names the file (`O_PATH`): executing through it is immune to a replacement on disk.
    public static func openPath(_ path: String) throws(SystemCallError) -> OwnedDescriptor {
        let number = unsafe kt_open(path, KT_O_PATH | O_CLOEXEC, 0)
        guard number >= 0 else { throw SystemCallError("open \(path)", errno: errno) }
        return OwnedDescriptor(adopting: number)
    }

    /// Creates the directory and its missing parents. A directory that exists stays as it is.
    public static func createDirectories(_ path: String, mode: UInt32 = 0o700) throws(SystemCallError) {
        guard unsafe mkdir(path, mode_t(mode)) != 0, errno != EEXIST else { return }
        let code = errno
        guard code == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw SystemCallError("mkdir \(path)", errno: code)
        }
        try Self.createDirectories(String(path[..<slash]), mode: mode)
        guard unsafe mkdir(path, mode_t(mode)) == 0 || errno == EEXIST else { throw SystemCallError("mkdir \(path)", errno: errno) }
    }

    /// Takes the lock file at `path` for as long as the descriptor is open (flock(2)); `EWOULDBLOCK`: somebody else has it.
    public static func lock(_ path: String) throws(SystemCallError) -> OwnedDescriptor {
        let number = unsafe kt_open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard number >= 0 else { throw SystemCallError("open \(path)", errno: errno) }
        let descriptor = OwnedDescriptor(adopting: number)
        guard flock(number, LOCK_EX | LOCK_NB) == 0 else { throw SystemCallError("lock \(path)", errno: errno) }
        return descriptor
    }

    /// A regular file in a directory.
    public struct Entry: Equatable, Sendable {
        public var name: String
        public var byteCount: Int
        /// Since 1970.
        public var modifiedSeconds: Int64
    }

    /// The regular files of a directory, in no order; what vanishes meanwhile is left out.
    public static func list(_ directory: String) throws(SystemCallError) -> [Entry] {
        guard let stream = unsafe opendir(directory) else { throw SystemCallError("opendir \(directory)", errno: errno) }
        defer { unsafe closedir(stream) }
        var entries: [Entry] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            var facts = stat()
            guard unsafe lstat(directory + "/" + name, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { continue }
            entries.append(Entry(name: name, byteCount: Int(facts.st_size), modifiedSeconds: Int64(facts.st_mtim.tv_sec)))
        }
        return entries
    }

    public static func isWritableDirectory(_ path: String) -> Bool { unsafe access(path, W_OK | X_OK) == 0 }

    public static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Removes a name; that it is not there is fine.
    public static func remove(_ path: String) { _ = unsafe unlink(path) }
}
