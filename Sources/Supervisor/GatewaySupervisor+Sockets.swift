internal import Glibc
internal import IPC
internal import Platform
internal import Settings

/// Which sockets there are, who is sent to them, and who accepts from them.
extension GatewaySupervisor {
    /// How long an address that is to be closed lets in who has begun to connect.
    static let closingPatience = Duration.seconds(1)

    /// The plan's addresses: those in force, those that were to be closed and are wanted again, and new ones, each with enough sockets.
    /// All that is missing is bound before anything changes, and nobody listens on it before all is bound.
    func groups(for plan: SupervisorPlan, at now: Instant) throws(StartObstacle) -> [ListenerGroup] {
        // A second group on the address of a closing one would share its connections, until the closing one throws its own out.
        let there = self.groups + self.generations.flatMap(\.closing).filter(\.canReopen)
        let difference = ListenerDifference(existing: there.map { (requested: $0.requested, real: $0.address) }, wanted: plan.listen)
        let ours = self.generations.flatMap { $0.groups + $0.closing } + self.groups
        var groups: [ListenerGroup] = []
        var added: [ListenerGroup] = []
        var additions: [(group: ListenerGroup, sockets: ListenerGroup.Additions)] = []
        do throws(StartObstacle) {
            for (address, kept) in zip(plan.listen, difference.kept) {
                do throws(SystemCallError) {
                    if let kept {
                        groups.append(there[kept])
                        additions.append((there[kept], try self.additions(for: there[kept], to: plan.workers)))
                    } else {
                        let isBeside = ours.contains { ListenerDifference.mayOverlap($0.address, address) }
                        let group = try ListenerGroup(address, count: plan.workers, besideOurs: isBeside, listening: false)
                        groups.append(group)
                        added.append(group)
                    }
                } catch {
                    let doing = kept == nil ? "listen on" : "add sockets for"
                    throw StartObstacle(words: "cannot \(doing) \(address): \(Self.words(error))")
                }
            }
            self.growIndices(to: max(plan.workers, groups.map(\.count).max() ?? 0), at: now)
            do throws(SystemCallError) {
                for (group, sockets) in additions where !sockets.isEmpty { try self.add(sockets, to: group) }
                for group in added { try group.listen() }
            } catch {
                throw StartObstacle(words: "cannot listen: \(Self.words(error))")
            }
        } catch {
            for group in added { group.unlink() }
            throw error
        }
        return groups
    }

    /// What a group needs for so many workers. One of the service manager's may take none of ours beside its own – another user has
    /// bound them – and is shared then.
    private func additions(for group: ListenerGroup, to count: Int) throws(SystemCallError) -> ListenerGroup.Additions {
        do throws(SystemCallError) { return try group.additions(to: count) } catch {
            guard group.belongsToManager, error.errno == EADDRINUSE || error.errno == EACCES else { throw error }
            group.share()
            self.log.write(
                .warning, "workers share the \(group.count) inherited sockets of \(group.address), as none can be added: \(error)",
                [("workers", count), ("sockets", group.count)])
            return try group.additions(to: group.count)
        }
    }

    private func growIndices(to count: Int, at now: Instant) {
        guard count > self.indexCount else { return }
        if self.steering == nil { self.steering = SlotSteering(indexCount: count, at: now) }
        self.steering?.grow(to: count, at: now)
        self.ownership.grow(to: count)
        self.indexCount = count
    }

    /// New sockets take nothing before they are served, so who is served is said first.
    private func add(_ sockets: ListenerGroup.Additions, to group: ListenerGroup) throws(SystemCallError) {
        let chosen = (self.steering?.chosen ?? []).filter { $0 < group.count }
        do throws(SystemCallError) {
            try group.steer(to: chosen, isExclusive: true)
        } catch {
            // They take connections from now on, which a sibling adopts.
            self.log.write(.warning, "cannot steer connections on \(group.address): \(error)")
        }
        try group.add(sockets)
    }

