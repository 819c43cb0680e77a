import Glibc
import Testing

@testable import Platform

@Suite("Child process")
struct ChildProcessTests {
    /// Runs `/bin/sh -c script` and gives its ending and what it wrote to the memory file that it has as 3.
    private func run(_ script: String, standardInput: CInt? = nil, environment: [String] = []) throws -> (ChildProcess.Ending?, String) {
        let shell = try Files.openPath("/bin/sh")
        let output = try MemoryFile.create("output", size: 0)
        let plan = SpawnPlan(
            arguments: ["sh", "-c", script], environment: environment, descriptors: [output.rawNumber], standardInput: standardInput)
        let child = try ChildProcess(shell, plan)
        let ending = try child.wait(.seconds(10))
        let text = try Files.read("/proc/self/fd/\(output.rawNumber)")
        return (ending, String(decoding: text, as: UTF8.self))
    }

    @Test func `it holds only what it was given`() throws {
        let (ending, listing) = try self.run("for n in 0 1 2 3 4 5 6 7 8 9; do [ -e /proc/self/fd/$n ] && echo $n; done >&3; exit 0")
        #expect(ending == .exited(0))
        #expect(listing == "0\n1\n2\n3\n")
    }

    @Test func `its environment is the given one`() throws {
        let (_, text) = try self.run("echo \"$KT_TEST:$HOME\" >&3", environment: ["KT_TEST=yes"])
        #expect(text == "yes:\n")
    }

    @Test func `its signals are at their defaults and unblocked`() throws {
        ThisProcess.ignore(signal: SIGPIPE)
        let (_, text) = try self.run("grep -E '^Sig(Blk|Ign)' /proc/self/status >&3")
        let masks = text.split(separator: "\n").compactMap { UInt64($0.split(separator: "\t").last ?? "", radix: 16) }
        // 32 and 33 are glibc's own.
        #expect(masks.map { $0 & 0x7FFF_FFFF } == [0, 0])
    }

    @Test(arguments: [true, false])
    func `its standard error goes where it is told`(hasInput: Bool) throws {
        let shell = try Files.openPath("/bin/sh")
        let messages = try MemoryFile.create("messages", size: 0)
        let input = try MemoryFile.sealed("input", Array("told\n".utf8))
        let plan = SpawnPlan(
            arguments: ["sh", "-c", "read x; echo \"$x here\" >&2; ls /proc/self/fd >&2"], environment: [],
            standardInput: hasInput ? input.rawNumber : nil, standardError: messages.rawNumber)
        #expect(try ChildProcess(shell, plan).wait(.seconds(10)) != nil)
        let text = String(decoding: try MemoryFile.content(messages.rawNumber, bytesMax: 1000), as: UTF8.self)
        #expect(text.hasPrefix(hasInput ? "told here\n" : " here\n"))
        #expect(text.hasSuffix("\n0\n1\n2\n3\n"))
        #expect(try MemoryFile.content(messages.rawNumber, bytesMax: 3).count == 3)
    }

    @Test func `endings are told apart`() throws {
        #expect(try self.run("exit 78").0 == .exited(78))
        #expect(try self.run("kill -KILL $$").0 == .killed(signal: SIGKILL))
    }

    @Test func `a signal reaches a running child only`() throws {
        let shell = try Files.openPath("/bin/sh")
        var ends: [CInt] = [-1, -1]
        try #require(unsafe pipe(&ends) == 0)
        let theirs = OwnedDescriptor(adopting: ends[0])
        let ours = OwnedDescriptor(adopting: ends[1])
        let plan = SpawnPlan(arguments: ["sh", "-c", "read x"], environment: [], standardInput: theirs.rawNumber)
        let child = try ChildProcess(shell, plan)
        #expect(try child.reap() == nil)
        child.send(signal: SIGTERM)
        #expect(try child.wait(.seconds(10)) == .killed(signal: SIGTERM))
        child.send(signal: SIGTERM)
        #expect(throws: SystemCallError.self) { try child.reap() }
        #expect(ours.rawNumber == ends[1])
    }

    @Test func `what is no program is refused`() throws {
        let file = try Files.openPath("/etc/hostname")
        #expect(throws: SystemCallError.self) { try ChildProcess(file, SpawnPlan(arguments: ["x"], environment: [])) }
    }
}
