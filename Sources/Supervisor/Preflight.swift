internal import Glibc
internal import IPC
internal import Platform

/// `kt-supervisor --preflight`: can this build, as it lies on disk, take over a running gateway?
enum Preflight {
    /// The programs that a gateway is made of, besides the supervisor; those that are not always shipped may be missing.
    private static let companions = [("kt-worker", true), ("kt-compile", true), ("kt-demo", false), ("kt-console", false)]

    /// For all of them together; who started us waits 5 s.
    private static let patience = Duration.seconds(4)

    /// Prints the report and returns 0, or prints the reason why not and returns 1.
    static func run() -> CInt {
        guard let directory = ThisProcess.executableDirectory else { return Self.refuse("/proc/self/exe cannot be read") }
        do throws(SystemCallError) {
            if let problem = try Self.problem(in: directory) { return Self.refuse(problem) }
        } catch {
            return Self.refuse(error.description)
        }
        var report = PreflightReport.ours
        if TestFault.isAsked("HANDOVER_REFUSE") { report.handOver = .max ... .max }
        Self.say(report.text)
        return 0
    }

    private final class Answer {
        let child: ChildProcess
        let output: OwnedDescriptor

        init(_ child: ChildProcess, _ output: consuming OwnedDescriptor) {
            self.child = child
            self.output = output
        }
    }

    /// Asks every program for its version, all at once. nil: they are all of this build.
    private static func problem(in directory: String) throws(SystemCallError) -> String? {
        var answers: [(name: String, answer: Answer)] = []
        defer { for (_, answer) in answers { answer.child.send(signal: ChildSignal.kill) } }
        for (name, isNeeded) in Self.companions {
            let path = "\(directory)/\(name)"
            guard Files.exists(path) else {
                if isNeeded { return "\(path) is missing" }
                continue
            }
            let output = try MemoryFile.create("kt-version", size: 0)
            let plan = SpawnPlan(
                arguments: [name, "--version"], environment: ChildEnvironment.lines(ThisProcess.environment),
                standardOutput: output.rawNumber)
            do throws(SystemCallError) {
                answers.append((name, Answer(try ChildProcess(try Files.openPath(path), plan), output)))
            } catch {
                return "\(path) cannot be executed: \(error)"
            }
        }
        let deadline = Instant.now() + Self.patience
        for (name, answer) in answers {
            guard let ending = try answer.child.wait(deadline - Instant.now()) else { return "\(name) --version does not end" }
            guard ending == .exited(0) else { return "\(name) --version \(ending.words)" }
            let text = String(decoding: try Files.read("/proc/self/fd/\(answer.output.rawNumber)", bytesMax: 4096), as: UTF8.self)
            let said = text.split(separator: "\n").first ?? ""
            guard said == "\(name) \(Build.version)" else { return "\(name) is \"\(said)\", not of build \(Build.version)" }
        }
        return nil
    }

    private static func refuse(_ reason: String) -> CInt {
        Self.say("problem \(reason)\n")
        return 1
    }

    private static func say(_ text: String) {
        // Who asked and went away needs no answer.
        do throws(SystemCallError) { try Files.write(Array(text.utf8), to: 1) } catch {}
    }
}
