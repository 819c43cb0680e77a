import Glibc
import Testing

@testable import Platform

@Suite("Execution")
struct ExecutionTests {
    /// Whether the number would stay open in another program.
    private func staysOpen(_ number: CInt) -> Bool { fcntl(number, F_GETFD) & FD_CLOEXEC == 0 }

    @Test func `what cannot be executed leaves everything as it was`() throws {
        let text = try MemoryFile.sealed("no-program", Array("just words\n".utf8))
        let kept = try MemoryFile.create("kept", size: 1)
        let failure = Execution.replace(with: text, arguments: ["x"], environment: [], keeping: [kept.rawNumber])
        #expect(failure == SystemCallError("execve", errno: ENOEXEC))
        #expect(!self.staysOpen(kept.rawNumber))
    }

    @Test func `a descriptor that is not open stops it before anything`() throws {
        let shell = try Files.openPath("/bin/sh")
        let kept = try MemoryFile.create("kept", size: 1)
        let failure = Execution.replace(
            with: shell, arguments: ["sh", "-c", "exit 1"], environment: [], keeping: [kept.rawNumber, 99_999])
        #expect(failure == SystemCallError("F_SETFD", errno: EBADF))
        #expect(!self.staysOpen(kept.rawNumber))
    }

    @Test func `what another image left is taken over and goes no further`() throws {
        let copy = try MemoryFile.create("left", size: 1).withNumber { dup($0) }
        #expect(self.staysOpen(copy))
        #expect(Inherited.openNumbers().contains(copy))
        let taken = try Inherited.take(copy)
        #expect(!self.staysOpen(taken.rawNumber))
        #expect(throws: SystemCallError("inherited descriptor 99999", errno: EBADF)) { _ = try Inherited.take(99_999) }
        #expect(throws: SystemCallError("inherited descriptor -1", errno: EBADF)) { _ = try Inherited.take(-1) }
    }

    @Test func `numbers are told apart by what they are`() throws {
        let (ours, theirs) = try MessageSocket.pair()
        let listener = try ListeningSocket.bind(.tcp(host: "127.0.0.1", port: 0), sharesPort: false)
        #expect(!Inherited.isListening(listener.rawNumber))
        try ListeningSocket.listen(listener)
        #expect(Inherited.isListening(listener.rawNumber))
        #expect(!Inherited.isMessageSocket(listener.rawNumber))
        #expect(Inherited.isMessageSocket(ours.rawNumber))
        #expect(!Inherited.isListening(ours.rawNumber))
        #expect(!Inherited.isOwnChild(listener.rawNumber))
        #expect(!Inherited.isOpen(99_999))
        withExtendedLifetime(theirs) {}
    }

    @Test func `a child of another image is reaped as one's own`() throws {
        let started = try ChildProcess(
            try Files.openPath("/bin/sh"), SpawnPlan(arguments: ["sh", "-c", "exit 7"], environment: []))
        #expect(Inherited.isOwnChild(started.rawNumber))
        let adopted = ChildProcess(adoptingPid: started.pid, pidfd: try Inherited.take(dup(started.rawNumber)))
        #expect(try adopted.wait(.seconds(10)) == .exited(7))
        // Nobody's child any more.
        #expect(!Inherited.isOwnChild(started.rawNumber))
    }

    @Test func `standard output can be a file of ours`() throws {
        let output = try MemoryFile.create("output", size: 0)
        let plan = SpawnPlan(arguments: ["sh", "-c", "echo $0 out"], environment: [], standardOutput: output.rawNumber)
        #expect(try ChildProcess(try Files.openPath("/bin/sh"), plan).wait(.seconds(10)) == .exited(0))
        #expect(String(decoding: try Files.read("/proc/self/fd/\(output.rawNumber)"), as: UTF8.self) == "sh out\n")
    }

    @Test func `the arguments are those of the start`() {
        #expect(ThisProcess.arguments == CommandLine.arguments)
    }

    @Test func `a build has a version`() {
        #expect(!Build.version.isEmpty && Build.version.utf8.count <= 46)
    }
}
