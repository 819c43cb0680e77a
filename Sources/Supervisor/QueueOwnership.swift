internal import Platform

/// Who accepts from the sockets of an index while its own slot does not serve: a serving sibling adopts them until the owner is back.
///
/// One rule answers a worker in back-off, a failed slot, a hung worker, and sockets left over after the pool shrank.
struct QueueOwnership {
    enum Action: Equatable {
        case adopt(index: Int, by: Int)
        case release(index: Int, by: Int)
    }

    /// How long a slot that will be back at once keeps its queue to itself.
    static let patience = Duration.milliseconds(100)

    /// By index: the slot that adopted it.
    private(set) var adopters: [Int?]
    private var vacantSince: [Instant?]

    init(indexCount: Int) {
        self.adopters = [Int?](repeating: nil, count: indexCount)
        self.vacantSince = [Instant?](repeating: nil, count: indexCount)
    }

    /// As another image of this process left it; `adopters` has one entry for each index.
    init(indexCount: Int, adopters: [Int?]) {
        precondition(adopters.count == indexCount, "one answer for each index")
        self.adopters = adopters
        self.vacantSince = [Instant?](repeating: nil, count: indexCount)
    }

    mutating func grow(to count: Int) {
        while self.adopters.count < count {
            self.adopters.append(nil)
            self.vacantSince.append(nil)
        }
    }

    /// `slots`: the current generation's. An index beyond them has no owner. The actions are in the order to perform them.
    mutating func update(_ slots: [SlotSteering.Presence], at now: Instant) -> [Action] {
        var actions: [Action] = []
        for index in self.adopters.indices {
            let owner = index < slots.count ? slots[index] : .awayLong
            if let adopter = self.adopters[index], owner == .serving || adopter >= slots.count || slots[adopter] != .serving {
                actions.append(.release(index: index, by: adopter))
                self.adopters[index] = nil
            }
            if owner == .serving {
                self.vacantSince[index] = nil
            } else if self.vacantSince[index] == nil {
                self.vacantSince[index] = now
            }
        }
        for index in self.adopters.indices where self.adopters[index] == nil {
            guard let since = self.vacantSince[index] else { continue }
            let owner = index < slots.count ? slots[index] : .awayLong
            guard owner == .awayLong || now - since >= Self.patience, let adopter = self.leastBurdened(slots) else { continue }
            self.adopters[index] = adopter
            actions.append(.adopt(index: index, by: adopter))
        }
        return actions
    }

    /// The sockets could not be handed over: tried again after the patience.
    mutating func adoptionFailed(index: Int, at now: Instant) {
        self.adopters[index] = nil
        self.vacantSince[index] = now
    }

    private func leastBurdened(_ slots: [SlotSteering.Presence]) -> Int? {
        var burdens = [Int](repeating: 0, count: slots.count)
        for adopter in self.adopters { if let adopter, adopter < burdens.count { burdens[adopter] += 1 } }
        return slots.indices.filter { slots[$0] == .serving }.min { burdens[$0] < burdens[$1] }
    }

    /// When a patience ends.
    func nextWake(after now: Instant) -> Instant {
        var wake = Instant.distantFuture
        for (index, since) in self.vacantSince.enumerated() {
            guard let since, self.adopters[index] == nil else { continue }
            let end = since + Self.patience
            if end > now { wake = min(wake, end) }
        }
        return wake
    }
}
