internal import Settings

/// What of our sockets the service manager keeps, and what it should: each under its name, once.
struct StoredSockets: Equatable {
    enum Action: Equatable {
        /// With `StoredSocketName(address, index:)`.
        case store(ListenAddress, index: Int)
        case remove(ListenAddress, index: Int)
    }

    /// How many of each address, by index from 0.
    private(set) var counts: [ListenAddress: Int] = [:]

    /// Brings the store to these addresses with so many sockets each; in the order given, what goes away last.
    mutating func update(_ wanted: [(address: ListenAddress, count: Int)]) -> [Action] {
        var actions: [Action] = []
        var counts: [ListenAddress: Int] = [:]
        for (address, count) in wanted where counts[address] == nil {
            counts[address] = count
            let stored = self.counts[address] ?? 0
            for index in stored..<max(stored, count) { actions.append(.store(address, index: index)) }
        }
        for (address, stored) in self.counts.sorted(by: { $0.key.description < $1.key.description }) {
            let count = counts[address] ?? 0
            for index in count..<max(count, stored) { actions.append(.remove(address, index: index)) }
        }
        self.counts = counts
        return actions
    }
}
