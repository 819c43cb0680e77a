internal import CSystemd
internal import Glibc
internal import Platform
internal import Settings

/// The sockets that the service manager passed to this process: `LISTEN_FDS`, `LISTEN_PID`, `LISTEN_FDNAMES` (sd_listen_fds(3)).
///
/// To be asked once, at a start that adopts nothing from an image before us: the numbers belong to nobody but the first who asks.
final class InheritedSockets {
    /// The sockets of one address, listening and non-blocking.
    final class Group {
        let address: ListenAddress
        /// A socket unit holds them too.
        let belongsToManager: Bool
        private var descriptors: [CInt]

        fileprivate init(_ group: InheritedSocketPlan.Group) {
            self.address = group.address
            self.belongsToManager = group.belongsToManager
            self.descriptors = group.descriptors
        }

        /// By index; from then on the caller closes them. Empty the second time.
        func release() -> [CInt] {
            defer { self.descriptors = [] }
            return self.descriptors
        }

        deinit { for descriptor in self.descriptors { _ = OwnedDescriptor(adopting: descriptor) } }
    }

    let groups: [Group]
    /// Closed: what they were and why, for the log; `storedName` to be taken out of the store.
    let leftovers: [(words: String, storedName: String?)]

    /// `wanted`: the configured addresses.
    init(wanted: [ListenAddress]) {
        let plan = InheritedSocketPlan(Self.offers(), wanted: wanted)
        for leftover in plan.leftovers { _ = OwnedDescriptor(adopting: leftover.descriptor) }
        self.leftovers = plan.leftovers.map { leftover in
            (
                "the inherited socket \"\(leftover.name)\" is closed: \(leftover.reason)",
                StoredSocketName(leftover.name) == nil ? nil : leftover.name
            )
        }
        for descriptor in plan.groups.flatMap(\.descriptors) {
            // systemd passes them blocking, and with a queue of its own length. One that takes neither still listens.
            do throws(SystemCallError) { try SocketFacts.prepareListening(descriptor) } catch {}
        }
        self.groups = plan.groups.map(Group.init)
    }

    private static func offers() -> [InheritedSocketPlan.Offer] {
        var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        let count = unsafe sd_listen_fds_with_names(0, &names)
        defer { unsafe free(names) }
        guard count > 0 else { return [] }
        return (0..<count).map { place in
            let pointer = unsafe names?[Int(place)]
            let name = unsafe pointer.map { unsafe String(cString: $0) } ?? ""
            unsafe free(pointer)
            let descriptor = SD_LISTEN_FDS_START + place
            var facts = SocketFacts(of: descriptor)
            // Nobody can connect to a local socket whose file is gone.
            if case .unix(let path) = facts.place, !SocketFacts.isSocketFile(path) { facts.place = nil }
            return InheritedSocketPlan.Offer(descriptor: descriptor, name: name, facts: facts)
        }
    }
}
