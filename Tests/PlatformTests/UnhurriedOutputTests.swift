import Glibc
import Platform
import Testing

@Suite("Unhurried output")
struct UnhurriedOutputTests {
    private static let much = [UInt8](repeating: 0x61, count: 1 << 20)

    /// Writes more than fits to a reader that does not read; a write that waits never returns.
    private func fill(_ pair: [CInt]) {
        defer { for number in pair { close(number) } }
        let output = UnhurriedOutput(pair[1])
        guard case .wrote(let count) = output.write(Self.much[...]) else {
            Issue.record("nothing was written")
            return
        }
        #expect(count > 0 && count < Self.much.count)
        #expect(output.write(Self.much[...]) == .wrote(0))
        UnhurriedOutput.writeOrDrop("more\n", to: pair[1])
        // Everybody else who has the description still waits.
        #expect(fcntl(pair[1], F_GETFL) & O_NONBLOCK == 0)
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        #expect(unsafe read(pair[0], &piece, piece.count) > 0)
        if case .wrote(let again) = output.write(Self.much[...]) { #expect(again > 0) }
    }

    @Test func `a full pipe takes no more`() {
        var pair: [CInt] = [-1, -1]
        #expect(unsafe pipe(&pair) == 0)
        self.fill(pair)
    }

    @Test func `a full socket takes no more`() {
        var pair: [CInt] = [-1, -1]
        #expect(unsafe socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &pair) == 0)
        self.fill(pair)
    }

    @Test func `a closed descriptor is broken`() {
        #expect(UnhurriedOutput(-1).write([1, 2]) == .broken)
    }
}
