import Glibc
import Testing

@testable import Platform

@Suite("Files")
struct FilesTests {
    @Test func `a directory's files are listed with their sizes`() throws {
        let directory = "/tmp/kt-files-list-\(ThisProcess.pid)"
        try Files.createDirectories(directory + "/inner")
        try Files.replace(directory + "/a", with: [1, 2, 3])
        let files = try Files.list(directory)
        #expect(files.map(\.name) == ["a"] && files.first?.byteCount == 3)
        #expect((files.first?.modifiedSeconds ?? 0) > 1_600_000_000)
        Files.remove(directory + "/a")
        _ = unsafe rmdir(directory + "/inner")
        _ = unsafe rmdir(directory)
        #expect(throws: SystemCallError.self) { try Files.list(directory) }
    }

    @Test func `a replaced file has its new content and mode, and no left-over beside it`() throws {
        let directory = "/tmp/kt-files-\(ThisProcess.pid)-\(Instant.now().nanoseconds)/a/b"
        try Files.createDirectories(directory)
        try Files.createDirectories(directory)
        try Files.replace("\(directory)/x", with: [1])
        try Files.replace("\(directory)/x", with: [2, 3])
        #expect(try Files.read("\(directory)/x") == [2, 3])
        #expect(throws: SystemCallError.self) { try Files.read("\(directory)/x.\(ThisProcess.pid).new") }
        #expect(throws: SystemCallError.self) { try Files.read("\(directory)/x", bytesMax: 1) }
        Files.remove("\(directory)/x")
    }

    @Test func `a timestamp is RFC 3339 in UTC`() {
        let text = currentTimestamp()
        #expect(text.utf8.count == 24 && text.hasSuffix("Z") && text.hasPrefix("20"))
    }
}
