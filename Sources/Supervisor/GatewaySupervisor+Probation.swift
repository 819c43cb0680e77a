internal import IPC
internal import Platform
internal import Settings

/// A program that stood its probation, and what it was spawned from.
struct LastGood {
    let program: HeldProgram
    let programs: Programs
}

/// The first minute of a generation, and the way back.
extension GatewaySupervisor {
    /// `generation` has become current.
    func beginProbation(of generation: Generation, at now: Instant) {
        // Going back to the very same would change nothing.
        let isNew =
            self.lastGood.map { lastGood in
                !lastGood.program.sealed.isEquivalent(to: generation.program.sealed) || lastGood.programs !== generation.programs
            } ?? false
        self.probation = isNew ? Probation(slotCount: generation.members.count, at: now) : nil
    }

    func tendProbation(at now: Instant) {
        guard self.stage == .serving, let probation = self.probation, let generation = self.current else { return }
        switch probation.verdict(at: now) {
        case .open: return
        case .passed:
            self.probation = nil
            self.lastGood = LastGood(program: generation.program, programs: generation.programs)
            self.log.write(.info, "generation \(generation.number) has stood its probation", [("generation", Int(clamping: generation.number))])
        case .failed:
            // A reload that is under way may be the cure; if it fails, this comes up again.
            guard self.course.isIdle else { return }
            self.probation = nil
            let words = "generation \(generation.number) does not stand its probation: \(probation.endsCount) workers ended within a minute"
            self.log.write(.error, words, [("generation", Int(clamping: generation.number)), ("ends", probation.endsCount)])
            self.reloadHistory.rolledBack(generation: generation.number, message: words)
            self.course.askForLastGood()
        }
    }
}
