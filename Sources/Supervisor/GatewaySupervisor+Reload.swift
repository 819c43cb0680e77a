internal import IPC
internal import Platform
internal import Settings

/// One configuration takes the place of another while requests go on; or does not, and nothing has changed.
extension GatewaySupervisor {
    /// Wants the configuration read anew. `answer` is called once, on the loop, when that has succeeded or failed.
    ///
    /// One reload runs at a time; wishes that come meanwhile share the next one.
    func requestReload(cause: ReloadCause, answer: ((ReloadResult) -> Void)? = nil) {
        switch self.stage {
        case .stopping, .ended:
            answer?(self.result(isGood: false, message: "the gateway is stopping"))
            return
        case .compiling, .starting, .serving: self.endDrain("a reload")
        }
        guard let answer else { return self.course.ask(nil, cause: cause) }
        self.lastAsker += 1
        self.reloadAnswers[self.lastAsker] = answer
        self.course.ask(self.lastAsker, cause: cause)
    }

    /// Whatever is due in the course of a reload, until there is nothing.
    func tendReload(at now: Instant) {
        self.tendLeaving(at: now)
        while true {
            if let starting = self.starting, starting.members.allSatisfy({ $0.slot.isReady }) { self.commit(starting, at: now) }
            let canBegin = self.stage == .serving && !self.upgrade.holdsReloads && self.givenUp == nil
            switch self.course.step(liveGenerations: self.generations.count, canBegin: canBegin, at: now) {
            case .none: return
            case .announce:
                let words = self.course.isRollback ? "going back to the last good configuration" : "reloading the configuration"
                self.log.write(.notice, words)
                self.manager.reloading(status: words, at: now)
            case .cutOldest: self.cutOldest(at: now)
            case .compile:
                do throws(SystemCallError) {
                    try self.startCompiler(keepsMessages: true)
                } catch {
                    self.reloadFailed("kt-compile cannot be started: \(error)")
                }
            case .startLastGood:
                guard let lastGood = self.lastGood else { return self.reloadFailed("there is no last good configuration") }
                self.startGeneration(lastGood.program, programs: lastGood.programs, at: now)
            case .giveUp:
                if let compilation = self.compilation {
                    // Its end is the reload's.
                    guard !compilation.tookTooLong else { return }
                    compilation.tookTooLong = true
                    compilation.child.send(signal: ChildSignal.kill)
                    return
                }
                self.reloadFailed("not all workers got ready within \(Self.bootLimit.components.seconds) s")
            }
        }
    }

    func reloadCompiled(_ program: HeldProgram, messages: String) {
        // The gateway stops, or has given up on it.
        guard case .compiling = self.course.phase, self.stage == .serving else { return }
        let now = Instant.now()
        self.course.compiled(at: now)
        self.compilerWarnings = messages
        self.startGeneration(program, programs: self.programs, at: now)
    }

    private func startGeneration(_ program: HeldProgram, programs: Programs, at now: Instant) {
        do throws(StartObstacle) {
            let generation = try self.makeGeneration(
                program, programs: programs, cause: self.course.cause, role: .starting, at: now)
            for member in generation.members where generation.role == .starting {
                self.handle(.start, member, of: generation, at: now)
            }
        } catch {
            self.reloadFailed(error.words, hash: program.sealed.hash)
        }
    }

    /// All members of `new` serve: it is the one in force from here on.
    private func commit(_ new: Generation, at now: Instant) {
        let old = self.current
        old?.role = .leaving
        new.role = .current
        new.loadedAt = currentTimestamp()
        self.heed(new.plan)
        // Who has adopted what in the old generation closes it with its DRAIN.
        self.ownership = QueueOwnership(indexCount: self.indexCount)
        let removed = self.groups.filter { group in !new.groups.contains { $0 === group } }
        for group in new.groups where !self.groups.contains(where: { $0 === group }) { self.letIn(group) }
        self.take(new.groups)
        self.steer(always: true, at: now)
        if let old { self.dismiss(old, closing: removed, at: now) }
        self.beginProbation(of: new, at: now)
        if new.cause == .upgrade { self.upgradeSucceeded() }
        self.consoleFollows(new, at: now)
        let count = new.members.count
        let words = "generation \(new.number) is in force: \(count) \(count == 1 ? "worker" : "workers"), pack \(new.plan.packName) \(new.plan.packVersion)"
        let warnings = self.compilerWarnings.isEmpty ? "" : "\n\(self.compilerWarnings)"
        self.finishReload(isGood: true, words + warnings, generation: new.number, hash: new.program.sealed.hash, cause: new.cause)
        self.log.write(.notice, words, [("generation", Int(clamping: new.number)), ("workers", count)])
    }

