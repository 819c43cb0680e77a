internal import Platform
internal import Settings

/// Sockets that outlive this process with the service manager.
extension GatewaySupervisor {
    /// Takes what it passed for these addresses. To be called once, before the first sockets are bound.
    func adoptInherited(_ wanted: [ListenAddress]) {
        guard self.groups.isEmpty else { return }
        let inherited = InheritedSockets(wanted: wanted)
        for leftover in inherited.leftovers {
            self.log.write(.warning, leftover.words)
            if let name = leftover.storedName { self.manager.removeStored(name: name) }
        }
        self.groups = inherited.groups.map { group in
            ListenerGroup(
                adopting: group.release(), requested: group.address, address: group.address, belongsToManager: group.belongsToManager)
        }
        guard !self.groups.isEmpty else { return }
        let addresses = self.groups.map(\.address.description).joined(separator: ", ")
        self.log.write(.notice, "listening on inherited sockets: \(addresses)")
    }

    /// Keeps the store as the addresses in force are; before READY=1, so that a start that is told of can be followed by any end.
    func tendStore() {
        switch self.stage {
        case .starting, .serving: break
        // The sockets of a gateway that stops are its successor's.
        case .compiling, .stopping, .ended: return
        }
        guard self.manager.isPresent else { return }
        var hasStored = false
        for action in self.storedSockets.update(self.groups.map { (address: $0.address, count: $0.count) }) {
            switch action {
            case .store(let address, let index):
                guard let group = self.groups.first(where: { $0.address == address }) else { continue }
                self.manager.store(group.socket(of: index), name: StoredSocketName(address, index: index).description)
                hasStored = true
            case .remove(let address, let index):
                self.manager.removeStored(name: StoredSocketName(address, index: index).description)
            }
        }
        guard hasStored, !self.manager.waitUntilHeard(.seconds(1)) else { return }
        self.log.write(.warning, "the service manager has not taken our sockets within 1 s; after a crash they may be gone")
    }
}
