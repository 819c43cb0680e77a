internal import IPC
internal import Platform
internal import Settings

/// The exchange of the running programs for those on disk: same process, same sockets, same requests.
extension GatewaySupervisor {
    /// Wants the programs on disk to take over. `answer` is called once, on the loop, when that has come to nothing; when it succeeds,
    /// this image is no more, and the next one answers who still waits on the control socket.
    func requestUpgrade(answer: ((ReloadResult) -> Void)? = nil) {
        switch self.stage {
        case .stopping, .ended:
            answer?(self.result(isGood: false, message: "the gateway is stopping"))
            return
        case .compiling, .starting, .serving: break
        }
        guard let answer else { return self.upgrade.ask(nil) }
        self.lastAsker += 1
        self.reloadAnswers[self.lastAsker] = answer
        self.upgrade.ask(self.lastAsker)
    }

    /// Whatever is due in the course of an upgrade, until there is nothing.
    func tendUpgrade(at now: Instant) {
        if let reason = self.givenUp { self.goBack(reason) }
        if let run = self.preflight, let ending = reaped(run.child) {
            run.forget()
            self.preflight = nil
            self.preflightEnded(run, ending)
        }
        while true {
            let canBegin = self.stage == .serving && self.wayBack == nil
            switch self.upgrade.step(canBegin: canBegin && self.preflight == nil, isReloading: !self.course.isIdle, at: now) {
            case .none: return
            case .preflight:
                self.log.write(.notice, "asking the build in \(self.homeDirectory) whether it can take over")
                do throws(SystemCallError) {
                    // Its end is looked for at the end of the pass that it wakes.
                    self.preflight = try PreflightRun(
                        path: "\(self.homeDirectory)/kt-supervisor", environment: self.environment, on: self.loop) {}
                } catch {
                    self.upgradeFailed("\(self.homeDirectory)/kt-supervisor cannot be executed: \(error)")
                }
                return
            case .giveUp:
                self.preflight?.child.send(signal: ChildSignal.kill)
                self.upgradeFailed("kt-supervisor --preflight takes longer than \(UpgradeCourse.preflightLimit.components.seconds) s")
                return
            case .replace: return self.replaceImage(at: now)
            }
        }
    }

    private func preflightEnded(_ run: PreflightRun, _ ending: ChildProcess.Ending) {
        guard case .asking = self.upgrade.phase else { return }
        if let objection = run.objection(ending) { return self.upgradeFailed(objection) }
        self.candidate = run.program
        self.upgrade.fits()
    }

    /// The point of no return: on success this function does not.
    private func replaceImage(at now: Instant) {
        guard let candidate = self.candidate else { return self.upgradeFailed("there is no new build") }
        do throws(SystemCallError) {
            // A signal that has been read is nowhere but in our memory.
            try self.loop.settle()
            guard self.stage == .serving, self.course.isIdle else { return }
            let home = WayBack(
                build: Build.version, supervisor: HeldFile(try Files.openPath("/proc/self/exe")), programs: self.programs,
                demo: self.demo?.program, console: self.console?.program)
            defer { withExtendedLifetime(home) {} }
            self.endDrain("an upgrade")
            self.tellDrain()
            self.flushAbortedEvents()
            self.loop.reapKilled(within: .seconds(1))
            let value = self.handOver(.upgrade, home: home)
            try self.execute(candidate, value, kind: .takeOver(back: home.supervisor.rawNumber))
        } catch {
            self.upgradeFailed("the new build cannot be executed: \(error)")
        }
    }

    /// Returns never; only fails.
    private func execute(_ program: HeldFile, _ value: HandOver, kind: HandOverOrder.Kind) throws(SystemCallError) {
        let file = HeldFile(try MemoryFile.sealed("kt-handover", value.encode()))
        defer { withExtendedLifetime(file) {} }
        let order = HandOverOrder(file: file.rawNumber, kind: kind)
        throw Execution.replace(
            with: program.descriptor, arguments: ThisProcess.arguments, environment: order.environment(ThisProcess.environment),
            keeping: value.descriptors + [file.rawNumber])
    }

    /// The programs on disk do not take over, and those that ran go on.
    func upgradeFailed(_ words: String) {
        self.candidate = nil
        let message = "upgrade failed: \(words); build \(Build.version) goes on"
        self.log.write(.error, message)
        self.reloadHistory.append(
            .init(
                time: currentTimestamp(), generation: 0, hash: self.current?.program.sealed.hash ?? "", cause: .upgrade, result: .failed,
                message: message))
        self.lastStatus = "upgrade FAILED: \(self.statusText(self.current?.members.count { $0.slot.isReady } ?? 0))"
        self.manager.ready(status: self.lastStatus)
        self.answer(self.upgrade.finish(), self.result(isGood: false, message: message))
        self.finishUpgradeClients(exit: 1, message)
    }

    /// Our own workers serve: the build before is not needed any more.
    func upgradeSucceeded() {
        guard let wayBack = self.wayBack else { return }
        let message = "build \(Build.version) has taken over from build \(wayBack.build)"
        self.log.write(.notice, message)
        self.wayBack = nil
        self.finishUpgradeClients(exit: 0, message)
    }

    /// Our own workers did not come up. True: the build before goes on at the end of this pass, and answers who waits.
    func givesUp(_ words: String) -> Bool {
        guard self.wayBack != nil, self.stage == .serving else { return false }
        self.givenUp = words
        return true
    }

    /// The build before has its workers still: it goes on with them. Returns only when it cannot be executed.
    private func goBack(_ reason: String) {
        self.givenUp = nil
        guard let wayBack = self.wayBack, self.stage == .serving else { return }
        self.wayBack = nil
        do throws(SystemCallError) {
            try self.loop.settle()
            guard self.stage == .serving else { return }
            self.log.write(.error, "build \(Build.version) gives up: \(reason); going back to build \(wayBack.build)")
            // That build has no program to start it with.
            if wayBack.demo == nil {
                self.demo?.stop(on: self.loop)
                self.demo = nil
            }
            self.loop.reapKilled(within: .seconds(1))
            defer { withExtendedLifetime(wayBack) {} }
            self.flushAbortedEvents()
            let value = self.handOver(.wayBack, home: wayBack, reason: reason)
            try self.execute(wayBack.supervisor, value, kind: .comeBack)
        } catch {
            self.upgradeFailed("\(reason); build \(wayBack.build) cannot be executed: \(error)")
        }
    }
}
