import Glibc

@testable import Record

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
func string(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self) }

/// A folder of its own for one test.
func temporaryFolder() -> String {
    var template = Array("/tmp/kt-record-XXXXXX".utf8CString)
    return unsafe template.withUnsafeMutableBufferPointer { buffer in
        guard let start = buffer.baseAddress, let path = unsafe mkdtemp(start) else { return "/nonexistent" }
        return unsafe String(cString: path)
    }
}

func removeFolder(_ folder: String) {
    for name in (try? SpoolFile.names(in: folder)) ?? [] where name != "." && name != ".." { _ = unsafe unlink(folder + "/" + name) }
    _ = unsafe rmdir(folder)
}

func append(_ bytes: [UInt8], toFile path: String) {
    let descriptor = unsafe open(path, O_WRONLY | O_APPEND)
    _ = unsafe write(descriptor, bytes, bytes.count)
    _ = close(descriptor)
}

func overwrite(_ byte: UInt8, at offset: Int, ofFile path: String) {
    let descriptor = unsafe open(path, O_WRONLY)
    _ = unsafe pwrite(descriptor, [byte], 1, off_t(offset))
    _ = close(descriptor)
}

func event(_ id: String, at microseconds: Int64 = 0, verdict: String = "allow") -> RecordedEvent {
    RecordedEvent(
        id: id, time: UTCTime(nanoseconds: 1_790_000_000_000_000_000 + microseconds * 1_000), requestID: "r-" + id, worker: 0,
        generation: 1, configuration: .init(name: "pack", version: "1.0.0", hash: "abc"), endpoint: "/v1/chat/completions",
        verdict: verdict, status: 200, outcome: .completed, durations: .init(total: .milliseconds(12)),
        bytes: .init(request: 10, answer: 20))
}

func ids(_ events: [SpooledEvent]) -> [String] {
    events.map { event in string(event.json.dropFirst(7).prefix { $0 != UInt8(ascii: "\"") }) }
}
