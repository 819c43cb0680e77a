internal import CPlatform
internal import Glibc

extension MemoryFile {
    /// What has been written so far, at most the first `bytesMax` bytes. The read offset, which processes share, is not used.
    public static func content(_ descriptor: CInt, bytesMax: Int) throws(SystemCallError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: min(bytesMax, try Self.size(descriptor)))
        var filled = 0
        while filled < bytes.count {
            let (count, code) = unsafe bytes.withUnsafeMutableBytes { buffer in
                let piece = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
                let count = unsafe kt_read_at(descriptor, piece.baseAddress, piece.count, Int64(filled))
                return (count, errno)
            }
            if count < 0 && code == EINTR { continue }
            guard count >= 0 else { throw SystemCallError("pread", errno: code) }
            if count == 0 { break }
            filled += count
        }
        bytes.removeSubrange(filled...)
        return bytes
    }
}