    /// `groups` are a new generation's: those that were to be closed are not.
    func keepOpen(_ groups: [ListenerGroup]) {
        for generation in self.generations where !generation.closing.isEmpty {
            generation.closing.removeAll { closing in groups.contains { $0 === closing } }
            if generation.closing.isEmpty { generation.takesQueue = false }
        }
    }

    static func words(_ error: SystemCallError) -> String {
        switch error.errno {
        case EADDRINUSE: "the address is in use by another program"
        case EINVAL: "it must be an address in digits, or localhost"
        case EADDRNOTAVAIL: "this host has no such address"
        case EACCES: "ports below 1024 need a privilege"
        default: error.description
        }
    }

    /// These are the addresses in force.
    func take(_ groups: [ListenerGroup]) {
        self.groups = groups
        self.listenNames = groups.map { $0.address.description }
    }

    /// What the current generation's slots do, one for each index.
    private func presences(_ generation: Generation, at now: Instant) -> [SlotSteering.Presence] {
        (0..<self.indexCount).map { $0 < generation.members.count ? generation.members[$0].slot.presence(at: now) : .awayLong }
    }

    /// Sends new connections where they are served, and gives queues that nobody serves to siblings. `always`: the addresses have changed.
    func steer(always: Bool = false, at now: Instant) {
        guard self.stage != .stopping, let generation = self.current else { return }
        let presences = self.presences(generation, at: now)
        let changed = self.steering?.update(presences, at: now)
        if let indices = changed ?? (always ? self.steering?.chosen : nil) {
            for group in self.groups {
                do throws(SystemCallError) {
                    try group.steer(to: indices, isExclusive: false)
                } catch {
                    // The kernel then spreads over all, and what waits on a vacant slot is adopted.
                    self.log.write(.warning, "cannot steer connections on \(group.address): \(error)")
                }
            }
            if changed != nil {
                self.log.write(.debug, "new connections go to workers \(indices.map(String.init).joined(separator: ", "))")
            }
        }
        for action in self.ownership.update(Array(presences.prefix(generation.members.count)), at: now) {
            self.perform(action, of: generation, at: now)
        }
    }

    private func perform(_ action: QueueOwnership.Action, of generation: Generation, at now: Instant) {
        switch action {
        case .adopt(let index, let slot):
            guard let worker = generation.members[slot].worker else { return self.ownership.adoptionFailed(index: index, at: now) }
            do throws(ChannelError) {
                try worker.adopt(index: index, listeners: generation.groups.compactMap { $0.ownSocket(of: index) })
                self.log.write(.debug, "worker \(slot) accepts for index \(index) too", self.fields(worker))
            } catch {
                self.log.write(.warning, "worker \(slot) cannot adopt the queue of index \(index): \(error)", self.fields(worker))
                self.ownership.adoptionFailed(index: index, at: now)
            }
        case .release(let index, let slot):
            guard slot < generation.members.count, let worker = generation.members[slot].worker else { return }
            do throws(ChannelError) {
                try worker.release(index: index)
            } catch {
                // It goes on accepting beside the owner, which costs nobody anything.
                self.log.write(.warning, "worker \(slot) cannot give back the queue of index \(index): \(error)", self.fields(worker))
            }
        }
    }

    /// Looks for workers whose loop beats while somebody waits in vain.
    func checkQueues(at now: Instant) {
        guard self.stage == .serving, now >= self.nextAcceptLook, let generation = self.current else { return }
        self.nextAcceptLook = now + .milliseconds(500)
        for member in generation.members {
            guard let worker = member.worker else {
                member.acceptProgress = AcceptProgress()
                continue
            }
            let waiting = generation.groups.reduce(0) { $0 + ($1.queue(of: member.index)?.waiting ?? 0) }
            let region = worker.region.snapshot()
            let isStalled = member.acceptProgress.look(
                waiting: waiting, accepted: region.accepted, passes: region.passes, isBeating: member.slot.isServing(at: now), at: now)
            guard isStalled else { continue }
            self.log.write(
                .error, "worker \(member.index) accepts nobody although \(waiting) wait", self.fields(worker) + [("waiting", waiting)])
            member.acceptProgress = AcceptProgress()
            self.handle(.acceptStalled, member, of: generation, at: now)
        }
    }
}