    /// An address is in force again that was to be closed; to a new one it makes no difference.
    private func letIn(_ group: ListenerGroup) {
        do throws(SystemCallError) { try group.letIn() } catch {
            self.log.write(.error, "nobody can connect to \(group.address): \(error)")
        }
    }

    /// Its members finish what they have. `closing`: addresses that nobody else serves.
    private func dismiss(_ generation: Generation, closing: [ListenerGroup], at now: Instant) {
        generation.role = .leaving
        generation.closing = closing
        generation.takesQueue = !closing.isEmpty
        for group in closing { group.turnAway() }
        generation.drainAt = closing.isEmpty ? now : now + Self.closingPatience
        self.tendLeaving(at: now)
    }

    /// Tells those whose time has come to leave, and forgets those that have left.
    private func tendLeaving(at now: Instant) {
        for generation in self.generations {
            guard let drainAt = generation.drainAt, drainAt <= now else { continue }
            self.drain(generation, until: now + .seconds(generation.plan.drainSeconds), at: now)
        }
        self.generations.removeAll { generation in
            guard generation.role == .leaving, generation.isGone else { return false }
            self.log.write(.info, "generation \(generation.number) has left", [("generation", Int(clamping: generation.number))])
            return true
        }
    }

    /// `deadline` for what is open; an earlier one stays.
    func drain(_ generation: Generation, until deadline: Instant, at now: Instant) {
        generation.drainAt = nil
        for member in generation.members { self.handle(.drainRequested(deadline: deadline), member, of: generation, at: now) }
        for group in generation.closing { group.close() }
        generation.closing = []
    }

    private func cutOldest(at now: Instant) {
        guard let oldest = self.generations.first(where: { $0.role == .leaving }) else { return }
        self.log.write(
            .warning, "generation \(oldest.number) is cut off: a fourth generation must not live",
            [("generation", Int(clamping: oldest.number))])
        self.drain(oldest, until: now, at: now)
    }

    /// The reload comes to nothing: what it started leaves again, what was in force stays. `details`: what the compiler said.
    func reloadFailed(_ words: String, details: String = "", hash: String = "") {
        guard !self.course.isIdle else { return }
        let now = Instant.now()
        var (hash, number) = (hash, UInt64(0))
        if let starting = self.starting {
            (hash, number) = (starting.program.sealed.hash, starting.number)
            let added = starting.groups.filter { group in !self.groups.contains { $0 === group } }
            // Members that are READY already may have accepted somebody.
            self.dismiss(starting, closing: added, at: now)
            let adminListeners = starting.adminListeners.take()
            adminListeners?.unlink()
            adminListeners?.close()
        }
        let cause = self.course.cause
        if cause == .rollback { self.probation = nil }
        if cause == .upgrade, self.givesUp(words) {
            // Who waits is handed over to the build before; where that cannot be executed, there is a reload of our own for them.
            for asker in self.course.finish() { self.course.ask(asker, cause: .control) }
            return
        }
        let kept = self.current.map { "generation \($0.number) stays in force" } ?? ""
        self.log.write(.error, "reload failed: \(words); \(kept)")
        let message = details.isEmpty ? "reload failed: \(words); \(kept)" : "reload failed: \(words); \(kept)\n\(details)"
        self.finishReload(isGood: false, message, generation: number, hash: hash, cause: cause)
    }

    private func finishReload(isGood: Bool, _ message: String, generation: UInt64, hash: String, cause: ReloadCause) {
        self.compilerWarnings = ""
        self.reloadHistory.append(
            .init(
                time: currentTimestamp(), generation: generation, hash: hash, cause: cause, result: isGood ? .applied : .failed,
                message: message))
        let askers = self.course.finish()
        let serving = self.current?.members.count { $0.slot.isReady } ?? 0
        self.lastReloadFailed = !isGood
        self.lastStatus = self.statusText(serving)
        self.manager.ready(status: self.lastStatus)
        self.answer(askers, self.result(isGood: isGood, message: message))
    }

    func answer(_ askers: [ReloadCourse.Asker], _ result: ReloadResult) {
        for asker in askers { self.reloadAnswers.removeValue(forKey: asker)?(result) }
    }

    func result(isGood: Bool, message: String) -> ReloadResult {
        ReloadResult(
            isGood: isGood, generation: self.current?.number ?? 0, hash: self.current?.program.sealed.hash ?? "", message: message)
    }
}
