internal import IPC
internal import Platform

/// One run of `kt-compile`: its process, the memory file for its result, and what it said.
final class Compilation {
    static let messageBytesMax = 64 * 1024

    let child: ChildProcess
    let file: HeldFile
    /// nil: it wrote to our own standard error.
    private let messages: HeldFile?
    private var source: ServiceLoop.Source?
    /// It was killed because its time was over.
    var tookTooLong = false

    /// `ended` is called on the loop until `forget`. `keepsMessages` false: its standard error is ours.
    init(
        executable: borrowing OwnedDescriptor, arguments: [String], environment: [String], keepsMessages: Bool, on loop: ServiceLoop,
        ended: @escaping () -> Void
    ) throws(SystemCallError) {
        self.file = HeldFile(try MemoryFile.create("kt-program", size: 0))
        self.messages = keepsMessages ? HeldFile(try MemoryFile.create("kt-compile-messages", size: 0)) : nil
        let plan = SpawnPlan(
            arguments: ["kt-compile"] + arguments, environment: environment, descriptors: [self.file.rawNumber],
            standardError: self.messages?.rawNumber)
        self.child = try ChildProcess(executable, plan)
        do throws(SystemCallError) {
            self.source = try loop.onReadable(self.child.rawNumber, ended)
        } catch {
            loop.kill(self.child)
            throw error
        }
    }

    func forget() {
        self.source?.cancel()
        self.source = nil
    }

    /// What it wrote to its standard error, whole lines without the last line's end.
    func messageText() -> String {
        guard let messages else { return "" }
        do throws(SystemCallError) {
            var bytes = try MemoryFile.content(messages.rawNumber, bytesMax: Self.messageBytesMax)
            while bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
            return String(decoding: bytes, as: UTF8.self)
        } catch {
            return ""
        }
    }

    struct Failure: Error {
        /// Without an end of sentence; after "reload failed: ".
        let words: String
        /// It has said why by itself.
        let isExplained: Bool
    }

    /// The program, or why there is none. The process has ended.
    func result(_ ending: ChildProcess.Ending) throws(Failure) -> HeldProgram {
        guard ending == .exited(0) else {
            if self.tookTooLong { throw Failure(words: "kt-compile took too long and was killed", isExplained: false) }
            if case .exited = ending { throw Failure(words: "the configuration cannot be used", isExplained: true) }
            throw Failure(words: "kt-compile \(ending.words)", isExplained: false)
        }
        do throws(SealedProgramError) {
            return HeldProgram(try SealedProgram(self.file.rawNumber), file: self.file)
        } catch {
            throw Failure(words: "kt-compile wrote no usable program: \(error)", isExplained: false)
        }
    }
}
