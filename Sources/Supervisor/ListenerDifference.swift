internal import Settings

/// Which addresses of a configuration are there already, which are new, and which are not wanted any more.
struct ListenerDifference: Equatable {
    /// For each wanted address the existing one that serves it; nil: it must be bound.
    var kept: [Int?]
    /// Existing ones that nobody wants.
    var removed: [Int]

    /// `existing`: as asked for, and with the real port; either makes the address wanted, in whatever spelling. Each serves one wanted
    /// address only.
    init(existing: [(requested: ListenAddress, real: ListenAddress)], wanted: [ListenAddress]) {
        var free = Set(existing.indices)
        self.kept = wanted.map { address in
            let found =
                existing.indices.first { free.contains($0) && existing[$0].requested.normal == address.normal }
                ?? existing.indices.first { free.contains($0) && existing[$0].real.normal == address.normal }
            if let found { free.remove(found) }
            return found
        }
        self.removed = free.sorted()
    }

    /// Two addresses that may be one port of this host: a second socket there is no stranger's.
    static func mayOverlap(_ a: ListenAddress, _ b: ListenAddress) -> Bool {
        guard case .tcp(_, let one) = a, case .tcp(_, let other) = b else { return false }
        return one != 0 && one == other
    }
}
