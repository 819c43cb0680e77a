internal import Platform

/// One `kt-supervisor --preflight` of the build on disk, and the very file that it is run from.
final class PreflightRun {
    /// What would take over: replacing the file once more does not change it.
    let program: HeldFile
    let child: ChildProcess
    private let output: HeldFile
    private var source: ServiceLoop.Source?

    /// `ended` is called on the loop until `forget`.
    init(
        path: String, environment: [String], on loop: ServiceLoop, ended: @escaping () -> Void
    ) throws(SystemCallError) {
        self.program = HeldFile(try Files.openPath(path))
        self.output = HeldFile(try MemoryFile.create("kt-preflight", size: 0))
        let plan = SpawnPlan(
            arguments: ["kt-supervisor", "--preflight"], environment: environment, standardOutput: self.output.rawNumber)
        self.child = try ChildProcess(self.program.descriptor, plan)
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

    /// Why the build cannot take over; nil: it can.
    func objection(_ ending: ChildProcess.Ending) -> String? {
        let text: String
        do throws(SystemCallError) {
            text = String(decoding: try MemoryFile.content(self.output.rawNumber, bytesMax: 16 * 1024), as: UTF8.self)
        } catch {
            return "the answer of kt-supervisor --preflight cannot be read: \(error)"
        }
        guard ending == .exited(0) else {
            let problem = text.split(separator: "\n").first { $0.hasPrefix("problem ") }
            return problem.map { String($0.dropFirst("problem ".count)) } ?? "kt-supervisor --preflight \(ending.words)"
        }
        guard let report = PreflightReport(text) else { return "kt-supervisor --preflight did not answer as a kt-supervisor does" }
        return report.objection(from: .ours)
    }
}
