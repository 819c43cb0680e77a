internal import Platform
internal import Settings

/// Which of the sockets that the service manager passed is whose.
///
/// Ours come back from its descriptor store under the name that they were stored with; those of a socket unit have names of their own
/// and are told by their address.
struct InheritedSocketPlan: Equatable {
    struct Offer: Equatable {
        var descriptor: CInt
        var name: String
        var facts: SocketFacts
    }

    struct Group: Equatable {
        let address: ListenAddress
        /// By index.
        var descriptors: [CInt]
        /// One socket for all indices: it has no siblings on its port, so nothing is to be steered and none can be added.
        var isShared: Bool
        /// A socket unit's: it holds them too.
        var belongsToManager = false
    }

    struct Leftover: Equatable {
        var descriptor: CInt
        var name: String
        /// After "the inherited socket NAME is closed: ".
        var reason: String
    }

    private(set) var groups: [Group] = []
    /// To be closed, and taken out of the store where the name is ours.
    private(set) var leftovers: [Leftover] = []

    /// `offers` in the order of their numbers, `wanted` as configured. The order of the sockets of one address is that in which they
    /// began to listen, which the kernel's steering goes by.
    init(_ offers: [Offer], wanted: [ListenAddress]) {
        var stored: [ListenAddress: [Int: Offer]] = [:]
        var activated: [ListenAddress: [Offer]] = [:]
        let places = Dictionary(wanted.map { ($0.normal, $0) }, uniquingKeysWith: { first, _ in first })
        for offer in offers {
            guard let place = offer.facts.place, let address = places[ListenAddress(place).normal] else {
                self.leave(offer, offer.facts.place == nil ? "it is no socket of a known kind" : "its address is not configured")
                continue
            }
            guard offer.facts.isStream, offer.facts.isListening else {
                self.leave(offer, "it is no listening stream socket")
                continue
            }
            guard let name = StoredSocketName(offer.name) else {
                activated[address, default: []].append(offer)
                continue
            }
            guard name.address.normal == address.normal, stored[address]?[name.index] == nil else {
                self.leave(offer, "it is not what its name says")
                continue
            }
            stored[address, default: [:]][name.index] = offer
        }
        for address in wanted where !self.groups.contains(where: { $0.address == address }) {
            self.add(address, stored: stored.removeValue(forKey: address) ?? [:], activated: activated.removeValue(forKey: address) ?? [])
        }
        self.leftovers.sort { $0.descriptor < $1.descriptor }
    }

    private mutating func add(_ address: ListenAddress, stored: [Int: Offer], activated: [Offer]) {
        let isLocal = if case .unix = address { true } else { false }
        var chosen: [Offer] = []
        // A socket unit's own go before: it passes them at every start, and what we stored of them is the same.
        if activated.isEmpty {
            while let next = stored[chosen.count], !isLocal || chosen.isEmpty { chosen.append(next) }
        } else {
            chosen = activated
        }
        if chosen.count > 1, let odd = chosen.first(where: { !$0.facts.sharesPort }) {
            // Sockets that share no port cannot be one group; the first serves all.
            for offer in chosen where offer != odd { self.leave(offer, "another socket listens on \(address) without sharing its port") }
            chosen = [odd]
        }
        for offer in stored.values where !chosen.contains(offer) {
            self.leave(offer, activated.isEmpty ? "sockets of a lower index are missing" : "the socket unit has passed its own")
        }
        guard let first = chosen.first else { return }
        let group = Group(
            address: address, descriptors: chosen.map(\.descriptor), isShared: chosen.count == 1 && (isLocal || !first.facts.sharesPort),
            belongsToManager: !activated.isEmpty)
        self.groups.append(group)
    }

    private mutating func leave(_ offer: Offer, _ reason: String) {
        self.leftovers.append(Leftover(descriptor: offer.descriptor, name: offer.name, reason: reason))
    }
}

extension ListenAddress {
    init(_ place: SocketPlace) {
        switch place {
        case .tcp(let host, let port): self = .tcp(host: host, port: port)
        case .unix(let path): self = .unix(path: path)
        }
    }

    /// The same address in one spelling: equal where two are one socket address.
    var normal: ListenAddress {
        guard case .tcp(let host, let port) = self else { return self }
        let digits = host == "localhost" ? "127.0.0.1" : host
        guard let bytes = AddressRange.address(digits) else { return self }
        return .tcp(host: bytes.map { String($0) }.joined(separator: "."), port: port)
    }
}
